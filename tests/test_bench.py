"""What make bench and make growth measure is the guide's own content, and their tables say it right."""

from __future__ import annotations

from bench import content, grown, growth, run
from bench.__main__ import row
from bench.browse import KINDS, Visit
from macros import load
from macros.pages import read_pages
from macros.read import read


def test_peers_get_what_the_pages_say_as_plain_markdown():
    pages = content.now()
    assert pages.keys() == read_pages(paths.DOCS).keys()
    risks = pages["risks.md"]
    guide = load.current()
    assert all(risk.name in risks for risk in guide.risks.values())
    assert "| Risk | What can happen | How often | Treatments |\n| --- | --- | --- | --- |" in risks
    assert guide.review.until_reviewed in risks
    assert "[^initiative-risk-infection]: " in risks
    for path, text in pages.items():
        assert "<table" not in text and "<div" not in text and 'markdown="' not in text, path
        assert ".md)" not in text and ".md#" not in text, path


def test_a_grown_guide_passes_the_loader_and_names_no_entry_that_it_lacks():
    data = read(paths.DATA.read_bytes(), paths.DATA.name).data
    whole = grown.grown_data(data, 3)
    assert len(whole["risks"]) == 3 * len(data["risks"])
    guide = load.Guide.model_validate(whole, context={"ids": load._ids(whole)})
    texts = grown.grown_pages(read_pages(paths.DOCS), list(data["sources"]), 40)
    assert len(texts) == 40
    answered = content.answered(guide, texts)
    assert guide.risks["u2-infection"].name in answered["methods/u2-heat.md"]


def test_ratios_and_exponents_are_told_right():
    floor = Visit(dict.fromkeys(KINDS, 100), 1, 100, 200.0, 400.0)
    twice = Visit(dict.fromkeys(KINDS, 200), 2, 250, 300.0, 400.0)
    assert row("x", twice, floor)[-5:] == ["1.0 (2.00)", "2", "0.2 (2.50)", "300 (1.50)", "400 (1.00)"]
    assert round(growth.exponent({16: 1.6, 100: 10, 400: 40}), 6) == 1
    assert round(growth.exponent({16: 256, 100: 10000, 400: 160000}), 6) == 2
    assert run.table(["a", "b"], [["x", 1]]).splitlines() == ["| a | b |", "| --- | ---: |", "| x | 1 |"]
    assert run.ratio(1, 0) == "-"
