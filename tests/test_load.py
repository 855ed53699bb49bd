"""The loader: every way a data file goes wrong is a problem with its line and its mend."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from macros.guide import load, model, paths
from macros.guide.problem import DataError
from tests.conftest import ROOT

REAL = paths.DATA.read_text("utf-8")
FIXTURES = ROOT / "tests/fixtures"
SMALL = (FIXTURES / "small.yml").read_text("utf-8")


def problems(raw: bytes | str) -> list:
    try:
        load.parse(raw.encode() if isinstance(raw, str) else raw, "data.yml")
    except DataError as error:
        return error.problems
    return []


def changed(old: str, new: str) -> tuple[str, int]:
    """The real file with one place changed, and the line where the change begins."""
    assert old in REAL
    return REAL.replace(old, new, 1), REAL[: REAL.index(old)].count("\n") + 1


def test_the_real_file_has_no_problem():
    assert problems(REAL) == []


def test_one_broken_file_gives_all_its_problems_at_once():
    with pytest.raises(DataError) as error:
        load.parse((FIXTURES / "broken.yml").read_bytes(), "broken.yml")
    assert f"{error.value}\n" == (FIXTURES / "broken.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "further", "what", "mend"),
    [
        ("    name: Bruising\n", "    nmae: Bruising\n", 0, "there is no field 'nmae'", "Did you mean 'name'?"),
        ("  bleeding:\n", "  infection:\n", 0, "'infection' stands here twice", "name of its own"),
        ("[facts-net-16, initiative", "[facts-net-16 initiative", 0, "no claim 'facts-net-16 in", "comma missing?"),
        ("[painx-risk-bruising]", "[painx-risk-brusing]", 0, "no claim 'painx-risk-brusing'", "'painx-risk-bruising'?"),
        ("{count: 1, out_of", "{count: 1 out_of", 0, "cannot be read", "put a comma between"),
        ("{count: 1, out_of", "{count:1, out_of", 0, "'count:1' has no colon and space", "Write count: 1"),
        ("out_of: 1000,", "out_of: 2,500,", 0, "the comma before '500'", "without a comma: 2500."),
        ("out_of: 1000,", "out_of: 1,234,567,", 0, "the comma before '234'", "without a comma: 1234567."),
        ("out_of: 1000,", "out_of: 2,5,", 0, "the comma before '5'", "without a comma. Put"),
        ("{count: 1, out_of: 1000, of: people}", "{words: 1 in 1,000}", 0, "the comma before '000'", "in quotes"),
        ("out_of: 1000,", 'out_of: "1000",', 0, "'1000' is not a whole number", "without quotes: 1000"),
        ("out_of: 1000,", "out_of: 01000,", 0, "'01000' is not a whole number", "quotes: 1000"),
        ("out_of: 1000,", f"out_of: {'9' * 5000},", 0, "99…' is not a whole number", "12 at most"),
        ("count: 1,", "count: 0,", 0, "'0' is too small", "from 1 up"),
        ("count: 1, out_of: 1000", "count: 9, out_of: 3", 0, "9 out of 3", "the larger as 'out_of'"),
        ("name: Bruising", "name: no", 0, "'no' without quotes", 'quotes: "no"'),
        ("name: Bruising", "name: true", 0, "'true' without quotes", 'quotes: "true"'),
        ("name: Bruising", "name: 12:30", 0, "'12:30' without quotes", 'quotes: "12:30"'),
        ("name: Bruising", "name: 1.10", 0, "'1.10' without quotes", 'quotes: "1.10"'),
        ("name: Bruising", "name: 7", 0, "'7' is not a text", 'quotes: "7"'),
        ("name: Bruising", "name:", 0, "nothing after the colon", "Write a value"),
        ("name: Bruising", "name: Bruising: blue", 0, "cannot be read", "quotes around the whole"),
        ("name: Bruising", 'name: "Bruising', 0, "a quote is opened", "Close the quotes"),
        ("    name: Bruising", "\tname: Bruising", 0, "there is a tab", "Use spaces"),
        ("    name: Bruising", "   name: Bruising", 1, "cannot be read", "as many spaces"),
        ("name: Bruising", "name Bruising", 1, "cannot be read", "a colon and a space"),
        ("name: Bruising", "name: &b Bruising", 0, "'&b' marks text", "Take it away"),
        ("name: Bruising", "name: *b", 0, "'*b' stands for text", "Write the value itself"),
        ("name: Bruising", "name: **Bruising** é", 0, "'*' cannot start a text", "in quotes"),
        ("name: Bruising", "name: @home", 0, "cannot start", "in quotes"),
        ("name: Bruising", "name: Bruising # blue", 0, "'# blue' is hidden", "in quotes"),
        ("[painx-risk-bruising]", "[painx-risk-bruising] # new", 0, "'# new' is hidden", "a line of its own"),
        ("name: Bruising", "name: !!str Bruising", 0, "'!!str' is a YAML tag", "Take it away"),
        ("name: Bruising", "name: Brui\x07sing", 0, "invisible character (code 0007)", "Delete it"),
        ("    name: Bruising", "<<<<<<< HEAD\n    name: Bruising", 0, "'<<<<<<<' is left over", "Keep one"),
        ("[painx-risk-bruising]", "[painx-risk-bruising", 0, "cannot be read", "close what you opened"),
        ("[painx-risk-bruising]", "painx-risk-bruising", 0, "is not a list of claims", "Write [painx-risk-bruising]"),
        ("frequency: {count: 1, out_of: 1000, of: people}", "frequency: 0.1%", 0, "is no frequency", "{count: 2"),
        ("origin: guide", "origin: gide", 0, "'gide' is not one of the words", "'sources' or 'guide'"),
        ("  bruising:\n", "  Bruising Bad:\n", 0, "'Bruising Bad' does not have the right form", "small letters"),
        ("      painx-offer:", "      offer:", 0, "does not begin with its source's id", "Write painx-..."),
        ("[initiative-risk-bleeding]", "[initiative-risk-bleeding, facts-net-05]", None, None, None),
    ],
)
def test_a_mistake_has_its_line_and_its_mend(old, new, further, what, mend):
    text, line = changed(old, new)
    found = problems(text)
    if what is None:  # a change that is no mistake
        assert found == []
        return
    told = [p for p in found if what in p.what]
    assert told, "\n".join(map(str, found)) or "no problem"
    assert told[0].line == line + further
    assert mend in told[0].mend


@pytest.mark.parametrize(
    ("raw", "line", "what"),
    [
        (b"", 1, "the file is empty"),
        (b"# only a comment\n", 1, "the file is empty"),
        (b"- a list\n", 1, "no named parts"),
        (b"review:\n  until_reviewed: caf\xe9\n", 2, "the bytes e9 are not UTF-8"),
        (b"review: {}\n---\nreview: {}\n", 2, "'---' starts a second file"),
        (b"review: {}\ra: &a x\r", 2, "'&a' marks text"),
        (b"review: {}\r\nx: y\rz: \x00\n", 3, "invisible character (code 0000)"),
        (b"a: " + b"[" * 5000 + b"]" * 5000, 1, "too many [ or {"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, "'&a' marks text"),
    ],
)
def test_a_file_that_is_no_data_file(raw, line, what):
    assert [p for p in problems(raw) if p.line == line and what in p.what]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_byte_order_mark_change_nothing(end):
    as_others_save_it = b"\xef\xbb\xbf" + SMALL.replace("\n", end).encode()
    assert load.parse(as_others_save_it, "data.yml") == load.parse(SMALL.encode(), "data.yml")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "cp1252"])
def test_a_file_in_another_encoding_is_one_problem(encoding):
    (found,) = problems(REAL.encode(encoding, "replace"))
    assert found.mend.startswith("Save the file as UTF-8")


FIGURE = "{count: 7, out_of: 2000, of: people}"


@pytest.mark.parametrize(
    ("count", "out_of", "mend"),
    [
        ("2.0", "1000", "quotes: 2"),
        ("1000.0", "1000", "quotes: 1000"),
        ("010", "1000", "quotes: 10"),
        ("1_000", "1000", "quotes: 1000"),
        ("1 000", "1000", "quotes: 1000"),
        ('"1,000,000"', "1000000", "quotes: 1000000"),
        ('"1.000.000"', "1000000", "quotes: 1000000"),
        ("0.5", "100", "count: 1, out_of: 200"),
        ('"0,5"', "100", "count: 1, out_of: 200"),
        ("1.5", "1000", "count: 3, out_of: 2000"),
        ("0.125", "100", "count: 1, out_of: 800"),
        ("1", "2.5", "count: 2, out_of: 5"),
        ("0.5", "no", "Count more people, until both numbers are whole."),
        ("1.000", "5000", "Write 1000 if the point stands between thousands. If decimals follow it: "),
        ("1.500", "5000", "If decimals follow it: Count more people, such as count: 3, out_of: 10000"),
        ("1e3", "1000", "in plain digits"),
        ("-1", "1000", "in plain digits"),
        ("about 5", "1000", "in plain digits"),
    ],
)
def test_no_mend_of_a_number_is_another_number(count, out_of, mend):
    found = problems(SMALL.replace(FIGURE, f"{{count: {count}, out_of: {out_of}, of: people}}"))
    assert "is not a whole number" in found[0].what
    assert mend in found[0].mend
    if counted := re.search(r"count: ([0-9]+), out_of: ([0-9]+)", found[0].mend):
        typed = Fraction(count.strip('"').replace(",", ".")) / Fraction(out_of)
        assert Fraction(int(counted[1]), int(counted[2])) == typed


@pytest.mark.parametrize(
    "text",
    [
        '"Paralysis" is named as a risk.', "'Rarely' it's bad.", "'Tis bad.", "[Rarely] you can bleed.", "%5 bleed.",
        "[1] says: few.", '"Five" or "six".', "*Few* bleed.", "@home it bleeds.", "`x` bleeds.", ">90 bleed.",
        "{Some} bleed.", "It is rare: few bleed.",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("before", "old", "after"),
    [("    name: ", "Infection", "\n"), ("{text: ", "The spot can get infected.", ", claims: [one-infection]}")],
)
def test_a_text_that_yaml_cannot_read_is_shown_in_quotes(before, old, after, text):
    """Who copies what the message shows has what was typed."""
    assert SMALL.count(before + old + after) == 1
    (found,) = problems(SMALL.replace(before + old + after, before + text + after))
    assert found.line == SMALL[: SMALL.index(before + old + after)].count("\n") + 1
    if before.startswith("{") and ": " in text:  # where it ends is anybody's guess
        assert "a colon in it needs quotes" in found.mend
        return
    name = before.strip(" {")
    quoted = found.mend.rsplit(name, 1)[1].removeprefix(" ")
    guide = load.parse(SMALL.replace(before + old + after, before + quoted + after).encode(), "data.yml")
    assert text in (guide.risks["infection"].name, guide.risks["infection"].says[0].text)


@pytest.mark.parametrize(
    ("typed", "quoted"),
    [("'it's here'", '"it\'s here"'), ('"He said "no" to it"', "'He said \"no\" to it'")],
)
def test_quotes_that_are_torn_are_not_doubled(typed, quoted):
    (found,) = problems(SMALL.replace("name: Infection", f"name: {typed}"))
    assert found.mend == f"Put the whole text in quotes: name: {quoted}"


def test_a_quote_that_swallows_what_follows_is_told_where_it_opens():
    long = '"A text\n      of two lines."\n'
    text = SMALL.replace("name: Infection\n", f"name: {long}")
    assert problems(text) == []
    line = text[: text.index("name: Paralysis")].count("\n") + 1
    (found,) = problems(text.replace("name: Paralysis", 'name: "Paralysis'))
    assert (found.line, "opened and not closed" in found.what) == (line, True)
    (found,) = problems(text.replace("    name: Paralysis", "   name: Paralysis"))
    assert "quote" not in found.what


@pytest.mark.parametrize(
    ("old", "new", "at", "what", "mend"),
    [
        # a count is cited by the one harm that the source gave it for, and an id stands for one thing
        ("[initiative-risk-bleeding]", "[initiative-risk-bleeding, initiative-risk-infection]",
         "      initiative-risk-infection:", "it has a count, but 2 risks cite it: infection, bleeding.", "there"),
        ("  crps:\n", "  bruising:\n", "", "conditions › bruising: the id 'bruising' stands in risks too.", "another"),
        ("[chemical]\n    claims:\n", "[chemical]\n    retired: [painx-offer]\n    claims:\n",
         "      painx-offer:", "'painx-offer' was used before", "a new id"),
        # a claim answers a question for each treatment that it speaks of, and for no other
        ("[facts-net-09, painx-effect-onset]", "[painx-effect-onset]", "claims: [facts-net-09]",
         "heat › soon › 1 › claims: 'facts-net-09' speaks of 'chemical' too, and 'soon' there does not cite it.",
         "Cite it there too. If it does not mean chemical, give the claim 'methods'"),
        ("[science-insights-outlook-mild]", "[science-insights-outlook-mild, painx-effect-onset]", "",
         "release › soon › 1 › claims: 'painx-effect-onset' does not speak of 'release', only of: chemical.",
         "Take it away, or add release to the claim's 'methods'."),
        # what one source says on one side is said of the same treatments; an option stands beside all that it means
        ("why-entrapment, science-insights-release-how]\n      - text: A chem",
         "why-entrapment, science-insights-cold]\n      - text: A chem", "",
         "'science-insights-why-entrapment' and 'science-insights-cold' speak of different treatments.", "Make a side"),
        ("[chemical, heat, cold, removal]", "[chemical, heat, cold]", "",
         "nerve-block › beside: a claim of this option speaks of 'removal', which is not in the list.", "Add removal:"),
        # sources are counted, and a group of risks holds what its name says
        ("Destroyed, three sources say", "Destroyed, two sources say", "",
         "it speaks of 3 sources, but its claims are of facts-net, initiative, painx, wisegeek.", "Write the number"),
        ("common\n    noticed: I have a bruise", "counted\n    noticed: I have a bruise", "",
         "bruising › group: 'counted' does not fit: no claim has a count.", "Write counted where a source counted"),
        ("counted\n    noticed: I bleed", "common\n    noticed: I bleed", "",
         "bleeding › group: 'common' does not fit: a claim has a count.", "and serious or common where none did."),
    ],
)  # fmt: skip
def test_a_rule_between_entries_is_told_where_it_is_broken_and_nothing_else_is(old, new, at, what, mend):
    """`at` begins the line that is told of; without it, that is where the change begins."""
    text, line = changed(old, new)
    (found,) = problems(text)
    assert (found.file, found.line) == ("data.yml", text[: text.index(at)].count("\n") + 1 if at else line)
    assert what in found.what and mend in found.mend


@pytest.mark.parametrize("word", ["every", "Never", "nobody", "none", "all", "always", "at all", "above all"])
def test_a_word_that_leaves_no_exception_stands_in_a_claim_too(word):
    text, line = changed("text: You can get a bruise.", f"text: {word} you can get a bruise.")
    assert problems(text.replace("says: You can get a bruise.", f"says: It {word.lower()} bruises.")) == []
    found = problems(text)
    if " " in word:
        assert found == []
        return
    assert [(p.file, p.line, p.mend) for p in found] == [("data.yml", line, f"Say it without '{word.lower()}'.")]
    assert f"text: '{word.lower()}' leaves no exception, and none of its claims says so." in found[0].what


def test_a_missing_file_is_one_clean_line(tmp_path):
    with pytest.raises(DataError, match=r"gone.yml:1: the file cannot be read"):
        load.current(tmp_path / "gone.yml")


def test_the_file_is_parsed_once_until_it_changes(tmp_path, monkeypatch):
    file = tmp_path / "data.yml"
    file.write_text(REAL, "utf-8")
    times = []
    monkeypatch.setattr(load, "_parse", lambda raw, name, parse=load._parse: times.append(name) or parse(raw, name))
    assert load.current(file) is load.current(file)
    file.write_text(REAL.replace("name: Bruising", "name: A bruise"), "utf-8")
    assert load.current(file).risks["bruising"].name == "A bruise"
    assert len(times) == 2


def test_the_head_of_the_file_explains_every_field():
    head = REAL.split("\nreview:", 1)[0]
    named = set(re.findall(r"[a-z_]+", head))
    entries = [e for e in vars(model).values() if isinstance(e, type) and issubclass(e, model.Entry)]
    assert {field for entry in entries for field in entry.model_fields} <= named


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("place: Fact 3, says", "place: Fact 3, methods: [release], says", "'release' is not among the methods"),
        ("claims: [two-paralysis]", "claims: not from our sources", "a risk needs a claim of a source"),
        (", frequency: {words: very seldom}", "", "none of its claims says how often"),
        ("  reviews: []", "  reviews: [{by: A, role: B, on: 2030-01-02, next: 2030-01-01}]", "is not after the review"),
    ],
)
def test_a_broken_rule_between_entries_is_told(old, new, what):
    assert SMALL.count(old) == 1
    assert [p for p in problems(SMALL.replace(old, new)) if what in p.what and p.mend]
