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

    def __init__(self, html: str):
        super().__init__()
        self.inside, self.texts = "", {"script": [], "style": []}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        data = (dict(attrs).get("type") or "").lower().endswith("json")  # which no browser runs
        if tag in self.texts and "src" not in dict(attrs) and not data:
            self.inside = tag
            self.texts[tag].append("")

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside:
            self.texts[self.inside][-1] += data


def policy(html: str) -> str:
    """The policy for a page, as the content of its meta element or header."""
    texts = _Inline(html.replace("\r\n", "\n")).texts  # as a browser reads it before it takes the hash
    scripts, styles = ("".join(dict.fromkeys(map(_hash, texts[tag]))) for tag in ("script", "style"))
    return (
        f"default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f" 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
