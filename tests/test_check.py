"""Pages: what is typed, and what came of it, through the real build.

Every mistake is told with its file, its line, the bad value and its mend. What Material's authors write works, and
shows what was typed. Each case stands on a page of its own, and one build looks at all of them.
"""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.conftest import build, copied, edit, run, told

HEAD = "---\ndescription: About it.\nkind: collection\n---\n\n# Title\n\n"
#: The line on which the text of a page begins.
FIRST = HEAD.count("\n") + 1

#: What is typed below the title: its line, the first being 1; what is told; how it is mended.
TYPED = [
    # calls
    ('{{ risk_tabel("heat") }}', 1, "there is no macro 'risk_tabel'", "Did you mean 'risk_table'?"),
    ('{{ risk_table("heet") }}', 1, "there is no method 'heet'", "Did you mean 'heat'?"),
    ('{{ risk_table("heat" "x") }}', 1, "there is no method 'heatx'", "Put a comma between"),
    ('{{ risk_table("heat" method="x") }}', 1, "cannot be read", "commas between"),
    ("{{ risk_table(heat) }}", 1, "no plain value", 'Write it in quotes: {{ risk_table("...") }}'),
    ('{{ risk_table("heat", "cold") }}', 1, "does not take this", 'Write {{ risk_table(method="...") }}.'),
    ("{{ risk_table }}", 1, "is not a call", "Write {{ risk_table() }}."),
    ("{{ risk_table() ", 1, "cannot be read", "Write a call"),
    ("{{ risk_table(“heat”) }}", 1, "cannot be read", "quotes around names"),
    ('{{ source("three") }}', 1, "there is no source 'three'", "There is: facts-net, initiative"),
    ('{{ gap("chanse") }}', 1, "there is no gap 'chanse'", ""),
    ('{{ compare_table("son") }}', 1, "a method has no field 'son'", "Did you mean 'soon'?"),
    ("{{ my_notes(5) }}", 1, "what stands above the field", "Write {{ my_notes("),
    ("    {{ risk_table() }}", 1, "has spaces before it", "'/// warning | Title'"),
    ("!!! warning\n\n    {{ risk_table() }}", 3, "has spaces before it", "'/// warning | Title'"),
    ("See {{ risk_table() }}.", 1, "has more than a call in it", "a line of its own"),
    ("```\n{{ risk_table() }}\n```", 2, "is a call inside code", "Take it out"),
    # Jinja: nothing else than a call of a macro with plain values is ever answered
    ("{{ 1 + 1 }}", 1, "is not a call of a macro", "The macros:"),
    ("{{ config.site_name }}", 1, "is not a call of a macro", "The macros:"),
    ("{{ ''.__class__.__mro__ }}", 1, "is not a call of a macro", "The macros:"),
    ("{{ risk_table.__globals__ }}", 1, "is not a call of a macro", "The macros:"),
    ('{{ risk_table("heat").upper() }}', 1, "is not a call of a macro", "The macros:"),
    ("{{ cycler.__init__() }}", 1, "is not a call of a macro", "The macros:"),
    ("{{ [].append(1) }}", 1, "is not a call of a macro", "The macros:"),
    ("{{ risk_table(''.__class__) }}", 1, "no plain value", "in quotes"),
    ("{{ risk_table(1/0) }}", 1, "no plain value", "in quotes"),
    ("{{ my_notes('x' * 1000000000) }}", 1, "no plain value", "in quotes"),
    ('{{ risk_table("heat") | upper }}', 1, "is not a call of a macro", "The macros:"),
    ('{{ risk_table(*["heat"]) }}', 1, "does not take this", "risk_table("),
    ('{{ source("painx", uses={}) }}', 1, "no plain value", ""),
    ('{{ source("painx", uses="x") }}', 1, "does not take this", "source("),
    ("{{ now() }}", 1, "there is no macro 'now'", ""),
    ("{{ macros_info() }}", 1, "there is no macro 'macros_info'", ""),
    ('{{ my_notes("a\\x01b") }}', 1, "an invisible character", "Delete it."),
    ("{% for x in y %}{% endfor %}", 1, "is not a call", "nothing else"),
    ("{% include 'mkdocs.yml' %}", 1, "is not a call", "nothing else"),
    ("{% raw %}{{ x }}{% endraw %}", 1, "is not a call", "nothing else"),
    ("{# hidden #}", 1, "begins a hidden comment", "Take any other away"),
    ("## New words {#cost-words}\n\nText.", 1, "cannot be read", "Put a space between { and #"),
    # citations
    ("Said.[^painx-regow]", 1, "there is no claim 'painx-regow'", "Did you mean 'painx-regrow'?"),
    ("You can never bleed.[^painx-regrow]", 1, "'never' leaves no exception", "Say it without 'never'"),
    ("Two sources say so.[^painx-regrow]", 1, "it speaks of 2 sources, but its claims are of painx", "the number"),
    ("[^painx-regrow]: my own text", 1, "a text of its own", "Delete the line"),
    ("## New name[^painx-regrow]", 1, "a heading cites a claim", "behind a sentence"),
    # headings, wording, lists
    ("# Another title", 1, "the page has 2 titles", "'## '"),
    ("You can bleed.\n=====", 1, "the page has 2 titles", "'## '"),
    ("#### Too deep", 1, "skips a level", "Begin it with ##"),
    ("##\n\nText.", 1, "a heading is empty", "Write its words"),
    ("It kills the nerve.", 1, "'kills' is wording", "frightening"),
    ("It helps 90% of people.", 1, "'90%' is wording", "out of how many"),
    ("One. Two. Three. Four.", 1, "has 4 sentences", "Make two of it"),
    ("- a\n" * 7 + "- b", 8, "more than 7 entries", "two lists"),
    ("word " * 20 + "end.", 1, "21 words", "Make two of it"),
    ("<<<<<<< HEAD", 1, "a merge conflict", "Keep one of the two"),
    ("A zero\u200bwidth sign.", 1, "an invisible character (code 200b)", "Delete it"),
    # what could run or load
    ("<img src=x onerror=alert(1)>", 1, "'<img' is HTML", "Write it as Markdown"),
    ("<script>alert(1)</script>", 1, "'<script>' is HTML", "Write it as Markdown"),
    ('<iframe src="https://evil.example"></iframe>', 1, "'<iframe' is HTML", "Write it as Markdown"),
    ("<!-- hidden -->", 1, "'<!--' is HTML", "Write it as Markdown"),
    ("\\`<img src=x>\\`", 1, "'<img' is HTML", "Write it as Markdown"),
    ("```foo``` is code. <img src=x>", 1, "'<img' is HTML", "Write it as Markdown"),
    ("```\n<b>x</b>", 1, "begins code that never ends", "Write a line with ```"),
    ("``` a b c\n\nx\n\n```", 1, "does not begin code", "alone on its line"),
    ("```mermaid\ngraph LR\n```", 1, "from another host", "docs/assets/drawings/"),
    ("[a](../risks.md){ onclick=alert(1) }", 1, "sets an attribute", "Only an id or a class"),
    ("## A { style=color:red }\n\nText.", 1, "sets an attribute", "Only an id or a class"),
    ("/// note\n    attrs: {onclick: alert(1)}\n\nText.\n///", 2, "sets an attribute", "Only an id or a class"),
    ("/// note\n    attrs:\n      onclick: alert(1)\n\nText.\n///", 3, "onclick=alert(1)", "Take it out"),
    ("/// note\n    attrs:\n      style: position:fixed\n\nText.\n///", 3, "style=position:fixed", "Take it out"),
    ("/// note\n    attrs:\n      id: __search\n\nText.\n///", 3, "'__search'", "another id"),
    ("[a](javascript:alert(1))", 1, "javascript:alert(1)", "https://"),
    ("[a](java&#115;cript:alert)", 1, "leads nowhere", ""),
    ("[a](data:text/html,x)", 1, "data:text/html,x", "https://"),
    ("[a](http://example.org)", 1, "http://example.org", "https://"),
    ("[a](https://www.nhs.uk@evil.example/)", 1, "https://www.nhs.uk@evil.example/", "https://"),
    ("![a](https://example.org/a.png)", 1, "https://example.org/a.png", "Take it out"),
    ("![a](//example.org/a.png)", 1, "//example.org/a.png", "Take it out"),
    ("[a]: javascript:alert(1)", 1, "defines a link apart", "in the link itself"),
    # drawings
    ('--8<-- "haet.svg"', 1, "haet.svg", "Did you mean 'heat.svg'?"),
    ('--8<-- "../../risks.md"', 1, "risks.md", ""),
    ('--8<-- "/etc/passwd"', 1, "/etc/passwd", ""),
    # links
    ("[a](../risk.md)", 1, "the link '../risk.md' leads nowhere", "Did you mean '../risks.md'?"),
    ("[a](../risks.md#infektion)", 1, "there is no '#infektion' in risks.md", "Did you mean 'infection'?"),
    ("[a](#nowhere)", 1, "there is no '#nowhere' in", ""),
    ("See [the\nrisks](../riskss.md), [the [old] risks](../risks.md).", 2, "'../riskss.md' leads nowhere", "risks.md"),
    ("![A nerve](gone.png)", 1, "'gone.png' leads nowhere", ""),
    ("- one\n\n    [a](../risk.md)", 3, "leads nowhere", "'../risks.md'"),
]  # fmt: skip

#: Whole pages: the line, what is told, how it is mended.
WHOLE = [
    ("# Title\n", 1, "the page has no head", "Begin the page with three lines"),
    ("---\n---\n\n# Title\n", 1, "the field 'description' is missing", "Add a line"),
    ("---\ndescripton: x\n---\n\n# Title\n", 2, "there is no field 'descripton'", "Did you mean 'description'?"),
    ("---\ndescription: a: b\n---\n\n# Title\n", 2, "cannot be read", "quotes around the whole"),
    ('---\ndescription: "<b>"\n---\n\n# Title\n', 2, "does not have the right form", "Write it without <"),
    ("---\ndescription: The {{ x }} cost.\n---\n\n# Title\n", 2, "does not have the right form", "Write it without <"),
    ("---\ndescription: no\n---\n\n# Title\n", 2, "'no' without quotes", 'quotes: "no"'),
    ("---\ndescription: {\n---\n\n# Title\n", 2, "cannot be read", ""),
    ("---\ndescription: x\nkind: colection\n---\n\n# Title\n", 3, "not one of the words", "'collection'"),
    ("---\ndescription: x\ntags: [Will it hurt]\n---\n\n# Title\n", 3, "the right form", "as a question"),
    ("---\ndescription: x\ntemplate: embed.html\n---\n\n# Title\n", 3, "there is no field 'template'", ""),
    ("---\ndescription: x\n---\n\n# Title\n\nA few words.\n", 1, "the page has 3 words", "300 words at least"),
    ("---\ndescription: x\nkind: collection\n---\n\nText.\n", 1, "the page has 0 titles", "'# '"),
    (f"{HEAD}A text.\rMore of it.[^nobody]\r", 9, "there is no claim 'nobody'", ""),
    (HEAD.replace("\n", "\r") + "A text.[^nobody]\r", 8, "there is no claim 'nobody'", ""),
    (f"{HEAD}A text.".encode("utf-16"), 1, "the file is not UTF-8 text", "save the file as UTF-8"),
    (f"{HEAD}A caf\xe9.".encode("latin-1"), 8, "the file is not UTF-8 text", "save the file as UTF-8"),
]  # fmt: skip
#: What is put at the end of a drawing, and what is told of it there.
DRAWN = [
    ('<circle cx="1" cy="1" r="1" onload="alert(1)"/>', "onload=alert(1)"),
    ("<script>alert(1)</script>", "<script>"),
    ("<style>* { color: red }</style>", "<style>"),
    ('<image x="1"/>', "<image>"),
    ('<path d="M0 0" fill="url(https://evil.example)"/>', "fill=url(https://evil.example)"),
    ('<a href="//evil.example">x</a>', "href=//evil.example"),
    ("<foreignObject></foreignObject>", "<foreignobject>"),
    ("<!-- x -->", "<!-- x -->"),
]
PAGES = [((HEAD + body + "\n"), FIRST - 1 + line, what, mend) for body, line, what, mend in TYPED] + WHOLE


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory):
    """What a build tells of a page for each mistake, by the page's file, and how it ended."""
    project = copied(tmp_path_factory.mktemp("mistakes") / "project")
    edit(project / "mkdocs.yml", "not_in_nav: |\n", "not_in_nav: |\n  /mistakes/*\n")
    (project / "docs/mistakes").mkdir()
    for number, (page, *_) in enumerate(PAGES):
        raw = page if isinstance(page, bytes) else page.encode()
        (project / f"docs/mistakes/page-{number}.md").write_bytes(raw)
    good = (project / "docs/assets/drawings/heat.svg").read_text("utf-8")
    for number, (inside, _) in enumerate(DRAWN):
        drawing = good.replace("</svg>", f"{inside}</svg>").replace('id="', f'id="n{number}-')
        (project / f"docs/assets/drawings/bad-{number}.svg").write_text(drawing, "utf-8")
        (project / f"docs/mistakes/drawn-{number}.md").write_text(f'{HEAD}--8<-- "bad-{number}.svg"\n', "utf-8")
    done = build(project, project / "site")
    assert not (project / "site").exists()
    found: dict[str, list] = {}
    for problem in told(done):
        found.setdefault(problem.file, []).append(problem)
    return done, found


@pytest.mark.parametrize("number", range(len(PAGES)), ids=lambda number: re.sub(r"\W+", "-", PAGES[number][2])[:40])
def test_a_mistake_is_told_once_with_its_line_and_its_mend(mistaken, number):
    _, line, what, mend = PAGES[number]
    _, found = mistaken
    problems = found.get(f"docs/mistakes/page-{number}.md", [])
    assert [problem.line for problem in problems if what in problem.what and mend in problem.mend] == [line], problems
    assert len({problem.line for problem in problems}) == len(problems) or number >= len(TYPED), problems


@pytest.mark.parametrize("number", range(len(DRAWN)), ids=lambda number: DRAWN[number][1])
def test_a_drawing_holds_shapes_and_words_alone(mistaken, number):
    (problem,) = mistaken[1][f"docs/assets/drawings/bad-{number}.svg"]
    assert DRAWN[number][1] in problem.what


def test_all_of_them_are_told_in_one_build_sorted_and_nothing_else(mistaken):
    done, found = mistaken
    assert done.returncode == 1
    assert {file.rpartition("-")[0] for file in found} == {"docs/mistakes/page", "docs/assets/drawings/bad"}
    problems = told(done)
    assert problems == sorted(problems)
    assert f"{len(problems)} problems found. Nothing was published." in done.stdout + done.stderr


def test_data_pages_menu_and_addresses_are_told_together_and_as_annotations(project):
    """Everything broken at once: one run lists all of it; under GitHub each marks its line in the pull request."""
    edit(project / "data/neurolysis.yml", "    name: Bruising\n", "    nmae: Bruising\n")
    edit(project / "docs/risks.md", "\n\n", "\n\n{{ risk_tabel() }}\n\n<b>x</b>\n\n")
    edit(project / "docs/cost.md", "\n## ", "\n[gone](gone.md)\n\n## ")
    edit(project / "docs/recovery.md", "\n## ", "\n[gone](risks.md#gone)\n\n## ")
    (project / "docs/price.md").write_text("---\ndescription: x\n---\n\n# The price\n", "utf-8")
    (project / "docs/Leaflet 1.txt").write_text("x", "utf-8")
    (project / "docs/x.png").symlink_to(project / "mkdocs.yml")
    (project / "docs/sources/painx.md").rename(project / "docs/sources/pain.md")
    edit(project / "mkdocs.yml", "- cost.md", "- Yes: cost.md")
    edit(project / "mkdocs.yml", "- on-the-day.md", "- on-the-days.md")
    edit(project / "links.yml", "\nmoved:\n", "\nmoved:\n  risk/#x: risks/\n  risks#a: risks/\n")
    done = build(project, project / "site")
    problems = told(done)
    assert done.returncode == 1 and not (project / "site").exists()
    assert problems == sorted(set(problems))
    for file, what, mend in [
        ("data/neurolysis.yml", "there is no field 'nmae' here", "Did you mean 'name'?"),
        ("docs/risks.md", "there is no macro 'risk_tabel'", "Did you mean 'risk_table'?"),
        ("docs/risks.md", "'<b>' is HTML", "Write it as Markdown"),
        ("docs/cost.md", "the link 'gone.md' leads nowhere", ""),
        ("docs/recovery.md", "there is no '#gone' in risks.md", ""),
        ("docs/price.md", "no menu lists this page", "Add a line '- price.md' to nav in mkdocs.yml"),
        ("docs/price.md", "the page has 0 words", "300 words at least"),
        ("docs/Leaflet 1.txt", "this kind of file is not published", "Make it a page"),
        ("docs/Leaflet 1.txt", "an address that is hard to write", "small letters"),
        ("docs/x.png", "a link to a file elsewhere", "Put the file itself there"),
        ("mkdocs.yml", "'Yes' in the menu is read as True", 'Write "Yes" in quotes'),
        ("mkdocs.yml", "the menu lists 'on-the-days.md', which is not there", "Did you mean 'on-the-day.md'?"),
        ("links.yml", "'risks#a' is no address", "Write it as risks/"),
    ]:
        named = [problem for problem in problems if problem.file == file and what in problem.what]
        assert len(named) == 1 and mend in named[0].mend, (file, what, done.stderr)
    told_by_github = build(project, project / "site", GITHUB_ACTIONS="true")
    assert told_by_github.returncode == 1
    lines = [line for line in told_by_github.stderr.splitlines() if line.startswith("::error ")]
    assert lines == [problem.annotation() for problem in problems]
    assert lines[0].startswith("::error file=data/neurolysis.yml,line=")


def test_what_can_be_seen_only_between_files_is_told(project):
    """Good data and pages, and between them: a source without its page, a claim and a gap that nobody shows."""
    (project / "docs/sources/painx.md").rename(project / "docs/sources/pain.md")
    source = (
        "  nerve-news:\n    title: Freezing\n    author: Jane Doe\n    publisher: Nerve News\n    date: none given\n"
        "    address: none known\n    about: A text.\n    trust: Some.\n    methods: [cold]\n    claims:\n"
        "      nerve-news-what: {place: First, says: Cold can quiet a nerve.}\n"
    )
    edit(project / "data/neurolysis.yml", "\nsources:\n", f"\nsources:\n{source}")
    gap = "  hat:\n    missing: No source speaks of hats.\n    ask: Do I need a hat?\n    topic: Cost\n"
    edit(project / "data/neurolysis.yml", "\ngaps:\n", f"\ngaps:\n{gap}")
    lines = (project / "data/neurolysis.yml").read_text("utf-8").splitlines()
    done = build(project, project / "site")
    assert done.returncode == 1
    found = {(problem.file, problem.line, problem.what): problem.mend for problem in told(done)}
    for file, place, what, mend in [
        ("data/neurolysis.yml", "  nerve-news:", "'nerve-news' has no page docs/sources/nerve-news.md", 'source("ner'),
        ("data/neurolysis.yml", "  painx:", "'painx' has no page docs/sources/painx.md", "Add that page"),
        ("data/neurolysis.yml", "      nerve-news-what", "no page cites the claim 'nerve-news-what'", "Cite it"),
        ("data/neurolysis.yml", "  hat:", "no page shows the gap 'hat'", '{{ gap("hat") }}'),
    ]:
        line = next(number for number, each in enumerate(lines, 1) if each.startswith(place))
        told_here = [how for (f, at, said), how in found.items() if (f, at) == (file, line) and what in said]
        assert len(told_here) == 1 and mend in told_here[0], (what, done.stderr)
    assert any(file == "links.yml" and "'sources/painx/' lands on nothing" in what for file, _, what in found)


#: What Material's authors write: it works as the element, and shows the words.
WORKS = {
    "a box": ('!!! warning "Call at once"\n\n    You must call.', ".admonition.warning", "Call at once|You must call."),
    "a box with its text right below": ("!!! danger\n    You must call now.", ".admonition.danger", "Danger|call now."),
    "a block with a call in it": (
        '/// warning | Ask before\n\n{{ conditions_table("heat") }}\n\n///',
        ".admonition table",
        "Ask before|illnesses and pains",
    ),
    "a collapsible": ('??? tip "More"\n\n    Ask your team first.', "details.tip", "More|Ask your team first."),
    "a collapsible block": ("/// details | More of it\n\nAsk them.\n\n///", "details", "More of it|Ask them."),
    "tabs": (
        '=== "Heat"\n\n    Ask about it.\n\n=== "Cold"\n\n    Or this.',
        ".tabbed-set",
        "Heat|Cold|Ask about it.|Or this.",
    ),
    "tabs as blocks": (
        "/// tab | Heat\n\nAsk about it.\n\n///\n\n/// tab | Cold\n\nOr this.\n\n///",
        ".tabbed-set",
        "Heat|Cold|Ask about it.|Or this.",
    ),
    "a list of words": ("Probe\n:   A thin needle.", "dl dt", "Probe|A thin needle."),
    "tasks": ("- [ ] Ask them\n- [x] Bring a friend", "li input[checked]", "Ask them|Bring a friend"),
    "an icon": ("Call first :material-phone: now.", ".twemoji svg", "Call first"),
    "an abbreviation": ("RFA is heat.\n\n*[RFA]: radio waves", "abbr[title='radio waves']", "RFA is heat."),
    "a caption": ("A figure.\n\n/// caption\nNot to scale\n///", "figcaption", "A figure.|Not to scale"),
    "a quotation": ("> Said with *stress* and **weight**.", "blockquote em", "Said with stress and weight."),
    "numbers": ("1. Wash.\n2. Lie down.", "ol li", "Wash.|Lie down."),
    "a table": ("| Way | How long |\n|---|---|\n| Heat | One year |", "table td", "Way|How long|Heat|One year"),
    "code": ("```html\n[^nobody] # no <script>\n```", "pre code", "[^nobody] # no <script>"),
    "code in a line": ("Type `[^nobody] <b>` here.", "p code", "Type [^nobody] <b> here."),
    "a heading with an id": ("## A heading { #my-id }\n\nFewer than 3 < 4 people.", "h2#my-id", "Fewer than 3 < 4"),
    "a citation": ("Said.[^painx-regrow]", "sup a", "Said.|Where this comes from"),
    "a drawing": ('--8<-- "heat.svg"', "svg[role=img]", "Wand"),
    "links": ("[r](../risks.md#infection), [h](/methods/heat.md), [x](https://example.org/?a#b).", "p a", "r, h, x."),
}  # fmt: skip


@pytest.fixture(scope="module")
def working(tmp_path_factory):
    """A site with a page for each thing that works."""
    project = copied(tmp_path_factory.mktemp("works") / "project")
    edit(project / "mkdocs.yml", "not_in_nav: |\n", "not_in_nav: |\n  /works/*\n")
    (project / "docs/works").mkdir()
    for number, (typed, *_) in enumerate(WORKS.values()):
        (project / f"docs/works/page-{number}.md").write_text(f"{HEAD}{typed}\n", "utf-8")
    done = build(project, project / "site")
    assert done.returncode == 0, done.stderr
    return project / "site"


@pytest.mark.parametrize("name", WORKS)
def test_what_materials_authors_write_works_and_shows_what_was_typed(working, open_tab, name):
    _, element, words = WORKS[name]
    page = working / f"works/page-{list(WORKS).index(name)}/index.html"
    tab = open_tab(java_script_enabled=False)
    tab.set_content(page.read_text("utf-8"))
    assert tab.locator(f"article {element}").count()
    shown = " ".join(tab.locator("article").first.text_content().split())
    assert [each for each in words.split("|") if each not in shown] == []
    assert not re.search(r"!!!|///|\?\?\?|===|:material|\[x\]|\{\{|--8<--", shown)


def test_a_preview_goes_on_where_a_page_is_wrong(project):
    """Without strict, as `make serve` builds: the page says what is wrong, and all others are there."""
    edit(project / "docs/risks.md", "\n## ", "\n{{ risk_tabel() }}\n\n## ")
    done = run("mkdocs", "build", "--no-strict", "--site-dir", str(project / "site"), cwd=project)
    assert done.returncode == 0, done.stderr
    for page in ("risks", "cost"):
        shown = unescape((project / "site" / page / "index.html").read_text("utf-8"))
        assert "there is no macro 'risk_tabel'" in shown and "Did you mean 'risk_table'?" in shown
    assert "Cost and insurance" in (project / "site/cost/index.html").read_text("utf-8")
