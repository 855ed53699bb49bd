"""The macros as pure functions, on a small guide with made-up sources."""

from __future__ import annotations

import html
from datetime import date
from types import SimpleNamespace

import pytest
from lxml.html import fromstring

from macros import load, on_pre_page_macros, options, risks
from macros.calls import bound
from macros.extension import converted
from macros.model import Guide, Review
from macros.pagecheck import page_problems
from macros.pages import answered, body
from macros.problem import MacroError
from macros.render import BLOCK, Row, blocks, bullets, escape, link, listing, table
from macros.review import review_line


def test_a_figure_stays_with_the_methods_that_its_source_gave_it_for(small):
    everything, heat, release = (risks.risk_table(small, m) for m in (None, "heat", "release"))
    for shown in (everything, heat):
        assert "<strong>7 out of every 2,000 people</strong>. The other 1,993 do not have it." in shown
        assert "One count for chemical injection and heat together.[^one-infection]" in shown
        assert "It counts loosely." in shown
    assert "2,000" not in release
    assert "one-infection" not in release
    assert "It counts loosely." not in release
    assert "The wound can get infected." in release


def test_what_is_not_counted_is_said_in_words_or_said_to_be_missing(small):
    release = risks.risk_table(small, "release")
    assert "In words only: “very seldom”[^two-paralysis]." in release
    assert "Our sources do not say." in release


def test_a_risk_that_no_source_names_for_a_method_is_not_in_its_table(small):
    assert 'id="paralysis"' not in risks.risk_table(small, "heat")


def test_a_count_says_for_which_treatments_of_its_row_there_is_none(small):
    told = "together.[^one-infection] No source counted it for nerve release."
    assert told in risks.risk_table(small) and told in risks.one_risk(small, "infection")
    assert "No source counted" not in risks.risk_table(small, "heat") + risks.one_risk(small, "paralysis")


def test_a_list_of_risks_does_not_look_like_all_that_can_happen(small):
    above, _, _ = risks.risk_table(small, "release").partition("<table")
    assert above == "<p>This list may not be complete. A harm that is not listed can still happen.</p>\n\n"
    _, _, below = risks.one_risk(small, "infection").partition(">Treatments<")
    assert "If a treatment is missing here, it may still do this harm." in below


def test_an_option_of_our_own_says_so(small):
    shown = options.alternatives_table(small)
    assert "No source names this option." in shown.partition("Waiting")[2]
    assert "Nothing is done. (Not from our sources.)" in shown


def test_an_unknown_id_is_told_with_a_mend(small):
    with pytest.raises(MacroError, match="Did you mean 'heat'"):
        risks.risk_table(small, "haet")


def test_a_table_has_a_caption_headers_anchors_and_no_empty_cell():
    shown = table("Cap", ["A", "B", "C"], [Row("one", ["x", "y", "z"])], "risks")
    for part in ("<caption>Cap</caption>", 'scope="col"', 'scope="row"', '<tr id="one"', 'data-label="B"'):
        assert part in shown
    for cells in (["x", " "], ["x"], ["x", "y", "z"]):
        with pytest.raises(ValueError, match="empty cell"):
            table("Cap", ["A", "B"], [Row("one", cells)], "risks")


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "a | b",
        "{{ x }} {% y %} {# z #}",
        "\"quoted\" & 'quoted'",
        "*a* _b_ **c** `d`",
        "[a](b) ![c](d) [^e]",
        "- not a list",
        "1. not a list",
        "# not a title",
        "\\* &lt; &#60;",
        "a~b^c==d",
        "https://example.org :smile: @you",
        "<b onclick=x>",
        "*[HTML]: no",
    ],
)
def test_text_shows_as_typed_wherever_it_lands(typed):
    rows = [Row("r", [escape(typed), escape(typed), link(escape(typed), f"https://example.org/?{typed}")])]
    shared = blocks(table(typed, ["A", typed, "C"], rows, "risks"))
    page, _ = converted(f"# {escape(typed)}\n\n{escape(typed)}\n\n{shared}\n")
    page = fromstring(f"<main>{page}</main>")
    shown = [page.find("h1"), page.xpath("p[not(@class)]")[0], *page.xpath("//caption|//tr[@id='r']/*|//thead//th[2]")]
    assert [element.text_content() for element in shown] == [typed] * 7
    assert page.xpath("//td/@data-label") == [typed, "C"]
    assert page.xpath("//td/a/@href") == [f"https://example.org/?{typed}"]
    assert not page.xpath("//script|//*[@onclick]|//th/a|//em|//img")


REFUSED = [
    "{{ risk_table(none) }}",
    '{{ risk_table("he" + "at") }}',
    '{{ risk_table("heat").upper() }}',
    '{{- risk_table("heat") -}}',
    '{{ (risk_table("heat")) }}',
    "{{ '\\ufdd0<form action=x></form>' }}",
    '{{ my_notes("a\\x01b") }}',
    '{{ my_notes("a\\ud800b") }}',
    '{{ my_notes("a\\ufdd1wzxhzdk:0\\ufdd2b") }}',
    '```\n{{ risk_table("heat") }}\n```',
    "{{ now() }}",
]
ANSWERED = ['{{ risk_table("heat") }}', "{{ risk_table ('heat') }}", '{{ my_notes("What (do) I want, & why?") }}']


@pytest.mark.parametrize("call", REFUSED + ANSWERED)
def test_a_call_is_refused_with_its_line_or_answered_by_check_and_build_alike(call):
    guide, forged = load.current(), "\ufdd0<form></form>"
    page = f"---\ndescription: About it.\n---\n\n# Title\n\n{call}\n\n{forged}\n"
    told = {problem.line for problem in page_problems(page, "p.md", guide)}
    assert bool(told.intersection(range(7, 8 + call.count("\n")))) == (call in REFUSED)
    env = SimpleNamespace(markdown=body(page), macros=bound(guide), has_j2=lambda text: "{{" in text)
    env.page = SimpleNamespace(meta={}, file=SimpleNamespace(src_uri="p.md"))
    env.macros["now"] = lambda: 1  # one of mkdocs-macros' own
    on_pre_page_macros(env)
    assert env.page.meta == {"render_macros": False}  # Jinja reads no page
    shown = fromstring(f"<main>{converted(env.markdown)[0]}</main>")
    assert "<form></form>" in shown.text_content() and not shown.xpath("//form")
    if call in ANSWERED:
        assert "{{" not in env.markdown and env.markdown == answered(body(page), bound(guide))


def test_a_page_keeps_a_rule_at_its_start_a_citation_before_a_colon_and_a_bracket_from_the_data(small):
    assert answered("---\n\n# Title\n\n---\n", {}) == "---\n\n# Title\n\n---\n"
    claim_id = next(iter(load.current().sources["painx"].claims))
    page, _ = converted(f"# Title\n\nIt says[^{claim_id}]: yes.\n\n{blocks(bullets(['&#91; &#93; typed']))}")
    assert 'href="#fn:1">1</a></sup>: yes.' in page and 'id="fn:1"' in page
    assert "<li>[ ] typed</li>" in page


def test_what_is_typed_on_a_page_is_never_html():
    typed = ["<script>alert(1)</script>", "<p onclick=x>a</p>", "text <b>b</b> <!-- c --> <img src=x>"]
    whole = "\n\n".join(["# Title", *typed, BLOCK + typed[0], BLOCK + "<i>"])
    page, _ = converted(answered(whole, {}))
    for line in [*typed, "<i>"]:
        assert html.escape(line, quote=False) in page
    assert not fromstring(f"<main>{page}</main>").xpath("//script|//b|//i|//img|//*[@onclick]|//comment()")


def test_listing():
    assert [listing(list(words)) for words in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


def test_the_review_line_tells_none_current_and_overdue(small):
    def with_reviews(*reviews: Review) -> Guide:
        return small.model_copy(update={"review": small.review.model_copy(update={"reviews": reviews})})

    one = Review(by="A. Person", role="nurse", on=date(2030, 1, 2), next=date(2031, 1, 2))
    older = one.model_copy(update={"on": date(2029, 1, 1), "by": "B. Person"})
    assert review_line(small, date(2030, 1, 1)) == "Nobody has reviewed this."
    current = review_line(with_reviews(one, older), date(2031, 1, 2))
    assert current == "Reviewed by A. Person, nurse, on 2 January 2030. Next review: 2 January 2031."
    assert "was due on 2 January 2031 and is overdue" in review_line(with_reviews(older, one), date(2031, 1, 3))
