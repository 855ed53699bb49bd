"""The door of Python-Markdown: what every page gets from the data without asking for it.

It only adds Markdown, which the extensions of mkdocs.yml read like all else: below the title the review state; at
the end the disagreements that the page touches, its medical words, and the notes of its citations. It is an
extension and no hook, so that the same page comes out of any program that runs Python-Markdown.
"""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as etree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from .guide import load, version
from .guide.model import Guide, Word
from .guide.pages import CITATION, cited
from .guide.problem import DataError
from .guide.review import review_line
from .views.cite import footnote
from .views.render import bullets, collapsible, escape, heading, paragraph
from .views.unknowns import disagreements_touched

#: HTML that stands by itself, which Python-Markdown's own list lacks: without it, both would be wrapped in a <p>.
_BLOCKS = ["caption", "svg"]
#: Elements in which no word is explained: it would be a control inside another, or explained where it is a name.
_PLAIN = {"a", "button", "caption", "code", "h1", "h2", "h3", "h4", "label", "pre", "summary"}
_SECTIONS = {"h1", "h2", "h3", "tr"}
_TITLE = re.compile(r"^# .+$", re.M)
_SHEET = re.compile(r'<details class="fold sheet".*?</details>', re.S)
_TABLE = re.compile(r'<table [^>]*data-part="(\w+)".*?</table>', re.S)
#: The step at which Zensical keeps what it knows of a page; MkDocs has none.
_ZENSICAL = "rendering_context"


class _FromTheData(Preprocessor):
    """Adds Markdown to a page."""

    def __init__(self, md: Markdown, *about):
        super().__init__(md)
        self.about = about

    def run(self, lines: list[str]) -> list[str]:
        guide, *more = self.about
        return added(guide, "\n".join(lines), *more).split("\n")


def added(guide: Guide, markdown: str, repository: str, place: str) -> str:
    """A page's Markdown, its calls answered, with what it gets from the data.

    `repository` is the URL of the project's, or ""; `place` is what the extension footnotes puts the notes in place of.
    """
    claim_ids = [claim_id for claim_id in cited(markdown) if guide.knows(claim_id)]
    review = paragraph(escape(review_line(guide, version.today())), "review data-search-exclude")
    text = _TITLE.sub(lambda title: f"{title[0]}\n\n{review}", markdown, count=1)
    if repository:
        text = _TABLE.sub(lambda table: f"{table[0]}\n\n{_edit(repository, table[1])}", text)
    disagreements = disagreements_touched(guide, claim_ids, markdown)
    words = _words(guide, CITATION.sub("", _SHEET.sub("", markdown) + disagreements))
    return "\n\n".join(filter(None, [text, disagreements, words, _notes(guide, claim_ids, place)]))


def _edit(repository: str, part: str) -> str:
    """The way to the lines of the data file that a table comes from."""
    document = load.lines()
    return paragraph(f"[Edit this table]({repository}/edit/main/{document.file}#L{document.line((part,))})", "edit")


def _forms(word: Word) -> list[str]:
    """How a word is written: it and its other forms, at the beginning of a sentence too."""
    forms = [word.word, *word.forms]
    return list(dict.fromkeys([*forms, *(form[:1].upper() + form[1:] for form in forms)]))


def _words(guide: Guide, markdown: str) -> str:
    """The medical words that a page uses as a list: for paper, and for whoever cannot point at a word."""
    used = [
        f"**{escape(word.word)}:** {escape(word.meaning.text)}"
        for word in guide.words.values()
        if re.search(rf"\b(?:{'|'.join(map(re.escape, _forms(word)))})\b", markdown)
    ]
    if not used or 'id="words"' in markdown:  # the glossary explains all of them itself
        return ""
    title = f"Medical words on this page ({len(used)})"
    return collapsible("words", title, bullets(used), "medical-words-on-this-page")


def _notes(guide: Guide, claim_ids: list[str], place: str) -> str:
    """What stands behind a page's citations, as its last section."""
    if not claim_ids:
        return ""
    notes = [f"[^{claim_id}]: {footnote(guide, claim_id)}" for claim_id in claim_ids]
    shown = collapsible("notes", f"Show the notes ({len(claim_ids)})", place, "notes")
    return "\n\n".join([heading(2, "Where this comes from"), shown, *notes])


class _Words(Treeprocessor):
    """Keeps a word's meaning where it is used first in a section or a row, and lets the keyboard reach it."""

    def run(self, root: etree.Element) -> None:
        self.told: set[str] = set()
        self._walk(root, root.find(".//*[@id='words']"), plain=False)

    def _walk(self, parent: etree.Element, glossary: etree.Element | None, *, plain: bool) -> None:
        for child in list(parent):
            if child.tag in _SECTIONS:
                self.told = set()
            if child.tag == "sup":  # the number of a note is no word to search for
                child.set("data-search-exclude", "true")
            if child.tag != "abbr":
                named = child.get("class", "") in ("footnote", "review", "fold sheet", "words") or child is glossary
                self._walk(child, glossary, plain=plain or named or child.tag in _PLAIN)
            elif plain or child.get("title") in self.told:
                _unwrap(parent, child)
            else:
                self.told.add(child.get("title"))
                child.set("tabindex", "0")


def _unwrap(parent: etree.Element, child: etree.Element) -> None:
    """Leaves an element's text and takes the element away."""
    text, index = (child.text or "") + (child.tail or ""), list(parent).index(child)
    if index:
        parent[index - 1].tail = (parent[index - 1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    parent.remove(child)


class _Boxes(Treeprocessor):
    """Makes the text beside a box to tick its label, which pymdownx.tasklist leaves empty."""

    def run(self, root: etree.Element) -> None:
        for item in root.iter("li"):
            if item.get("class") != "task-list-item":
                continue
            holder = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
            label = etree.Element("label")
            label.text, holder.text = holder.text, None
            label.extend(child for child in holder if child.tag not in ("ul", "ol"))
            holder[:] = [label, *(child for child in holder if child.tag in ("ul", "ol"))]


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


class GuideExtension(Extension):
    """`repository` is the address of the project's repository, or "" where it is not known."""

    def __init__(self, **options):
        self.config = {"repository": ["", "Address of the repository, for links to edit"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        md.block_level_elements += _BLOCKS
        md.treeprocessors.register(_Boxes(md), "guide-boxes", 8)  # after all that is inline (20)
        md.treeprocessors.register(_Words(md), "guide-words", 6)  # after abbr (7)
        if _ZENSICAL in md.preprocessors:
            links = _Links(md, md.preprocessors[_ZENSICAL].page.path)
            md.treeprocessors.register(links, "guide-links", 1)  # before Zensical looks at links
        try:
            guide = load.current()
        except DataError:
            return  # the build tells what is wrong; the rest of the page can be read meanwhile
        words = {form: word.meaning.text for word in guide.words.values() for form in _forms(word)}
        _of(md, AbbrExtension).load_glossary(words)
        place = _of(md, FootnoteExtension).getConfig("PLACE_MARKER")
        more = _FromTheData(md, guide, self.getConfig("repository"), place)
        md.preprocessors.register(more, "guide", 22)  # after snippets (32) and fences (25), before HTML (20)


def _of(md: Markdown, kind: type[Extension]) -> Extension:
    """The extension of this kind, which mkdocs.yml lists before this one."""
    return next(extension for extension in md.registeredExtensions if isinstance(extension, kind))


def makeExtension(**options) -> GuideExtension:
    return GuideExtension(**options)
