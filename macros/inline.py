"""What stands inside each page so that its first words need no second request: the first style and script.

The style is cut to the classes, ids and elements that a page has, so that a page pays only for what it shows. The
script is the same in each. Both are named by their hash in the page's Content-Security-Policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from lightningcss import process_stylesheet
from rjsmin import jsmin

from .render import csp_hash

_NAMES = re.compile(r"[.#]([A-Za-z][\w-]*)(?=[^{}]*\{)")
_ATTRIBUTES = re.compile(r' (?:class|id)="([^"]*)"')
#: Elements that many pages lack, a rule of a style without its spaces, the commas between its selectors, and the
#: elements that one names. What cuts the style knows classes and ids only.
_RARE = ("caption", "code", "h3", "pre", "table", "tbody", "td", "th", "thead")
_RULE = re.compile(r"(?<=[{}])([^{}@]+)\{[^{}]*\}")
_COMMA = re.compile(r",(?![^(]*\))")
_TAG = re.compile(r"(?:^|[ >+~]|:has\()([a-z]+[1-6]?)")
#: Pages with parts whose scripts add elements, and the classes that a script gives to what it adds.
_GROWING = re.compile(" data-(?:compare|mine|search)=")
_MADE = re.compile(r'class: "([^"]*)"')
#: Space before a line's first element, which readers never see.
_INDENT = re.compile(r"\n +(?=<)")


class First(NamedTuple):
    """The style and the script of a page, and their names in its policy."""

    style: str
    style_hash: str
    script: str
    script_hash: str
    made: frozenset[str]
    """Classes of what the later scripts add to some pages."""


def first(style: str, script: str, later: Iterable[str]) -> First:
    """The first style and script from the texts of their files, for a page that may have anything.

    `later` has the texts of the other scripts. Raises ValueError for a style that cannot be read.
    """
    style, script = process_stylesheet(style), jsmin(script)
    made = frozenset(name for text in later for names in _MADE.findall(text) for name in names.split())
    return First(style, csp_hash(style), script, csp_hash(script), made)


def fitted(page: str, given: First) -> str:
    """A built page that holds the whole style, with the part of it that the page needs, and without indents."""
    body = page[page.index("</head>") :]
    has = frozenset(name for names in _ATTRIBUTES.findall(body) for name in names.split())
    grows = bool(_GROWING.search(body))
    if grows:
        has |= given.made
    lacks = frozenset() if grows else frozenset(tag for tag in _RARE if f"<{tag}" not in body)
    style = _cut(given.style, has & _names(given.style), lacks)
    page = page.replace(given.style, style, 1).replace(given.style_hash, csp_hash(style), 1)
    first, *others = page.split("<pre")
    parts = [_INDENT.sub("\n", first)]
    for code, end, text in (other.partition("</pre>") for other in others):  # in code, readers see each space
        parts.append(code + end + _INDENT.sub("\n", text))
    return "<pre".join(parts)


@lru_cache
def _names(style: str) -> frozenset[str]:
    """The classes and ids that a style knows."""
    return frozenset(_NAMES.findall(style))


@lru_cache(maxsize=256)
def _cut(style: str, used: frozenset[str], lacks: frozenset[str]) -> str:
    def needed(rule: re.Match) -> str:
        selectors = _COMMA.split(rule[1])
        return rule[0] if any(lacks.isdisjoint(_TAG.findall(selector)) for selector in selectors) else ""

    return _RULE.sub(needed, process_stylesheet(style, unused_symbols=set(_names(style) - used)))
