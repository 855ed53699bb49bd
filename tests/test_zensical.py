"""The comparison of what MkDocs and Zensical make sees every kind of difference, and explains those that are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import zensical

PAGE = """<!doctype html><html><head><title>Heat</title><meta name="review-state" content="not reviewed"></head>
<body><a href="..">Start</a><article><h1 id="heat">Heat</h1><p>An electric <b>current</b> heats the nerve.</p>
<p><a href="../risks/#burn">Burns</a></p>
<table><tr id="one"><th>Lasts</th><td>12 months</td></tr></table></article></body></html>"""


def made(folder: Path, **pages: str) -> Path:
    """A site of pages, each in a folder of its own."""
    for name, html in pages.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "index.html").write_text(html, "utf-8")
    return folder


def found(tmp_path: Path, **theirs: str) -> set[tuple[str, str, str]]:
    before, after = made(tmp_path / "a", heat=PAGE), made(tmp_path / "b", **theirs)
    return {(one.kind, one.sign, one.entry) for one in zensical.differences(before, after)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("heats the", "heals the", ("text", "+", "An electric current heals the nerve.")),
        ("../risks/#burn", "../risks.md#burn", ("link", "+", f"a {zensical.SITE}risks.md#burn")),
        ('id="one"', 'id="two"', ("anchor", "-", "one")),
        ("12 months", "1 months", ("table", "+", "table 1, row 1: Lasts | 1 months")),
        ("12 months</td>", "12</td><td>months</td>", ("table", "+", "table 1, row 1: Lasts | 12 | months")),
        (">Start<", "><", ("frame", "-", "Start")),
        ('content="not reviewed"', 'content=""', ("head", "+", "meta review-state:")),
    ],
)
def test_a_change_is_seen(tmp_path, old, new, expected):
    kind, sign, entry = expected
    seen = {(a, b, c.strip()) for a, b, c in found(tmp_path, heat=PAGE.replace(old, new))}
    assert (kind, sign, entry) in seen


def test_a_missing_and_a_new_page_are_seen(tmp_path):
    before, after = made(tmp_path / "a", heat=PAGE, cold=PAGE), made(tmp_path / "b", heat=PAGE, warm=PAGE)
    seen = [(one.kind, one.sign, one.page) for one in zensical.differences(before, after)]
    assert seen == [("file", "-", "cold/index.html"), ("file", "+", "warm/index.html")]


def test_other_ways_to_write_the_same_are_no_difference(tmp_path):
    same = PAGE.replace('"../risks/', '"..&#x2f;risks/').replace('".."', '"./.."').replace("</p>\n", "\n  </p>\n\n")
    assert not found(tmp_path, heat=same)


def test_what_is_known_is_told_but_does_not_fail(tmp_path):
    known = [
        zensical.Known("text", "heat/*", "-", "*", "why"),
        zensical.Known("text", "heat/*", "+", "*heals*", "why"),
        zensical.Known("link", "*", "-", "*", "never"),
    ]
    before = made(tmp_path / "a", heat=PAGE)
    other = made(tmp_path / "b", heat=PAGE.replace("heats", "heals"))
    lines, new = zensical.report(list(zensical.differences(before, other)), known)
    assert not new and lines == [
        "known, 1 times: text - heat/* * (why)",
        "known, 1 times: text + heat/* *heals* (why)",
        "no longer there: link - * *",
    ]
    lines, new = zensical.report(list(zensical.differences(before, other)), known[:1])
    assert new and lines[0] == "DIFFERENT text: 1 on 1 page(s)"


def test_zensical_makes_the_same_articles(tmp_path, capfd):
    if not (zensical.WORK / "venv/bin/python").exists():
        pytest.skip("Zensical is not installed here; make zensical does it")
    mkdocs, other = tmp_path / "mkdocs", tmp_path / "zensical"
    zensical.build(mkdocs, other)
    differences = list(zensical.differences(mkdocs, other))
    lines, new = zensical.report(differences)
    assert not new, "\n".join(lines)
    assert not {one.kind for one in differences} & {"text", "link", "anchor", "table"}
    assert len(list(mkdocs.rglob("index.html"))) > 20
