"""Pages: every wrong call and citation is told with its line, and mended from the message alone."""

from __future__ import annotations

import pytest

from macros.check import page_problems

TITLE = "---\ndescription: x\n---\n\n# Title\n\n"


def told(small, body: str) -> list[tuple[int, str, str]]:
    return [(p.line, p.what, p.mend) for p in page_problems(TITLE + body, "docs/x.md", small)]


@pytest.mark.parametrize(
    "body",
    [
        '{{ risk_table() }}\n\n{{ risk_table("heat") }}\n\n{{ risk_table(method="release") }}\n',
        "Said.[^one-how][^two-release]\n",
        "```\n[^nobody] # not a title\n```\n\n`[^nobody]`\n",
    ],
)
def test_good_pages_have_no_problem(small, body):
    assert told(small, body) == []


@pytest.mark.parametrize(
    ("body", "what", "mend"),
    [
        ('{{ risk_tabel("heat") }}', "there is no macro 'risk_tabel'", "Did you mean 'risk_table'?"),
        ('{{ risk_table("heet") }}', "there is no method 'heet'", "Did you mean 'heat'?"),
        ('{{ risk_table("heat" "x") }}', "there is no method 'heatx'", "Put a comma between"),
        ('{{ risk_table("heat" method="x") }}', "cannot be read", "commas between"),
        ("{{ risk_table(heat) }}", "a name in it has no quotes", "risk_table("),
        ('{{ risk_table("heat", "cold") }}', "does not take this", 'Write {{ risk_table(method="...") }}.'),
        ("{{ risk_table }}", "is not a call", "Write {{ risk_table() }}."),
        ("{{ risk_table() ", "cannot be read", "Write a call"),
        ('{{ source("three") }}', "there is no source 'three'", "There is: one, two."),
        ("{{ 1 + 1 }}", "this is not a call", "The macros:"),
        ("{% for x in y %}{% endfor %}", "is not a call", "nothing else"),
        ("See {{ risk_table() }}.", "has more than a call in it", "a line of its own"),
        ("Said.[^one-hwo]", "there is no claim 'one-hwo'", "Did you mean 'one-how'?"),
        ("[^one-how]: my own text", "a text of its own", "Delete the line"),
        ("# Another title", "the page has 2 titles", "'## '"),
    ],
)
def test_a_mistake_in_a_page(small, body, what, mend):
    ((line, said, how),) = told(small, body)
    assert line == 7
    assert what in said
    assert mend in how


def test_all_mistakes_of_a_page_are_told_at_once(small):
    body = 'Said.[^nobody]\n\n{{ risk_table("heet") }}\n\n{{ sorce("one") }}\n'
    assert [line for line, *_ in told(small, body)] == [7, 9, 11]
