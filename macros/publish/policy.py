"""The Content-Security-Policy of a finished page: nothing runs or loads but what the page and this site bring.

What stands in the page is allowed by its hash (CSP Level 3, section 2.3.1). No hash can allow an attribute, so that
`style="..."` and `onclick="..."` do nothing on a page.
"""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser


class _Inline(HTMLParser):
    """Gathers the texts of a page's scripts and styles that stand in the page itself."""

    def __init__(self):
        super().__init__()
        self.inside = ""
        self.texts: dict[str, list[str]] = {"script": [], "style": []}

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        block = (given.get("type") or "").lower().endswith("json")  # data, which no browser runs
        if tag in self.texts and "src" not in given and not block:
            self.inside = tag
            self.texts[tag].append("")

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside:
            self.texts[self.inside][-1] += data


def policy(html: str) -> str:
    """The policy for a page, as the content of its meta element or header."""
    found = _Inline()
    found.feed(html.replace("\r\n", "\n"))  # as a browser reads it before it takes the hash
    found.close()
    scripts, styles = ("".join(f" {each}" for each in _hashes(found.texts[tag])) for tag in ("script", "style"))
    return (
        f"default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: list[str]) -> dict[str, None]:
    made = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return dict.fromkeys(f"'sha256-{each}'" for each in made)
