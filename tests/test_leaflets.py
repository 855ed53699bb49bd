"""The leaflets as PDF, and the QR code on paper: read from what was made, by programs that did not make it."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from lxml import html
from PIL import Image

from macros import contract, load, version
from macros.publish import leaflets
from tests.conftest import ROOT, on_paper, pages, run, served

SITE = "https://guide.example/some/where/"
PAPER = {"a4": (595, 842), "letter": (612, 792)}
#: The one, and the longest. Both sizes of paper are looked at.
SOME = ["heat-a4", "heat-letter", "chemical-a4", "chemical-letter", "guide-a4"]

#: A number, as people write it: 1,000 is one.
NUMBER = re.compile(r"\d+(?:,\d{3})*")


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Path:
    """The real site with its address and its leaflets, as `make leaflets` makes them."""
    folder = tmp_path_factory.mktemp("published") / "site"
    for command in (["mkdocs", "build", "--site-dir", str(folder)], ["macros.publish.leaflets", str(folder)]):
        done = run(*command, SITE_URL=SITE, LEAFLETS="1")
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(params=SOME)
def leaflet(request, published) -> tuple[str, Path]:
    return request.param, published / f"leaflets/{request.param}.pdf"


def address_of(name: str) -> str:
    """The address of the page that a leaflet is made of."""
    subject = name.rpartition("-")[0]
    return SITE if subject == "guide" else f"{SITE}methods/{subject}/"


def letters(sheet: pypdfium2.PdfPage) -> list[tuple[str, float]]:
    """A sheet's letters in the order of its text, each with its size in points."""
    text, found = sheet.get_textpage(), []
    for index in range(text.count_chars()):
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(text, index, matrix)
        size = pdfium.FPDFText_GetFontSize(text, index) * abs(matrix.d)
        found.append((chr(pdfium.FPDFText_GetUnicode(text, index)), round(size, 1)))
    return found


def large(sheets) -> str:
    """The text of sheets in 14 points and more: all but notes' numbers, the line at a sheet's foot and drawings."""
    return plain("\n".join("".join(c for c, size in letters(sheet) if size >= 14 or c.isspace()) for sheet in sheets))


def plain(text: str) -> str:
    """Text without what a line break adds: hyphens, and letters that are joined."""
    return unicodedata.normalize("NFKC", re.sub("[\x02\ufffe\u00ad\u2060-]", "", text))


def together(text: str) -> str:
    return "".join(plain(text).split())


# What a page shows on paper, without the notes and their numbers, the reading grade, and the list of
# addresses that only a page has. Lists get their numbers, and links the addresses that are printed.
SHOWN = """(questions) => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  for (const element of all("details")) element.open = true;
  for (const element of all("article :is(.footnote, sup, .grade, .addresses)")) element.remove();
  if (questions) for (const element of all("details.disagreement > :not(summary)")) element.remove();
  for (const list of all("article ol")) [...list.children].forEach((item, index) => item.prepend(`${index + 1}. `));
  for (const link of all('article a[href^="http"]')) link.append(` (${link.href})`);
  for (const meaning of all("article span.meaning")) meaning.textContent = ` (${meaning.lastChild.textContent})`;
  const cells = all("article :is(th, td)").filter((cell) => cell.checkVisibility());
  return [document.querySelector("article").innerText, cells.map((cell) => cell.innerText)];
}"""


def shown(tab, url: str, only_questions: bool = False) -> tuple[str, list[str]]:
    """The text of a page on paper, and that of each cell of its tables."""
    tab.emulate_media(media="screen")
    tab.goto(url)
    on_paper(tab)
    return tab.evaluate(SHOWN, only_questions)


# ---------------------------------------------------------------------------
# What is said
# ---------------------------------------------------------------------------


def body(path: Path) -> str:
    """The text of a leaflet between its head and its sources."""
    raw = path.read_bytes()
    document = pypdfium2.PdfDocument(raw)
    if path.name.startswith("guide"):
        sheets = [document[index] for index in range(leaflets.begins(raw)["start"] - 1, len(document))]
        text = large(sheets)
    else:
        text = re.split(r"call\s+your\s+emergency\s+number\.", large(document), maxsplit=1)[1]
    return re.sub(r"\(page\s+\d+\)", "", text.rpartition("Each small number in the text stands for")[0])


#: Where citations lead that stand at one place: publishers and places.
Places = set[tuple[str, str]]


def runs(article: html.HtmlElement, place, reference: str) -> list[tuple[html.HtmlElement, Places]]:
    """The citations of an article that stand together, each with its first element; `place` finds one's place."""
    found, before = [], None
    for sup in article.xpath(f".//sup[{reference}]"):
        places = {place(link) for link in sup.iter("a")}
        if before is not None and sup.getprevious() is before and not before.tail:
            found[-1][1].update(places)
        else:
            found.append((sup, places))
        before = sup
    return found


def of_page(published: Path, page: str) -> tuple[html.HtmlElement, list[tuple[html.HtmlElement, Places]]]:
    """A page's article, and its citations with the places that its notes name."""
    article = html.parse(published / page / "index.html").find(".//article")
    names = {source.publisher for source in load.current().sources.values()}

    def place(link) -> tuple[str, str]:
        note = article.get_element_by_id(link.get("href").removeprefix("#"))
        said = next(each.text_content() for each in note.iter("a") if each.text_content().partition(", ")[0] in names)
        return tuple(said.split(", ", 1))

    return article, runs(article, place, "a[@class='footnote-ref']")


def of_leaflet(text: str) -> list[tuple[html.HtmlElement, Places]]:
    """The citations of a leaflet with the places that its last part names."""
    root = html.document_fromstring(text)

    def place(link) -> tuple[str, str]:
        note = root.get_element_by_id(link.get("href").removeprefix("#"))
        publisher = note.xpath("preceding::p[@class='article'][1]/strong")[0].text_content()
        return publisher, note.text_content().partition(" ")[2]

    return runs(root, place, "a[starts-with(@href, '#note-')]")


@pytest.mark.parametrize("whole", [False, True])
def test_every_citation_leads_to_the_place_that_the_page_names(whole, published):
    """Note by note, for every page: a wrong number would send a reader to another statement."""
    site = leaflets.about(published)
    listed = leaflets.order((published / "index.html").read_text("utf-8"))
    treatments = [page for page in listed if page.startswith("methods/") and page != "methods/"]
    groups = (
        [[page for page in listed if page not in leaflets.NOT_ON_PAPER]] if whole else [[page] for page in treatments]
    )
    sides = {}  # of each disagreement, from the page that has them all
    for sup, places in of_page(published, "disagreements/")[1]:
        sides.setdefault(sup.xpath("preceding::h2[1]/@id")[0], []).append(places)
    for group in groups:
        given = [leaflets.read((published / page / "index.html").read_text("utf-8"), page) for page in group]
        have = [places for _, places in of_leaflet(leaflets.composed(given, whole, site))]
        wanted = []
        for page in group:
            article, cited = of_page(published, page)
            boxes = [] if page == "disagreements/" else article.xpath(".//details[@class='disagreement']")
            wanted += [places for sup, places in cited if not any(box in sup.iterancestors() for box in boxes)]
            wanted += [] if whole else [places for box in boxes for places in sides[box.get("id")]]
        assert len(wanted) > (300 if whole else 10)
        assert have == wanted, group


@pytest.mark.parametrize("name", SOME)
def test_every_number_and_every_cell_is_that_of_the_page(name, published, tab):
    subject, text = name.rpartition("-")[0], body(published / f"leaflets/{name}.pdf")
    with served(published) as url:
        if subject == "guide":
            listed = leaflets.order((published / "index.html").read_text("utf-8"))
            wanted = [page for page in listed if page not in leaflets.NOT_ON_PAPER]
            assert len(wanted) > 20
            given = [shown(tab, url + page, page != "disagreements/") for page in wanted]
        else:
            given = [shown(tab, f"{url}methods/{subject}/")]
    numbers = sum((Counter(NUMBER.findall(plain(page))) for page, _ in given), Counter())
    assert sum(numbers.values()) > 30
    assert Counter(NUMBER.findall(text)) == numbers
    have = together(text)
    cells = [cell for _, cells in given for cell in cells]
    assert len(cells) > 40
    for cell in cells:
        assert together(cell) in have, cell


def test_the_text_is_of_14_points(leaflet):
    sizes = Counter()
    for sheet in pypdfium2.PdfDocument(leaflet[1]):
        sizes += Counter(size for letter, size in letters(sheet) if not letter.isspace())
    assert sizes.most_common(1)[0][0] == 14
    # The rest: notes' numbers, the foot, words inside a drawing.
    assert sum(count for size, count in sizes.items() if size >= 14) > 0.9 * sum(sizes.values())


def test_head_and_foot_tell_version_review_and_address(leaflet, published):
    name, path = leaflet
    document = pypdfium2.PdfDocument(path)
    head = large([document[0]])
    said, where = str(version.current()), address_of(name)
    assert said in head and where.replace("-", "") in together(head)
    assert load.current().review.until_reviewed in " ".join(head.split())
    # What the guide rests on, in the words of its own page, and what a leaflet leaves out.
    rests = re.search(r"\n# .+\n\n(.+)\n", (ROOT / "docs/sources/index.md").read_text("utf-8"))[1]
    assert "five articles" in rests and together(rests) in together(head)
    if name.startswith("guide"):
        assert f"{SITE}sources/".replace("-", "") in together(head)
    else:
        end = together(large([document[index] for index in range(len(document) - 2, len(document))]))
        for page in ("getting-ready", "on-the-day", "recovery", "alternatives"):
            title = html.parse(published / page / "index.html").findtext(".//h1")
            assert together(f"{title}: {SITE}{page}/") in end
    for number, sheet in enumerate(document, 1):
        foot = together("".join(letter for letter, size in letters(sheet) if size == 11))
        assert foot == together(f"{said} {number} of {len(document)}")
        assert all(abs(a - b) < 1 for a, b in zip(sheet.get_size(), PAPER[name.rpartition("-")[2]], strict=True))


def test_the_code_leads_to_the_page(leaflet):
    name, path = leaflet
    image = pypdfium2.PdfDocument(path)[0].render(scale=2).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [address_of(name)]


#: What makes sense on a screen only, in words of the pages.
ON_SCREEN = {
    "index": "Tap a small number",
    "words": "press an underlined word",
    "questions": "stays on this device",
    "deciding": "stays on this device",
}


def test_paper_does_not_speak_to_a_screen(published):
    text = together(body(published / "leaflets/guide-a4.pdf"))
    for page, said in ON_SCREEN.items():
        assert said in (ROOT / f"docs/{page}.md").read_text("utf-8")
        assert together(said) not in text


def test_a_page_number_in_the_text_is_that_of_the_place(published):
    """Nobody can follow a link on paper, so the sheet that it leads to is printed behind it."""
    raw = (published / "leaflets/guide-a4.pdf").read_bytes()
    sheets = leaflets.begins(raw)
    text = " ".join(plain("".join(large(pypdfium2.PdfDocument(raw)))).split())
    told = dict.fromkeys(re.findall(r"see (Chemical injection|Heat|Cold|Nerve release) \(page (\d+)\)", text))
    assert len(told) == 4
    for name, page in told:
        assert int(page) == sheets[f"methods-{'chemical' if name.startswith('Chemical') else name.split()[-1].lower()}"]
    assert len(re.findall(r"\(page [1-9]\d*\)", text)) > 50 and "(page 00" not in text


def test_a_treatment_needs_few_sheets(published):
    count = {name: len(pypdfium2.PdfDocument(published / f"leaflets/{name}-a4.pdf")) for name in load.current().methods}
    assert max(count.values()) <= 10 and count["heat"] <= 8, count


# ---------------------------------------------------------------------------
# What programs that read aloud are told
# ---------------------------------------------------------------------------


def tags(document: pikepdf.Pdf) -> list[tuple[int, str, pikepdf.Object]]:
    """The tag tree from its root: depth, tag and element."""
    found = []

    def walk(element, depth: int) -> None:
        if isinstance(element, pikepdf.Array):
            for each in element:
                walk(each, depth)
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            found.append((depth, str(element.S), element))
            if "/K" in element:
                walk(element.K, depth + 1)

    walk(document.Root.StructTreeRoot.K, 0)
    return found


def test_the_pdf_names_its_title_and_language(leaflet):
    name, path = leaflet
    document = pikepdf.open(path)
    title = "The whole guide" if name.startswith("guide") else load.current().methods[name.rpartition("-")[0]].name
    assert str(document.docinfo["/Title"]) == f"{title} - The Neurolysis Guide"
    assert document.Root.Lang == "en-US"
    assert document.Root.MarkInfo.Marked and document.Root.ViewerPreferences.DisplayDocTitle
    assert document.Root.Outlines.Count  # bookmarks


def test_headings_tables_pictures_and_links_are_tagged(leaflet):
    name, path = leaflet
    document = pikepdf.open(path)
    tree = tags(document)
    levels = [int(tag[2]) for _, tag, _ in tree if re.fullmatch("/H[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(levels) > (80 if name.startswith("guide") else 8)

    rows = Counter()
    for tag, element in ((tag, element) for _, tag, element in tree):
        if tag == "/Table":
            inside = [str(each.S) for each in element.K]
            assert set(inside) <= {"/TR", "/Caption"} and inside.count("/TR") > 1
            rows["tables"] += 1
        elif tag == "/TR":
            assert {str(each.S) for each in element.K} <= {"/TH", "/TD"}
            assert str(element.K[0].S) == "/TH"
        elif tag == "/TH":
            assert next(each.Scope for each in element.A if "/Scope" in each) in ("/Row", "/Column")
        elif tag == "/Figure":
            assert str(element.Alt).strip(), "a picture without a text"
            rows["pictures"] += 1
    assert rows["tables"] >= 3 and rows["pictures"] >= 2
    linked = sum(tag == "/Link" for _, tag, _ in tree)
    notes = [link for sheet in document.pages for link in sheet.get("/Annots", [])]
    assert linked > 40 and len(notes) >= linked
    assert all(str(link.Contents).strip() for link in notes)
    inner = {str(link.Dest) for link in notes if "/Dest" in link}
    assert inner <= set(document.Root.Dests.keys())  # no link leads to nothing


# ---------------------------------------------------------------------------
# How they are made
# ---------------------------------------------------------------------------


def test_made_again_it_is_the_same(published, chromium):
    page = leaflets.read((published / "methods/heat/index.html").read_text("utf-8"), "methods/heat/")
    text = leaflets.composed([page], False, leaflets.about(published))
    pdf = leaflets.finished(leaflets.printed(chromium, text, "a4"), page.title, version.current().on)
    assert pdf == (published / "leaflets/heat-a4.pdf").read_bytes()


def test_nothing_is_loaded_and_nothing_runs(published, chromium):
    bad = '<script>document.title = "run"</script><img src="http://127.0.0.1:9/x.png" alt="none">Some text'
    assert b"%PDF" in leaflets.printed(chromium, bad, "a4")
    page = leaflets.read((published / "methods/heat/index.html").read_text("utf-8"), "methods/heat/")
    text = leaflets.composed([page], False, leaflets.about(published))
    assert "<script" not in text and "src=" not in text and "url(" not in text


def test_without_the_sites_address_there_is_no_code(site):
    page = leaflets.read((site / "methods/heat/index.html").read_text("utf-8"), "methods/heat/")
    root = html.document_fromstring(leaflets.composed([page], False, leaflets.about(site)))
    assert not root.find_class("qr") and not root.find_class("code")
    assert all(link.get("href").startswith(("#", "https://")) for link in root.iter("a"))
    for path in site.rglob("*.html"):
        assert 'class="qr"' not in path.read_text("utf-8")
    assert not (site / "leaflets").exists() and "leaflets/" not in (site / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("promised", "versions", "old"),
    [
        ("", [], True),  # the new name was not there when the old one was
        ("  methods/heat/: []\n", [{"warmth", "cold"}, {"heat", "cold"}], True),  # renamed, and released since
        ("  methods/heat/: []\n", [], False),  # drafts had both
        ("  methods/heat/: []\n", [{"heat", "cold"}], False),
        ("  methods/heat/: []\n", [{"warmth"}, {"warmth", "heat"}, {"heat"}], False),  # a version had both
    ],
)
def test_only_a_renamed_method_keeps_its_leaflet(promised, versions, old):
    """Where a treatment is gone, its leaflet must not hold the one that it leads on to."""
    moved = "  methods/warmth/: methods/heat/\n  methods/warmth/#risks: methods/heat/\n  cost/: methods/heat/\n"
    text = f"moved:\n{moved}promised:\n  methods/warmth/: []\n{promised}"
    links = contract.parse(text.encode(), "links.yml")
    assert leaflets.names("heat", links, versions) == (["heat", "warmth"] if old else ["heat"])
    assert leaflets.names("cold", links, versions) == ["cold"]


def test_what_cannot_be_made_is_told(tmp_path):
    done = run("macros.publish.leaflets", str(tmp_path))
    assert done.returncode == 1 and "guide.css" in done.stderr and "Traceback" not in done.stderr


def test_every_page_links_a_leaflet_that_is_there(published):
    for page in pages(published):
        root = html.document_fromstring((published / page / "index.html").read_text("utf-8"))
        links = [link for link in root.xpath("//ul[@class='help']//a/@href") if link.endswith(".pdf")]
        assert len(links) == 2, page
        subject = Path(page).name if page.startswith("methods/") else "guide"
        for link in links:
            found = (published / page / link).resolve()
            assert found.exists() and found.name.startswith(subject), page


# ---------------------------------------------------------------------------
# The code on every printed page
# ---------------------------------------------------------------------------


def test_every_page_has_a_code_that_leads_to_it(published, open_tab):
    addresses, codes = set(), []
    for page in pages(published):
        root = html.document_fromstring((published / page / "index.html").read_text("utf-8"))
        addresses.update(root.xpath("//link[@rel='canonical']/@href"))
        codes += [(published / page / name).read_text("utf-8") for name in root.xpath("//img[@class='qr']/@src")]
    assert len(codes) == len(addresses) > 20
    tab = open_tab()
    tab.set_content(f"<style>svg {{ display: block; width: 12rem }}</style>{''.join(codes)}")
    images = [Image.open(io.BytesIO(code.screenshot())) for code in tab.locator("svg").all()]
    assert {code.text for image in images for code in zxingcpp.read_barcodes(image)} == addresses


def test_a_printed_page_shows_its_code_and_the_screen_does_not(published, tab):
    with served(published) as url:
        tab.goto(f"{url}risks/")
        assert not tab.locator(".qr").is_visible()
        printed = tab.pdf(format="A4")
    last = list(pypdfium2.PdfDocument(printed))[-1].render(scale=3).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(last)] == [f"{SITE}risks/"]
