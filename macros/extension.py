"""A Markdown extension: what every page gets from the data without asking.

- The disagreements that it touches, found from what it cites.
- The text behind each citation `[^claim-id]`, under a heading of its own.
- The review state, below the page's title.
- The meaning of every medical word at hand, as a button that opens it and as text on paper.
- The page's reading grade, at its end.
- A list of its sections, and boxes to tick where a list item begins with [ ].

It is an extension, not a template or a hook, so that it does not depend on the generator.
"""

from __future__ import annotations

import logging
import posixpath
import re
import xml.etree.ElementTree as etree
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from . import contract, load, prose, version
from .cite import CITATION, cited, footnote, notes
from .model import Guide
from .placed import BESIDE, Beside, Blocks, Citations
from .render import BLOCK, blocks
from .review import review_line
from .unknowns import disagreements, disagreements_touched

#: The extensions that mkdocs.yml lists before this one; a test holds the two together.
EXTENSIONS = ["attr_list", "tables", "toc", "pymdownx.superfences"]

log = logging.getLogger("mkdocs.plugins.macros")  # counted by a strict build

#: Patterns for what the check refuses on pages: HTML, links apart from their text, and addresses in < >. What is typed
#: is shown as it is then, and each costs time.
_UNUSED = ["autolink", "automail", "html", "image_reference", "reference", "short_image_ref", "short_reference"]
#: Elements inside which no word becomes a button.
_PLAIN = {"a", BESIDE, "button", "caption", "code", "figure", "label", "pre", "h1", "h2", "h3", "h4", "summary"}
#: Classes of such elements. A note is read beside the text, where its words have their meaning already.
_NO_WORDS = {"footnote", "review"}
#: Elements that hold one paragraph of text each.
_PARAGRAPHS = {"p", "li", "td", "th", "dd", "dt", "caption"}
#: What a page shows beside its prose.
_NO_PROSE = {"changes", "edit", "footnote", "grade", "review", "toc"}
#: The step at which Zensical keeps what it knows of a page; MkDocs has none.
_ZENSICAL = "rendering_context"
#: A page with fewer sections needs no list of them.
_FEWEST_SECTIONS = 3
_AHEAD, _BEHIND = re.compile(r"[(“‘\"]*$"), re.compile(r"[.,;:!?)”’\"]*")  # what stands right at a word
_PLACEHOLDER = re.compile("\x02[^\x03]*\x03")  # what Markdown keeps out of the text until the end


class Measures(NamedTuple):
    """What is measured of a page: with its medical words and without, and its words outside tables."""

    with_terms: prose.Measure
    without_terms: prose.Measure
    own_words: int


class _Data(Preprocessor):
    """Adds what a page gets from the data by its citations, and keeps HTML from macros away from Markdown."""

    def __init__(self, md: Markdown, guide: Guide, placed: Blocks):
        super().__init__(md)
        self.guide, self.placed = guide, placed

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        claim_ids = cited(text)
        if section := disagreements_touched(self.guide, claim_ids, text):
            text += f"\n\n{blocks(section)}"
        known = []
        for claim_id in claim_ids:
            if self.guide.knows(claim_id):
                known.append(claim_id)
            else:
                log.warning("[^%s]: there is no claim of this id. 'make check' names the line.", claim_id)
        if section := notes(self.guide, known):
            text += f"\n\n{blocks(section)}"
        self.placed.begin(known)
        return [each for line in text.split("\n") for each in self._kept(line)]

    def _kept(self, line: str) -> list[str]:
        return ["", self.placed.keep(line.removeprefix(BLOCK)), ""] if line.startswith(BLOCK) else [line]


@lru_cache(maxsize=1)  # each page asks for it
def _pattern(forms: tuple[str, ...]) -> re.Pattern:
    """What finds the longest of these forms as a word of its own. An id behind the sign # is part of an address."""
    return re.compile(rf"(?<![\w#-])({_one_of(forms)})(?![\w-])", re.I)


def _one_of(forms: Iterable[str]) -> str:
    """A pattern for these forms that looks at each letter once: three times as fast as one form after the other."""
    rests: dict[str, list[str]] = {}
    for form in forms:
        rests.setdefault(form[:1], []).append(form[1:])
    ends = rests.pop("", None)
    parts = [re.escape(letter) + _one_of(rest) for letter, rest in rests.items()]
    return f"(?:{'|'.join([*parts, ''] if ends else parts)})" if parts else ""


class _Words(Treeprocessor):
    """Makes each medical word a button that opens its meaning, which stands behind the first."""

    def __init__(self, md: Markdown, guide: Guide):
        super().__init__(md)
        self.entries = {
            form.lower(): (word_id, entry)
            for word_id, entry in guide.words.items()
            for form in (entry.word, *entry.forms)
        }
        self.pattern = _pattern(tuple(self.entries))

    def run(self, root: etree.Element) -> None:
        if self.entries:
            self._walk(root)

    def _walk(self, element: etree.Element) -> None:
        if element.tag in _PLAIN or element.get("class") in _NO_WORDS or element.get("id") == "words":
            return
        for child in list(element):
            self._walk(child)
        # From the end, so that what is put in does not move what is still to come.
        for index in range(len(element) - 1, -1, -1):
            if (tail := element[index].tail) and self.pattern.search(tail):
                element[index].tail = self._put(element, index + 1, tail)
        if element.text and self.pattern.search(element.text):
            element.text = self._put(element, 0, element.text)

    def _put(self, parent: etree.Element, index: int, text: str) -> str:
        """Puts the words of `text` into `parent` as elements; returns the text before the first."""
        parts = self.pattern.split(text)
        forms, around = parts[1::2], parts[::2]  # each form stands between two texts
        meanings = []
        for number, form in enumerate(forms):
            word_id, entry = self.entries[form.lower()]
            target = f"meaning-{word_id}"
            shown = etree.Element("button", {"class": "word", "popovertarget": target})
            shown.text = form
            ahead, behind = _AHEAD.search(around[number])[0], _BEHIND.match(around[number + 1])[0]
            if ahead or behind:  # a line may end beside a button, but never between a word and its point
                around[number] = around[number].removesuffix(ahead)
                around[number + 1] = around[number + 1].removeprefix(behind)
                shown.tail, button = behind, shown
                shown = etree.Element("span", {"class": "kept"})
                shown.text = ahead
                shown.append(button)
            meaning = etree.Element(
                "span", {"class": "meaning", "popover": "auto", "id": target, "data-search-exclude": "true"}
            )
            etree.SubElement(meaning, "b").text = f"{entry.word}: "
            meaning[0].tail = entry.meaning.text.removesuffix(".")
            parent.insert(index + 2 * number, shown)
            parent.insert(index + 2 * number + 1, meaning)
            meanings.append(meaning)
        for meaning, tail in zip(meanings, around[1:], strict=True):
            meaning.tail = tail
        return around[0]


class _OneMeaning(Treeprocessor):
    """Keeps a word's meaning behind its first button only: an id stands once on a page."""

    def run(self, root: etree.Element) -> None:
        seen: set[str] = set()
        for parent in root.iter():
            for child in list(parent):
                if child.get("class") != "meaning":
                    continue
                if child.get("id") in seen:
                    previous = parent[list(parent).index(child) - 1]
                    previous.tail = child.tail
                    parent.remove(child)
                seen.add(child.get("id"))


class _Frame(Treeprocessor):
    """Puts the review state below the title, and the grade at the end, before the notes."""

    def __init__(self, md: Markdown, guide: Guide, today: date):
        super().__init__(md)
        self.guide, self.today = guide, today

    def run(self, root: etree.Element) -> None:
        children = list(root)
        title = next((index for index, element in enumerate(children) if element.tag == "h1"), None)
        if title is None:
            return
        line = etree.Element("p", {"class": "review", "data-search-exclude": "true"})
        line.text = review_line(self.guide, self.today)
        root.insert(title + 1, line)
        grade = etree.Element("p", {"class": "grade", "data-search-exclude": "true"})
        read = paragraphs(root)
        with_terms, without = prose.measure(one.text for one in read), prose.measure(one.without_terms for one in read)
        own_words = prose.measure(one.text for one in read if not one.in_table).words
        self.md.measures = Measures(with_terms, without, own_words)
        grade.text = grade_line(with_terms, without)
        has_notes = len(root) and root[-1].get("class") == "footnote"
        root.insert(len(root) - has_notes, grade)


class _Boxes(Treeprocessor):
    """Makes a list item that begins with [ ] a box to tick."""

    def run(self, root: etree.Element) -> None:
        for item in root.iter("li"):
            # In a list with empty lines between its entries, each is a paragraph.
            holder = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
            if (holder.text or "").startswith("[ ] "):
                label = etree.Element("label")
                box = etree.SubElement(label, "input", {"type": "checkbox"})
                box.tail, holder.text = holder.text[4:], None
                for child in [child for child in holder if child.tag not in ("ul", "ol")]:
                    holder.remove(child)
                    label.append(child)
                holder.insert(0, label)
                item.set("class", "tick")
                item.set("data-mine", "true")


class _Sections(Treeprocessor):
    """Lists a page's sections behind its first paragraphs, if there are several. Run it once headings have ids."""

    def run(self, root: etree.Element) -> None:
        if sum(element.tag == "h2" for element in root) < _FEWEST_SECTIONS:
            return
        listed = etree.Element("nav", {"aria-label": "On this page", "class": "toc", "data-search-exclude": "true"})
        etree.SubElement(listed, "p").text = "On this page"
        items = etree.SubElement(listed, "ul")
        for heading in root.iter("h2"):
            link = etree.SubElement(etree.SubElement(items, "li"), "a", {"href": f"#{heading.get('id')}"})
            link.text = "".join(text for text, _ in _pieces(heading))
        listed.tail = "\n"
        root.insert(next(i for i, element in enumerate(root) if element.tag not in ("h1", "p", "figure")), listed)


class Paragraph(NamedTuple):
    """A paragraph, list item or cell as a reader reads it, with and without its medical words."""

    text: str
    without_terms: str
    in_table: bool


def paragraphs(root: etree.Element) -> list[Paragraph]:
    """The text that a reader reads as prose, a paragraph, list item or cell at a time.

    Headings, notes, the review state, meanings, what changed and what is closed at first are not part of it.
    """
    found: list[Paragraph] = []

    def walk(element: etree.Element, in_table: bool) -> None:
        if element.get("class") in _NO_PROSE or element.tag == "details":
            return
        in_table = in_table or element.tag == "table"
        if element.tag in _PARAGRAPHS:
            pieces = _pieces(element)
            if text := _shown(piece for piece, _ in pieces):
                plain = [piece for piece, is_term in pieces if not is_term]
                found.append(Paragraph(text, text if len(plain) == len(pieces) else _shown(plain), in_table))
        for child in element:
            walk(child, in_table)

    walk(root, False)
    return found


def _pieces(element: etree.Element) -> list[tuple[str, bool]]:
    """The texts of one paragraph in order, those of paragraphs and lists inside it left out; whether each is a term."""
    found = [(element.text, element.get("class") == "word")] if element.text else []
    for child in element:
        if child.tag in _PARAGRAPHS or child.tag in ("ul", "ol"):
            continue
        if child.tag != "sup" and child.get("class") != "meaning":
            found += _pieces(child)
        if child.tail:
            found.append((child.tail, False))
    return found


def _shown(pieces: Iterable[str]) -> str:
    return " ".join(_PLACEHOLDER.sub("", "".join(pieces)).split())


def grade_line(with_terms: prose.Measure, without: prose.Measure) -> str:
    """A page's reading grade as a sentence."""
    return (
        f"Reading grade of this page: {with_terms.grade} (US school grades). "
        f"Without the medical words: {without.grade}."
    )


def taken_by_all(repository: str) -> tuple:
    """What the extension takes from the data for any page; while this and `taken` are equal, so is the page.

    `repository` is the extension's option. Raises DataError for mistakes in the data.
    """
    guide = load.current()
    lines = [load.lines().line((part,)) for part in Guide.model_fields] if repository else []
    return disagreements(guide), guide.words, review_line(guide, version.today()), lines


def taken(markdown: str, page: str) -> tuple:
    """What it takes for a page of this Markdown alone; `page` is the extension's option. Raises DataError."""
    guide, promised, address = load.current(), contract.current(), contract.address_of(page)
    claims = {claim_id for claim_id in CITATION.findall(markdown) if guide.knows(claim_id)}
    notes = {claim_id: footnote(guide, claim_id) for claim_id in claims}
    return notes, contract.aliases(promised, address), contract.elsewhere(promised, address)


def converted(markdown: str, page: str = "") -> tuple[str, Measures]:
    """A page as HTML, and its measures, from its answered Markdown; `page` is its path below docs/."""
    md = Markdown(extensions=[*EXTENSIONS, PageExtension(page=page)])
    md.measures = Measures(prose.measure(()), prose.measure(()), 0)
    return md.convert(markdown), md.measures


class _EditLinks(Treeprocessor):
    """Below each shared table, the way to the lines of the data file that it comes from."""

    def __init__(self, md: Markdown, repository: str):
        super().__init__(md)
        self.repository = repository

    def run(self, root: etree.Element) -> None:
        document = load.lines()
        for parent in list(root.iter()):
            for child in list(parent):
                if child.tag != "table" or not child.get("data-part"):
                    continue
                line = document.line((child.get("data-part"),))
                paragraph = etree.Element("p", {"class": "edit", "data-search-exclude": "true"})
                link = etree.SubElement(
                    paragraph, "a", {"href": f"{self.repository}/edit/main/{document.file}#L{line}"}
                )
                link.text = "Edit this table"
                parent.insert(list(parent).index(child) + 1, paragraph)


class _Links(Treeprocessor):
    """Gives Zensical the links as it reads them; MkDocs reads them as they are.

    A link from the root of docs/ becomes one from the page. An address of a file beside the pages starts
    at the page's source, not at its folder on the site, which lies one deeper.
    """

    def __init__(self, md: Markdown, page: str):
        super().__init__(md)
        self.folder, name = posixpath.split(page)
        self.deeper = name != "index.md"

    def run(self, root: etree.Element) -> None:
        for element in root.iter():
            for name in {"href", "src"}.intersection(element.keys()):
                path, mark, anchor = element.get(name).partition("#")
                if path.startswith("/") and path.endswith(".md"):
                    element.set(name, posixpath.relpath(path[1:], self.folder or ".") + mark + anchor)
                elif path.startswith("../") and not path.endswith(".md") and self.deeper:
                    element.set(name, path.removeprefix("../") + mark + anchor)


class _Aliases(Treeprocessor):
    """Puts a page's old anchors where they lead now, so that no server and no script is needed.

    An empty element holds each, inside the new one, where it disturbs no style. What moved to
    another page gets a line at the end that says so. Run it after the list of sections, which
    gives headings their ids, and after MkDocs has looked at the links of the page's author (0).
    """

    def __init__(self, md: Markdown, aliases: Mapping[str, list[str]], elsewhere: Mapping[str, str]):
        super().__init__(md)
        self.aliases, self.elsewhere = aliases, elsewhere

    def run(self, root: etree.Element) -> None:
        places = {element.get("id"): element for element in root.iter() if element.get("id")}
        title = root.find("h1")
        for new, old in self.aliases.items():
            place = places.get(new) if new else title
            if place is None:
                continue  # the check tells
            inside = next(iter(place)) if place.tag in ("tr", "details") else place
            for anchor in reversed([anchor for anchor in old if anchor not in places]):
                mark = etree.Element("span", {"id": anchor})
                mark.tail, inside.text = inside.text, None
                inside.insert(0, mark)
        for anchor, to in self.elsewhere.items():
            line = etree.SubElement(root, "p", {"class": "moved", "id": anchor, "data-search-exclude": "true"})
            line.text = "Moved: "
            etree.SubElement(line, "a", {"href": to}).text = contract.name(to)


class PageExtension(Extension):
    """`repository` is the address of the project's repository, or "" where it is not known."""

    def __init__(self, **options):
        self.config = {
            "repository": ["", "Address of the repository, for links to edit"],
            "page": ["", "Path of the page below docs/, for addresses that moved"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        guide = load.current()
        for pattern in _UNUSED:
            md.inlinePatterns.deregister(pattern)
        md.preprocessors.deregister("html_block")
        md.parser.blockprocessors.deregister("reference")
        placed = Blocks(md)
        md.preprocessors.register(_Data(md, guide, placed), "data", 22)  # after fences
        md.inlinePatterns.register(Citations(placed), "citations", 175)  # before links
        steps = {
            "boxes": _Boxes(md),
            "blocks": placed,  # after Markdown's own steps: nothing in it is Markdown
            "words": _Words(md, guide),
            "one-meaning": _OneMeaning(md),
            "frame": _Frame(md, guide, version.today()),
        }
        if repository := self.getConfig("repository"):
            steps["edit-links"] = _EditLinks(md, repository)
        for number, (name, step) in enumerate(steps.items()):
            md.treeprocessors.register(step, name, 7 - number / len(steps))  # after attr_list (8), before toc (5)
        md.treeprocessors.register(_Sections(md), "sections", 4)  # after toc
        md.treeprocessors.register(Beside(md), "beside", -1)
        page = self.getConfig("page")
        if _ZENSICAL in md.preprocessors:
            page = md.preprocessors[_ZENSICAL].page.path
            md.treeprocessors.register(_Links(md, page), "links", -2)  # after all that makes links
        if page:
            promised, address = contract.current(), contract.address_of(page)
            led_on = contract.aliases(promised, address), contract.elsewhere(promised, address)
            md.treeprocessors.register(_Aliases(md, *led_on), "aliases", -1)  # after all that sets ids


def makeExtension(**options) -> PageExtension:
    return PageExtension(**options)
