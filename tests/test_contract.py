"""The link contract: a promised address lands on the same thing, or the check says which line leads it on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from markdown import Markdown
from markdown.extensions import Extension

from macros import contract, load
from macros.calls import Context, bound
from macros.contract import Contract
from macros.extension import EXTENSIONS, PageExtension, _Aliases
from macros.pages import answered, body, read_pages, uses
from macros.problem import DataError
from tests import tools
from tests.conftest import ROOT, build, run, served
from tests.test_contributing import edit

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
    return contract.parse(f"# A comment.\nmoved:\n{moved}\n{promised}".encode(), FILE)


def without(page: str, anchor: str, **new: str) -> dict:
    """What is offered when an anchor is gone and others are new."""
    anchors = {key: value for key, value in OFFERED[page].items() if key != anchor}
    return OFFERED | {page: anchors | {key.replace("_", "-"): value for key, value in new.items()}}


def told(found: Contract, offered: dict = OFFERED) -> list[str]:
    return [str(problem) for problem in sorted(contract.problems(found, offered))]


# ---- What is offered ----


def test_sections_and_rows_are_offered_by_their_visible_names():
    page = """
    <h1 id="risks">Risks</h1><h2 id="ask">What <button class="word">to</button><span class="meaning" id="meaning-x">
    <b>x</b></span> ask<a class="headerlink" href="#ask">#</a></h2><h4 id="small">No</h4>
    <div class="box" id="gap-x"></div><details id="d"><summary>S</summary></details>
    <table><thead><tr><th>Head</th></tr></thead><tbody><tr id="infection"><th scope="row">An <b>infection</b>
    <sup id="fnref:a"><a>1</a></sup></th><td>You can get it.</td></tr></tbody></table><li id="fn:a">Note</li>
    """
    found = contract.offered({"index.md": page, "methods/index.md": "", "methods/heat.md": ""})
    assert found == {
        "./": {"risks": "Risks", "ask": "What to ask", "infection": "An infection"},
        "methods/": {},
        "methods/heat/": {},
    }


def test_all_that_the_pages_offer_has_a_name_and_no_numbered_id():
    now = contract.offered_now()
    assert "contributing/" not in now
    assert now["risks/"]["infection"] == "Infection"
    for page, anchors in now.items():
        assert all(anchors.values()), page
        # two headings alike would get x and x_1, and trade places when one is taken away
        assert not [anchor for anchor in anchors if re.search(r"_\d+$", anchor)], page


# ---- The real contract ----


def test_every_real_promise_is_kept_in_the_built_site(site):
    kept = contract.current()
    assert list(contract.problems(kept, contract.offered_now())) == []
    for page, anchors in kept.promised.items():
        for address in [page, *(f"{page}#{anchor}" for anchor in anchors)]:
            where, _, anchor = contract.final(address, kept.moved).partition("#")
            built = (site / where / "index.html").read_text("utf-8")
            assert not anchor or re.search(rf'<(h[1-3]|tr)\b[^>]*\bid="{anchor}"', built), address


def test_the_file_is_sorted_and_every_kind_of_address_is_in_it():
    kept = contract.current()
    assert list(kept.promised) == sorted(kept.promised)
    for page, anchors in kept.promised.items():
        assert list(anchors) == sorted(set(anchors)), page
    guide = load.current()
    assert set(guide.risks) <= set(kept.promised["risks/"])
    assert set(guide.words) <= set(kept.promised["words/"])
    assert set(guide.disagreements) <= set(kept.promised["disagreements/"])
    assert set(guide.gaps) <= set(kept.promised["not-known/"])


# ---- Renames, in a copy of the project ----


def refused(project) -> list[str]:
    before = (project / "data/links.yml").read_bytes()
    done = run("macros.contract", cwd=project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert (project / "data/links.yml").read_bytes() == before  # nothing is promised while a promise is broken
    return done.stdout.splitlines()


def lead_on(project, line: str) -> None:
    edit(project / "data/links.yml", "\nmoved:\n", f"\nmoved:\n  {line}\n")


def accepted(project) -> str:
    done = run("macros.contract", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def line_of(project, page: str, anchor: str = "") -> int:
    lines = (project / "data/links.yml").read_text("utf-8").splitlines()
    place = lines.index(f"  {page}:")
    return (lines.index(f"    - {anchor}", place) if anchor else place) + 1


def test_a_renamed_heading_is_refused_until_it_is_led_on(project):
    edit(project / "docs/cost.md", "## What can add to the cost", "## What may add to your cost")
    line = line_of(project, "cost/", "what-can-add-to-the-cost")
    assert refused(project) == [
        f"data/links.yml:{line}: the promised address 'cost/#what-can-add-to-the-cost' lands on nothing.",
        "    Give it its id back (behind a heading: { #what-can-add-to-the-cost }), or add below 'moved:':"
        " cost/#what-can-add-to-the-cost: cost/#what-may-add-to-your-cost",
    ]
    lead_on(project, "cost/#what-can-add-to-the-cost: cost/#what-may-add-to-your-cost")
    assert "New: cost/#what-may-add-to-your-cost\n" in accepted(project)


def test_a_heading_may_have_new_words_and_keep_its_address(project):
    accepted(project)  # what is new since the last release is none of this
    edit(project / "docs/cost.md", "## What can add to the cost", "## Extra bills { #what-can-add-to-the-cost }")
    assert "New:" not in accepted(project)


def test_a_moved_page_is_refused_until_it_is_led_on(project):
    (project / "docs/cost.md").rename(project / "docs/paying.md")
    line = line_of(project, "cost/")
    assert refused(project) == [
        f"data/links.yml:{line}: the promised address 'cost/' lands on nothing.",
        "    Put the page back, or add below 'moved:': cost/: paying/",
    ]
    lead_on(project, "cost/: paying/")
    accepted(project)
    found = contract.parse((project / "data/links.yml").read_bytes(), FILE)
    (path, page), *more = contract.redirects(found, "https://example.org/guide/").items()
    assert (path, more) == ("cost/index.html", [])
    assert '<link rel="canonical" href="https://example.org/guide/paying/">' in page
    assert 'content="0; url=../paying/"' in page and '<a href="../paying/">Paying</a>' in page
    assert 'content="noindex"' in page


def test_a_renamed_risk_is_refused_on_every_page_until_one_line_leads_it_on(project):
    data = project / "data/neurolysis.yml"
    text = data.read_text("utf-8")
    head, risks = text.split("\nrisks:\n")
    data.write_text(f"{head}\nrisks:\n" + risks.replace("\n  infection:\n", "\n  wound-infection:\n", 1), "utf-8")
    output = refused(project)
    pages = [page for page, anchors in contract.current().promised.items() if "infection" in anchors]
    assert len(pages) > 2
    for page in pages:
        place = f"data/links.yml:{line_of(project, page, 'infection')}: "
        assert f"{place}the promised address '{page}#infection' lands on nothing." in output
    mend = "every-page/#infection: every-page/#wound-infection"
    assert len([line for line in output if line.endswith(mend)]) == len(output) / 2
    lead_on(project, mend)
    accepted(project)
    found = contract.parse((project / "data/links.yml").read_bytes(), FILE)
    for page in pages:
        assert contract.aliases(found, page) == {"wound-infection": ["infection"]}


def test_promising_twice_changes_nothing_and_keeps_what_people_wrote(project):
    accepted(project)  # what is new since the last release is none of this
    file = project / "data/links.yml"
    before = file.read_text("utf-8")
    edit(project / "docs/cost.md", "## What can add", "## A new one\n\nText.\n\n## Zzz\n\nText.\n\n## What can add")
    (project / "docs/paying.md").write_text("---\ndescription: x\n---\n\n# No\n\nText.\n", "utf-8")
    told_new = [line for line in accepted(project).splitlines() if line.startswith("New: ")]
    assert told_new == ["New: cost/#a-new-one", "New: cost/#zzz", "New: paying/", "New: paying/#no"]
    after = file.read_text("utf-8")
    kept = iter(after.splitlines())
    assert all(line in kept for line in before.splitlines())  # each line of before, in its order
    assert "New:" not in accepted(project)
    assert file.read_text("utf-8") == after
    found = contract.parse(after.encode(), FILE)
    assert found.promised["paying/"] == ("no",)  # text, which YAML would take for false
    assert list(found.promised) == sorted(found.promised)
    assert list(found.promised["cost/"]) == sorted(found.promised["cost/"])


def test_lines_that_are_put_in_at_one_place_keep_their_order():
    offered = OFFERED | {"risk/": {"what-to-ask": "x", "zz": "x"}, "effects/": {**OFFERED["effects/"], "zz": "x"}}
    text = f"moved:\n\n{PROMISED}"
    after = contract.extended(text, contract.parse(text.encode(), FILE), offered)
    assert "    - pain\n    - zz\n  risk/:\n    - what-to-ask\n    - zz\n  risks/:\n" in after
    assert contract.unrecorded(contract.parse(after.encode(), FILE), offered) == []


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
    found = [str(problem) for problem in contract.problems(contract.parse(text.encode(), FILE), offered)]
    place, what = what.split(": ", 1)
    line = text.splitlines().index("    - infection") + 1 if place == "promise" else 2
    assert any(one.startswith(f"{FILE}:{line}: {what}") and mend in one for one in found), found


def test_a_whole_page_is_told_once_and_then_what_it_lost():
    offered = {"./": {"start": ""}, "effects/": OFFERED["effects/"], "harm/": {"harm": "", "infection": ""}}
    first = told(made(), offered)
    assert [text.splitlines()[-1].strip() for text in first] == [
        "Put the page back, or add below 'moved:': risks/: harm/"
    ]
    second = told(made("  risks/: harm/"), offered)
    assert [re.search(r"'(.*?)'", text)[1] for text in second] == ["risks/#risks", "risks/#what-to-ask"]
    moved = "  risks/: harm/\n  risks/#risks: harm/#harm\n  risks/#what-to-ask: effects/"
    assert told(made(moved), offered) == []


def test_of_several_new_names_none_is_guessed_but_all_are_named():
    found = told(made(), without("risks/", "what-to-ask", first_of_two="x", another="x"))
    assert found[0].endswith("risks/#what-to-ask: risks/ There is: another, first-of-two.")


def test_what_is_new_is_no_mistake_and_a_deleted_promise_is_noticed():
    offered = without("risks/", "", new="New") | {"more/": {"more": "More"}}
    assert told(made(), offered) == []
    assert contract.unrecorded(made(), offered) == ["more/", "more/#more", "risks/#new"]
    later = made(promised=PROMISED.replace("    - infection\n", "").replace("  ./:\n    - start\n", ""))
    assert contract.forgotten(made(), later) == ["./", "./#start", "risks/#infection"]
    assert contract.forgotten(made(), made("  old/: risks/")) == []


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
def test_a_file_that_is_no_contract_is_told(text, line, what):
    with pytest.raises(DataError) as error:
        contract.parse(text.encode(), FILE)
    assert any(problem.line == line and what in problem.what for problem in error.value.problems), str(error.value)


# ---- Leading on ----

#: A page that moved, one of its sections that got another name there, and what moved on the risks' page.
MOVED = """\
  every-page/#risk-of-infection: every-page/#infection
  old-cost/: cost/
  old-cost/#extras: cost/#what-can-add-to-the-cost
  old-cost/#questions: questions/
  risks/#ask-this: risks/#is-it-safe
  risks/#gone: risks/
  risks/#relief: effects/#what-it-may-do-how-soon-and-for-how-long
"""
OLD = """\
promised:
  old-cost/:
    - extras
    - questions-for-your-insurer
  risks/:
    - ask-this
    - risk-of-infection
"""


class Leading(Extension):
    def __init__(self, found: Contract, page: str):
        super().__init__()
        self.found, self.page = found, page

    def extendMarkdown(self, md: Markdown) -> None:
        leading = contract.aliases(self.found, self.page), contract.elsewhere(self.found, self.page)
        md.treeprocessors.register(_Aliases(md, *leading), "aliases", -1)


def converted(path: str, found: Contract) -> str:
    """A real page as HTML with its old anchors."""
    guide, texts = load.current(), read_pages(ROOT / "docs")
    markdown = answered(body(texts[path]), bound(guide, Context(uses(guide, texts))))
    extensions = [*EXTENSIONS, PageExtension(), Leading(found, contract.address_of(path))]
    return Markdown(extensions=extensions).convert(markdown)


def test_old_anchors_stand_inside_the_new_things():
    found = made(MOVED, OLD)
    assert contract.aliases(found, "risks/") == {
        "": ["gone"],
        "infection": ["risk-of-infection"],
        "is-it-safe": ["ask-this"],
    }
    assert contract.elsewhere(found, "risks/") == {
        "relief": "../effects/#what-it-may-do-how-soon-and-for-how-long",
    }
    page = converted("risks.md", found)
    assert re.search(
        r'<tr id="infection">\s*<th scope="row"><span id="risk-of-infection"></span><button[^>]*>Infection<', page
    )
    assert '<h2 id="is-it-safe"><span id="ask-this"></span>Is it safe' in page
    assert re.search(r'<h1 id="risks-of-neurolysis"><span id="gone"></span>', page)
    assert re.search(r'<p class="moved"[^>]* id="relief">Moved: <a href="../effects/#[\w-]+">What it may do', page)
    plain = contract.offered({"risks.md": converted("risks.md", made("", OLD))})
    assert contract.offered({"risks.md": page}) == plain  # an old anchor is not offered again


def test_the_contract_is_published_as_json():
    text = contract.published(made(MOVED, OLD), "https://example.org/guide/")
    assert text == contract.published(made(MOVED, OLD), "https://example.org/guide/")
    told_json = json.loads(text)
    assert told_json["promised"]["old-cost/"] == ["extras", "questions-for-your-insurer"]
    assert told_json["moved"]["old-cost/#questions-for-your-insurer"] == "cost/#questions-for-your-insurer"
    assert told_json["moved"]["risks/#risk-of-infection"] == "risks/#infection"
    real = json.loads(contract.published(contract.current(), ""))
    assert real["promised"].keys() == contract.current().promised.keys()


@pytest.fixture(scope="module")
def led(site, tmp_path_factory):
    """Where a copy of the real site is served whose old addresses are led on."""
    folder = tmp_path_factory.mktemp("led") / "site"
    shutil.copytree(site, folder)
    found = made(MOVED, OLD)
    for path, page in contract.redirects(found).items():
        (folder / path).parent.mkdir()
        (folder / path).write_text(page, "utf-8")
    risks = folder / "risks/index.html"
    head, rest = risks.read_text("utf-8").split("<article>")
    risks.write_text(f"{head}<article>{converted('risks.md', found)}</article>{rest.split('</article>')[1]}", "utf-8")

    with served(folder) as url:
        yield folder, url


def test_a_moved_page_leads_on_with_its_anchors(led, tab):
    _, address = led
    for old, new in (
        ("old-cost/", "cost/"),
        ("old-cost/#questions-for-your-insurer", "cost/#questions-for-your-insurer"),
        ("old-cost/#extras", "cost/#what-can-add-to-the-cost"),
        ("old-cost/#questions", "questions/"),
        ("old-cost/#never-%zz", "cost/#never-%zz"),
    ):
        tab.goto("about:blank")
        tab.goto(address + old)
        tab.wait_for_url(address + new)
        tab.wait_for_load_state()
        tab.wait_for_timeout(200)  # nothing else may lead away again
        assert tab.url == address + new
        if "#" in new and "%" not in new:
            assert tab.evaluate("document.querySelector(':target').id") == new.split("#")[1]


def test_a_moved_page_leads_on_without_script(led, open_tab):
    _, address = led
    tab = open_tab(java_script_enabled=False)
    tab.goto(address + "old-cost/#extras")
    tab.wait_for_url(address + "cost/*")
    assert tab.locator("h1").inner_text().startswith("Cost and insurance")


def test_the_page_at_an_old_place_is_valid(led):
    folder, _ = led
    if not tools.checker():
        pytest.skip("no HTML checker: run make test")
    command = ["java", "-jar", str(tools.CHECKER), "--errors-only", "--filterpattern", "CSS: .*", "--format", "gnu"]
    files = [str(folder / "old-cost/index.html"), str(folder / "risks/index.html")]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False, timeout=120)
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize("script", [True, False])
def test_old_and_new_anchors_land_on_the_same_thing(led, open_tab, script):
    _, address = led
    tops = []
    for old, new in (("risk-of-infection", "infection"), ("ask-this", "is-it-safe")):
        for anchor in (old, new):
            tab = open_tab(java_script_enabled=script)
            tab.goto(f"{address}risks/#{anchor}")
            tab.wait_for_load_state("networkidle")
            tops.append(tab.locator(f"#{new}").bounding_box()["y"])
            assert -20 < tops[-1] < 900  # an anchor inside a cell stands below the cell's own space
        assert abs(tops[-1] - tops[-2]) < 40, (old, tops)


def test_what_moved_to_another_page_says_so_without_script(led, open_tab):
    _, address = led
    tab = open_tab(java_script_enabled=False)
    tab.goto(f"{address}risks/#relief")
    line = tab.locator("#relief")
    assert line.is_visible() and 0 <= line.bounding_box()["y"] < 900
    line.get_by_role("link").click()
    assert tab.url == f"{address}effects/#what-it-may-do-how-soon-and-for-how-long"


def test_what_is_renamed_is_refused_until_its_old_address_is_led_on(project, tab):
    """Through the real check and the real build: a heading, a risk's id and a page."""
    edits = {
        "docs/risks.md": [("## Is it safe?", "## How safe is it?")],
        "data/neurolysis.yml": [("\n  bruising:\n", "\n  blue-marks:\n")],
        "mkdocs.yml": [("- cost.md", "- paying.md")],
    }
    for file, changes in edits.items():
        path = project / file
        text = path.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
    (project / "docs/cost.md").rename(project / "docs/paying.md")
    refused = run("macros.check", cwd=project)
    assert refused.returncode == 1
    for promised in ("risks/#is-it-safe", "risks/#bruising", "cost/"):
        assert f"the promised address '{promised}' lands on nothing" in refused.stdout
    lines = [
        "risks/#is-it-safe: risks/#how-safe-is-it",
        "every-page/#bruising: every-page/#blue-marks",
        "cost/: paying/",
    ]
    links = project / "data/links.yml"
    text = links.read_text("utf-8")
    links.write_text(text.replace("moved:\n", "moved:\n" + "".join(f"  {line}\n" for line in lines), 1), "utf-8")
    accepted = run("macros.check", cwd=project)
    assert accepted.returncode == 0, accepted.stdout
    done = build(project, project / "site")
    assert done.returncode == 0, done.stderr
    with served(project / "site") as address:
        for old, new in (
            ("risks/#is-it-safe", "risks/#how-safe-is-it"),
            ("risks/#bruising", "risks/#blue-marks"),
            ("methods/chemical/#bruising", "methods/chemical/#blue-marks"),
            ("cost/#what-can-add-to-the-cost", "paying/#what-can-add-to-the-cost"),
        ):
            landed, page = [], new.split("#")[0]
            for place in (old, new):
                tab.goto("about:blank")
                tab.goto(address + place)
                tab.wait_for_url(re.compile(re.escape(f"/{page}#")))
                tab.wait_for_function("document.querySelector(':target')")
                landed.append(tab.evaluate("document.querySelector(':target').closest('h2, tr').innerText"))
            assert landed[0] == landed[1], (old, landed)
