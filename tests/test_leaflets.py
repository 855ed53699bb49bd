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

from macros import load, version
from macros.publish import leaflets
from tests.conftest import on_paper, pages, run, served

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
    return text.rpartition("Each small number in the text stands for")[0]


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
    for number, sheet in enumerate(document, 1):
        foot = together("".join(letter for letter, size in letters(sheet) if size == 11))
        assert foot == together(f"{said} {number} of {len(document)}")
        assert all(abs(a - b) < 1 for a, b in zip(sheet.get_size(), PAPER[name.rpartition("-")[2]], strict=True))


def test_the_code_leads_to_the_page(leaflet):
    name, path = leaflet
    image = pypdfium2.PdfDocument(path)[0].render(scale=2).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [address_of(name)]


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
    text = leaflets.composed([page], False, (published / "assets/guide.css").read_text("utf-8"), SITE)
    pdf = leaflets.finished(leaflets.printed(chromium, text, "a4"), page.title, version.current().on)
    assert pdf == (published / "leaflets/heat-a4.pdf").read_bytes()


def test_nothing_is_loaded_and_nothing_runs(published, chromium):
    bad = '<script>document.title = "run"</script><img src="http://127.0.0.1:9/x.png" alt="none">Some text'
    assert b"%PDF" in leaflets.printed(chromium, bad, "a4")
    page = leaflets.read((published / "methods/heat/index.html").read_text("utf-8"), "methods/heat/")
    text = leaflets.composed([page], False, "", SITE)
    assert "<script" not in text and "src=" not in text and "url(" not in text


def test_without_the_sites_address_there_is_no_code(site):
    page = leaflets.read((site / "methods/heat/index.html").read_text("utf-8"), "methods/heat/")
    root = html.document_fromstring(leaflets.composed([page], False, "", ""))
    assert not root.find_class("qr") and not root.find_class("code")
    assert all(link.get("href").startswith(("#", "https://")) for link in root.iter("a"))
    for path in site.rglob("*.html"):
        assert 'class="qr"' not in path.read_text("utf-8")
    assert not (site / "leaflets").exists() and "leaflets/" not in (site / "index.html").read_text("utf-8")


def test_an_old_name_of_a_method_keeps_its_leaflet():
    moved = {"methods/warmth/": "methods/heat/", "methods/warmth/#risks": "methods/heat/", "cost/": "methods/heat/"}
    assert leaflets.names("heat", moved) == ["heat", "warmth"]
    assert leaflets.names("cold", moved) == ["cold"]


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
        codes += [html.tostring(code, encoding="unicode", with_tail=False) for code in root.find_class("qr")]
    assert len(codes) == len(addresses) > 20
    tab = open_tab()
    tab.set_content(f"<style>.qr {{ display: block; width: 12rem }}</style>{''.join(codes)}")
    images = [Image.open(io.BytesIO(code.screenshot())) for code in tab.locator(".qr").all()]
    assert {code.text for image in images for code in zxingcpp.read_barcodes(image)} == addresses


def test_a_printed_page_shows_its_code_and_the_screen_does_not(published, tab):
    with served(published) as url:
        tab.goto(f"{url}risks/")
        assert not tab.locator(".qr").is_visible()
        printed = tab.pdf(format="A4")
    last = list(pypdfium2.PdfDocument(printed))[-1].render(scale=3).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(last)] == [f"{SITE}risks/"]
