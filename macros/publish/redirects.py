"""Where what moved is now: a small page at each old page's address, and old anchors for the pages that stand."""

from __future__ import annotations

import posixpath
from html import escape
from html.parser import HTMLParser
from itertools import accumulate

from ..guide.links import Contract, name, split
from .policy import policy

#: Leads on from a page that moved, with the anchor, which a refresh drops.
_LEAD_ON = """
const moved = document.getElementById(location.hash.slice(1));
const link = (moved ?? document.querySelector("h1 + p")).querySelector("a");
location.replace(moved || link.hash ? link.href : link.href + location.hash);
"""
_PAGE = """\
<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{policy}<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>This page has moved</title>
<link rel="canonical" href="{canonical}">
<noscript><meta http-equiv="refresh" content="0; url={to}"></noscript>
</head>
<body>
<main>
<h1>This page has moved</h1>
<p>It is here now: {link}.</p>
{parts}</main>
<script>{script}</script>
</body>
</html>
"""


def redirects(contract: Contract, site: str) -> dict[str, str]:
    """For each page that moved, what to write at its old place, by path below the site's root.

    `site` is the site's URL, or "" where it is not known. The refresh is for browsers without script alone: beside
    the script, it could overtake it and lose the anchor.
    """
    old, made = dict(contract.led_on), {}
    for page in [address for address in old if "#" not in address]:
        new, to = old[page], _relative(page, old[page])
        parts = {
            split(address)[1]: target
            for address, target in old.items()
            if split(address)[0] == page != address and target != f"{new}#{split(address)[1]}"
        }
        filled = {
            "to": escape(to),
            "canonical": escape(site + split(new)[0].removeprefix("./") if site else to),
            "link": _link(page, new),
            "parts": "".join(f'<p id="{a}">A part of it: {_link(page, target)}.</p>\n' for a, target in parts.items()),
            "script": _LEAD_ON,
        }
        allowed = escape(policy(_PAGE.format(policy="", **filled)), quote=False)
        meta = f'<meta http-equiv="Content-Security-Policy" content="{allowed}">\n'
        made[f"{page}index.html"] = _PAGE.format(policy=meta, **filled)
    return made


class _Places(HTMLParser):
    """Where an old anchor can stand: behind the start of each element with an id, and of the title (as "")."""

    def __init__(self, html: str):
        super().__init__()
        self.inside: dict[str, int] = {}
        self._lines = [0, *accumulate(len(line) + 1 for line in html.split("\n"))]
        self._waiting = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        line, column = self.getpos()
        end = self._lines[line - 1] + column + len(self.get_starttag_text())
        given = dict(attrs).get("id") or ""
        if self._waiting:
            self.inside[self._waiting], self._waiting = end, ""
        if tag in ("tr", "details"):  # nothing but its first cell or its summary can hold it
            self._waiting = given
        elif given:
            self.inside.setdefault(given, end)
        if tag == "h1":
            self.inside.setdefault("", end)


def with_old_anchors(html: str, contract: Contract, page: str) -> str:
    """A page's HTML with its old anchors where they lead now, so that no server and no script is needed.

    An empty element holds each, inside the new thing, where it disturbs no style. What moved to another page gets a
    line at the end that says so.
    """
    moved = aliases(contract, page), elsewhere(contract, page)
    if not any(moved):
        return html
    inside, marks = _Places(html).inside, []
    for new, old in moved[0].items():
        if new in inside:  # the check tells of others
            marks += [(inside[new], f'<span id="{anchor}"></span>') for anchor in old if anchor not in inside]
    for place, mark in sorted(marks, reverse=True):
        html = html[:place] + mark + html[place:]
    lines = (
        f'\n<p class="moved" id="{anchor}" data-search-exclude>Moved: <a href="{to}">{name(to)}</a></p>'
        for anchor, to in moved[1].items()
    )
    return html + "".join(lines)


def aliases(contract: Contract, page: str) -> dict[str, list[str]]:
    """The old anchors of a page that lead to another place on it, by the new; "" is the page's title."""
    found: dict[str, list[str]] = {}
    for address, to in contract.led_on:
        if "#" in address and split(address)[0] == split(to)[0] == page:
            found.setdefault(split(to)[1], []).append(split(address)[1])
    return found


def elsewhere(contract: Contract, page: str) -> dict[str, str]:
    """The old anchors of a page that lead to another page, with the address from here."""
    return {
        split(address)[1]: _relative(page, to)
        for address, to in contract.led_on
        if "#" in address and split(address)[0] == page != split(to)[0]
    }


def _relative(page: str, to: str) -> str:
    """An address as a link on a page."""
    there, anchor = split(to)
    return posixpath.relpath(there, page) + (f"/#{anchor}" if anchor else "/")


def _link(page: str, address: str) -> str:
    return f'<a href="{escape(_relative(page, address))}">{name(address)}</a>'
