"""The door of the browser: leaflets to hand out, as PDF, one for each treatment and one of the whole guide.

A leaflet is the built page, printed with the style that it has for paper, so that the two cannot differ.
`python -m macros.paper FOLDER` writes them into FOLDER/leaflets/, where FOLDER is a built site.
`python -m macros.paper` alone installs a browser where the machine has none.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag

import pikepdf
from lxml import html
from lxml.html import builder
from playwright.sync_api import Browser, Error, Route, sync_playwright

from .guide import version
from .guide.model import NAME

FOLDER = "leaflets/"
#: The sizes of paper: the end of a file's name, and what the browser calls it.
SIZES = {"a4": "A4", "letter": "Letter"}
#: The leaflet of the whole guide, beside those of the treatments.
WHOLE, WHOLE_TITLE = "guide", "The whole guide"
#: Pages that are of no use on paper.
NOT_ON_PAPER = ("for-clinics/", "review/")

_METHODS = "methods/"
#: The page that has all disagreements, of which other pages repeat those that they touch.
_DISAGREEMENTS = "disagreements/"
#: The pages of the sources, to which each note leads.
_SOURCES = "sources/"
#: Stands for an address that is not known. No host can have this name (RFC 6761, section 6.4).
_NOWHERE = "https://guide.invalid/"
#: How the browser names a part of the text in a PDF.
_NODE = re.compile(rb"node\d{8}")
#: Attributes that are an id or name some.
_IDS = ("id", "for", "name", "aria-labelledby", "aria-describedby", "headers")


# ---- The browser ----

#: It talks to nobody but the pages that it is given.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update"]


@lru_cache(maxsize=1)  # who runs a browser already may ask too, which Playwright refuses to be asked by
def installed() -> str | None:
    """Path of a Chromium or Chrome that starts, or None. The variable CHROMIUM names one of your own."""
    named = os.environ.get("CHROMIUM")
    names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
    found = [named] if named else filter(None, map(shutil.which, names))
    with sync_playwright() as playwright:
        for path in [*found, playwright.chromium.executable_path]:
            try:
                playwright.chromium.launch(executable_path=path, args=ARGUMENTS).close()
            except Error:
                continue  # such as Ubuntu's package that only points to a store
            return path
    return None


def apt(*packages: str) -> None:
    """Installs packages of Debian or Ubuntu, where that can be done without a question."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") and (not root or shutil.which("sudo")):
        subprocess.run([*root, "apt-get", "update", "-qq"], check=False)
        subprocess.run([*root, "apt-get", "install", "-y", "-qq", *packages], check=False)


def install() -> str | None:
    """Installs a browser if there is none; returns what a person has to do where that fails, else None."""
    if installed():
        return None
    print("Installing a browser.")
    apt("chromium")
    installed.cache_clear()
    if not installed():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        installed.cache_clear()
    if installed():
        return None
    return "No browser could be installed. Install Chromium, or name one: make CHROMIUM=/path/to/it"


# ---- From built pages to what is printed ----


class Site(NamedTuple):
    """A built site: its folder, and its URL, or a stand-in where that is not known."""

    folder: Path
    url: str

    def page(self, address: str) -> html.HtmlElement:
        """A built page by its address, "" for the first; its links are whole addresses. Raises OSError."""
        page = html.document_fromstring((self.folder / address / "index.html").read_text("utf-8"))
        page.make_links_absolute(self.url + address)
        return page


def site(folder: Path) -> Site:
    """The site in a folder. Raises OSError where it has no first page."""
    known = Site(folder, _NOWHERE).page("").xpath("//link[@rel='canonical']/@href")
    return Site(folder, known[0] if known else _NOWHERE)


def chapters(site: Site) -> Iterator[tuple[str, html.HtmlElement]]:
    """Address and page of all that is printed, in the order of the menu."""
    url = [site.url]
    while url:
        address = url[0].removeprefix(site.url)
        page = site.page(address)
        url = page.xpath("//link[@rel='next']/@href")
        if address not in NOT_ON_PAPER:
            yield address, page


def for_paper(page: html.HtmlElement, address: str, site: Site) -> html.HtmlElement:
    """A page as it is printed; it is changed.

    Its foot, which tells edition, review and address, stands first. A note names its place in a source alone: the text
    says what stands there. Notes of one source stand together, so that nobody reads its name fifty times.
    """
    page.body.set("class", f"{page.body.get('class', '')} leaflet".strip())
    page.find(".//article").find("h1").addnext(page.find(".//footer"))
    for notes in page.xpath("//*[@class='footnote']/ol"):
        _by_source(notes, f"{site.url}{_SOURCES}")
    for part in page.iter("tr", "th", "td"):  # in a PDF, the space between cells would be a part of a row
        part.tail = None
    for figure in page.iter("figure"):
        figure.set("role", "group")  # in a PDF the picture inside is the figure, and has its text
    for image in page.iter("img"):
        image.attrib.pop("loading", None)  # it is wanted on paper, however far down
    edition = page.xpath("string(//footer//*[@class='edition'])")
    page.head.append(builder.STYLE(f'@page {{ @bottom-left {{ content: "{edition}"; font: 11pt/1 sans-serif }} }}'))
    if site.url == _NOWHERE:
        for link in [each for each in page.body.iter("a") if each.get("href", "").startswith(site.url)]:
            if urldefrag(link.get("href")).url != site.url + address:
                link.drop_tag()
    return page


def _by_source(notes: html.HtmlElement, sources: str) -> None:
    """Makes one entry for each source of the list of a page's notes: its places, with the numbers of the notes."""
    places: dict[str, dict[str, list[html.HtmlElement]]] = {}
    for number, note in enumerate(notes.findall("li"), 1):
        link = next(link for link in note.iter("a") if link.get("href").startswith(sources))
        source, _, place = link.text_content().partition(", ")
        numbered = builder.A(f"[{number}]", href=link.get("href"), id=note.get("id"))
        places.setdefault(source, {}).setdefault(place, []).append(numbered)
    notes.tag, notes[:] = "ul", []
    for source, found in sorted(places.items()):
        entry = builder.LI(builder.STRONG(f"{source}:"))
        for place, numbers in found.items():
            before = entry[-1]
            before.tail = f"{';' if len(entry) > 1 else ''} {place}\N{NO-BREAK SPACE}"
            entry.extend(numbers)
        notes.append(entry)


def whole(site: Site, sheets: Mapping[str, int]) -> html.HtmlElement:
    """All pages in one, with a list of them; `sheets` has the sheet on which each linked id stands, once that is known.

    Nobody can follow a link on paper, so the sheet that it leads to is printed behind it.
    """
    pages = dict(chapters(site))
    articles = [_chapter(page, address, pages, site) for address, page in pages.items()]
    names = [article.find("h1").text_content() for article in articles]
    ids = [article.get("id") for article in articles]
    entries = [
        builder.LI(builder.A(builder.SPAN(name), builder.SPAN(str(sheets.get(i, ""))), href=f"#{i}"))
        for i, name in zip(ids, names, strict=True)
    ]
    known = {element.get("id") for article in articles for element in article.iter() if element.get("id")}
    for link in [link for article in articles for link in article.iter("a") if link.get("href", "").startswith("#")]:
        if link.get("href")[1:] not in known:
            link.set("href", link.get("href").partition("--")[0])  # the part is not on paper, the page is
        if "footnote" not in link.get("class", ""):
            link.tail = f" (page {sheets.get(link.get('href')[1:], '00')}){link.tail or ''}"
    first = pages[""]
    first.find(".//title").text = f"{WHOLE_TITLE} - {NAME}"
    contents = builder.E.nav(builder.H2("Contents"), builder.OL(*entries), builder.CLASS("contents"))
    cover = builder.E.article(builder.H1(WHOLE_TITLE), contents, builder.CLASS(articles[0].get("class")))
    articles[0].addprevious(cover)
    for article in articles[1:]:
        first.findall(".//article")[-1].addnext(article)
    return first


def _chapter(page: html.HtmlElement, address: str, pages: Mapping[str, object], site: Site) -> html.HtmlElement:
    """The article of a page as a part of the whole guide; it is changed.

    What another page has too is left out, ids stand once, and links lead to the inside.
    """
    article, slug = page.find(".//article"), _slug(address)
    if address != _DISAGREEMENTS:
        for box in article.xpath(".//details[@class='disagreement']"):
            place = f"{site.url}{_DISAGREEMENTS}#{box.get('id')}"
            box.addprevious(builder.P(builder.A(box.find("summary").text_content(), href=place)))
            box.drop_tree()
    for other in [*article.find_class("words"), *article.find_class("headerlink")]:
        other.drop_tree()
    for element in article.iter():
        for name in set(_IDS).intersection(element.keys()):
            element.set(name, " ".join(f"{slug}--{each}" for each in element.get(name).split()))
    article.set("id", slug)
    for link in article.iter("a"):
        url, anchor = urldefrag(link.get("href", ""))
        if url.startswith(site.url) and url.removeprefix(site.url) in pages:
            there = _slug(url.removeprefix(site.url))
            link.set("href", f"#{there}--{anchor}" if anchor else f"#{there}")
    return article


def _slug(address: str) -> str:
    return address.strip("/").replace("/", "-") or "start"


# ---- From that to PDF ----


def printed(chromium: Browser, page: html.HtmlElement, address: str, site: Site, size: str) -> bytes:
    """A page as a tagged PDF on paper of a size of `SIZES`. It gets the files of the site, and nothing from outside.

    No script runs. Raises OSError for a file that the site has not.
    """
    text, lost = html.tostring(page, encoding="unicode", doctype="<!doctype html>"), []

    def answer(route: Route) -> None:
        url = urldefrag(route.request.url).url
        file = site.folder / unquote(url.removeprefix(site.url))
        if url == site.url + address:
            route.fulfill(body=text, content_type="text/html; charset=utf-8")
        elif url.startswith(site.url) and file.is_file():
            route.fulfill(path=file)
        else:
            lost.append(url)
            route.abort()

    context = chromium.new_context(java_script_enabled=False, bypass_csp=True)
    try:
        context.route("**/*", answer)
        tab = context.new_page()
        tab.goto(site.url + address)
        pdf = tab.pdf(format=SIZES[size], tagged=True, outline=True)
    finally:
        context.close()
    if lost:
        raise OSError(f"the leaflet of '{address or WHOLE}' asks for what the site has not: {', '.join(lost)}")
    return pdf


def finished(pdf: bytes) -> bytes:
    """A PDF as it is published: the same bytes from the same content, with a day in place of the time.

    Each link gets a description, for programs that read aloud.
    """
    with pikepdf.open(io.BytesIO(_numbered_anew(pdf))) as document:
        for page in document.pages:
            for link in page.get("/Annots", []):
                link.Contents = str(link.A.get("/URI", "Link")) if "/A" in link else "To that place in this leaflet"
        made = datetime.combine(version.today(), time(), UTC)
        for name in ("/CreationDate", "/ModDate"):
            document.docinfo[name] = pikepdf.models.metadata.encode_pdf_date(made)
        document.docinfo["/Creator"] = NAME
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
            meta["dc:title"] = str(document.docinfo["/Title"])
            meta["dc:language"] = {str(document.Root.Lang)}
            meta["xmp:CreateDate"] = meta["xmp:ModifyDate"] = made.isoformat()
        out = io.BytesIO()
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _numbered_anew(pdf: bytes) -> bytes:
    """A PDF whose parts of the text are named by their order: the browser's own numbers have gaps that differ.

    A new name is as long as the old one, so that nothing in the file moves.
    """
    names = sorted(set(_NODE.findall(pdf)))
    new = {name: b"node%08d" % number for number, name in enumerate(names)}
    return _NODE.sub(lambda name: new[name[0]], pdf)


def begins(pdf: bytes) -> dict[str, int]:
    """The sheet on which each id that a link of the PDF leads to begins, the first as 1."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        sheets = {page.objgen: number for number, page in enumerate(document.pages, 1)}
        return {name.removeprefix("/"): sheets[place[0].objgen] for name, place in document.Root.Dests.items()}


def leaflets(site: Site, chromium: Browser) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each leaflet. Raises OSError where the site is not whole."""
    for address, _ in chapters(site):
        if address.startswith(_METHODS) and address != _METHODS:
            for size in SIZES:
                page = for_paper(site.page(address), address, site)
                name = address.removeprefix(_METHODS).strip("/")
                yield f"{name}-{size}.pdf", finished(printed(chromium, page, address, site, size))
    for size in SIZES:
        # Once to learn on which sheet each place stands, and again with the numbers, until they move nothing.
        sheets, now = {"": 0}, {}
        while sheets != now:
            sheets = now
            pdf = printed(chromium, for_paper(whole(site, sheets), "", site), "", site, size)
            now = begins(pdf)
        yield f"{WHOLE}-{size}.pdf", finished(pdf)


def main(argv: Sequence[str]) -> int | str | None:
    """Writes the leaflets below a built site, or installs a browser. Returns what `sys.exit` takes."""
    if not argv:
        return install()
    folder, path = Path(argv[0]), installed()
    if not path:
        return "There is no browser to print with. Run: python -m macros.paper"
    print("Printing the leaflets.")
    try:
        (folder / FOLDER).mkdir(exist_ok=True)
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=path, args=ARGUMENTS) as chromium,
        ):
            for name, pdf in leaflets(site(folder), chromium):
                (folder / FOLDER / name).write_bytes(pdf)
    except OSError as error:
        return f"The leaflets cannot be made: {error}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
