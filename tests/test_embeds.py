"""The small pages that a clinic shows inside its own: true to the guide, and harmless anywhere."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest

from macros import clinics, contract, load, version
from macros.changes import Step
from macros.model import Figure
from macros.pagecheck import built_problems, page_problems
from macros.publish import data, embeds, leaflets, offline
from macros.review import review_line
from tests.conftest import ROOT, axe, on_paper, run, served
from tests.test_contract import lead_on
from tests.test_data import HOSTILE, TEXTS, VERSION, hostile

GUIDE = load.current()
LISTED = embeds.listed(GUIDE)
NAMES = [embed.name for embed in LISTED]
NO_MOVES = contract.parse(b"moved:\npromised:\n  risks/:\n    - infection\n", "links.yml")
LINE = re.compile(r"<details class=\"embed\".*?<summary>(.*?)</summary>\s*<pre><code>(.*?)</code></pre>", re.S)

#: A clinic's page, with one line of ours in it.
CLINIC = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A clinic</title><main><h1>A clinic</h1>{}</main></html>"""


def made(guide, promised=NO_MOVES) -> dict[str, str]:
    return embeds.files(guide, VERSION, promised, date(2001, 2, 3))


def lines(page: str) -> dict[str, str]:
    """What the page for clinics shows to copy, by its title."""
    return {html.unescape(title): html.unescape(line) for title, line in LINE.findall(page)}


# ---- The files ----


def test_there_is_one_for_each_method_each_risk_and_the_alternatives(site):
    wanted = {"alternatives", *(f"risks-{m}" for m in GUIDE.methods), *(f"risk-{r}" for r in GUIDE.risks)}
    assert {path.name for path in (site / "embed").iterdir()} == set(NAMES) == wanted
    assert not (site / "assets/embed.css").exists()


def test_each_is_small_has_no_script_and_tells_what_it_is(site):
    now, review = str(version.current()), review_line(GUIDE, version.today())
    footer = re.search(r'<p class="notice">(.*?)</p>', (ROOT / "overrides/main.html").read_text("utf-8"))[1]
    for embed in LISTED:
        raw = (site / "embed" / embed.name / "index.html").read_bytes()
        assert len(raw) < 15_000, embed.name
        page = raw.decode()
        assert not re.search(r"<script|<img|<link|<iframe|@import|url\(|\son\w+=|\sstyle=|popover|animation", page)
        assert re.findall(r"\bsrc=|https?://[^\"]*", page) == ["https://creativecommons.org/licenses/by/4.0/"]
        assert f'href="../../{embed.page}" rel="noopener">The Neurolysis Guide</a>' in page
        top = page.partition('<p class="review">')[2].partition("</p>")[0]
        assert now in top and review in top and footer in top, embed.name
        assert ("scroll in this box" in page) == ("<table" in page)
        assert ("This list may not be complete." in page) == embed.name.startswith("risks-")
        assert ("If a treatment is missing here" in page) == embed.name.startswith("risk-")
        for told in ("CC BY 4.0", f"<h1>{html.escape(embed.title)}</h1>"):
            assert told in page, (embed.name, told)
        assert "[^" not in page and ".md" not in page


def test_the_same_is_made_twice_with_and_without_an_address(site, tmp_path):
    for address in ("", "https://example.org/guide/"):
        done = run("macros.publish", str(tmp_path), SITE_URL=address, PYTHONHASHSEED="7")
        assert done.returncode == 0, done.stderr
        for path in (site / "embed").rglob("*.html"):
            assert path.read_bytes() == (tmp_path / path.relative_to(site)).read_bytes()


def test_colors_are_those_of_the_guide():
    guide, own = ((ROOT / "overrides/assets" / name).read_text("utf-8") for name in ("first.css", "embed.css"))
    colors = re.findall(r"^ *(--[\w-]+: .*?);", own, re.M)
    assert len(colors) == 18
    assert set(colors) <= set(re.findall(r"^ *(--[\w-]+: .*?);", guide, re.M))


def test_every_citation_is_a_link_to_its_claim(small):
    page = made(small)["embed/risk-infection/index.html"]
    assert (
        '<p>The spot can get infected. <small>(<a rel="noopener" href="../../sources/one/#one-infection">One Press</a>)'
        '</small> The wound can get infected. <small>(<a rel="noopener" href="../../sources/two/#two-infection">'
        "Two Press</a>)</small></p>"
    ) in page
    assert "About the counts by One Press: It counts loosely." in page
    page = made(small)["embed/alternatives/index.html"]
    assert "Nothing is done. (Not from our sources.) No source names this option." in page


def test_claims_of_one_source_in_one_place_are_one_link():
    page = made(GUIDE)["embed/risk-needed-nerve/index.html"]
    assert page.count(">The Interventional Initiative, What are the risks?</a>") == 1


def test_what_nobody_names_is_not_an_empty_table(small):
    guide = small.model_copy(update={"risks": {}})
    page = made(guide)["embed/risks-heat/index.html"]
    assert "<p>Our sources do not say.</p>" in page and "<table" not in page


def test_hostile_texts_are_shown_as_typed(small, tab):
    nasty = [
        "</style><script>x()</script>",
        '" onload="x()',
        "[a](https://evil.example)",
        "[^one-infection]",
        "{{ 7 * 7 }}",
    ]
    guide = hostile(small)
    for text in [*nasty, *HOSTILE]:
        risk = guide.risks["infection"]
        said = tuple(one.model_copy(update={"text": text}) for one in risk.says)
        sources = {i: s.model_copy(update={"publisher": text, "counts": text}) for i, s in guide.sources.items()}
        risks = guide.risks | {"infection": risk.model_copy(update={"name": text, "says": said})}
        changed = guide.model_copy(update={"risks": risks, "sources": sources})
        for path in ("embed/risk-infection/index.html", "embed/risks-heat/index.html"):
            page = made(changed)[path]
            tab.set_content(page)
            shown = " ".join(tab.evaluate("document.body.textContent").split())
            assert shown.count(" ".join(text.split())) >= 3, text
            assert tab.locator("script, [onload], [onerror], img, iframe").count() == 0
            assert tab.locator('a[href*="evil"]').count() == 0
            assert "49" not in shown
        copied = clinics.line(next(e for e in embeds.listed(changed) if e.name == "risk-infection"), "")
        tab.set_content(copied)
        assert tab.locator("body *").count() == 1
        assert tab.locator("iframe").get_attribute("title") == f"{' '.join(text.split())}, from The Neurolysis Guide"


# ---- The page for clinics ----


@pytest.mark.parametrize("address", ["", "https://example.org/guide/"])
def test_the_page_shows_each_with_the_line_to_copy(address):
    shown = lines(clinics.embeds(GUIDE, site=address))
    assert list(shown) == [embed.title for embed in LISTED]
    for embed, line in zip(LISTED, shown.values(), strict=True):
        assert line == (
            f'<iframe src="{address or clinics.PLACEHOLDER}embed/{embed.name}/"'
            f' title="{embed.title}, from The Neurolysis Guide" height="{embed.height}" loading="lazy"'
            ' referrerpolicy="no-referrer" style="width:100%;border:0"></iframe>'
        )


@pytest.mark.parametrize("address", ["", "https://example.org/guide/"])
def test_each_box_and_the_examples_show_the_address_in_the_guide(address):
    shown = html.unescape(clinics.embeds(GUIDE, site=address))
    for embed in LISTED:
        assert f'<p>In the guide: <a href="../{embed.page}">{address}{embed.page}</a></p>' in shown
    rows = html.unescape(clinics.row_links(GUIDE, site=address))
    assert len(re.findall(f">{address}[a-z]", rows)) == 3 and f">{address}risks/#{next(iter(GUIDE.risks))}</a>" in rows


def test_leaflets_zip_form_and_version_are_told_only_where_they_are():
    none = clinics.Published()
    assert "href" not in clinics.leaflets_list(GUIDE, published=none) + clinics.zip_link(GUIDE, published=none)
    assert "href" not in clinics.ask_form(GUIDE, published=none)
    made = clinics.Published(leaflets=True, offline=True, repository="https://example.org/o/r")
    named = re.findall(r'href="\.\./(.*?)"', clinics.leaflets_list(GUIDE, published=made))
    ours = [*(leaflets.names(method, NO_MOVES, [])[0] for method in GUIDE.methods), leaflets.WHOLE]
    assert named == [f"{leaflets.FOLDER}{name}-{size}.pdf" for name in ours for size in leaflets.SIZES]
    assert f'href="../{offline.OFFLINE}{offline.NAME}.zip"' in clinics.zip_link(GUIDE, published=made)
    form = re.search(r'href="(.*?)"', clinics.ask_form(GUIDE, published=made))[1]
    assert html.unescape(form) == "https://example.org/o/r/issues/new?template=page-for-clinic.yml"
    assert (ROOT / ".github/ISSUE_TEMPLATE/page-for-clinic.yml").is_file()
    draft, old = Step(VERSION._replace(frozen=False), "", None), Step(VERSION, "data/releases/x.json", None)
    assert clinics.newest_version(GUIDE, history=[draft]).startswith("<p>No version has been published yet.")
    newest = "<p>The newest version is that of 3 February 2001 (a1b2c3d4e5).</p>"
    assert clinics.newest_version(GUIDE, history=[draft, old]) == newest


def test_a_closed_box_loads_nothing_and_an_open_one_shows_it(address, open_tab):
    tab = open_tab(700)
    asked, refused = [], []
    tab.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    tab.on("console", lambda message: refused.append(message.text))
    tab.goto(address + "for-clinics/")
    for box in tab.locator("details.embed").all():
        box.scroll_into_view_if_needed()
    tab.wait_for_load_state("networkidle")
    assert [url for url in asked if url.startswith("embed/")] == []
    tab.locator("details.embed > summary", has_text="Infection").click()
    frame = tab.frame_locator("details.embed[open] iframe")
    frame.get_by_role("heading", name="Infection").wait_for()
    assert [url for url in asked if url.startswith("embed/")] == ["embed/risk-infection/"]
    assert refused == []
    on_paper(tab)
    assert not tab.locator("details.embed").first.is_visible()


def test_a_contributor_cannot_put_in_a_frame():
    for address in ("https://evil.example/", "//evil.example/", "../embed/../x/", "javascript:x()", "../risks/"):
        assert built_problems(f'<iframe src="{address}"></iframe>', "x")[1], address
    assert built_problems('<iframe srcdoc="x"></iframe>', "x")[1]
    assert built_problems('<iframe src="../embed/risk-x/" onload="x()"></iframe>', "x")[1]
    assert built_problems('<iframe src="../embed/risk-x/" height="9" loading="lazy" title="x"></iframe>', "x")[1] == []
    page = '---\ndescription: x\n---\n\n# X\n\n<iframe src="../embed/risk-infection/"></iframe>\n'
    assert any("is HTML" in problem.what for problem in page_problems(page, "x.md", GUIDE))
    assert page_problems(
        '---\ndescription: x\n---\n\n# X\n\n{{ embeds(site="https://evil.example/") }}\n', "x.md", GUIDE
    )


# ---- On another site, in a browser ----


@pytest.fixture
def clinic(tmp_path, site, address, open_tab):
    """Opens a clinic's page, on another origin than the guide, with the line of one embed."""
    folder = tmp_path / "clinic"
    folder.mkdir()
    with served(folder) as origin:

        def opener(name: str, width: int = 600, scheme: str = "light"):
            copied = lines(clinics.embeds(GUIDE, site=address))[next(e.title for e in LISTED if e.name == name)]
            (folder / f"{name}.html").write_text(CLINIC.format(copied), "utf-8")
            tab = open_tab(width, color_scheme=scheme)
            tab.asked = []
            tab.on("request", lambda request: tab.asked.append(request.url))
            tab.goto(f"{origin}{name}.html")
            tab.wait_for_load_state("networkidle")
            assert origin != address and tab.frames[1].url == f"{address}embed/{name}/"
            assert [url for url in tab.asked if not url.startswith(origin)] == [tab.frames[1].url]
            return tab, tab.frames[1]

        yield opener


#: A row's cells as a reader sees them: without numbers of notes, meanings and sources.
CELLS = """row => [...row.children].map(cell => {
    const shown = cell.cloneNode(true);
    shown.querySelectorAll("sup, small, .meaning").forEach(e => e.remove());
    return shown.textContent.replace(/\\s+/g, " ").replace(/ ([.,])/g, "$1").trim();
})"""


def test_a_table_says_the_same_as_the_page(address, clinic, tab):
    for name, page in (("risks-chemical", "methods/chemical/"), ("alternatives", "alternatives/")):
        tab.goto(address + page)
        part = "risks" if name.startswith("risks") else "alternatives"
        wanted = [row.evaluate(CELLS) for row in tab.locator(f"table[data-part={part}] tbody tr").all()]
        _, frame = clinic(name)
        assert [row.evaluate(CELLS) for row in frame.locator("tbody tr").all()] == wanted
        assert len(wanted) > 5


def test_one_risk_says_the_same_as_its_row(address, clinic, tab):
    tab.goto(address + "risks/")
    rows = {risk_id: tab.locator(f"#{risk_id}").evaluate(CELLS) for risk_id in GUIDE.risks}
    for risk_id, risk in GUIDE.risks.items():
        wanted, frame = rows[risk_id], tab
        if risk_id in ("infection", "allergy"):  # one that was counted, one that was not
            _, frame = clinic(f"risk-{risk_id}")
        else:
            tab.goto(f"{address}embed/risk-{risk_id}/")
        told = frame.evaluate("""() => [...document.querySelectorAll("h2 + p")].map(p => {
            p.querySelectorAll("small").forEach(e => e.remove());
            return p.textContent.replace(/\\s+/g, " ").replace(/ ([.,])/g, "$1").trim();
        })""")
        assert [frame.locator("h1").inner_text(), *told[:2], told[2].removesuffix(".")] == wanted
        counted = [
            claim.frequency
            for said in risk.says
            for claim in (GUIDE.claim(c)[2] for c in said.cites)
            if isinstance(claim.frequency, Figure)
        ]
        assert frame.locator(".array").count() == len({(f.count, f.out_of) for f in counted})
        if counted:
            assert "1 out of every 1,000 people. The other 999 do not have it. One count for chemical" in wanted[2]


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (320, "light"), (600, "dark"), (600, "light")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(address, open_tab, width, scheme):
    tab = open_tab(width, color_scheme=scheme)
    refused = []
    tab.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    # All in both colors and widths, but not in each of their pairs.
    every_kind = ["risks-chemical", "alternatives", "risk-infection", "risk-allergy"]
    for name in NAMES if (width, scheme) in ((320, "dark"), (600, "light")) else every_kind:
        tab.goto(f"{address}embed/{name}/")
        found = axe(tab)
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], name
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, name
        light, dark = "rgb(253, 251, 247)", "rgb(23, 27, 29)"
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == (dark if scheme == "dark" else light)
        if width == 600 and name.startswith("risk-"):  # one risk needs no scrolling
            height = next(embed.height for embed in LISTED if embed.name == name)
            assert tab.evaluate("document.querySelector('footer').getBoundingClientRect().bottom") < height, name
        if width == 600:  # as wide as a text column, the box shows all and is not much too high
            tab.set_viewport_size({"width": 720, "height": 300})
            height = next(embed.height for embed in LISTED if embed.name == name)
            assert 0.85 * height < tab.evaluate("document.documentElement.scrollHeight") <= height, name
            tab.set_viewport_size({"width": width, "height": 900})
    assert refused == []


def test_axe_finds_nothing_on_a_page_that_shows_one(clinic):
    for scheme in ("light", "dark"):
        tab, _ = clinic("risk-infection", 320, scheme)
        assert [v["id"] for v in axe(tab)] == []


def test_a_link_opens_a_new_tab_on_the_row_and_cannot_reach_back(clinic, address):
    tab, frame = clinic("risk-infection")
    for link, lands in (
        (frame.get_by_role("link", name="The Neurolysis Guide"), "risks/#infection"),
        (frame.get_by_role("link", name="PainX India"), "sources/painx/#painx-risk-infection"),
        (frame.get_by_role("link", name="Heat"), "methods/heat/"),
    ):
        with tab.context.expect_page() as opened:
            link.click()
        page = opened.value
        page.wait_for_load_state()
        assert page.url == address + lands
        assert page.evaluate("window.opener") is None
        assert "#" not in lands or page.locator(":target").is_visible()
    assert len(tab.frames) == 2 and tab.frames[1].url == f"{address}embed/risk-infection/"


def test_every_link_of_every_embed_lands(site):
    for path in (site / "embed").rglob("*.html"):
        for link in re.findall(r'href="(\.\./[^"]*)"', path.read_text("utf-8")):
            page, _, anchor = link.partition("#")
            target = (path.parent / page / "index.html").read_text("utf-8")
            assert not anchor or f'id="{anchor}"' in target, link


# ---- What was renamed ----


def test_a_renamed_risk_and_method_keep_their_old_addresses():
    moved = (
        "moved:\n  every-page/#wound: every-page/#infection\n  methods/burning/: methods/heat/\n"
        "  risks/#dizzy: risks/\n  risks/#sting: effects/#bruising\n  risks/#is-it-safe: risks/#infection\n"
        "promised:\n  methods/burning/:\n    - heat\n    - wound\n    - dizzy\n    - sting\n"
        "  risks/:\n    - wound\n    - dizzy\n    - sting\n    - is-it-safe\n  alternatives/:\n    - x\n"
    )
    files = made(GUIDE, contract.parse(moved.encode(), "links.yml"))
    assert files.keys() - made(GUIDE).keys() == {
        "embed/risk-wound/index.html",
        "embed/risks-burning/index.html",
        "embed/risk-dizzy/index.html",
        "embed/risk-sting/index.html",
    }
    assert files["embed/risk-wound/index.html"] == files["embed/risk-infection/index.html"]
    assert files["embed/risks-burning/index.html"] == files["embed/risks-heat/index.html"]
    gone = files["embed/risk-dizzy/index.html"]
    assert "<h1>Dizzy</h1>" in gone and 'Nearest to it is: <a href="../../risks/" rel="noopener">Risks</a>' in gone


def test_an_old_address_never_shows_another_harm_or_treatment():
    """What stood beside its new address before is gone, not renamed; the frozen versions tell it, else the promises."""
    links = (
        "moved:\n  every-page/#skin-darkening: every-page/#bruising\n  methods/removal/: methods/release/\n"
        "promised:\n  methods/heat/:\n    - bruising\n    - skin-darkening\n  methods/release/: []\n"
        "  methods/removal/: []\n  risks/:\n    - bruising\n    - skin-darkening\n"
    )
    promised = contract.parse(links.encode(), "links.yml")
    risks = {risk_id: risk for risk_id, risk in GUIDE.risks.items() if risk_id != "skin-darkening"}
    guide = GUIDE.model_copy(update={"risks": risks})
    both = data.whole(GUIDE, TEXTS, VERSION)
    for frozen in ((), (both,)):
        files = embeds.files(guide, VERSION, promised, date(2001, 2, 3), frozen)
        old = files["embed/risk-skin-darkening/index.html"]
        assert "no longer tells this apart" in old and "Skin darkening" in old
        assert not embeds._renamed("methods/removal/", "methods/release/", promised, frozen)
    # Where a version had the old one alone, a release promised the new name since: it is a rename.
    alone = both.replace('"address": "risks/#bruising"', '"address": "risks/#other"')
    files = embeds.files(guide, VERSION, promised, date(2001, 2, 3), [alone])
    assert files["embed/risk-skin-darkening/index.html"] == files["embed/risk-bruising/index.html"]


def test_the_old_address_works_after_a_real_rename(project, tmp_path):
    data = project / "data/neurolysis.yml"
    head, risks = data.read_text("utf-8").split("\nrisks:\n")
    data.write_text(f"{head}\nrisks:\n" + risks.replace("\n  infection:\n", "\n  wound-infection:\n", 1), "utf-8")
    lead_on(project, "every-page/#infection: every-page/#wound-infection")
    (tmp_path / "site").mkdir()
    done = run("macros.publish", str(tmp_path / "site"), cwd=project)
    assert done.returncode == 0, done.stderr
    old, new = (tmp_path / f"site/embed/risk-{name}/index.html" for name in ("infection", "wound-infection"))
    assert old.read_bytes() == new.read_bytes() and b'href="../../risks/#wound-infection"' in new.read_bytes()
