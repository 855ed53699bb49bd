"""The HTML that macros answer with, put into its page once Markdown has read the rest.

Three steps of the Markdown extension share it: what a macro's line holds is kept, citations in a page's own text
become numbers, and all is put in its place.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Sequence

from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX

from .cite import CITATION

#: What links are until MkDocs has looked at links: those to files beside the pages, which it does not know, and those
#: to a page's own notes, which are many and right.
BESIDE = "beside"


def _reference(number: int) -> str:
    """A citation as a reader sees it: the number of its note on the page, which it leads to."""
    link = f'<{BESIDE} class="footnote-ref" href="#fn:{number}">{number}</{BESIDE}>'
    return f'<sup data-search-exclude="true">{link}</sup>'


class Blocks(Treeprocessor):
    """Puts the HTML of macros where it stands on the page, once Markdown has read the rest.

    So what is typed in the data is never read as Markdown, and the HTML, which is most of a page, is read once,
    by a parser in C.
    """

    _PLACE = re.compile(f"{STX}block:([0-9]+){ETX}")
    #: What stays as it is written: drawings, and a typed &, which could look like the beginning of a character's name.
    _RAW = re.compile("<svg.*?</svg>|&(?:#38|amp);")
    #: Markdown's own signs around what it keeps, which XML does not allow, and what stands for them.
    _HIDDEN, _SEEN = str.maketrans(STX + ETX, "\ufdd1\ufdd2"), str.maketrans("\ufdd1\ufdd2", STX + ETX)

    def begin(self, claim_ids: Sequence[str]) -> None:
        """Forgets the last page. `claim_ids` are what the next one cites, in the order of its notes."""
        self.html: list[str] = []
        self.references = {claim_id: _reference(number) for number, claim_id in enumerate(claim_ids, 1)}

    def keep(self, html: str) -> str:
        """What stands for a block of HTML until it is put back."""
        self.html.append(html)
        return f"{STX}block:{len(self.html) - 1}{ETX}"

    def run(self, root: etree.Element) -> None:
        for index, element in enumerate(root):
            if element.tag == "p" and (place := self._PLACE.fullmatch((element.text or "").strip())):
                root[index] = self._element(self.html[int(place[1])])
                root[index].tail = "\n"

    def _element(self, html: str) -> etree.Element:
        html = CITATION.sub(lambda found: self.references.get(found[1], found[0]), html)
        kept = "<svg" in html or "&#38;" in html or "&amp;" in html
        if kept:
            html = self._RAW.sub(lambda raw: self.md.htmlStash.store(raw[0]).translate(self._HIDDEN), html)
        block = etree.fromstring(html)
        for element in block.iter() if kept else ():
            element.text, element.tail = (text and text.translate(self._SEEN) for text in (element.text, element.tail))
            for name, value in element.items():
                element.set(name, value.translate(self._SEEN))
        if '="../' in html:
            for link in block.iter("a"):
                if link.get("href").startswith("../"):
                    link.tag = BESIDE
        return block


class Beside(Treeprocessor):
    """Makes links of what was kept from MkDocs. Run it after MkDocs has looked at links (0)."""

    def run(self, root: etree.Element) -> None:
        for link in list(root.iter(BESIDE)):
            link.tag = "a"


class Citations(InlineProcessor):
    """Makes a citation in a page's own text a link to its note."""

    def __init__(self, placed: Blocks):
        super().__init__(CITATION.pattern)
        self.placed = placed

    def handleMatch(self, m: re.Match, data: str) -> tuple[etree.Element | None, int | None, int | None]:
        if found := self.placed.references.get(m[1]):
            return etree.fromstring(found), m.start(0), m.end(0)
        return None, None, None  # it is shown as it was typed
