"""What makes a preview show an edit at once: a page whose text and data did not change is not converted again.

Only a running preview keeps pages. A build converts each.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable
from typing import NamedTuple


class Converted(NamedTuple):
    """What MkDocs makes of a page's Markdown, and `of`, all that it was made of."""

    of: Hashable
    content: str
    toc: object
    title: str
    anchors: set[str] | None
    links: dict[str, dict[str, str]]


class Kept:
    """The pages of a preview as they were converted last, by their path."""

    def __init__(self) -> None:
        self._pages: dict[str, Converted] = {}
        self._now: dict[str, tuple[object, int]] = {}
        self._shared: object = None
        self._warnings = 0
        handler = logging.Handler(logging.WARNING)
        handler.emit = self._warned
        logging.getLogger("mkdocs").addHandler(handler)

    def _warned(self, record: logging.LogRecord) -> None:
        self._warnings += 1

    def start(self, shared: object) -> None:
        """Begins a build. Where what all pages take is not what it was, no page is kept."""
        if shared != self._shared:
            self._pages.clear()
        self._shared = shared

    def begin(self, page, of: object) -> bool:
        """Whether the page was converted of the same before; else it is about to be."""
        path = page.file.src_uri
        kept = self._pages.get(path)
        if kept is not None and kept.of == of:
            return True
        self._pages.pop(path, None)
        self._now[path] = of, self._warnings
        return False

    def end(self, page, content: str, files) -> str:
        """The page's HTML. Gives a page that was kept what its conversion found, or keeps one that told no warning."""
        path = page.file.src_uri
        if path not in self._now:
            kept = self._pages[path]
            page.toc, page.title, page.present_anchor_ids = kept.toc, kept.title, kept.anchors
            page.links_to_anchors = {files.get_file_from_path(to): links for to, links in kept.links.items()}
            return kept.content
        of, warnings = self._now.pop(path)
        if warnings == self._warnings:  # a warning must be told at each build
            links = {to.src_uri: found for to, found in (page.links_to_anchors or {}).items()}
            self._pages[path] = Converted(of, content, page.toc, page.title, page.present_anchor_ids, links)
        return content
