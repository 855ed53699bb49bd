"""Leaflets: PDFs to print and hand out, one for each method and one of the whole guide.

They are made from the built pages, so that a page and its leaflet cannot differ.
`python -m macros.publish.leaflets FOLDER` writes them into FOLDER/leaflets/, where FOLDER is a built site.
"""

from __future__ import annotations

import io
import json
import posixpath
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import jinja2
import pikepdf
from lxml import html
from playwright.sync_api import Browser, sync_playwright

from ..guide import browser, contract, load, materials, paths, qr, releases, version
from ..guide.model import Disagreement, Guide
from ..guide.problem import DataError
from ..metadata import LICENSE, NAME

FOLDER = "leaflets/"
#: The sizes of paper: the end of a file's name, and what the browser calls it.
SIZES = {"a4": "A4", "letter": "Letter"}
#: The name of the leaflet of the whole guide, beside those of the methods.
WHOLE = "guide"
#: Pages that are of use on a screen only, or to clinics and not to readers.
NOT_ON_PAPER = ("search/", "for-clinics/")

_TEMPLATE = paths.ROOT / "overrides" / "leaflet.html"
#: Parts of an article that paper has no use for; the notes are replaced by shorter ones.
_LEFT_OUT = (
    *("part", "review", "toc", "help", "edit", "headerlink", "footnote", "grade", "moved"),
    *("search", "choose", "pair", "mine", "screen"),
)
#: The page that has all disagreements, of which other pages repeat those that they touch.
_DISAGREEMENTS = "disagreements/"
#: The page that says how far to trust our sources, in its first paragraph.
_SOURCES = "sources/"
#: What the leaflet of a treatment leaves to other pages.
_MORE = ("getting-ready/", "on-the-day/", "recovery/", "alternatives/")
#: How a link to a note begins, before the claim's id.
_NOTE = "#fn:"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Page(NamedTuple):
    """A built page.

    `address` is its path below the site's root, "methods/heat/" or "./" for the first, and `url` its
    whole address, "" where the site's is not known. `part` is the name of its section in the menu.
    """

    address: str
    url: str
    name: str
    title: str
    part: str
    review: str
    notice: str
    license: str
    article: html.HtmlElement


class Site(NamedTuple):
    """What a built site gives to each of its leaflets.

    `url` is its address, "" where it is not known, and `style` the style of its pages. `basis` says what the
    guide rests on. `more` has names and addresses of the pages that a leaflet of one treatment names at its end.
    """

    url: str
    style: str
    basis: str
    more: Sequence[tuple[str, str]]


# ---------------------------------------------------------------------------
# From built pages to one page for paper
# ---------------------------------------------------------------------------


def read(text: str, address: str) -> Page:
    """A built page from its HTML."""
    root = html.document_fromstring(text)
    article = root.find(".//article")
    for element in article.find_class("headerlink"):
        element.drop_tree()
    # What a note's id is matters to its page only. Here a citation names its claim, to which its note links.
    claims = {f"#{note.get('id')}": _claim(note) for note in article.xpath(".//li[starts-with(@id, 'fn:')]")}
    for cite in article.find_class("footnote-ref"):
        cite.set("href", _NOTE + claims[cite.get("href")])
    url = root.xpath("//link[@rel='canonical']/@href")
    said = {name: _words(root, name) for name in ("part", "review", "notice", "license")}
    return Page(
        address,
        url[0] if url else "",
        _plain(article.find(".//h1")),
        root.findtext(".//title"),
        **said,
        article=article,
    )


def _claim(note: html.HtmlElement) -> str:
    return (
        next(link for link in note.iter("a") if link.get("class") != "footnote-backref").get("href").partition("#")[2]
    )


def about(folder: Path) -> Site:
    """What the built site in `folder` gives to its leaflets. Raises OSError where a page is missing."""
    style, text = (folder / "assets/guide.css").read_text("utf-8"), _text(folder, "./")
    first, sources = read(text, "./"), read(_text(folder, _SOURCES), _SOURCES)
    inside = html.document_fromstring(text).xpath("//head/style/text()")
    more = [read(_text(folder, address), address) for address in _MORE]
    basis = sources.article.xpath("p[not(@class)]")[0]
    for meaning in basis.find_class("meaning"):
        meaning.drop_tree()
    return Site(first.url, "\n".join([*inside, style]), _plain(basis), [(page.name, page.url) for page in more])


def _text(folder: Path, address: str) -> str:
    return (folder / address / "index.html").read_text("utf-8")


def _words(root: html.HtmlElement, name: str) -> str:
    found = root.xpath(f"//main//p[@class='{name}'] | //footer//*[@class='{name}']")
    return _plain(found[0]) if found else ""


def _plain(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def order(text: str) -> list[str]:
    """Addresses of the pages in the menu of the first page, from its HTML."""
    links = html.document_fromstring(text).xpath("//nav[@id='menu']//a/@href")
    return [_resolved("./", link)[0] for link in links]


def _resolved(page: str, link: str) -> tuple[str, str]:
    """The address that a page's link within the site leads to, and its anchor."""
    path, _, anchor = link.partition("#")
    there = posixpath.normpath(posixpath.join(page, path))
    return (there if "." in posixpath.basename(there).strip(".") else f"{there}/"), anchor


def _id(address: str, anchor: str = "") -> str:
    """An id that stands once in a leaflet of many pages; without an anchor, that of the page's start."""
    page = address.strip("./").replace("/", "-") or "start"
    return f"{page}--{anchor}" if anchor else page


class Cited(NamedTuple):
    """One of our sources, and the places in it that a leaflet cites, each with its number."""

    publisher: str
    title: str
    address: str
    places: Mapping[str, int]


def numbered(guide: Guide, claim_ids: Collection[str]) -> dict[str, Cited]:
    """The sources of these claims by their ids, in the order of the data.

    Claims of one place share a number. The numbers run on from source to source, so that one is found quickly.
    """
    found, last = {}, 0
    for source_id, source in guide.sources.items():
        places = dict.fromkeys(claim.place for claim_id, claim in source.claims.items() if claim_id in claim_ids)
        if places:
            numbers = dict(zip(places, range(last + 1, last + 1 + len(places)), strict=True))
            address = "" if source.address == "none known" else source.address
            found[source_id] = Cited(source.publisher, source.title, address, numbers)
            last += len(places)
    return found


def for_paper(page: Page, among: Collection[str], site: str) -> html.HtmlElement:
    """A page's article as it stands in a leaflet; the page's own is changed.

    `among` are the addresses of the leaflet's pages, `site` is the site's URL or "". Citations stay as they are.
    """
    article, whole = page.article, len(among) > 1
    for name in _LEFT_OUT:
        for element in article.find_class(name):
            element.drop_tree()
    if page.address != _DISAGREEMENTS:
        for element in article.findall(".//details[@class='disagreement']"):
            if _DISAGREEMENTS in among:
                _only_lead_on(element, page.address)
            else:
                _with_notes(element, load.current().disagreements[element.get("id")])
    for element in list(
        article.iter("details", "summary", "button", "figure", "figcaption", "input", "textarea", "svg")
    ):
        _plainer(element)
    for meaning in article.find_class("meaning"):
        meaning.find("b").drop_tree()  # the word stands before it
        meaning.text = f" ({meaning.text_content()})"
        for name in ("id", "popover"):
            del meaning.attrib[name]
    for element in article.iter(*_HEADINGS):
        element.tag = _HEADINGS[_HEADINGS.index(element.tag) + whole]
    for element in article.xpath(".//*[@id]"):
        element.set("id", _id(page.address, element.get("id")))
    article.set("id", _id(page.address))
    article.set("class", "chapter" if whole else "single")
    for link in list(article.iterfind(".//a")):
        _lead_on(link, page.address, among, site)
    return article


def _only_lead_on(element: html.HtmlElement, page: str) -> None:
    """Leaves of a disagreement its question: a page of the same leaflet has all of it."""
    question = _plain(element.find("summary"))
    place = posixpath.relpath(_DISAGREEMENTS, page) + f"/#{element.get('id')}"
    element.clear()
    element.tag = "p"
    link = html.Element("a", href=place)
    link.text = question
    element.append(link)


def _with_notes(element: html.HtmlElement, entry: Disagreement) -> None:
    """Gives each side of a disagreement its citations, where the page leads to another page for them."""
    if element.find_class("footnote-ref"):
        return
    for way in element.xpath(f"preceding-sibling::p[a[contains(@href, '{_DISAGREEMENTS}#')]]"):
        way.drop_tree()
    for item, side in zip(element.iter("li"), entry.sides, strict=True):
        for claim_id in side.cites:
            sup = html.Element("sup")
            sup.append(html.Element("a", {"class": "footnote-ref", "href": _NOTE + claim_id}))
            item.append(sup)


def _claims(article: html.HtmlElement) -> list[str]:
    return [link.get("href").removeprefix(_NOTE) for link in article.find_class("footnote-ref")]


def _number(article: html.HtmlElement, guide: Guide, sources: Mapping[str, Cited]) -> None:
    """Makes citations that stand together one list of numbers, each once."""

    def number(claim_id: str) -> int:
        source_id, _, claim = guide.claim(claim_id)
        return sources[source_id].places[claim.place]

    run: list[html.HtmlElement] = []
    cites = article.xpath('.//sup[a[@class="footnote-ref"]]')
    for sup in cites:
        run.append(sup)
        if not sup.tail and sup.getnext() in cites:
            continue
        numbers = sorted({number(claim_id) for each in run for claim_id in _claims(each)})
        tail, first = sup.tail, run[0]
        for other in run[1:]:
            other.getparent().remove(other)
        first.clear()
        for index, note in enumerate(numbers):
            link = html.Element("a", href=f"#note-{note}")
            link.text = str(note)
            if index:
                first[-1].tail = ", "
            first.append(link)
        first.tail, run = tail, []


def _plainer(element: html.HtmlElement) -> None:
    """Makes what opens, is pressed or filled in on a screen stand on paper."""
    match element.tag:
        case "summary" if element.getparent().get("class") == "disagreement":
            element.tag = "h3"
        case "summary":
            element.drop_tree()
        case "details" | "figure":
            element.tag = "div"
        case "figcaption":
            element.tag = "p"
            element.set("class", "caption")
        case "button":
            element.drop_tag()
        case "input":
            element.tag, element.attrib["class"] = "span", "square"
        case "svg" if element.get("aria-labelledby"):
            element.set("aria-label", ". ".join(each.text.rstrip(".") for each in element.xpath("title | desc")) + ".")
            del element.attrib["aria-labelledby"]
            for each in element.xpath("title | desc"):
                each.drop_tree()
        case "textarea":
            element.tag, element.attrib["class"] = "div", "lines"


def _lead_on(link: html.HtmlElement, page: str, among: Collection[str], site: str) -> None:
    """Lets a link lead to a place in the leaflet, else to the site; else it becomes text."""
    target = link.get("href")
    if target.startswith(_NOTE) or urlsplit(target).scheme:
        return
    address, anchor = _resolved(page, target)
    if address in among:
        link.set("href", f"#{_id(address, anchor)}")
    elif site:
        link.set("href", site + address.removeprefix("./") + (f"#{anchor}" if anchor else ""))
        link.set("class", "away")
    else:
        link.drop_tag()


def composed(pages: Sequence[Page], whole: bool, site: Site, at: Mapping[str, int] | None = None) -> str:
    """One method's page, or the pages of the whole guide, as one HTML document without anything outside it.

    `at` has the sheet on which each place that is linked begins, by its id, once that is known.
    """
    guide, first = load.current(), pages[0]
    among = {page.address for page in pages}
    name = "The whole guide" if whole else first.name
    articles = [for_paper(page, among, site.url) for page in pages]
    if not whole:
        articles[0].find(".//h1").drop_tree()
    sources = numbered(guide, {claim_id for article in articles for claim_id in _claims(article)})
    for article in articles:
        _number(article, guide, sources)
    known = {element.get("id") for article in articles for element in article.xpath("descendant-or-self::*[@id]")}
    for article in articles:
        for link in article.iter("a"):
            target = link.get("href", "").removeprefix("#")
            if link.get("href", "").startswith("#") and not target.startswith("note-") and target not in known:
                link.set("href", f"#{target.partition('--')[0]}")  # the part is not on paper, the page is
    if whole:
        for link in [link for article in articles for link in article.xpath(".//a[not(ancestor::table)]")]:
            target = link.get("href").removeprefix("#")
            if target in known:
                link.tail = f" (page {(at or {}).get(target, '00')}){link.tail or ''}"
    contents = [
        (part, [(page.name, _id(page.address), (at or {}).get(_id(page.address), "000")) for page in group])
        for part, group in groupby(pages, key=lambda page: page.part)
    ]
    template = jinja2.Environment(autoescape=True).from_string(_TEMPLATE.read_text("utf-8"))
    return template.render(
        title=f"{name} - {NAME}" if whole else first.title,
        guide=NAME,
        name=name,
        site=site,
        sources_page=_SOURCES,
        version=str(version.current()),
        review=first.review,
        notice=first.notice,
        license=first.license,
        address=first.url,
        qr=first.url and qr.inline(first.url),
        contents=contents if whole else None,
        text="\n".join(html.tostring(article, encoding="unicode") for article in articles),
        license_url=LICENSE,
        sources=sources.values(),
    )


# ---------------------------------------------------------------------------
# From that to PDF
# ---------------------------------------------------------------------------


def printed(chromium: Browser, text: str, size: str) -> bytes:
    """HTML as a tagged PDF with an outline, on paper of a size of `SIZES`. Nothing is loaded, no script runs."""
    context = chromium.new_context(java_script_enabled=False, offline=True)
    try:
        tab = context.new_page()
        tab.set_content(text)
        return tab.pdf(format=SIZES[size], tagged=True, outline=True)
    finally:
        context.close()


def finished(pdf: bytes, title: str, day: date) -> bytes:
    """A PDF as it is published: the same bytes from the same content, with a day in place of the time.

    Each link gets a description, for programs that read aloud.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for link in page.get("/Annots", []):
                link.Contents = _leads_to(link)
        made = datetime.combine(day, time(), UTC)
        for name in ("/CreationDate", "/ModDate"):
            document.docinfo[name] = pikepdf.models.metadata.encode_pdf_date(made)
        document.docinfo["/Creator"] = NAME
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
            meta["dc:title"] = title
            meta["dc:language"] = {"en-US"}
            meta["xmp:CreateDate"] = meta["xmp:ModifyDate"] = made.isoformat()
        out = io.BytesIO()
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _leads_to(link: pikepdf.Object) -> str:
    if "/A" in link:
        return str(link.A.get("/URI", "Link"))
    kind, _, number = str(link.get("/Dest", "")).removeprefix("/").partition("-")
    return f"Note {number}" if kind == "note" else "To that place in this leaflet"


def begins(pdf: bytes) -> dict[str, int]:
    """The sheet on which each id that a link of the PDF leads to begins, the first as 1."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        sheets = {page.objgen: number for number, page in enumerate(document.pages, 1)}
        return {name.removeprefix("/"): sheets[place[0].objgen] for name, place in document.Root.Dests.items()}


def made(folder: Path, chromium: Browser) -> Iterator[tuple[str, bytes]]:
    """Path below the site's root and bytes of every leaflet of the site in `folder`.

    Raises OSError where a page is missing, and DataError for mistakes in the data.
    """
    site, day = about(folder), version.current().on

    def page(address: str) -> Page:
        return read(_text(folder, address), address)

    addresses = [each for each in order(_text(folder, "./")) if each not in NOT_ON_PAPER]
    promised = contract.current()
    frozen = [json.loads(releases.text_of(release))["methods"] for release in releases.listed()]
    versions = [{method["id"] for method in methods} for methods in frozen]
    for method in load.current().methods:
        address = f"methods/{method}/"
        for size in SIZES:
            text = composed([page(address)], False, site)
            pdf = finished(printed(chromium, text, size), page(address).title, day)
            for name in names(method, promised, versions):
                yield f"{FOLDER}{name}-{size}.pdf", pdf
    for size in SIZES:
        # Once to learn on which sheet each place begins, and again with the numbers, until they move nothing.
        at, now = None, {}
        while at != now:
            at = now
            pdf = printed(chromium, composed([page(each) for each in addresses], True, site, at), size)
            now = begins(pdf)
        yield f"{FOLDER}{WHOLE}-{size}.pdf", finished(pdf, f"The whole guide - {NAME}", day)


def names(method: str, promised: contract.Contract, versions: Iterable[Collection[str]]) -> list[str]:
    """The name of a method's leaflet, and those that it had: nobody can redirect the address of a PDF.

    A treatment that is gone leads on to another, and its leaflet must not become that of the other. So an
    old name counts only where both treatments never stood side by side: not in one of `versions`, which have
    the ids of the treatments of each frozen version, and not as drafts that promised both addresses.
    """
    here = f"methods/{method}/"
    old = [re.fullmatch("methods/([^/#]+)/", address) for address, to in promised.moved.items() if to == here]

    def renamed(name: str) -> bool:
        having = [ids for ids in versions if name in ids]
        if having or here not in promised.promised:
            return not any(method in ids for ids in having)
        return False

    return [method, *(each[1] for each in old if each and renamed(each[1]))]


def main(argv: Sequence[str]) -> int:
    """Writes the leaflets below a built site. Returns the exit status, after telling what went wrong."""
    if len(argv) != 1 or not Path(argv[0]).is_dir():
        print("Usage: python -m macros.publish.leaflets FOLDER, where FOLDER is a built site.", file=sys.stderr)
        return 2
    path = browser.installed()
    if not path:
        print("There is no browser to print with. Run: python -m macros.publish.browser", file=sys.stderr)
        return 1
    folder = Path(argv[0])
    try:
        (folder / FOLDER).mkdir(exist_ok=True)
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=path, args=browser.ARGUMENTS) as chromium,
        ):
            for name, pdf in made(folder, chromium):
                (folder / name).write_bytes(pdf)
            bill = folder / materials.FILE
            bill.write_text(materials.printed(bill.read_text("utf-8"), f"Chromium {chromium.version}"), "utf-8")
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
