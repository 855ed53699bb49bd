"""Bad input in bulk: the real pages changed in every way that people do, and hostile text in the data.

Each change is either refused with a line and a mend, or taken and shown exactly as typed. The changes are drawn with
fixed seeds, so that a failure can be run again: the seed is in its name.
"""

from __future__ import annotations

import random
import re

import jinja2
import pytest
from lxml.html import fromstring

from macros.checks import built, pages
from macros.guide import load, paths
from macros.guide.pages import as_text, body, read_pages
from macros.guide.problem import DataError
from macros.views.clinics import listed
from macros.views.render import escape
from tests.conftest import ROOT, called, converted
from tests.test_mutations import change, parts, run, sound

DATA = (ROOT / "tests/fixtures/small.yml").read_text("utf-8")
#: A text in it that readers see, as field and value.
TEXT = re.compile(
    r"\b(name|noticed|text|says|missing|ask|question|word|meaning|reader): ([^{\n]*?)(?=, \w+:|\}|$)", re.M
)
PAGES = read_pages(paths.DOCS)
JINJA = jinja2.Environment(undefined=jinja2.StrictUndefined)

#: Text that must show as typed wherever a text may stand.
HOSTILE = [
    "<script>alert(1)</script>", "a | b || c", "{{ risk_table() }} {% if x %}", 'a "quoted" & \'quoted\' word',
    "*a* _b_ **c** `d` ~e~", "[a](javascript:alert(1)) ![x](//y)", "[^painx-regrow] [^nobody]",
    "<img src=x onerror=alert(1)>", "&lt;b&gt; &#60; \\* \\n", "{ onclick=alert(1) .x #y } {: .z }",
    "*[HTML]: no", "- 1. # >", "</td></table><p>", "é 日本 𝒳", ":material-phone: :smile:", '--8<-- "heat.svg"',
    "/// note", "!!! note", '=== "a"', "https://example.org/ <https://example.org/>", "[ ] [x]",
]  # fmt: skip


def looked_at(text: str, path: str, guide) -> tuple[list, str]:
    """The problems of a page, as it is typed or else of its HTML; and its HTML where nothing is wrong as typed."""
    known = called(guide)
    drawings = {f.name: f.read_text("utf-8") for f in (ROOT / "docs/assets/drawings").glob("*.svg")}
    typed = pages.problems(text, path, guide, known, set(drawings))
    if typed:
        return typed, ""
    html = converted(JINJA.from_string(body(text)).render(known))
    return list(built.problems(built.Built(html), text, path, "collection", drawings)), html


#: What could run, or load from elsewhere.
RUNS = "//script|//iframe[not(starts-with(@src, '../embed/'))]|//object|//style|//@*[starts-with(name(), 'on')]"
RUNS += "|//@style|//@href[starts-with(normalize-space(), 'javascript:')]|//@src[contains(., '//')]"


def try_page(seed: int) -> tuple[str, str]:
    draw = random.Random(seed)
    path = draw.choice(sorted(PAGES))
    raw = change(PAGES[path], draw)
    try:
        problems, html = looked_at(as_text(raw), path, load.current())
        if problems:
            return "refused", sound(problems, raw) or ""
        return "taken", " ".join(map(str, fromstring(f"<main>{html}</main>").xpath(RUNS)))
    except Exception as error:
        return "crashed", f"{path}: {type(error).__name__}: {error}"


def try_shown(seed: int) -> tuple[str, str]:
    """Hostile text in one text of the data: taken, it shows on the page of its macro as typed."""
    draw = random.Random(seed)
    typed = f"Start {draw.choice(HOSTILE)} stop."
    match = draw.choice(list(TEXT.finditer(DATA)))
    quoted = "'" + typed.replace("'", "''") + "'"
    raw = (DATA[: match.start(2)] + quoted + DATA[match.end(2) :]).encode()
    try:
        guide = load.parse(raw, "data.yml")
    except DataError as error:
        return "refused", sound(error.problems, raw) or ""
    macro = called(guide)
    calls = ["risk_table()", "options_table()", "methods_table()", "conditions_table()", "disagreements()", "gaps()"]
    calls += ["glossary()", "alternatives_table()", "questions()", "names_list()", "embeds()"]
    calls += ["urgent()", "call_list()", "next_steps()", 'timeline("heat")']
    calls += [f'source("{each}")' for each in guide.sources]
    calls += [
        f'{call}("{each}")' for call in ("in_short", "at_a_glance", "steps", "risk_table") for each in guide.methods
    ]
    calls += [embed.call for embed in listed(guide)]
    draw.shuffle(calls)
    for call in calls:
        answer = JINJA.from_string(f"{{{{ {call} }}}}").render(macro)
        if escape(typed) in answer:
            html = converted(f"# Title\n\n{answer}")
            shown = fromstring(f"<main>{html}</main>")
            wrong = [*built.Built(html).unsafe, *shown.xpath(RUNS)]
            if typed not in " ".join(shown.text_content().split()):
                wrong.append("it does not show as typed")
            return "taken", f"{call}: {typed}: {wrong}" if wrong else ""
    return "taken", f"{match[1]}: no page shows {typed!r}"


@parts(10_000, 400, 100)
def test_a_page_is_refused_with_a_line_or_built_safely(seeds):
    found = run(try_page, seeds)
    assert found["refused"] > len(seeds) / 10
    assert found["taken"] > len(seeds) / 10


@parts(20_000, 200, 50)
def test_hostile_text_in_the_data_shows_as_typed(seeds):
    assert run(try_shown, seeds)["taken"] > len(seeds) / 3


@pytest.mark.parametrize("path", sorted((ROOT / "tests/fixtures/worst").glob("*.md")), ids=lambda path: path.name)
def test_the_worst_pages_that_were_ever_found_are_refused(path):
    """Pages that once crashed the check, or were read as something else than typed."""
    problems, _ = looked_at(as_text(path.read_bytes()), path.name, load.current())
    assert sound(problems, path.read_bytes()) is None
