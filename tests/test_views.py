"""The macros as pure functions, on a small guide with made-up sources."""

from __future__ import annotations

from datetime import date
from inspect import Parameter, signature

import pytest
from lxml.html import fromstring

import macros
from macros.guide.model import Guide, Review
from macros.guide.problem import MacroError
from macros.guide.review import review_line
from macros.views import MACROS, options, risks
from macros.views.gallery import arguments
from macros.views.render import Row, escape, link, listing, table
from tests.conftest import called, converted


def shown(markdown: str):
    """What comes of a macro's answer, as elements."""
    return fromstring(f"<main>{converted(f'# Title{chr(10) * 2}{markdown}')}</main>")


def test_a_figure_stays_with_the_methods_that_its_source_gave_it_for(small):
    everything, heat, release = (risks.risk_table(small, m) for m in (None, "heat", "release"))
    for answer in (everything, heat):
        assert "**7 out of every 2,000 people**. The other 1,993 do not have this harm." in answer
        assert "One count for chemical injection and heat together.[^one-infection]" in answer
        assert "It counts loosely." in answer
    assert "2,000" not in release and "one-infection" not in release and "It counts loosely." not in release
    assert "The wound can get infected." in release


def test_what_is_not_counted_is_said_in_words_or_said_to_be_missing(small):
    release = risks.risk_table(small, "release")
    assert "In words only: “very seldom”[^two-paralysis]." in release
    assert "Our sources do not say." in release


def test_a_risk_that_no_source_names_for_a_method_is_not_in_its_table(small):
    assert 'id="paralysis"' not in risks.risk_table(small, "heat")


def test_a_count_says_for_which_treatments_of_its_row_there_is_none(small):
    told = " No source counted it for nerve release."
    assert f"As counted above.[^one-infection]{told}" in risks.risk_table(small)
    assert f"together.[^one-infection]{told}" in risks.risk(small, "infection")
    assert "No source counted" not in risks.risk_table(small, "heat") + risks.risk(small, "paralysis")


def test_a_list_of_risks_does_not_look_like_all_that_can_happen(small):
    above, _, _ = risks.risk_table(small, "release").partition("<details")
    assert above == "This list may not be complete. A harm that is not listed can still happen.\n\n"
    _, _, below = risks.risk(small, "infection").partition("## Treatments")
    assert "If a treatment is missing here, it may still do this harm." in below


def test_an_option_of_our_own_says_so(small):
    answer = options.alternatives_table(small)
    assert "No source names this option." in answer.partition("Waiting")[2]
    assert "Nothing is done. (Not from our sources.)" in answer


@pytest.mark.parametrize(
    ("call", "mend"),
    [
        (lambda macro: macro["risk_table"]("haet"), "Did you mean 'heat'"),
        (lambda macro: macro["risk"]("infecton"), "Did you mean 'infection'"),
        (lambda macro: macro["source"]("on"), "Did you mean 'one'"),
        (lambda macro: macro["compare_table"](), "There is: what, helps"),
        (lambda macro: macro["gap"](), "chance"),
        (lambda macro: macro["questions"]("Will it helps?"), "Did you mean 'Will it help?'"),
        (lambda macro: macro["my_notes"](" "), "What I want to ask"),
    ],
)
def test_an_unknown_name_is_told_with_a_mend(small, call, mend):
    with pytest.raises(MacroError) as error:
        call(called(small))
    assert mend in error.value.mend


@pytest.mark.parametrize("name", MACROS)
def test_every_macro_answers_with_markdown_that_stands_in_a_block_and_takes_plain_values(small, name):
    """In a block such as `/// warning`, each answer is what it is outside."""
    macro = called(small)[name]
    given = {"about": "Mine", "method": "heat", "risk": "infection", "source": "one", "fields": "soon"}
    given |= {"gaps": "chance", "disagreement": "asleep-or-gone", "topics": "Will it help?"}
    taken = [p for p in arguments(MACROS[name]) if p.default is Parameter.empty]
    answer = macro(*[given[p.name] for p in taken])
    assert isinstance(answer, str) and answer.strip()
    assert [line for line in answer.split("\n") if line.startswith((" ", "\t"))] == []
    (box,) = shown(f"/// warning\n\n{answer}\n\n///").xpath("//div[contains(@class, 'admonition warning')]")
    outside = " ".join(shown(answer).text_content().split()).removeprefix("Title# ")
    inside = " ".join(box.text_content().split()).removeprefix("Warning ")
    for note in shown(answer).xpath("//sup"):
        assert note.text_content()
    assert inside and inside[:200] in outside


def test_a_table_has_a_caption_headers_anchors_and_no_empty_cell():
    (made,) = shown(table("Cap", ["A", "B", "C"], [Row("one", ["x", "y", "z"])], "risks")).xpath("//table")
    assert made.findtext("caption") == "Cap"
    assert [head.get("scope") for head in made.xpath(".//th")] == ["col", "col", "col", "row"]
    assert made.xpath(".//tr[@id='one']/td/@data-label") == ["B", "C"]
    for cells in (["x", " "], ["x"], ["x", "y", "z"]):
        with pytest.raises(ValueError, match="empty cell"):
            table("Cap", ["A", "B"], [Row("one", cells)], "risks")


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>", "a | b", "{{ x }} {% y %} {# z #}", "\"quoted\" & 'quoted'",
        "*a* _b_ **c** `d`", "[a](b) ![c](d) [^e]", "- not a list", "1. not a list", "# not a title", "\\* &lt; &#60;",
        "a~b^c==d", "https://example.org :smile: @you", "<b onclick=x>", "*[HTML]: no", ":material-phone: ++a++",
        "--8<-- x", "/// warning", "!!! warning", "=== tab", ": not a meaning", "[ ] [x] not a box", "+ not a list",
        "</td></table><p>", "&#x3c;b&#x3e;", "{ onclick=x } {: .y }", "a\u00a0b  c",
    ],
)  # fmt: skip
def test_text_of_the_data_shows_as_typed_wherever_it_lands(typed):
    wanted = " ".join(typed.split())
    rows = [Row("r", [escape(typed), escape(typed), link(escape(typed), "https://example.org/")])]
    page = shown(f"{escape(typed)}\n\n- {escape(typed)}\n\n{table(typed, ['A', 'B', 'C'], rows, 'risks')}")
    found = page.xpath("p[not(@class)]|ul/li|//caption|//tr[@id='r']/*")
    assert [element.text_content() for element in found] == [wanted] * 6
    assert page.xpath("//td/a/@href") == ["https://example.org/"]
    assert not page.xpath("//script|//*[@onclick]|//th/a|//em|//img|//b|//input|//div|//*[local-name()='svg']")


def test_what_a_page_may_hand_to_a_macro_is_no_more_than_its_own_arguments(small):
    for name, macro in called(small).items():
        given = [p.name for p in signature(MACROS[name]).parameters.values() if p.kind is Parameter.KEYWORD_ONLY]
        for hidden in given:
            with pytest.raises(TypeError):
                macro(**{hidden: "x"})


def test_which_pages_cite_a_claim_is_found_by_answering_their_calls(small):
    texts = {
        "a.md": "---\ndescription: x\n---\n\n# First\n\nSaid.[^one-how]\n\n`[^two-release]`\n",
        "b.md": '# Second\n\n{{ risk_table("heat") }}\n',
        "wrong.md": "# Wrong\n\n{{ risk_tabel() }} [^one-how]\n",
        "sources/one.md": "# One\n\n[^one-how]\n",
    }
    found = macros.uses(texts, called(small))
    assert found["one-how"] == [("a.md", "First")]
    assert found["one-infection"] == [("b.md", "Second")]
    assert "two-release" not in found


def test_words_are_listed_as_people_list_them():
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
