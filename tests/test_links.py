"""The promised addresses: each lands on the same thing, or the build says which line leads it on."""

from __future__ import annotations

import re

import pytest

from macros.checks import links as checks
from macros.checks.built import Built
from macros.guide import links, load
from macros.guide.links import Contract
from macros.guide.problem import DataError
from macros.publish import redirects
from tests.conftest import build, copied, edit, served, told

FILE = "links.yml"
#: What three made-up pages offer.
OFFERED = {
    "./": {"start": "Start"},
    "effects/": {"effects": "Effects", "pain": "Pain"},
    "risks/": {"risks": "Risks", "infection": "Infection", "what-to-ask": "What to ask"},
}
PROMISED = """\
promised:
  ./:
    - start
  effects/:
    - effects
    - pain
  risks/:
    - infection
    - risks
    - what-to-ask
"""


def made(moved: str = "", promised: str = PROMISED) -> Contract:
    return links.parse(f"# A comment.\nmoved:\n{moved}\n{promised}".encode(), FILE)


def without(page: str, anchor: str, **new: str) -> dict:
    """What is offered when an anchor is gone and others are new."""
    anchors = {key: value for key, value in OFFERED[page].items() if key != anchor}
    return OFFERED | {page: anchors | {key.replace("_", "-"): value for key, value in new.items()}}


# ---- What is offered, and the real file ----


def test_sections_and_rows_are_offered_by_their_visible_names():
    page = """
    <h1 id="risks">Risks</h1><h2 id="ask">What <abbr title="x">to</abbr> ask<a class="headerlink" href="#ask">#</a></h2>
    <h4 id="small">No</h4><div class="admonition gap" id="gap-x"></div><details id="d"><summary>S</summary></details>
    <table><thead><tr><th>Head</th></tr></thead><tbody><tr id="infection"><th scope="row">An <b>infection</b>
    <sup id="fnref:a"><a>1</a></sup></th><td>You can get it.</td></tr></tbody></table><li id="fn:a">Note</li>
    """
    found = {anchor: " ".join(name.split()) for anchor, name in Built(page).anchors.items()}
    assert found == {"risks": "Risks", "ask": "What to ask", "infection": "An infection"}


def test_the_real_file_is_sorted_and_every_kind_of_address_is_in_it():
    kept = links.current()
    assert list(kept.promised) == sorted(kept.promised)
    for page, anchors in kept.promised.items():
        assert list(anchors) == sorted(set(anchors)), page
    guide = load.current()
    for page, part in {
        "risks/": guide.risks,
        "words/": guide.words,
        "disagreements/": guide.disagreements,
        "not-known/": guide.gaps,
    }.items():
        assert set(part) <= set(kept.promised[page]), page


def test_every_real_promise_is_kept_in_the_built_site(site):
    kept = links.current()
    for page, anchors in kept.promised.items():
        for address in [page, *(f"{page}#{anchor}" for anchor in anchors)]:
            where, _, anchor = links.final(address, kept.moved).partition("#")
            built = (site / where / "index.html").read_text("utf-8")
            assert not anchor or re.search(rf'<(h[1-3]|tr|li)\b[^>]*\bid="{anchor}"', built), address


def test_no_address_of_a_page_depends_on_the_order_of_its_headings(site):
    """Two headings alike would get x and x_1, and trade places when one is taken away."""
    for page in links.current().promised:
        built = Built((site / links.final(page, links.current().moved) / "index.html").read_text("utf-8"))
        assert [anchor for anchor in built.anchors if re.search(r"_\d+$", anchor)] == [], page


# ---- What is told ----


@pytest.mark.parametrize(
    ("moved", "offered", "what", "mend"),
    [
        ("", without("risks/", "infection"), "promise: the promised address 'risks/#infection' lands on nothing", ""),
        (
            "  risks/#infection: risks/#infektion",
            without("risks/", "infection", infections="Infections"),
            "move: 'risks/#infection' is led on to 'risks/#infektion', which is not there",
            "infections",
        ),
        ("  risks/#infection: risk/", without("risks/", "infection"), "move: 'risks/#infection' is led on", "risks/"),
        ("  risks/#infection: risks/", OFFERED, "move: 'risks/#infection' is led on, but stands there again", "Delete"),
        ("  risks/: effects/", OFFERED, "move: 'risks/' is led on, but stands there again", "Delete"),
        ("  risk/#x: risks/", OFFERED, "move: there is no page 'risk/' that could lead on", "risks/"),
        ("  every-page/#infektion: every-page/#x", OFFERED, "move: no page ever promised '#infektion'", "infection"),
        (
            "  every-page/#infection: every-page/#x",
            OFFERED,
            "move: 'every-page/#infection' is led on, but stands there again (risks/)",
            "each page",
        ),
        (
            "  every-page/#infection: every-page/#x",
            without("risks/", "infection"),
            "promise: the promised address 'risks/#infection' is led on to 'risks/#x', which is not there",
            "risks/#infection: risks/",
        ),
        (
            "  risks/#old: risks/#older\n  risks/#older: risks/#risks",
            OFFERED,
            "move: 'risks/#old' is led on twice: to 'risks/#older', and from there to 'risks/#risks'",
            "Write risks/#old: risks/#risks",
        ),
        (
            "  risks/#old: gone/#pain\n  gone/: effects/",
            OFFERED,
            "move: 'risks/#old' is led on twice: to 'gone/#pain', and from there to 'effects/#pain'",
            "Write risks/#old: effects/#pain",
        ),
        ("  risks/#a: risks/#b\n  risks/#b: risks/#a", OFFERED, "move: 'risks/#a' is led on in a circle", "Delete"),
        ("  risks/#a: risks/#a", OFFERED, "move: 'risks/#a' is led on in a circle", "Delete"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_mend(moved, offered, what, mend):
    text = f"moved:\n{moved}\n{PROMISED}"
    found = [str(problem) for problem in checks.problems(links.parse(text.encode(), FILE), offered)]
    place, what = what.split(": ", 1)
    line = text.splitlines().index("    - infection") + 1 if place == "promise" else 2
    assert any(one.startswith(f"{FILE}:{line}: {what}") and mend in one for one in found), found


def mends(contract: Contract, offered: dict = OFFERED) -> list[str]:
    return [problem.mend for problem in sorted(checks.problems(contract, offered))]


def test_a_whole_page_is_told_once_and_then_what_it_lost():
    offered = {"./": {"start": ""}, "effects/": OFFERED["effects/"], "harm/": {"harm": "", "infection": ""}}
    assert mends(made(), offered) == ["Put the page back, or add below 'moved:': risks/: harm/"]
    assert ["#risks: " in mends(made("  risks/: harm/"), offered)[0]] == [True]
    moved = "  risks/: harm/\n  risks/#risks: harm/#harm\n  risks/#what-to-ask: effects/"
    assert mends(made(moved), offered) == []


def test_of_several_new_names_none_is_guessed_but_all_are_named():
    found = mends(made(), without("risks/", "what-to-ask", first_of_two="x", another="x"))
    assert found[0].endswith("risks/#what-to-ask: risks/ There is: another, first-of-two.")


def test_what_is_new_is_no_mistake_and_a_deleted_promise_is_noticed():
    offered = without("risks/", "", new="New") | {"more/": {"more": "More"}}
    assert mends(made(), offered) == []
    assert checks.unrecorded(made(), offered) == ["more/", "more/#more", "risks/#new"]
    later = made(promised=PROMISED.replace("    - infection\n", "").replace("  ./:\n    - start\n", ""))
    assert links.forgotten(made(), later) == ["./", "./#start", "risks/#infection"]
    assert links.forgotten(made(), made("  old/: risks/")) == []


def test_what_is_promised_anew_is_put_in_and_no_other_line_is_touched():
    offered = OFFERED | {"risk/": {"what-to-ask": "x", "no": "x"}, "effects/": {**OFFERED["effects/"], "zz": "x"}}
    text = f"# Mine.\nmoved:\n\n{PROMISED}# The end.\n"
    after = checks.extended(text, links.parse(text.encode(), FILE), offered)
    assert '    - pain\n    - zz\n  risk/:\n    - "no"\n    - what-to-ask\n  risks/:\n' in after
    kept = iter(after.splitlines())
    assert all(line in kept for line in text.splitlines())  # each line of before, in its order
    again = links.parse(after.encode(), FILE)
    assert checks.unrecorded(again, offered) == [] and checks.extended(after, again, offered) == after


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("moved:\n  risks#a: risks/#b\n" + PROMISED, 2, "'risks#a' is no address"),
        ("moved:\n  risks/#a: https://example.org/\n" + PROMISED, 2, "'https://example.org/' is no address"),
        ("moved:\n  risks/#a: every-page/#b\n" + PROMISED, 2, "leads on no single thing"),
        ("moved:\n  risks/#a: [risks/]\n" + PROMISED, 2, "is no address"),
        ("moved:\n  risks/#a: risks/\n  risks/#a: effects/\n" + PROMISED, 3, "stands here twice"),
        ("moved:\n  risks/#a:\n" + PROMISED, 2, "nothing after the colon"),
        ("moved:\npromised:\n  risks/: infection\n", 3, "no list of anchors"),
        ("moved:\npromised:\n  risks/:\n    - no\n", 4, "'no' without quotes"),
        ("moved:\npromised:\n  risks.md:\n    - infection\n", 3, "'risks.md' is no page's address"),
        ("promise:\n  risks/:\n    - infection\n", 1, "there is no part 'promise'"),
        ("- risks/\n", 1, "the file is no link contract"),
    ],
)
def test_a_file_that_promises_nothing_is_told(text, line, what):
    with pytest.raises(DataError) as error:
        links.parse(text.encode(), FILE)
    assert any(problem.line == line and what in problem.what for problem in error.value.problems), str(error.value)


# ---- Renames, through the real build and a real browser ----

#: What somebody renames, and the line that leads its old address on.
RENAMED = {
    "recovery/#rehabilitation": "recovery/#rehabilitation: recovery/#getting-fit-again",
    "risks/#infection": "every-page/#infection: every-page/#wound-infection",
    "cost/": "cost/: paying/",
}


@pytest.fixture(scope="module")
def renamed(tmp_path_factory):
    """A project in which a heading, a risk's id and a page have other names; some things have moved before."""
    project = copied(tmp_path_factory.mktemp("renamed") / "project")
    edit(
        project / "docs/recovery.md",
        "## Rehabilitation after nerve release { #rehabilitation }",
        "## Getting fit again",
    )
    edit(project / "docs/deciding.md", "\n## ", "\n## Extra words { #kept-id }\n\nAsk.\n\n## ")
    edit(project / "data/neurolysis.yml", "\n  infection:\n", "\n  wound-infection:\n", count=-1)
    edit(project / "mkdocs.yml", "- cost.md", "- paying.md")
    (project / "docs/cost.md").rename(project / "docs/paying.md")
    for page in (project / "docs").rglob("*.md"):
        page.write_text(page.read_text("utf-8").replace("cost.md", "paying.md"), "utf-8")
    edit(project / "links.yml", "\npromised:\n", "\npromised:\n  an-old-page/:\n    - a-part\n    - another-part\n")
    edit(project / "links.yml", "\nmoved:\n", "\nmoved:\n  an-old-page/: recovery/\n")
    edit(project / "links.yml", "\nmoved:\n", "\nmoved:\n  an-old-page/#a-part: risks/#wound-infection\n")
    edit(project / "links.yml", "\nmoved:\n", "\nmoved:\n  an-old-page/#another-part: recovery/\n")
    edit(project / "links.yml", "\nmoved:\n", "\nmoved:\n  risks/#relief: effects/#how-it-may-help\n")
    return project


@pytest.fixture(scope="module")
def led(renamed):
    """What the build says before the lines that lead on are there, and where the site is served with them."""
    before = build(renamed, renamed / "site")
    assert before.returncode == 1 and not (renamed / "site").exists()
    effects = (renamed / "docs/effects.md").read_text("utf-8")
    heading, given = re.search(r"^## (.+?)(?: *\{ #([\w-]+) \})?$", effects, re.M).groups()
    anchor = given or re.sub(r"[^\w]+", "-", heading.lower()).strip("-")
    edit(renamed / "links.yml", "effects/#how-it-may-help", f"effects/#{anchor}")
    edit(renamed / "links.yml", "\nmoved:\n", "\nmoved:\n" + "".join(f"  {line}\n" for line in RENAMED.values()))
    done = build(renamed, renamed / "site", SITE_URL="https://example.org/guide/")
    assert done.returncode == 0, done.stderr
    with served(renamed / "site") as url:
        yield told(before), renamed / "site", url, anchor


@pytest.mark.parametrize("address", RENAMED)
def test_what_is_renamed_is_refused_with_the_line_that_leads_it_on(led, address):
    (problem,) = [problem for problem in led[0] if f"address '{address}' lands on nothing" in problem.what]
    assert problem.file == FILE and problem.mend.endswith(f": {RENAMED[address]}")


def test_an_entry_that_is_renamed_is_refused_on_every_page_that_shows_it(led):
    refused = {re.search(r"'([^']*)#infection'", p.what)[1] for p in led[0] if "#infection' lands on nothing" in p.what}
    assert refused == {page for page, anchors in links.current().promised.items() if "infection" in anchors}
    assert len(refused) > 2


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("recovery/#rehabilitation", "recovery/#getting-fit-again"),
        ("risks/#infection", "risks/#wound-infection"),
        ("methods/chemical/#infection", "methods/chemical/#wound-infection"),
        ("cost/#what-can-add-to-the-cost", "paying/#what-can-add-to-the-cost"),
        ("an-old-page/#a-part", "risks/#wound-infection"),
        ("an-old-page/#another-part", "recovery/"),
        ("an-old-page/#never-%zz", "recovery/#never-%zz"),
        ("an-old-page/", "recovery/"),
        ("embed/risk-infection/", "embed/risk-infection/"),
    ],
)
def test_an_old_address_lands_where_the_new_one_does(led, open_tab, old, new, script):
    """Without script a browser follows a moved page alone; the page itself then tells where its parts are."""
    page, _, anchor = new.partition("#")
    moved = not old.startswith(page)
    if moved and not script and old.startswith("an-old-page/#"):
        pytest.skip("needs script; the page says where its parts are")
    tops = []
    for address in (old, new):
        tab = open_tab(java_script_enabled=script)
        tab.goto(led[2] + address)
        tab.wait_for_url(re.compile(re.escape(f"/{page}") + r"(#.*)?$"))
        tab.wait_for_load_state("networkidle")
        assert tab.locator("h1").count() == 1
        if anchor and "%" not in anchor and (script or not moved):
            tops.append(tab.locator(f"#{anchor}").bounding_box()["y"])
            assert -40 < tops[-1] < 900  # an anchor inside a cell stands below the cell's own space
    assert not tops or abs(tops[0] - tops[1]) < 60, tops


def test_what_moved_to_another_page_says_so_without_script(led, open_tab):
    tab = open_tab(java_script_enabled=False)
    tab.goto(f"{led[2]}risks/#relief")
    line = tab.locator("#relief")
    assert line.is_visible() and 0 <= line.bounding_box()["y"] < 900
    line.get_by_role("link").click()
    assert tab.url == f"{led[2]}effects/#{led[3]}"


def test_a_heading_may_have_new_words_and_keep_its_address(led):
    assert '<h2 id="kept-id">Extra words' in (led[1] / "deciding/index.html").read_text("utf-8")


def test_an_old_anchor_is_not_offered_again_and_an_embed_keeps_its_old_name(led):
    risks = Built((led[1] / "risks/index.html").read_text("utf-8"))
    assert "infection" in risks.ids and "infection" not in risks.anchors
    embed = (led[1] / "embed/risk-infection/index.html").read_text("utf-8")
    assert "another place" in embed and "risks/#wound-infection" in embed


def test_redirects_hold_nothing_that_was_typed_as_markup():
    contract = made("  old/: risks/")
    assert "<script>" not in redirects.redirects(contract, 'https://x.example/"><script>/')["old/index.html"].partition(
        "<body"
    )[0].replace("<noscript>", "")
