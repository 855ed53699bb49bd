"""The loader: every way a data file goes wrong is a problem with its line and its mend."""

from __future__ import annotations

import re

import pytest

from macros.guide import load, model
from macros.check import claim_problems, main, shown_problems
from macros.guide.problem import DataError
from tests.conftest import ROOT, run

REAL = load.DATA.read_text("utf-8")
FIXTURES = ROOT / "tests/fixtures"


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
        ("  bruising:\n", "  infection:\n", 0, "'infection' stands here twice", "name of its own"),
        (
            "[facts-net-16, initiative",
            "[facts-net-16 initiative",
            0,
            "there is no claim 'facts-net-16 in",
            "comma missing?",
        ),
        ("[painx-risk-bruising]", "[painx-risk-brusing]", 0, "no claim 'painx-risk-brusing'", "'painx-risk-bruising'?"),
        ("{count: 1, out_of", "{count: 1 out_of", 0, "cannot be read", "put a comma between"),
        ("{count: 1, out_of", "{count:1, out_of", 0, "'count:1' has no colon and space", "Write count: 1"),
        ("out_of: 1000,", "out_of: 1,000,", 0, "the comma before '000'", "in quotes"),
        ("{count: 1, out_of: 1000, of: people}", "{words: 1 in 1,000}", 0, "the comma before '000'", "in quotes"),
        ("out_of: 1000,", 'out_of: "1000",', 0, "'1000' is not a whole number", "without quotes: 1000"),
        ("out_of: 1000,", "out_of: 01000,", 0, "'01000' without quotes", "plain digits: 1000"),
        ("out_of: 1000,", f"out_of: {'9' * 5000},", 0, "without quotes", "Put it in quotes"),
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
        (b"a: " + b"[" * 5000 + b"]" * 5000, 1, "too many [ or {"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, "'&a' marks text"),
    ],
)
def test_a_file_that_is_no_data_file(raw, line, what):
    assert [p for p in problems(raw) if p.line == line and what in p.what]


def test_line_ends_and_byte_order_mark_change_nothing():
    as_windows_saves_it = b"\xef\xbb\xbf" + REAL.replace("\n", "\r\n").encode()
    assert load.parse(as_windows_saves_it, "data.yml") == load.parse(REAL.encode(), "data.yml")


def test_a_count_is_cited_by_the_one_harm_that_the_source_gave_it_for():
    text, _ = changed("[initiative-risk-bleeding]", "[initiative-risk-bleeding, initiative-risk-infection]")
    (found,) = problems(text)
    assert "it has a count, but 2 risks cite it: infection, bleeding" in found.what


def test_an_id_stands_in_one_part_only():
    text, line = changed("  crps:\n", "  bruising:\n")
    (found,) = problems(text)
    assert (found.line, found.what) == (line, "conditions › bruising: the id 'bruising' stands in risks too.")


def test_an_id_is_not_used_again():
    text, _ = changed(
        "    methods: [chemical]\n    claims:\n", "    methods: [chemical]\n    retired: [painx-offer]\n    claims:\n"
    )
    (found,) = problems(text)
    assert "'painx-offer' was used before" in found.what


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


def test_the_command_fails_and_prints_no_traceback(project):
    (project / "data/neurolysis.yml").write_bytes((FIXTURES / "broken.yml").read_bytes())
    for command in (["macros.check"], ["mkdocs", "build", "--site-dir", str(project / "site")]):
        done = run(*command, cwd=project)
        said = done.stdout + done.stderr
        assert done.returncode != 0
        assert "data/neurolysis.yml:27: risks › infection › says › 1 › claims › 1: there is no claim" in said
        assert "Traceback" not in said


def test_github_shows_the_problems_on_their_lines(project):
    text, line = changed("name: Bruising", "name: no")
    (project / "data/neurolysis.yml").write_text(text, "utf-8")
    done = run("macros.check", cwd=project, GITHUB_ACTIONS="true")
    assert f"::error file=data/neurolysis.yml,line={line}::risks › bruising › name: 'no'" in done.stdout
    assert "%0APut it in quotes" in done.stdout


def test_the_real_project_passes_its_own_check(capsys):
    assert main() == 0
    assert "No problem found" in capsys.readouterr().out


SMALL = (FIXTURES / "small.yml").read_text("utf-8")


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


def test_a_claim_that_no_page_cites_and_a_gap_that_none_shows_are_told(small):
    found = [*claim_problems(small, {}, lambda path: 7, "x.yml"), *shown_problems(small, {}, lambda path: 7, "x.yml")]
    assert "no page cites the claim 'one-how'." in [p.what for p in found]
    assert "no page shows the gap 'chance'." in [p.what for p in found]
    uses = {claim: [("a.md", "A")] for source in small.sources.values() for claim in source.claims}
    shown = {"a.md": "{{ gap('chance') }}"}
    assert not [*claim_problems(small, uses, len, "x.yml"), *shown_problems(small, shown, len, "x.yml")]
