"""The Content-Security-Policy of a finished page: nothing runs or loads but what the page and this site bring.

What stands in the page is allowed by its hash (CSP Level 3, section 2.3.1). No hash can allow an attribute, so that
`style="..."` and `onclick="..."` do nothing on a page.
"""

from __future__ import annotations

import base64
import hashlib
import re

#: A comment, or an element that stands in the page itself: its name, its attributes, its text.
_INLINE = re.compile(r"<!--.*?-->|<(script|style)\b([^>]*)>(.*?)</\1\s*>", re.S | re.I)


def policy(html: str) -> str:
    """The policy for a finished page, as the content of its meta element or header."""
    hashes = {"script": {}, "style": {}}
    for tag, attributes, text in _INLINE.findall(html.replace("\r\n", "\n")):  # as a browser reads it before the hash
        if tag and not re.search(r"\bsrc=|\btype=\S*json\b", attributes, re.I):  # JSON runs in no browser
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            hashes[tag.lower()][f" 'sha256-{digest}'"] = None
    scripts, styles = map("".join, hashes.values())
    return (
        f"default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
    )
