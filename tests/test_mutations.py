"""Bad input in bulk: the real data file and the real pages, changed in every way that people do.

Each change is either refused with a line and a mend, or taken and shown exactly as typed. The
changes are drawn with fixed seeds, so that a failure can be run again: the seed is in its name.
"""

from __future__ import annotations

import html
import random
import re
from collections import Counter
from functools import lru_cache

import pytest

from macros import load, pagecheck
from macros.calls import bound
from macros.drawings import DRAWN, drawing
from macros.extension import converted
from macros.pages import answered, body, read_pages
from macros.problem import DataError, Problem
from tests.conftest import ROOT

DATA = load.DATA.read_text("utf-8")
PAGES = read_pages(load.DOCS)

#: What people type or paste where something else should stand.
ODD = [
    "no", "yes", "Off", "~", "null", "true", "12:30", "1.10", "1_000", "0x1F", "010", "1e3", "-1", "0", "2026-02-30",
    "1,000", "9" * 5000, "'", '"', "“smart”", "‘smart’", "*star", "&and", "!!str x", "{", "}", "[", "]", "[a, b",
    "- ", "|", ">", "# hidden", "text # hidden", "a: b", "a:", ": a", "@x", "%x", "`x`", "?", "---", "...", "<<",
    "<script>alert(1)</script>", "<b>bold</b>", "{{ risk_table() }}", "{% raw %}", "{# x", "| a | b |", "**b**",
    "[^painx-regrow]", "[a](javascript:alert(1))", "<!-- x -->", "é", "日本", "\u2028", "\ufeff", "\x00",
    "\x07", "\u200b",
    "<<<<<<< HEAD", "=======", ">>>>>>> x", "\t", "   ", "not reported", "not from our sources", "none",
]  # fmt: skip

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


def change(text: str, draw: random.Random) -> bytes:
    """The text as somebody's mistake left it."""
    lines = text.splitlines(keepends=True)
    at = draw.randrange(len(lines))
    other = draw.randrange(len(lines))
    line = lines[at]
    way = draw.randrange(24)
    if way == 0:
        del lines[at]
    elif way == 1:
        lines.insert(at, line)
    elif way == 2:
        lines.insert(other, line)
    elif way == 3:
        lines[at], lines[other] = lines[other], lines[at]
    elif way == 4:
        lines[at] = draw.choice(["", " ", "  ", "    ", "\t"]) + line.lstrip(" ")
    elif way == 5:
        lines[at : at + 4] = ["  " + each for each in lines[at : at + 4]]
    elif way in (6, 7, 8, 9):
        lines[at] = re.sub(r"(: ).*", lambda m: m[1] + draw.choice(ODD), line)
    elif way == 10:
        lines[at] = line.replace(draw.choice([",", ":", "[", "]", "{", "}", "-", '"', "'"]), "", 1)
    elif way == 11:
        lines[at] = line.replace('"', "“").replace("'", "’").replace(": ", draw.choice([":", " : ", ": “", ":  "]), 1)
    elif way == 12:
        place = draw.randrange(len(line))
        lines[at] = line[:place] + draw.choice(ODD) + line[place:]
    elif way == 13:
        place = draw.randrange(len(line))
        lines[at] = line[:place] + line[place + 1 :]
    elif way == 14:
        lines.insert(at, draw.choice(ODD) + "\n")
    elif way == 15:
        lines[at] = line.rstrip("\n") + draw.choice(ODD) + "\n"
    elif way == 16:
        return text.replace("\n", "\r\n").encode()
    elif way == 17:
        return b"\xef\xbb\xbf" + text.encode()
    elif way == 18:
        raw = text.encode()
        place = draw.randrange(len(raw))
        return raw[:place] + draw.choice([b"\xff", b"\xe9", b"\xc3(", b"\x00"]) + raw[place:]
    elif way == 19:
        lines[at : at + 1] = ["<<<<<<< HEAD\n", line, "=======\n", line, ">>>>>>> other\n"]
    elif way == 20:
        return text[: draw.randrange(len(text))].encode()
    elif way == 21:
        lines[at] = re.sub(r"[a-z]+(?=-|,|\]|:)", lambda m: m[0][1:] + m[0][:1], line, count=1)
    elif way == 22:
        lines[at] = line.replace("    ", "\t", 1) if "    " in line else "\t" + line
    else:
        lines[at] = line.upper()
    return "".join(lines).encode("utf-8", "surrogatepass")


def sound(problems: list[Problem], raw: bytes) -> str | None:
    """What is wrong with a refusal, or None."""
    most = len(raw.decode("utf-8", "replace").splitlines()) + 2
    for problem in problems:
        if not 1 <= problem.line <= most:
            return f"line {problem.line} of {most}"
        if not problem.what.strip() or not problem.mend.strip():
            return f"no mend: {problem}"
        if len(problem.what) > 700:
            return "a message nobody can read"
    return None if problems else "refused without a problem"


def texts(value: object):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


def try_data(seed: int) -> tuple[str, str]:
    raw = change(DATA, random.Random(seed))
    try:
        guide = load.parse(raw, "data.yml")
    except DataError as error:
        return "refused", sound(error.problems, raw) or ""
    except Exception as error:
        return "crashed", f"{type(error).__name__}: {error}"
    typed = " ".join(raw.decode("utf-8-sig").replace("''", "'").replace('\\"', '"').split())
    for text in texts(guide.model_dump(mode="json", exclude_none=True)):
        if " ".join(text.split()) not in typed and text not in guide.model_dump():
            return "taken", f"shows what nobody typed: {text[:80]!r}"
    return "taken", ""


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


def run(function, seeds: range) -> Counter:
    results = {seed: function(seed) for seed in seeds}
    wrong = [(seed, *result) for seed, result in results.items() if result[1] or result[0] == "crashed"]
    assert wrong == [], f"{len(wrong)} of {len(seeds)}: {wrong[:5]}"
    return Counter(kind for kind, _ in results.values())


def parts(first: int, many: int, size: int):
    """The seeds from `first` in parts of a test each, so that all processors have work to the end."""
    return pytest.mark.parametrize("seeds", [range(at, at + size) for at in range(first, first + many, size)], ids=str)


@parts(0, 1600, 200)
def test_the_data_file_is_refused_with_a_line_or_taken_as_typed(seeds):
    found = run(try_data, seeds)
    assert found["refused"] > len(seeds) / 3
    assert found["taken"] > len(seeds) / 20


@parts(10_000, 1600, 200)
def test_a_page_is_refused_with_a_line_or_built_safely(seeds):
    found = run(try_page, seeds)
    assert found["refused"] > len(seeds) / 10
    assert found["taken"] > len(seeds) / 10


@parts(20_000, 60, 20)
def test_hostile_text_in_the_data_shows_as_typed(seeds):
    assert run(try_shown, seeds)["taken"] > len(seeds) / 3


@pytest.mark.parametrize("path", sorted((ROOT / "tests/fixtures/worst").glob("*")), ids=lambda path: path.name)
def test_the_worst_that_were_ever_found(path):
    """Files that once crashed the check, hung it, or were read as something else than typed."""
    raw = path.read_bytes()
    if path.suffix == ".md":
        text = raw.decode("utf-8-sig", "replace")
        assert pagecheck.page_problems(text, path.name, load.current())
        return
    with pytest.raises(DataError) as error:
        load.parse(raw, path.name)
    assert sound(error.value.problems, raw) is None
