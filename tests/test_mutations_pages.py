"""Bad input in bulk, the pages: the real pages changed in every way that people do, and hostile text in the data.

Each change is either refused with a line and a mend, or taken and shown exactly as typed. Moved from
test_mutations.py as it was.
"""

from __future__ import annotations

import html
import random
import re
from functools import lru_cache

import pytest
from macros.calls import bound
from macros.drawings import DRAWN, drawing
from macros.pages import answered, body, read_pages

from macros import pagecheck
from macros.extension import converted
from macros.guide import load, paths
from macros.guide.problem import DataError, Problem
from tests.conftest import ROOT
from tests.test_mutations import change, parts, run, sound

DATA = paths.DATA.read_text("utf-8")
PAGES = read_pages(paths.DOCS)

#: Text that must show as typed wherever a text may stand.
HOSTILE = [
    "<script>alert(1)</script>", "a | b || c", "{{ risk_table() }} {% if x %}", 'a "quoted" & \'quoted\' word',
    "*a* _b_ **c** `d` ~e~", "[a](javascript:alert(1)) ![x](//y)", "[^painx-regrow] [^nobody]",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &#60; \\* \\n",
    "{ onclick=alert(1) .x #y }", "*[HTML]: no", "- 1. # >", "</td></table><p>", "é 日本 𝒳 \u202ex",
]  # fmt: skip


class AnyAnchor(frozenset):
    """The anchors of a page that is not looked at here."""

    def __contains__(self, anchor: object) -> bool:
        return True


HARMLESS = ("stand twice", "belongs to the page around", "instead of a box to tick")


def try_page(seed: int) -> tuple[str, str]:
    draw = random.Random(seed)
    path = draw.choice(sorted(PAGES))
    raw = change(PAGES[path], draw)
    text = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    try:
        guide = load.current()
        problems = pagecheck.page_problems(text, path, guide)
        problems += pagecheck.link_problems(text, path, path, dict.fromkeys(PAGES, AnyAnchor()), lambda other: True)
        if problems:
            return "refused", sound(problems, raw) or ""
        page, _ = converted(answered(body(text), bound(guide)))
        found = pagecheck.built_problems(page, path, [drawing(guide, method) for method in DRAWN])[1]
        # A call doubled, an id that is taken, a box that is none: refused, and harmless.
        if found and all(any(harmless in problem.what for harmless in HARMLESS) for problem in found):
            return "refused", sound(found, raw) or ""
        return "taken", "".join(problem.what for problem in found)
    except Exception as error:
        return "crashed", f"{path}: {type(error).__name__}: {error}"


@lru_cache  # one text is changed: most pages are as they were
def read_by_people(markdown: str) -> tuple[str, list[Problem]]:
    """The text of a page as it shows, and what is unsafe on it."""
    page, _ = converted(markdown)
    unsafe = pagecheck.built_problems(page, "page.md")[1]
    # a medical word in the text is a button with its meaning behind it
    page = re.sub(r'<span class="meaning".*?</span>', "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]*>", "", page)), unsafe


def try_shown(seed: int) -> tuple[str, str]:
    """Hostile text in one text of the data: taken, it shows on the page of its macro as typed."""
    draw = random.Random(seed)
    typed = f"Start {draw.choice(HOSTILE)} stop."
    names = list(re.finditer(r"(?m)^ +(?:- )?(name|text|says|missing|ask|question|word): (.*)$", DATA))
    match = draw.choice(names)
    quoted = "'" + typed.replace("'", "''") + "'"
    raw = (DATA[: match.start(2)] + quoted + DATA[match.end(2) :]).encode()
    try:
        guide = load.parse(raw, "data.yml")
    except DataError as error:
        return "refused", sound(error.problems, raw) or ""
    shown = ""
    for name, arguments in (
        ("risk_table", ()), ("options_table", ()), ("methods_table", ()), ("conditions_table", ()),
        ("at_a_glance", ("chemical",)), ("at_a_glance", ("heat",)), ("at_a_glance", ("cold",)),
        ("at_a_glance", ("release",)), ("at_a_glance", ("removal",)), ("disagreements", ()), ("gaps", ()),
        ("glossary", ()), *(("source", (source,)) for source in guide.sources),
        *(("steps", (method,)) for method in guide.methods),
    ):  # fmt: skip
        text, unsafe = read_by_people("# Title\n\n" + bound(guide)[name](*arguments))
        if unsafe:
            return "taken", f"{name}: {unsafe[0].what}"
        shown += text + "\n"
    return "taken", "" if typed in shown else f"{match[1]}: {typed!r} does not show as typed"


@parts(10_000, 1600, 200)
def test_a_page_is_refused_with_a_line_or_built_safely(seeds):
    found = run(try_page, seeds)
    assert found["refused"] > len(seeds) / 10
    assert found["taken"] > len(seeds) / 10


@parts(20_000, 60, 20)
def test_hostile_text_in_the_data_shows_as_typed(seeds):
    assert run(try_shown, seeds)["taken"] > len(seeds) / 3


@pytest.mark.parametrize("path", sorted((ROOT / "tests/fixtures/worst").glob("*.md")), ids=lambda path: path.name)
def test_the_worst_pages_that_were_ever_found(path):
    """Pages that once crashed the check, hung it, or were read as something else than typed."""
    text = path.read_bytes().decode("utf-8-sig", "replace")
    assert pagecheck.page_problems(text, path.name, load.current())
