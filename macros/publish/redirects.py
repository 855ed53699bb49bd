"""Where what moved is now: a small page at each old page's address, and old anchors for the pages that stand."""

from __future__ import annotations

import posixpath
import re
from html import escape

from ..guide.links import Contract, name, split
from .policy import policy

#: The page that leads on. Its script keeps the anchor, which a refresh drops; the refresh is for browsers without
#: script alone, because beside the script it could overtake it.
_PAGE = """\
<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="POLICY">
<meta name="referrer" content="no-referrer">
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
<script>
const moved = document.getElementById(location.hash.slice(1));
const link = (moved ?? document.querySelector("h1 + p")).querySelector("a");
location.replace(moved || link.hash ? link.href : link.href + location.hash);
</script>
</body>
</html>
"""
#: The start of the element with an id; of a row with that of its first cell, of a box with its summary's.
_START = r'<(?:(?:tr|details)\b[^<>]*\sid="{0}"[^<>]*>\s*<\w+[^<>]*|\w[^<>]*\sid="{0}"[^<>]*)>'


def redirects(contract: Contract, site: str) -> dict[str, str]:
    """For each page that moved, what to write at its old place, by path below the site's root.

    `site` is the site's URL, or "" where it is not known.
    """
    old, made = dict(contract.led_on), {}
    for page in [address for address in old if "#" not in address]:
        new, parts = old[page], ""
        for address, to in old.items():
            there, anchor = split(address)
            if anchor and there == page and to != f"{new}#{anchor}":
                parts += f'<p id="{anchor}">A part of it: {_link(page, to)}.</p>\n'
        to = escape(_relative(page, new))
        canonical = escape(site + split(new)[0].removeprefix("./")) if site else to
        html = _PAGE.format(canonical=canonical, to=to, link=_link(page, new), parts=parts)
        made[f"{page}index.html"] = html.replace("POLICY", escape(policy(html), quote=False), 1)
    return made


def with_old_anchors(html: str, contract: Contract, page: str) -> str:
    """A page's HTML with its old anchors where they lead now, so that no server and no script is needed.

    An empty element holds each, inside the new thing, where it disturbs no style; of a table's row, in its first cell.
    What moved to another page gets a line at the end that says so. What stands there again keeps its place.
    """
    for address, to in contract.led_on:
        (old_page, old), (new_page, new) = split(address), split(to)
        if old_page != page or not old or f'id="{old}"' in html:
            continue
        if new_page != page:
            html += f'\n<p class="moved" id="{old}" data-search-exclude>Moved: {_link(page, to)}</p>'
        else:  # of a place that is not there, the check tells
            start = _START.format(new) if new else "<h1[^<>]*>"
            html = re.sub(start, rf'\g<0><span id="{old}"></span>', html, count=1)
    return html


def _relative(page: str, to: str) -> str:
    """An address as a link on a page."""
    there, anchor = split(to)
    return posixpath.relpath(there, page) + (f"/#{anchor}" if anchor else "/")


def _link(page: str, address: str) -> str:
    return f'<a href="{escape(_relative(page, address))}">{name(address)}</a>'
