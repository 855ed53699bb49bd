"""Pages: every mistake is told with its line, and mended from the message alone."""

from __future__ import annotations

import pytest

from macros.pagecheck import built_problems, link_problems, page_problems
from macros.pictures import icon_array

TITLE = "---\ndescription: x\n---\n\n# Title\n\n"
ANCHORS = {"risks.md": {"infection", "what-can-happen"}, "methods/heat.md": {"risks"}, "x.md": set()}


def told(small, body: str) -> list[tuple[int, str, str]]:
    text = TITLE + body
    found = page_problems(text, "docs/x.md", small)
    found += link_problems(text, "x.md", "docs/x.md", ANCHORS, {"assets/a.svg"}.__contains__)
    return [(p.line, p.what, p.mend) for p in sorted(found)]


@pytest.mark.parametrize(
    "body",
    [
        '{{ risk_table() }}\n\n{{ conditions_table("heat") }}\n\n{{ conditions_table(method="release") }}\n',
        "Said.[^one-how][^two-release]\n",
        "```html\n[^nobody] # not a title <script>\n```\n\n`[^nobody] <b>`\n",
        "See [risks](risks.md#infection), [heat](/methods/heat.md) and [out](https://example.org/a?b=c#d).\n",
        "![A nerve](assets/a.svg)\n\n## A heading { #my-id }\n\nFewer than 3 < 4 people.\n",
        "> A quotation with *stress* and **weight**.\n\n1. one\n2. two\n",
    ],
)
def test_good_pages_have_no_problem(small, body):
    assert told(small, body) == []


@pytest.mark.parametrize(
    ("body", "what", "mend"),
    [
        # calls
        ('{{ risk_tabel("heat") }}', "there is no macro 'risk_tabel'", "Did you mean 'risk_table'?"),
        ('{{ risk_table("heet") }}', "there is no method 'heet'", "Did you mean 'heat'?"),
        ('{{ risk_table("heat" "x") }}', "there is no method 'heatx'", "Put a comma between"),
        ('{{ risk_table("heat" method="x") }}', "cannot be read", "commas between"),
        ("{{ risk_table(heat) }}", "a name in it has no quotes", "risk_table("),
        ('{{ risk_table("heat", "cold") }}', "does not take this", 'Write {{ risk_table(method="...") }}.'),
        ("{{ risk_table(1/0) }}", "a name in it has no quotes", "risk_table("),
        ('{{ risk_table(*["heat"]) }}', "does not take this", "risk_table("),
        ("{{ risk_table }}", "is not a call", "Write {{ risk_table() }}."),
        ("{{ risk_table() ", "cannot be read", "Write a call"),
        ("{{ risk_table(“heat”) }}", "cannot be read", "quotes around names"),
        ('{{ source("three") }}', "there is no source 'three'", "There is: one, two."),
        ('{{ gap("chanse") }}', "there is no gap 'chanse'", "Did you mean 'chance'?"),
        ('{{ compare_table("son") }}', "a method has no field 'son'", "Did you mean 'soon'?"),
        ("{{ 1 + 1 }}", "this is not a call", "The macros:"),
        ("{{ config.site_name }}", "this is not a call", "The macros:"),
        ("{% for x in y %}{% endfor %}", "is not a call", "nothing else"),
        ("{# hidden #}", "begins a hidden comment", "Take any other away"),
        ("    {{ risk_table() }}", "has spaces before it", "Delete the spaces"),
        ("See {{ risk_table() }}.", "has more than a call in it", "a line of its own"),
        # citations
        ("Said.[^one-hwo]", "there is no claim 'one-hwo'", "Did you mean 'one-how'?"),
        ("[^one-how]: my own text", "a text of its own", "Delete the line"),
        # headings, wording, lists
        ("# Another title", "the page has 2 titles", "'## '"),
        ("#### Too deep", "skips a level", "Begin it with ##"),
        ("It kills the nerve.", "'kills' is wording", "frightening"),
        ("It helps 90% of people.", "'90%' is wording", "out of how many"),
        ("One. Two. Three. Four.", "has 4 sentences", "Make two of it"),
        ("- a\n" * 7 + "- b", "more than 7 entries", "two lists"),
        ("word " * 20 + "end.", "21 words", "Make two of it"),
        # what could run or load
        ("<img src=x onerror=alert(1)>", "'<img' is HTML", "Write it as Markdown"),
        ("<script>alert(1)</script>", "'<script>' is HTML", "Write it as Markdown"),
        ("<!-- hidden -->", "'<!--' is HTML", "Write it as Markdown"),
        ("[a](risks.md){ onclick=alert(1) }", "sets an attribute", "Only an id or a class"),
        ("[a](javascript:alert(1))", "no address that a page may link to", "https://"),
        ("[a](java&#115;cript:alert)", "no address that a page may link to", "https://"),
        ("[a](http://example.org)", "no address that a page may link to", "https://"),
        ("![a](https://example.org/a.png)", "comes from another place", "into docs/"),
        ("[a]: javascript:alert(1)", "defines a link apart", "in the link itself"),
        ('{% raw %}{{ <img src="x"> }}{% endraw %}', "is not a call", "nothing else"),
        ("\\`<img src=x>\\`", "'<img' is HTML", "Write it as Markdown"),
        ("```foo``` is code. <img src=x>", "'<img' is HTML", "Write it as Markdown"),
        ('{{ source("one", uses={}) }}', "does not take this", "source("),
        ("[a](https://[example.org/)", "no address that a page may link to", "https://"),
        # links
        ("[a](risk.md)", "the link 'risk.md' leads nowhere", "Did you mean 'risks.md'?"),
        ("[a](risks.md#infektion)", "there is no '#infektion' in risks.md", "Did you mean 'infection'?"),
        ("[a](#nowhere)", "there is no '#nowhere' in x.md", ""),
    ],
)
def test_a_mistake_in_a_page(small, body, what, mend):
    found = told(small, body)
    assert len(found) == 1, found
    ((line, said, how),) = found
    assert line == 7 + (7 if "7 entries" in what else 0)
    assert what in said
    assert mend in how


@pytest.mark.parametrize(
    ("head", "line", "what", "mend"),
    [
        ("# Title\n", 1, "the page has no front matter", "Begin the page with three lines"),
        ("---\n---\n\n# Title\n", 1, "the field 'description' is missing", "Add a line"),
        ("---\ndescripton: x\n---\n\n# Title\n", 2, "there is no field 'descripton'", "Did you mean 'description'?"),
        ("---\ndescription: a: b\n---\n\n# Title\n", 2, "cannot be read", "quotes around the whole"),
        ('---\ndescription: "<b>"\n---\n\n# Title\n', 2, "does not have the right form", "Write it without <"),
        ("---\ndescription: x\n...\n# Title <b>\n---\n\n# Title\n", 3, "'...' ends the file", "Delete this line"),
        ("---\ndescription: '{% raw %}'\n---\n\n# T\n\n{{ x }}\n", 2, "is not a call", "nothing else"),
        ("---\ndescription: no\n---\n\n# Title\n", 2, "'no' without quotes", 'quotes: "no"'),
        ("---\ndescription: x\nkind: colection\n---\n\n# Title\n", 3, "not one of the words", "'collection'"),
    ],
)
def test_a_mistake_in_front_matter(small, head, line, what, mend):
    found = [p for p in page_problems(head, "docs/x.md", small) if what in p.what]
    assert found
    assert found[0].line == line
    assert mend in found[0].mend


def test_all_mistakes_of_a_page_are_told_at_once(small):
    body = 'Said.[^nobody]\n\n{{ risk_table("heet") }}\n\n{{ sorce("one") }}\n\n<b>x</b>\n\n[a](gone.md)\n'
    assert [line for line, *_ in told(small, body)] == [7, 9, 11, 13, 15]


def test_the_last_look_finds_what_could_run_or_load():
    page = '<p id="a" onclick="x()"><a href=" java\tscript:x">a</a><img src="//example.org/x"><iframe></iframe></p>'
    ids, found = built_problems(page, "docs/x.md")
    assert ids == {"a"}
    assert len(found) == 4
    for loads in (
        'src=" //evil.example/x"',
        'src="/\\\\evil.example"',
        'srcset="a 1x, //b 2x"',
        'poster="x"',
        'style="a"',
    ):
        assert built_problems(f"<img {loads}>", "x")[1], loads
    for hidden in (
        "<!--><img src=x onerror=x()>-->",
        "<![CDATA[><img src=x onerror=x()>]]>",
        "<?x <img src=x>?>",
        "<svg><title><img src=x onerror=x()></title></svg>",
        '<svg class="array"><path d="M0 0" onclick="x()"/></svg>',
        '<input type="image" src="x">',
        '<p fill="url(https://evil.example)">x</p>',
        '<p id="menu">x</p>',
        "<ul><li>[ ] a<ul><li>b</li></ul></li></ul>",
    ):
        assert built_problems(hidden, "x")[1], hidden
    array = icon_array(1, 1000)
    assert built_problems(f"<p>{array}</p>", "x")[1] == []
    hurt = array.replace("/></svg>", ' onclick="x()"/></svg>')
    assert built_problems(f"<p>{hurt}</p>", "x")[1]
    assert "stand twice" in built_problems('<p id="a"></p><p id="a"></p>', "x")[1][0].what
    assert built_problems('<p><a href="https://example.org">a</a><a href="../b/#c">b</a></p>', "x")[1] == []


@pytest.mark.parametrize("fence", ["``` a b c", "~~~ {x", "``` a=b", "    ```"])
def test_code_that_another_program_may_not_see_is_told(small, fence):
    found = told(small, f"{fence}\n\n<b>x</b>\n\n```\n")
    assert any("does not begin code" in what for _, what, _ in found), found


def test_a_field_for_notes_needs_a_name(small):
    for call in ("{{ my_notes(5) }}", '{{ my_notes("") }}'):
        assert "what stands above the field" in told(small, call)[0][1]


def test_code_that_never_ends_is_told_and_looked_at(small):
    found = told(small, "```\n<b>x</b>\n")
    assert [what.split(" ")[0] for _, what, _ in found] == ["'```'", "'<b>'"]
