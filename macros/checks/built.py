"""What can be wrong in the HTML that came of a page, each with its line and its mend.

It is the last look before a page is published: it counts what Markdown made, and holds every element and attribute
against a list, so that nothing can run or load.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

from ..guide import prose
from ..guide.problem import Problem

#: Elements that hold one paragraph of text each.
_PARAGRAPHS = {"p", "li", "td", "th", "dd", "dt", "caption"}
#: What a page shows beside its prose.
_NO_PROSE = {"changes", "edit", "footnote", "review"}
_VOID = {"br", "hr", "img", "input"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}

#: All that Markdown, its extensions and the macros make. What is not listed could run or load.
_TAGS = {
    *("a", "abbr", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em"),
    *("figcaption", "figure", "hr", "img", "input", "label", "li", "ol", "p", "pre", "span", "strong", "sub"),
    *("summary", "sup", "table", "tbody", "td", "textarea", "th", "thead", "tr", "ul", *_HEADINGS),
    *("svg", "circle", "desc", "ellipse", "g", "line", "path", "polygon", "polyline", "rect", "text", "title"),
}
_ATTRIBUTES_ALLOWED = {
    *("alt", "aria-hidden", "aria-label", "aria-labelledby", "autocomplete", "checked", "class", "disabled", "for"),
    *("id", "name", "open", "role", "rows", "scope", "start", "tabindex", "title"),
    *("cx", "cy", "d", "fill", "font-size", "height", "points", "r", "rx", "ry", "stroke", "stroke-dasharray"),
    *("stroke-linecap", "stroke-linejoin", "stroke-width", "text-anchor", "transform", "viewbox", "width", "x", "x1"),
    *("x2", "xmlns", "y", "y1", "y2"),
}
#: What could name a file to paint with.
_PAINTS = {"fill", "stroke"}
_TYPES = {"checkbox", "radio"}
#: What a frame may have besides: it shows a small page of our own, and loads it only when it is seen.
_FRAME = {"src": r"\.\./embed/[a-z0-9-]+/", "height": r"\d+", "loading": "lazy"}


#: How it is told that a page holds what could run or load.
HOLDS = "the page would hold"
#: How the ids begin that tabs get from Markdown.
_TABBED = "__tabbed_"
#: Elements whose id is an address that a reader can see the name of.
_SECTIONS = {"h1", "h2", "h3", "li", "tr"}
#: What is folded and stands on a page of its own too, or behind a citation: its text is looked at there.
_ELSEWHERE = {"disagreement", "notes", "sheet", "words"}


class Heading(NamedTuple):
    level: int
    text: str


class _Open(NamedTuple):
    """An element that is open, with what it has of those around it."""

    tag: str = ""
    hidden: bool = False
    """Whether its text is no prose."""
    unread: bool = False
    """Whether its text is no text at all: a drawing, the number of a note, the sign that links to a heading."""
    paragraph: list[tuple[str, bool]] | None = None
    """The pieces of the paragraph that it belongs to."""
    named: str = ""
    """The id of the section or row that it belongs to."""


class Built(HTMLParser):
    """A page's HTML, taken apart once for all that is looked at in it."""

    def __init__(self, html: str):
        super().__init__()
        self.unsafe: list[str] = []
        self.ids: list[str] = []
        self.headings: list[Heading] = []
        self.anchors: dict[str, str] = {}
        """What stands at each section and each row, by its id: the text of the heading or of the row's first cell."""
        self.prose: list[tuple[list[tuple[str, bool]], bool]] = []
        """Each paragraph, list item or cell as pieces, whether each is a medical word; and whether it is in a table."""
        self._open = [_Open()]
        self.feed(html)
        self.close()

    @property
    def cites(self) -> list[str]:
        """Ids of the claims whose notes stand on the page."""
        return [i.removeprefix("fn:") for i in self.ids if i.startswith("fn:")]

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self._judge(tag, given)
        if given.get("id"):
            self.ids.append(given["id"])
        if tag in _VOID:
            return
        around, classes = self._open[-1], set(given.get("class", "").split())
        unread = around.unread or tag in ("svg", "sup") or "headerlink" in classes
        elsewhere = tag == "details" and _ELSEWHERE & classes
        hidden = around.hidden or tag in ("svg", "sup") or bool(elsewhere or _NO_PROSE & classes)
        paragraph, named = None if hidden else around.paragraph, around.named
        if tag in _PARAGRAPHS and not hidden:
            paragraph = []
            self.prose.append((paragraph, tag in ("td", "th", "caption") or self._has("table")))
        if tag in _HEADINGS:
            self.headings.append(Heading(int(tag[1]), ""))
        if tag in _SECTIONS and given.get("id") and ":" not in given["id"]:  # no note
            named = given["id"]
            self.anchors[named] = ""
        self._open.append(_Open(tag, hidden, unread, paragraph, named))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        while self._has(tag) and self._open.pop().tag != tag:
            pass

    def handle_data(self, data):
        at = self._open[-1]
        if at.unread:
            return
        if any(each.tag in _HEADINGS for each in self._open):
            last = self.headings.pop()
            self.headings.append(last._replace(text=last.text + data))
        if at.named and (self._has("th") or not self._has("tr")):
            self.anchors[at.named] += data
        if at.paragraph is not None:
            at.paragraph.append((data, self._has("abbr")))

    def _has(self, tag: str) -> bool:
        return any(each.tag == tag for each in self._open)

    def _judge(self, tag: str, given: dict) -> None:
        framed = tag == "iframe" and re.fullmatch(_FRAME["src"], given.get("src", ""))
        if tag not in _TAGS and not framed:
            self.unsafe.append(f"<{tag}>")
        for name, value in given.items():
            address = value.strip().replace("\\", "/")
            local = not re.match(r"//|[^/?#]*:", address)  # neither a host nor a scheme
            allowed = (
                (name in _ATTRIBUTES_ALLOWED and not (name in _PAINTS and "(" in value))
                or name.startswith("data-")
                or (name == "type" and value in _TYPES)
                or (name == "href" and tag == "a" and (local or _is_https(address)))
                or (name == "src" and local and tag == "img")
                or (tag == "iframe" and re.fullmatch(_FRAME.get(name, r"(?!)"), value))
            )
            if not allowed:
                self.unsafe.append(f"{name}={value}")

    # A browser may see the end of these elsewhere than this parser does.
    def handle_comment(self, data):
        self.unsafe.append(f"<!--{data}-->")

    def handle_decl(self, decl):
        self.unsafe.append(f"<!{decl}>")

    unknown_decl = handle_decl

    def handle_pi(self, data):
        self.unsafe.append(f"<?{data}>")


def _is_https(address: str) -> bool:
    """Whether it is a whole address that shows where it leads: nothing may stand before its host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.netloc) and "@" not in parts.netloc


class Measures(NamedTuple):
    """What is measured of a page: with its medical words and without, and its words outside tables."""

    with_terms: prose.Measure
    without_terms: prose.Measure
    own_words: int


def measures(built: Built) -> Measures:
    """How long and how hard to read a page is."""

    def joined(pieces: list[tuple[str, bool]], *, terms: bool) -> str:
        return " ".join("".join(text for text, is_term in pieces if terms or not is_term).split())

    whole = [(joined(pieces, terms=True), in_table) for pieces, in_table in built.prose]
    return Measures(
        prose.measure(text for text, _ in whole),
        prose.measure(joined(pieces, terms=False) for pieces, _ in built.prose),
        prose.measure(text for text, in_table in whole if not in_table).words,
    )


def problems(built: Built, text: str, file: str, kind: str | None, drawings: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with what came of a page. `text` is the page as typed, `kind` that of its head.

    `drawings` has the text of each drawing by its path: what a page holds may come from one.

    A page has a least number of words with its tables and a most without them: a table that grows with the data
    is nobody's fault. A page that only collects entries may have any length.
    """
    for what in dict.fromkeys(built.unsafe):
        mend = "Take it out of the page: text, links, citations and calls are all that a page needs."
        if what.startswith("href="):
            mend = "Write the path of a page, or a whole address that begins with https:// and the name of its host."
        place = _place(what, {file: text, **drawings})
        yield Problem(*(place or (file, 1)), f"{HOLDS} '{what}'.", mend)
    for taken in sorted({i for i in built.ids if i.startswith("__") and not i.startswith(_TABBED)}):
        mend = "Give it another id: without __ at its beginning."
        yield Problem(file, line_of(text, taken), f"the id '{taken}' belongs to the page around the text.", mend)
    for twice in sorted({i for i in built.ids if built.ids.count(i) > 1}):
        mend = "Call a table, a box or a heading of this kind only once on a page, or give one another id."
        yield Problem(file, line_of(text, twice), f"the id '{twice}' would stand twice on the page.", mend)
    yield from _heading_problems(built.headings, text, file)
    yield from _measure_problems(measures(built), text, file, counted=kind is None)


def _heading_problems(headings: list[Heading], text: str, file: str) -> Iterator[Problem]:
    level = 0
    titles = [heading for heading in headings if heading.level == 1]
    if len(titles) != 1:
        mend = "Begin one line, and only one, with '# '. Begin the headings below it with '## '."
        line = line_of(text, titles[1].text) if titles else 1
        yield Problem(file, line, f"the page has {len(titles)} titles.", mend)
    for heading in headings:
        shown = " ".join(heading.text.split())
        if not shown:
            line = line_of(text, "#" * heading.level)
            yield Problem(file, line, "a heading is empty.", "Write its words, or delete it.")
        if level and heading.level > level + 1:
            mend = f"Begin it with {'#' * (level + 1)} instead of {'#' * heading.level}."
            yield Problem(file, line_of(text, shown), f"'{shown}' skips a level of headings.", mend)
        level = heading.level


def _measure_problems(found: Measures, text: str, file: str, *, counted: bool) -> Iterator[Problem]:
    with_terms, without, own_words = found
    if with_terms.grade > prose.MOST_GRADE_WITH_TERMS or without.grade > prose.MOST_GRADE:
        mend = (
            f"Bring it to {prose.MOST_GRADE_WITH_TERMS} and {prose.MOST_GRADE}: shorter sentences and words. "
            f"The longest sentence: '{with_terms.longest}'"
        )
        what = f"the page has reading grade {with_terms.grade}, and {without.grade} without medical words."
        yield Problem(file, 1, what, mend)
    if counted and (with_terms.words < prose.FEWEST_WORDS or own_words > prose.MOST_WORDS):
        mend = f"Bring it to {prose.FEWEST_WORDS} words at least, and {prose.MOST_WORDS:,} outside tables at most."
        yield Problem(file, 1, f"the page has {with_terms.words} words, {own_words} outside tables.", mend)
    for what, mend in prose.too_long(with_terms.longest):
        yield Problem(file, line_of(text, with_terms.longest[:30]), what, mend)


def _place(what: str, texts: Mapping[str, str]) -> tuple[str, int] | None:
    """The first file in which something unsafe stands, and its line there; None where it is in none as typed."""
    needle = (what.partition("=")[2] or what.rstrip(">")).lower()
    found = ((file, text.lower().find(needle)) for file, text in texts.items())
    return next(((file, texts[file][:at].count("\n") + 1) for file, at in found if at >= 0), None)


def line_of(text: str, needle: str) -> int:
    """The line of a page's text where something stands, or 1 where it is not found."""
    found = text.find(needle) if needle else -1
    return text[:found].count("\n") + 1 if found >= 0 else 1
