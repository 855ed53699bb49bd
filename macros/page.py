"""A Markdown extension: what every page gets from the data without asking.

- The text behind each citation `[^claim-id]`, under a heading of its own.
- The review state, below the page's title.

It is an extension, not a template or a hook, so that it does not depend on the generator.
"""

from __future__ import annotations

import logging
import re
import xml.etree.ElementTree as etree
from datetime import date

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from . import load
from .cite import CITATION, footnote
from .model import Guide
from .review import review_line

log = logging.getLogger("mkdocs.plugins.macros")  # counted by a strict build

_CODE = re.compile(r"(`+).+?\1", re.S)


def cited(markdown: str) -> list[str]:
    """Ids of the claims that a text cites outside code, each once, in order."""
    return list(dict.fromkeys(CITATION.findall(_CODE.sub("", markdown))))


class _Citations(Preprocessor):
    def __init__(self, md: Markdown, guide: Guide):
        super().__init__(md)
        self.guide = guide

    def run(self, lines: list[str]) -> list[str]:
        for claim_id in cited("\n".join(lines)):
            try:
                lines += ["", f"[^{claim_id}]: {footnote(self.guide, claim_id)}"]
            except KeyError:
                log.warning("[^%s]: there is no claim of this id. 'make check' names the line.", claim_id)
        return lines


class _Frame(Treeprocessor):
    def __init__(self, md: Markdown, guide: Guide, today: date):
        super().__init__(md)
        self.guide, self.today = guide, today

    def run(self, root: etree.Element) -> None:
        for index, element in enumerate(root):
            if element.tag == "h1":
                line = etree.Element("p", {"class": "review", "data-search-exclude": ""})
                line.text = review_line(self.guide, self.today)
                root.insert(index + 1, line)
                break
        for notes in root.iter("div"):
            rule = notes.find("hr")
            if notes.get("class") == "footnote" and rule is not None:
                rule.tag, rule.text = "h2", "Where this comes from"
                rule.set("id", "where-this-comes-from")


class PageExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        guide = load.current()
        md.block_level_elements.append("caption")  # so that md_in_html leaves it in its table
        md.preprocessors.register(_Citations(md, guide), "citations", 22)  # after fences, before HTML
        md.treeprocessors.register(_Frame(md, guide, date.today()), "frame", 10)  # before the contents list


def makeExtension(**options) -> PageExtension:
    return PageExtension(**options)
