"""The comparison of what MkDocs and Zensical make sees every kind of difference, and explains those that are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import zensical

PAGE = """<!doctype html><html><head><title>Heat</title></head>
<body><a href="..">Start</a><article><h1 id="heat">Heat</h1><p>An electric <b>current</b> heats the nerve.</p>
<ul class="help screen"><li>Report it</li></ul><p><a href="../risks/#burn">Burns</a></p>
<table><tr id="one"><th>Lasts</th><td>12 months</td></tr></table></article></body></html>"""


def made(folder: Path, **pages: str) -> Path:
    """A site of pages, each in a folder of its own."""
    for name, html in pages.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "index.html").write_text(html, "utf-8")
    return folder


def found(tmp_path: Path, theirs: str) -> list[zensical.Difference]:
    return list(zensical.differences(made(tmp_path / "a", heat=PAGE), made(tmp_path / "b", heat=theirs)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("heats the", "heals the", ("text", "+", "An electric current heals the nerve.")),
        ("../risks/#burn", "../risks.md#burn", ("link", "+", f"a {zensical.SITE}risks.md#burn")),
        ('id="one"', 'id="two"', ("anchor", "-", "one")),
        ("12 months", "1 months", ("table", "+", "row 1: Lasts | 1 months")),
        ("12 months</td>", "12</td><td>months</td>", ("table", "+", "row 1: Lasts | 12 | months")),
    ],
)
def test_a_change_in_an_article_is_seen(tmp_path, old, new, expected):
    assert expected in {(one.kind, one.sign, one.entry) for one in found(tmp_path, PAGE.replace(old, new))}


def test_a_missing_and_a_new_page_are_seen(tmp_path):
    before, after = made(tmp_path / "a", heat=PAGE, cold=PAGE), made(tmp_path / "b", heat=PAGE, warm=PAGE)
    seen = [(one.kind, one.sign, one.page) for one in zensical.differences(before, after)]
    assert seen == [("file", "-", "cold/index.html"), ("file", "+", "warm/index.html")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"../risks/', '"..&#x2f;risks/'),
        ("</p>\n", "\n  </p>\n\n"),
        (">Start<", ">Home<"),  # each program's own frame
        ("Report it", "Tell us"),
    ],
)
def test_other_ways_to_write_the_same_and_what_is_around_an_article_are_no_difference(tmp_path, old, new):
    assert found(tmp_path, PAGE.replace(old, new)) == []


def test_what_is_known_is_told_but_does_not_fail(tmp_path):
    known = [
        zensical.Known("text", "heat/*", "-", "*", "why"),
        zensical.Known("text", "heat/*", "+", "*heals*", "why"),
        zensical.Known("link", "*", "-", "*", "never"),
    ]
    differences = found(tmp_path, PAGE.replace("heats", "heals"))
    lines, new = zensical.report(differences, known)
    assert not new and lines == [
        "known, 1 times: text - heat/* * (why)",
        "known, 1 times: text + heat/* *heals* (why)",
        "no longer there: link - * *",
    ]
    lines, new = zensical.report(differences, known[:1])
    assert new and lines[0] == "DIFFERENT text: 1 on 1 page(s)"


def test_zensical_makes_the_same_articles(tmp_path):
    if not (zensical.WORK / "venv/bin/python").exists():
        pytest.skip("Zensical is not installed here; make zensical does it")
    mkdocs, other = tmp_path / "mkdocs", tmp_path / "zensical"
    zensical.build(mkdocs, other)
    lines, new = zensical.report(list(zensical.differences(mkdocs, other)))
    assert not new, "\n".join(lines)
    assert len(list(other.rglob("index.html"))) > 20
