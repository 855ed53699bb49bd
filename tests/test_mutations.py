"""Bad input in bulk: data files changed in every way that people do.

Each change is either refused with a line and a mend, or taken and shown exactly as typed. The
changes are drawn with fixed seeds, so that a failure can be run again: the seed is in its name.
Most are of the small guide, which has every kind of entry and is read in no time.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

import pytest

from macros.guide import load, paths
from macros.guide.problem import DataError, Problem
from tests.conftest import ROOT

REAL = paths.DATA.read_text("utf-8")
SMALL = (ROOT / "tests/fixtures/small.yml").read_text("utf-8")

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

#: Bytes that mean something to YAML, to an encoding or to nobody.
SIGNS = [
    b"\r", b"\0", b"%YAML 9.9\n", b"%TAG ! x\n---\n", b"\n---\n", b"\n...\n", b"&a ", b"*a ", b"!x ", b"!<", b"!e!b ",
    b"? ", b": ", b"- ", b"[", b"]", b"{", b"}", b"|9", b">", b"'", b'"', b"\\x", b'"\\ud800"', b"<<: ",
    b"? [a]\n: b\n", b"\n", b"\n  ", b" #", b"%", b"@", b"`", b"\t", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80",
    b"\xc2\x85", b"a" * 1100,
]  # fmt: skip


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


def try_real(seed: int) -> tuple[str, str]:
    return tried(change(REAL, random.Random(seed)))


def try_small(seed: int) -> tuple[str, str]:
    return tried(change(SMALL, random.Random(seed)))


def try_bytes(seed: int) -> tuple[str, str]:
    """Signs of YAML and bytes of every kind, several in one file."""
    draw = random.Random(seed)
    raw = bytearray(SMALL.encode())
    for _ in range(draw.choice([1, 2, 5])):
        place = draw.randrange(len(raw))
        raw[place:place] = draw.choice(SIGNS) * draw.choice([1, 1, 3])
    return tried(bytes(raw))


def tried(raw: bytes) -> tuple[str, str]:
    """Whether the file is refused or taken, or crashed the loader; and what is wrong with that, or ""."""
    try:
        guide = load.parse(raw, "data.yml")
    except DataError as error:
        return "refused", sound(error.problems, raw) or ""
    except Exception as error:
        return "crashed", f"{type(error).__name__}: {error}"
    typed = " ".join(raw.decode("utf-8-sig").replace("''", "'").replace('\\"', '"').split())
    for text in texts(guide.model_dump(mode="json", exclude_unset=True)):
        if " ".join(text.split()) not in typed and text not in guide.model_dump():
            return "taken", f"shows what nobody typed: {text[:80]!r}"
    return "taken", ""


def run(function: Callable[[int], tuple[str, str]], seeds: range) -> Counter:
    results = {seed: function(seed) for seed in seeds}
    wrong = [(seed, *result) for seed, result in results.items() if result[1] or result[0] == "crashed"]
    assert wrong == [], f"{len(wrong)} of {len(seeds)}: {wrong[:5]}"
    return Counter(kind for kind, _ in results.values())


def parts(first: int, many: int, size: int):
    """The seeds from `first` in parts of a test each, so that all processors have work to the end."""
    return pytest.mark.parametrize("seeds", [range(at, at + size) for at in range(first, first + many, size)], ids=str)


@parts(0, 1600, 200)
def test_a_data_file_is_refused_with_a_line_or_taken_as_typed(seeds):
    found = run(try_small, seeds)
    assert found["refused"] > len(seeds) / 3
    assert found["taken"] > len(seeds) / 20


@parts(10_000, 20, 10)
def test_the_real_data_file_is_refused_with_a_line_or_taken_as_typed(seeds):
    assert run(try_real, seeds)["refused"]


@parts(20_000, 600, 300)
def test_no_bytes_crash_the_loader(seeds):
    assert run(try_bytes, seeds)["refused"] > len(seeds) / 2


@pytest.mark.parametrize("path", sorted((ROOT / "tests/fixtures/worst").glob("*.yml")), ids=lambda path: path.name)
def test_the_worst_that_were_ever_found(path):
    """Files that once crashed the check, hung it, or were read as something else than typed."""
    raw = path.read_bytes()
    with pytest.raises(DataError) as error:
        load.parse(raw, path.name)
    assert sound(error.value.problems, raw) is None
