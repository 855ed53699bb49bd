"""The guide's pages as plain Markdown, the same for every peer."""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator, Mapping

from macros import load, pages, version
from macros.calls import Context, bound
from macros.cite import cited, footnote
from macros.model import Guide
from macros.render import BLOCK, blocks
from macros.review import review_line
from macros.unknowns import disagreements_touched

#: What only the guide's own style and scripts make use of.
_LEFT_OUT = {"iframe", "input", "label", "textarea"}
#: Marks of Markdown around what an element holds.
_MARKS = {"b": "**", "em": "*", "strong": "**", "code": "`"}
_BLOCKS = {"details", "div", "figcaption", "figure", "h2", "ol", "p", "pre", "summary", "table", "ul"}
_ATTRIBUTES = re.compile(r" *\{:? ?[#.][^{}]*\}$", re.M)
_SVG = re.compile("<svg.*?</svg>")
_MARKUP = re.compile(r"[\\`*_{}\[\]|]")
_LINK = re.compile(r"\]\((?!https?:)([^)\s#]*?)\.md(#[^)\s]*)?\)")


def plain(guide: Guide, texts: Mapping[str, str]) -> dict[str, str]:
    """Each page's Markdown by its path below docs/: macros answered, notes and tables as every program reads them."""
    state = review_line(guide, version.today())
    return {path: _page(guide, path, markdown, state) for path, markdown in answered(guide, texts).items()}


def answered(guide: Guide, texts: Mapping[str, str]) -> dict[str, str]:
    """Each page's Markdown by its path, with its macros answered. No version is listed: there may be none."""
    macros = bound(guide, Context(pages.uses(guide, texts)))
    return {path: pages.answered(pages.body(text), macros) for path, text in texts.items()}


def _page(guide: Guide, path: str, markdown: str, state: str) -> str:
    claims = cited(markdown)
    if section := disagreements_touched(guide, claims, markdown):
        markdown += f"\n\n{blocks(section)}"
    shown = {claim: etree.fromstring(f"<p>{footnote(guide, claim)}</p>") for claim in claims}
    notes = [f"[^{claim}]: {_inline(note)}" for claim, note in shown.items()]
    lines = [_block(line.removeprefix(BLOCK)) if line.startswith(BLOCK) else line for line in markdown.splitlines()]
    title = next((n for n, line in enumerate(lines) if line.startswith("# ")), -1)
    lines[title + 1 : title + 1] = ["", state]
    folder = posixpath.dirname(path)

    def address(found: re.Match) -> str:
        whole = posixpath.normpath(posixpath.join("/", folder, found[1])).removesuffix("/index").strip("/")
        whole = "" if whole == "index" else whole
        return f"](/{whole}{'/' if whole else ''}{found[2] or ''})"

    text = _ATTRIBUTES.sub("", "\n".join([*lines, "", *(line for note in notes for line in (note, ""))]))
    return re.sub(r"\n{3,}", "\n\n", _LINK.sub(address, text)).strip() + "\n"


def _block(html: str) -> str:
    """A block of HTML from a macro as Markdown that every program reads; a drawing stays as it is."""
    drawn = _SVG.findall(html)
    text = "\n\n".join(_parts(etree.fromstring(_SVG.sub(lambda found: "<svg />", html))))
    for svg in drawn:
        text = text.replace("\0", svg, 1)
    return text


def _parts(element: etree.Element) -> Iterator[str]:
    """Its blocks, each in Markdown, a drawing as one character."""
    if element.tag == "svg":
        yield "\0"
    elif element.tag in ("ul", "ol"):
        mark = "- " if element.tag == "ul" else "1. "
        yield "\n".join(mark + _inline(item) for item in element)
    elif element.tag == "table":
        yield from _table(element)
    elif any(child.tag in {*_BLOCKS, "svg"} for child in element):
        for child in element:
            yield from _parts(child)
    elif element.tag not in _LEFT_OUT and (text := _inline(element).strip()):
        yield f"**{text}**" if element.tag == "summary" else f"## {text}" if element.tag == "h2" else text


def _table(table: etree.Element) -> Iterator[str]:
    yield f"**{_inline(table.find('caption'))}**"
    rows = [f"| {' | '.join(_inline(cell) for cell in row)} |" for row in table.iter("tr")]
    yield "\n".join([rows[0], "|" + " --- |" * len(table.find("thead/tr")), *rows[1:]])


def _inline(element: etree.Element) -> str:
    text = _typed(element.text)
    for child in element:
        if child.tag == "br":
            text += "<br>"
        elif child.tag == "a":
            text += f"[{_inline(child)}]({child.get('href')})"
        elif child.tag not in _LEFT_OUT:
            mark = _MARKS.get(child.tag, "")
            text += mark + _inline(child) + mark
        text += _typed(child.tail)
    return text


def _typed(text: str | None) -> str:
    """A text in which only citations are read as markup, with no more signs than somebody would type."""
    parts = re.split(r"(\[\^[^\]\s]+\])", text or "")
    return "".join(
        part if n % 2 else _MARKUP.sub(r"\\\g<0>", part).replace("<", "&lt;") for n, part in enumerate(parts)
    )


def now() -> dict[str, str]:
    """The guide's pages as they stand. Raises DataError for mistakes in the data."""
    return plain(load.current(), pages.read_pages(load.DOCS))
