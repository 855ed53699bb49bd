"""Paper: the leaflets as PDF, read and looked at, and what a reader prints."""

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
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from macros import paper
from macros.guide import load
from tests.conftest import ROOT, SITE, run, served

PAPER = {"a4": (595, 842), "letter": (612, 792)}
#: The one, and the longest. Both sizes of paper are looked at.
SOME = ["heat-a4", "heat-letter", "chemical-letter", "release-a4", "guide-a4"]
#: The most sheets that a leaflet of a treatment may have, and the risks as a reader prints them, both sides counted.
MOST, MOST_OF_RISKS = 6, 5
#: Tables whose rows run on as paragraphs on paper; what the heads of their columns say is told in the rows.
RUN_ON = "(contains(@class, 'narrow') or @data-part='risks')"


@pytest.fixture(params=SOME)
def leaflet(request, published) -> tuple[str, Path]:
    return request.param, published / f"leaflets/{request.param}.pdf"


def page_of(name: str) -> str:
    """The address of the page that a leaflet is made of, below the site's."""
    subject = name.rpartition("-")[0]
    return "" if subject == "guide" else f"methods/{subject}/"


def letters(sheet: pypdfium2.PdfPage) -> list[tuple[str, float]]:
    """A sheet's letters in the order of its text, each with its size in points."""
    text, found = sheet.get_textpage(), []
    for index in range(text.count_chars()):
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(text, index, matrix)
        size = pdfium.FPDFText_GetFontSize(text, index) * abs(matrix.d)
        found.append((chr(pdfium.FPDFText_GetUnicode(text, index)), round(size, 1)))
    return found


def plain(text: str) -> str:
    """Text without what a line break adds: hyphens, and letters that are joined."""
    return unicodedata.normalize("NFKC", re.sub("[\x02\ufffe\u00ad\u2060-]", "", text))


def together(text: str) -> str:
    return "".join(plain(text).split())


def text_of(pdf: Path | bytes) -> str:
    """All that a PDF says, without the line at each sheet's foot."""
    found = (letter for sheet in pypdfium2.PdfDocument(pdf) for letter, size in letters(sheet) if size != 11)
    return together("".join(found))


def article(site: Path, page: str) -> html.HtmlElement:
    """The text of a page as it must stand on paper."""
    found = html.parse(site / page / "index.html").getroot().find(".//article")
    for name in ("headerlink", "footnote-backref", "help", "edit", "sections", "screen", "embed", "choose", "mine"):
        for element in found.find_class(name):
            element.drop_tree()
    for head in found.xpath(f".//table[{RUN_ON}]/thead"):
        head.drop_tree()
    for title in found.xpath(".//details[table[contains('risks conditions words', @data-part)]]/summary[strong]"):
        title[0].tail = None  # it names the rows, which stand right below it
    for summary in found.xpath(".//details[contains(@class, 'notes')]/summary"):
        summary.drop_tree()
    return found


def in_leaflet(page: html.HtmlElement) -> html.HtmlElement:
    """The same without what other pages have: who names a treatment for what, and the sides of disagreements."""
    for other in page.xpath(
        ".//table[contains(@class, 'narrow')][@data-part='conditions']//td"
        " | .//details[contains(@class, 'disagreement')]/*[not(self::summary)]"
    ):
        other.drop_tree()
    return page


# ---- What is said ----


def parts(element: html.HtmlElement) -> list[str]:
    """The texts of an element's paragraphs, items, cells and headings, without those that hold others."""
    kinds = ("p", "li", "th", "td", "h1", "h2", "h3", "figcaption", "summary", "label")
    found = [each for each in element.iter(*kinds) if not any(inner is not each for inner in each.iter(*kinds))]
    return [together(each.text_content()) for each in found]


@pytest.mark.parametrize("name", [name for name in SOME if "guide" not in name])
def test_every_word_of_the_page_stands_in_its_leaflet(name, published):
    path = published / f"leaflets/{name}.pdf"
    page, have = in_leaflet(article(published, page_of(name))), text_of(path)
    notes = page.xpath("//*[@class='footnote']//li")
    listed = have.rpartition("Wherethiscomesfrom")[2]
    for number, note in enumerate(notes, 1):  # of a note, the place: the text above says what stands there
        source, place = map(together, note.xpath("string(.//a[1])").split(", ", 1))
        of_source = listed.partition(f"{source}:")[2]
        assert re.search(rf"(^|;){re.escape(place)}(\[\d+\])*\[{number}\]", of_source), (number, source, place)
        assert listed.count(f"[{number}]") == 1
    for other in [*page.find_class("notes"), *page.find_class("review")]:
        other.drop_tree()
    wanted = parts(page)
    assert len(wanted) > 60 and len(notes) > 10
    said = " ".join(sheet.get_textpage().get_text_bounded() for sheet in pypdfium2.PdfDocument(path))
    assert re.search(r"How long recovery takes\s+[A-Z]", said)  # a row's name and its text are apart
    have = re.sub(r"\(https:[^)]*\)", "", have)  # addresses that are told on paper
    assert [part for part in wanted if part not in have] == []


def test_every_word_of_the_pages_stands_in_the_whole_guide(published):
    have = re.sub(r"\(page\d+\)", "", text_of(published / "leaflets/guide-a4.pdf"))
    addresses = [address for address, _ in paper.chapters(paper.site(published))]
    assert len(addresses) > 20 and "for-clinics/" not in addresses
    for address in addresses:
        page = article(published, address)
        for cell in page.xpath(".//table[contains(@class, 'narrow')][@data-part='conditions']//td"):
            cell.drop_tree()
        for name in ("notes", "review", "words", *(() if address == "disagreements/" else ("disagreement",))):
            for element in page.find_class(name):
                element.drop_tree()
        assert [part for part in parts(page) if part not in have] == [], address


def test_a_page_number_in_the_text_is_that_of_the_place(published):
    """Nobody can follow a link on paper, so the sheet that it leads to is printed behind it."""
    raw = (published / "leaflets/guide-a4.pdf").read_bytes()
    sheets, text = paper.begins(raw), text_of(raw)
    for said, method in (
        ("Chemicalinjection", "chemical"),
        ("Heat", "heat"),
        ("Cold", "cold"),
        ("Nerverelease", "release"),
    ):
        assert set(re.findall(rf"see{said}\(page(\d+)\)", text)) == {str(sheets[f"methods-{method}"])}
    assert len(re.findall(r"\(page[1-9]\d*\)", text)) > 50 and "(page00" not in text
    listed = re.findall(r"Risksofneurolysis(\d+)", text)
    assert listed[0] == str(sheets["risks"])


def test_paper_does_not_speak_to_a_screen(published):
    have = text_of(published / "leaflets/guide-a4.pdf")
    for path in ("index", "words", "questions", "deciding"):
        said = re.search(r"^(.+)\n\{: \.screen \}", (ROOT / f"docs/{path}.md").read_text("utf-8"), re.M)[1]
        assert together(said) not in have


def test_the_head_tells_edition_review_and_address_and_each_foot_the_sheet(leaflet, published):
    name, path = leaflet
    document = pypdfium2.PdfDocument(path)
    head = together("".join(letter for letter, _ in letters(document[0])))
    edition = html.parse(published / "index.html").xpath("string(//*[@class='edition'])")
    assert re.fullmatch(r"(Draft|Version) of .+ \([0-9a-f]{10}\)", edition)
    for said in (edition, load.current().review.until_reviewed, "Not medical advice.", SITE + page_of(name)):
        assert together(said) in head
    for number, sheet in enumerate(document, 1):
        foot = together("".join(letter for letter, size in letters(sheet) if size == 11))
        assert foot == together(f"{edition} {number} of {len(document)}")
        assert all(abs(a - b) < 1 for a, b in zip(sheet.get_size(), PAPER[name.rpartition("-")[2]], strict=True))


# ---- How it looks ----


def test_the_text_is_of_14_points(leaflet):
    sizes = Counter()
    for sheet in pypdfium2.PdfDocument(leaflet[1]):
        sizes += Counter(size for letter, size in letters(sheet) if not letter.isspace())
    assert sizes.most_common(1)[0][0] == 14
    # The rest: numbers of notes, the foot, words inside a drawing.
    assert sum(count for size, count in sizes.items() if size >= 14) > 0.9 * sum(sizes.values())


def test_the_code_leads_to_the_page(leaflet):
    name, path = leaflet
    image = pypdfium2.PdfDocument(path)[0].render(scale=2).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [SITE + page_of(name)]


def test_a_treatment_needs_few_sheets(published):
    names = [f"{name}-{size}" for name in load.current().methods for size in PAPER]
    count = {name: len(pypdfium2.PdfDocument(published / f"leaflets/{name}.pdf")) for name in names}
    assert max(count.values()) <= MOST, count


def unseen(pdf: Path | bytes) -> list[str]:
    """What a PDF says and its picture does not show, by sheet: letters cut off, or below something else."""
    found = []
    for sheet in pypdfium2.PdfDocument(pdf):
        text, scale, wrong = sheet.get_textpage(), 2, []
        image = sheet.render(scale=scale).to_pil().convert("L")
        width, height = sheet.get_size()
        for index, (letter, _) in enumerate(letters(sheet)):
            if not letter.isalnum():
                continue
            left, bottom, right, top = text.get_charbox(index)
            edges = (left * scale - 1, (height - top) * scale - 1, right * scale + 1, (height - bottom) * scale + 1)
            inside = left >= 0 and right <= width and bottom >= 0 and top <= height
            if not inside or image.crop([round(edge) for edge in edges]).getextrema()[0] > 160:
                wrong.append(letter)
        found.append("".join(wrong))
    return found


def test_nothing_is_cut(leaflet):
    assert not any(unseen(leaflet[1]))


#: The color of what matters, on paper.
ACCENT = tuple(bytes.fromhex(re.search(r"--accent: #(\w{6})", (ROOT / "overrides/assets/print.css").read_text())[1]))


def mixed(share: float) -> tuple[int, ...]:
    """The accent in light gray, as the drawings have it."""
    return tuple(round(share * a + (1 - share) * 0xF3) for a in ACCENT)


def near(image: Image.Image, color: tuple[int, ...]) -> Image.Image:
    """White where a picture has about this color, else black."""
    bands = zip(image.convert("RGB").split(), color, strict=True)
    masks = [band.point([255 * (abs(value - wanted) < 14) for value in range(256)]) for band, wanted in bands]
    return ImageChops.darker(ImageChops.darker(masks[0], masks[1]), masks[2])


def share(mask: Image.Image) -> float:
    return mask.histogram()[255] / (mask.width * mask.height)


@pytest.mark.parametrize("name", ["heat-a4", "chemical-letter", "release-a4", "cold-a4", "removal-letter"])
def test_the_drawing_shows_what_it_draws(name, published):
    """No black box: the skin, the tissue and the nerve have their colors, and little of it is black."""
    sheet = pypdfium2.PdfDocument(published / f"leaflets/{name}.pdf")[0].render(scale=2).to_pil()
    box = near(sheet, mixed(0.12)).filter(ImageFilter.MinFilter(9)).getbbox()  # where more than a line has the color
    assert (box[2] - box[0]) / sheet.width > 0.4, "it is about as wide as half the sheet"
    drawing = sheet.crop((box[0], box[1] - (box[2] - box[0]) // 8, box[2], box[3]))  # the skin is above
    assert share(near(drawing, mixed(0.12))) > 0.2, "tissue"
    assert share(near(drawing, mixed(0.38))) > 0.05, "skin"
    assert share(near(drawing, (0, 0, 0))) < 0.12, "a black box"


def blobs(mask: Image.Image) -> int:
    """How many connected spots a mask has; it is emptied."""
    count = 0
    while box := mask.getbbox():
        row = mask.crop((box[0], box[1], box[2], box[1] + 1)).tobytes()
        ImageDraw.floodfill(mask, (box[0] + row.index(255), box[1]), 0)
        count += 1
    return count


@pytest.mark.parametrize("name", ["heat-a4", "chemical-letter"])
def test_the_picture_of_dots_shows_as_many_as_it_says(name, published):
    label = article(published, page_of(name)).xpath("string(//svg[contains(@class, 'array')]/@aria-label)")
    people, marked = (int(number.replace(",", "")) for number in re.findall(r"[\d,]+(?= people| of them)", label))
    assert people == 1000 and marked == 1
    document = pypdfium2.PdfDocument(published / f"leaflets/{name}.pdf")
    sheet = next(each for each in document if "The other 999" in each.get_textpage().get_text_bounded())
    text, scale = sheet.get_textpage(), 4
    top = text.get_charbox(text.search("Infection, bleeding").get_next()[0])[3]  # it stands beside these words
    image, centimeter = sheet.render(scale=scale).to_pil(), scale * 72 / 2.54
    edges = (image.width - 5.3 * centimeter, image.height - top * scale - 8, image.width - centimeter)
    picture = image.crop([round(at) for at in (*edges, image.height - top * scale + 2.7 * centimeter)])
    spots = {color: blobs(near(picture, color)) for color in (ACCENT, (0x55, 0x55, 0x55))}
    assert list(spots.values()) == [marked, people - marked]


# ---- What programs that read aloud are told ----


def tags(document: pikepdf.Pdf) -> list[tuple[str, pikepdf.Object]]:
    """The tag tree from its root."""
    found = []

    def walk(element) -> None:
        if isinstance(element, pikepdf.Array):
            for each in element:
                walk(each)
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            found.append((str(element.S), element))
            walk(element.get("/K"))

    walk(document.Root.StructTreeRoot.K)
    return found


def test_the_pdf_is_tagged(leaflet, published):
    name, path = leaflet
    document = pikepdf.open(path)
    title = html.parse(published / page_of(name) / "index.html").findtext(".//title").strip()
    assert str(document.docinfo["/Title"]) == ("The whole guide - The Neurolysis Guide" if "guide" in name else title)
    assert str(document.Root.Lang).startswith("en")
    assert document.Root.MarkInfo.Marked and document.Root.ViewerPreferences.DisplayDocTitle
    assert document.Root.Outlines.Count  # bookmarks
    tree = tags(document)
    levels = [int(tag[2]) for tag, _ in tree if re.fullmatch("/H[1-6]", tag)]
    assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels))
    for tag, element in tree:
        if tag == "/TR":
            cells = list(element.K) if isinstance(element.K, pikepdf.Array) else [element.K]  # one is no list
            assert {str(each.S) for each in cells} <= {"/TH", "/TD"} and str(cells[0].S) == "/TH"
        elif tag == "/TH":
            assert next(each.Scope for each in element.A if "/Scope" in each) in ("/Row", "/Column")
        elif tag == "/Figure":
            assert str(element.Alt).strip(), "a picture without a text"
    kinds = Counter(tag for tag, _ in tree)
    assert kinds["/Table"] >= 3 and kinds["/Figure"] >= 2 and kinds["/Link"] > 20
    links = [link for sheet in document.pages for link in sheet.get("/Annots", [])]
    assert all(str(link.Contents).strip() for link in links)
    assert {str(link.Dest) for link in links if "/Dest" in link} <= set(document.Root.Dests.keys())


def addresses(document: pikepdf.Pdf) -> set[str]:
    """Where the links of a PDF lead outside it."""
    return {str(link.A.URI) for sheet in document.pages for link in sheet.get("/Annots", []) if "/A" in link}


def test_its_links_are_the_published_addresses(leaflet, published):
    given = addresses(pikepdf.open(leaflet[1]))
    assert all(url.startswith("https://") for url in given)
    pages = [url for url in given if url.startswith(SITE) and not url.endswith(".xml")]
    assert len(pages) > 10
    for url in pages:
        page, _, anchor = url.removeprefix(SITE).partition("#")
        target = html.parse(published / page / "index.html")
        assert not anchor or target.xpath(f"//*[@id='{anchor}']"), url


# ---- How they are made ----


def test_where_the_address_is_not_known_no_link_and_no_code_leads_there(site, chromium):
    here = paper.site(site)
    page = paper.for_paper(here.page("methods/heat/"), "methods/heat/", here)
    pdf = paper.printed(chromium, page, "methods/heat/", here, "a4")
    assert {url for url in addresses(pikepdf.open(io.BytesIO(pdf))) if "creativecommons.org" not in url} == set()
    assert "invalid" not in text_of(pdf) and str(site) not in text_of(pdf)
    assert not zxingcpp.read_barcodes(pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil())


def test_nothing_is_loaded_from_outside_and_nothing_runs(published, chromium):
    here = paper.site(published)
    for bad in ("https://example.org/x.png", f"{SITE}lost.png"):
        page = here.page("cost/")
        page.body.append(html.fromstring(f'<p><img src="{bad}" alt=""><script>document.title = "ran"</script></p>'))
        with pytest.raises(OSError, match=re.escape(bad)):
            paper.printed(chromium, page, "cost/", here, "a4")


def test_what_cannot_be_made_is_told(tmp_path):
    done = run("macros.paper", str(tmp_path))
    assert done.returncode == 1 and "index.html" in done.stderr and "Traceback" not in done.stderr


def test_every_page_links_a_leaflet_that_is_there(published):
    for address, page in paper.chapters(paper.site(published)):
        links = [link for link in page.xpath("//ul[@class='help']//a/@href") if link.endswith(".pdf")]
        subject = address.removeprefix("methods/").strip("/") if address.startswith("methods/") else ""
        names = [f"{subject or 'guide'}-{size}.pdf" for size in PAPER]
        assert links == [f"{SITE}leaflets/{name}" for name in names], address
        assert all((published / "leaflets" / name).exists() for name in names)


# ---- What a reader prints ----


#: Pages with each kind of fold: risks, all about a treatment, alternatives, conditions, words, lists to tick.
FOLDED = ["risks/", "methods/heat/", "alternatives/", "who-it-is-for/", "words/", "recovery/"]


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("address", FOLDED)
def test_every_fold_stands_open_in_the_printed_picture(address, scripts, published, open_tab):
    tab = open_tab(java_script_enabled=scripts)
    with served(published) as url:
        tab.goto(f"{url}{address}")
        tab.wait_for_load_state("networkidle")
        printed = tab.pdf(format="A4")
    page, have = article(published, address), text_of(printed)
    assert len(page.xpath(".//details")) > 2 and not page.xpath(".//details[@open]")
    assert [part for part in parts(page) if part not in have] == []
    assert not any(unseen(printed))


def test_the_risks_need_few_sheets(published, tab):
    with served(published) as url:
        tab.goto(f"{url}risks/")
        count = {size: len(pypdfium2.PdfDocument(tab.pdf(format=size))) for size in paper.SIZES.values()}
    assert max(count.values()) <= MOST_OF_RISKS, count


@pytest.mark.parametrize("address", ["risks/", "methods/heat/"])
def test_words_are_explained_at_the_end_and_not_inside_a_phrase(address, published, tab):
    with served(published) as url:
        tab.goto(f"{url}{address}")
        have = text_of(tab.pdf(format="A4"))
    before, _, after = have.partition("Medicalwordsonthispage")
    page = article(published, address)
    listed = [together(item.text_content()) for item in page.xpath(".//details[contains(@class, 'words')]//li")]
    page.xpath(".//details[contains(@class, 'words')]")[0].drop_tree()
    text, meanings = together(page.text_content()), {together(each) for each in page.xpath(".//abbr/@title")}
    assert len(meanings) > 4 and all(item in after for item in listed)
    for meaning in meanings:
        assert any(item.endswith(f":{meaning}") for item in listed), meaning
        assert before.count(meaning) <= text.count(meaning), f"inside a phrase: {meaning}"


@pytest.mark.parametrize("scripts", [True, False])
def test_on_paper_all_is_black_on_white_and_leads_back(scripts, published, open_tab):
    tab = open_tab(java_script_enabled=scripts, color_scheme="dark")
    with served(published) as url:
        tab.goto(f"{url}risks/")
        tab.wait_for_load_state("networkidle")
        printed = tab.pdf(format="A4")
    sheets = [sheet.render(scale=3).to_pil() for sheet in pypdfium2.PdfDocument(printed)]
    assert all(share(near(sheet, (255, 255, 255))) > 0.7 for sheet in sheets)
    assert [code.text for code in zxingcpp.read_barcodes(sheets[-1])] == [f"{SITE}risks/"]


def test_a_reader_can_print_only_what_was_ticked_and_written(published, tab):
    tab.add_init_script("window.print = () => {}")
    with served(published) as url:
        tab.goto(f"{url}questions/")
        box = tab.get_by_role("checkbox").nth(4)
        label = box.evaluate("box => box.closest('label').textContent")
        other = tab.get_by_role("checkbox").first.evaluate("box => box.closest('label').textContent")
        box.check()
        tab.get_by_role("textbox", name="What I want to ask or tell").fill("Does it hurt?")
        tab.get_by_role("button", name="Print what I ticked").click()
        have = text_of(tab.pdf(format="A4"))
    assert together(label) in have and "Doesithurt?" in have and together(other) not in have
    assert "Tickthosethat" not in have and "Printwhat" not in have
