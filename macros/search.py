"""The search index: what each section of a page says, from the page's HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: A tag with its attributes, or text between two. HTML from Markdown has no > inside an attribute.
_TOKEN = re.compile(r"<!--.*?-->|<(/?)([A-Za-z][\w-]*)([^>]*)>|([^<]+)", re.S)
_ID = re.compile(r'\bid="([^"]+)"')
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_EMPTY = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_BLOCKS = {*_HEADINGS, "caption", "dd", "div", "dt", "label", "li", "p", "pre", "summary", "td", "th", "tr"}
#: Attributes that speak to the index alone.
MARKS = re.compile(r' data-search-\w+="[^"]+"')
#: Where the notes begin, behind which nothing is searched.
_NOTES = '<div class="footnote"'
_ROW = re.compile(r'<th scope="row"[^>]*>(.*?)</th>', re.S)


class Section(NamedTuple):
    """The anchor of a section, "" for the page's first; its title and its text, as HTML without tags."""

    anchor: str
    title: str
    text: str


def sections(html: str) -> Iterator[Section]:
    """What a page says, a heading with an id at a time, without what is marked data-search-exclude."""
    anchor, title, text = "", [], []
    begun, into = False, text
    hidden = 0  # so many elements are open inside one that is left out, itself included
    for closing, tag, attributes, words in _TOKEN.findall(html):
        single = tag in _EMPTY or attributes.endswith("/")
        if hidden:
            hidden += 0 if not tag or single else -1 if closing else 1
        elif words:
            into.append(words)
        elif closing:
            into = text if tag in _HEADINGS else into
            into += [" "] if tag in _BLOCKS else []
        elif "data-search-exclude" in attributes:
            hidden = 0 if single else 1
        elif tag in _HEADINGS and (found := _ID.search(attributes)):
            if begun or "".join(text).strip():
                yield Section(anchor, _plain(title), _plain(text))
                anchor = found[1]
            begun, title, text = True, [], []
            into = title
    yield Section(anchor, _plain(title), _plain(text))


def _plain(parts: Iterable[str]) -> str:
    return " ".join("".join(parts).split())


def entries(url: str, html: str, answers: Iterable[str], boost: float | None = None) -> list[dict]:
    """A page's entries of the index. Its tags are the questions that it answers, and the rows of its tables.

    `boost` makes a page count for more or less than others.
    """
    html, _, _ = html.partition(_NOTES)
    rows = ("".join(words for *_, words in _TOKEN.findall(_MEANING.sub("", row))) for row in _ROW.findall(html))
    tags = [*answers, *rows]
    more = {"tags": tags} | ({"boost": boost} if boost is not None else {})
    return [
        {"location": f"{url}#{anchor}" if anchor else url, "title": title, "text": text} | more
        for anchor, title, text in sections(html)
    ]


#: The meaning of a medical word, which stands behind it.
_MEANING = re.compile(r'<span class="meaning".*?</span>', re.S)


def script(found: Iterable[dict]) -> str:
    """The index as a script, which also loads where a page was opened from a folder."""
    return f"globalThis.searchIndex = {json.dumps({'docs': list(found)}, separators=(',', ':'))}\n"
