"""The small pages that a clinic shows inside its own: true to the guide, and harmless anywhere."""

from __future__ import annotations

import html
import re

import pytest

from macros.guide import load, version
from macros.guide.model import Figure
from macros.guide.review import review_line
from macros.views import clinics
from tests.conftest import ROOT, axe, converted, served

GUIDE = load.current()
LISTED = clinics.listed(GUIDE)
NAMES = [embed.name for embed in LISTED]

#: A clinic's page, with one line of ours in it.
CLINIC = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A clinic</title><main><h1>A clinic</h1>{}</main></html>"""


def lines(markdown: str) -> dict[str, str]:
    """What the page for clinics shows to copy, by its title."""
    found = re.findall(r"<summary>(.*?)</summary>\s*```html\n(.*?)\n```", markdown)
    return {html.unescape(title): line for title, line in found}


# ---- The files ----


def test_there_is_one_for_each_method_each_risk_and_the_alternatives(site):
    wanted = {"alternatives", *(f"risks-{m}" for m in GUIDE.methods), *(f"risk-{r}" for r in GUIDE.risks)}
    assert {path.name for path in (site / "embed").iterdir()} >= set(NAMES) == wanted


def test_each_is_small_has_no_script_and_tells_what_it_is(site):
    now, review = str(version.now(None)), review_line(GUIDE, version.today())
    footer = re.search(r'<p class="notice">(.*?)</p>', (ROOT / "overrides/partials/copyright.html").read_text("utf-8"))
    for embed in LISTED:
        raw = (site / "embed" / embed.name / "index.html").read_bytes()
        assert len(raw) < 40_000, embed.name
        page = raw.decode()
        assert not re.search(r"<script|<img|<link|<iframe|@import|url\(|\son\w+=|\sstyle=|popover|animation", page)
        assert set(re.findall(r"\bsrc=|https?://[^\"<]*", page)) <= {
            "https://creativecommons.org/licenses/by/4.0/",
            "http://www.w3.org/2000/svg",
        }
        assert f'href="../../{embed.page}" target="_blank" rel="noopener">The Neurolysis Guide</a>' in page
        top = page.partition("<h1")[2][:900]
        assert review in top and footer[1] in top, embed.name
        assert now in page and "CC BY 4.0" in page
        assert ("scroll in this box" in page) == ("<table" in page)
        assert ("This list may not be complete." in page) == embed.name.startswith("risks-")
        assert ("If a treatment is missing here" in page) == embed.name.startswith("risk-")
        assert re.search(rf"<h1[^>]*>{re.escape(html.escape(embed.title))}<", page)
        assert "[^" not in page and ".md" not in page


def test_nothing_in_it_can_run_or_load(site):
    policy = re.search(r'Policy" content="(.*?)"', (site / "embed/risks-heat/index.html").read_text("utf-8"))[1]
    assert "default-src 'none'" in policy
    assert re.search(r"style-src [^;]*'sha256-", policy)


def test_colors_are_those_of_the_guide():
    guide, own = ((ROOT / "overrides/assets" / name).read_text("utf-8") for name in ("guide.css", "embed.css"))
    colors = re.findall(r"^ *(--[\w-]+: .*?);", own, re.M)
    assert len(colors) == 18
    assert set(colors) <= set(re.findall(r"^ *(--[\w-]+: .*?);", guide, re.M))


def test_every_link_of_every_embed_lands_and_opens_elsewhere(site):
    for path in (site / "embed").rglob("*.html"):
        page = path.read_text("utf-8")
        for tag, link in re.findall(r'(<a [^>]*href="(\.\./[^"]*)"[^>]*>)', page):
            to, _, anchor = link.partition("#")
            target = (path.parent / to / "index.html").read_text("utf-8")
            assert not anchor or f'id="{anchor}"' in target, link
            assert 'target="_blank"' in tag and 'rel="noopener"' in tag
        for anchor in re.findall(r'href="#([^"]*)"', page):
            assert f'id="{anchor}"' in page, (path, anchor)


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
    shown = html.unescape(converted(clinics.embeds(GUIDE, site=address)))
    rows = html.unescape(converted(clinics.row_links(GUIDE, site=address)))
    told, rows = (re.sub(r"</?abbr[^>]*>", "", each).partition('<details class="words')[0] for each in (shown, rows))
    for embed in LISTED:
        assert f'<p>In the guide: <a href="../{embed.page}">{address}{embed.page}</a></p>' in told
    assert len(re.findall(f">{address}[a-z]", rows)) == 3 and f">{address}risks/#{next(iter(GUIDE.risks))}</a>" in rows


def test_leaflets_zip_and_form_are_told_only_where_they_are():
    none = clinics.Published()
    for answer in (clinics.leaflets_list, clinics.zip_link, clinics.ask_form):
        assert "](" not in answer(GUIDE, published=none) and "href" not in answer(GUIDE, published=none)
    made = clinics.Published(leaflets=True, offline=True, repository="https://example.org/o/r")
    named = re.findall(r'href="\.\./(.*?)"', converted(clinics.leaflets_list(GUIDE, published=made)))
    assert named == [f"leaflets/{n}-{size}.pdf" for n in [*GUIDE.methods, "guide"] for size in clinics.PAPER]
    assert f'href="../{clinics.ZIP}"' in converted(clinics.zip_link(GUIDE, published=made))
    form = re.search(r'href="(.*?)"', converted(clinics.ask_form(GUIDE, published=made)))[1]
    assert html.unescape(form) == "https://example.org/o/r/issues/new?template=page-for-clinic.yml"
    assert (ROOT / ".github/ISSUE_TEMPLATE/page-for-clinic.yml").is_file()


def test_a_closed_box_loads_nothing_and_an_open_one_shows_it(address, open_tab):
    tab = open_tab(700)
    asked, refused = [], []
    tab.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    tab.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
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


# ---- On another site, in a browser ----


@pytest.fixture
def clinic(tmp_path, address, open_tab):
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


#: A row's cells as a reader sees them: without numbers of notes.
CELLS = """row => [...row.children].map(cell => {
    const shown = cell.cloneNode(true);
    shown.querySelectorAll("sup").forEach(e => e.remove());
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


def test_one_risk_says_the_same_as_its_row(address, tab):
    tab.goto(address + "risks/")
    rows = {risk_id: tab.locator(f"tr#{risk_id}").evaluate(CELLS) for risk_id in GUIDE.risks}
    (figure,) = tab.locator(".counted").evaluate(CELLS)[:1]
    assert re.search(r"\b1 out of every 1,000 people\. The other 999 do not have this harm\.", figure)
    figure = figure.partition(", each: ")[2]
    for risk_id, risk in GUIDE.risks.items():
        tab.goto(f"{address}embed/risk-{risk_id}/")
        said = tab.evaluate("""() => {
            const main = document.querySelector("main").cloneNode(true);
            main.querySelectorAll("sup").forEach(e => e.remove());
            return main.textContent.replace(/\\s+/g, " ").replace(/ ([.,])/g, "$1");
        }""")
        for cell in rows[risk_id]:
            assert cell.replace("As counted above.", figure) in said, (risk_id, cell)
        counted = [
            claim.frequency
            for one in risk.says
            for claim in (GUIDE.claim(c)[2] for c in one.cites)
            if isinstance(claim.frequency, Figure)
        ]
        assert tab.locator(".array").count() == len({(f.count, f.out_of) for f in counted})


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (320, "light"), (720, "dark"), (720, "light")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(address, open_tab, width, scheme):
    tab = open_tab(width, color_scheme=scheme)
    refused = []
    tab.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    # All in both colors and widths, but not in each of their pairs.
    every_kind = ["risks-chemical", "alternatives", "risk-infection", "risk-allergy"]
    for name in NAMES if (width, scheme) in ((320, "dark"), (720, "light")) else every_kind:
        tab.goto(f"{address}embed/{name}/")
        tab.set_viewport_size({"width": width, "height": 300})
        assert [(v["id"], v["nodes"][0]["html"]) for v in axe(tab)] == [], name
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, name
        light, dark = "rgb(253, 251, 247)", "rgb(23, 27, 29)"
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == (dark if scheme == "dark" else light)
        if width == 720:  # as wide as a text column, the box shows all and is not much too high
            height = next(embed.height for embed in LISTED if embed.name == name)
            assert 0.7 * height < tab.evaluate("document.documentElement.scrollHeight") <= height, name
    assert refused == []


def test_axe_finds_nothing_on_a_page_that_shows_one(clinic):
    for scheme in ("light", "dark"):
        tab, _ = clinic("risk-infection", 320, scheme)
        assert [v["id"] for v in axe(tab)] == []


def test_a_link_opens_a_new_tab_on_the_row_and_cannot_reach_back(clinic, address):
    tab, frame = clinic("risk-infection")
    frame.locator("details.notes > summary").click()
    for link, lands in (
        (frame.get_by_role("link", name="The Neurolysis Guide"), "risks/#infection"),
        (frame.get_by_role("link", name="PainX India"), "sources/painx/#painx-risk-infection"),
        (frame.get_by_role("link", name="Heat", exact=True), "methods/heat/"),
    ):
        with tab.context.expect_page() as opened:
            link.first.click()
        page = opened.value
        page.wait_for_load_state()
        assert page.url == address + lands
        assert page.evaluate("window.opener") is None
        assert "#" not in lands or page.locator(":target").is_visible()
    assert len(tab.frames) == 2 and tab.frames[1].url == f"{address}embed/risk-infection/"


def test_a_number_leads_to_its_note_within_the_box(address, open_tab):
    tab = open_tab(600)
    tab.goto(f"{address}embed/risk-infection/")
    tab.locator("a.footnote-ref").first.click()
    assert tab.locator(".footnote li").first.is_visible()
    assert tab.url.startswith(f"{address}embed/risk-infection/#fn:")
