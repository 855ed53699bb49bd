"""The versions as feeds, so that a clinic learns what changed: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import json
import uuid
import xml.etree.ElementTree as etree
from collections.abc import Sequence
from html import escape

from ..changes import Step
from ..metadata import LICENSE, NAME
from .listed import FEEDS

(ATOM, _), (JSON, _) = FEEDS
_PAGE = "versions/"
_ABOUT = "What changed in the guide, version by version."
_NAMESPACE = "http://www.w3.org/2005/Atom"


def files(history: Sequence[Step], site: str, review: str) -> dict[str, str]:
    """Both feeds by their paths below the site's root.

    `history` are the versions, newest first; `site` is the site's URL, or "" where it is not known;
    `review` is the review state.
    """
    return {ATOM: _atom(history, site, review), JSON: _json(history, site, review)}


def _id(name: str) -> str:
    """An id that stays when the site moves: RFC 4122, version 5.

    A version has its file's name, since its content may come back. The draft has one id for good, so
    that an edit to it is no new entry.
    """
    return uuid.uuid5(uuid.NAMESPACE_URL, f"neurolysis-guide/{name}").urn


def _when(step: Step) -> str:
    return f"{step.version.on.isoformat()}T00:00:00Z"


def _link(step: Step, site: str) -> str:
    return f"{site}{_PAGE}#{step.name or 'since-the-last-version'}"


def _content(step: Step, site: str, review: str) -> str:
    """What a version changed, as HTML."""
    told = f"<p>{step.nothing}</p>"
    if step.changes:
        items = [
            f'<li>{escape(c.part)}: <a href="{escape(site + c.address)}">{escape(c.entry)}</a>'
            f"{escape(c.field and f': {c.field}')}.<br>"
            f"<b>Before:</b> {escape(c.before)}<br><b>Now:</b> {escape(c.now)}</li>"
            for c in step.changes
        ]
        told = f"<ul>{''.join(items)}</ul>"
    return f"{told}<p>{escape(review)}</p>"


def _atom(history: Sequence[Step], site: str, review: str) -> str:
    etree.register_namespace("", _NAMESPACE)

    def put(parent: etree.Element, name: str, text: str | None = None, **attributes: str) -> etree.Element:
        element = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}", attributes)
        element.text = text
        return element

    feed = etree.Element(f"{{{_NAMESPACE}}}feed", {"xml:lang": "en-US"})
    put(feed, "id", _id("feed"))
    put(feed, "title", NAME)
    put(feed, "subtitle", _ABOUT)
    put(feed, "updated", _when(history[0]))
    put(put(feed, "author"), "name", NAME)
    put(feed, "link", rel="alternate", type="text/html", href=site + _PAGE)
    put(feed, "link", rel="self", type="application/atom+xml", href=site + ATOM)
    put(feed, "link", rel="license", href=LICENSE)
    for step in history:
        entry = put(feed, "entry")
        put(entry, "id", _id(step.name or "draft"))
        put(entry, "title", str(step.version))
        put(entry, "updated", _when(step))
        put(entry, "link", rel="alternate", type="text/html", href=_link(step, site))
        put(entry, "content", _content(step, site, review), type="html")
    etree.indent(feed, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(feed, encoding="unicode") + "\n"


def _json(history: Sequence[Step], site: str, review: str) -> str:
    items = [
        {
            "id": _id(step.name or "draft"),
            "url": _link(step, site),
            "title": str(step.version),
            "date_published": _when(step),
            "content_html": _content(step, site, review),
            "_neurolysis_guide": {
                "about": f"{site}{_PAGE}#learn-of-changes",
                "version": step.version.hash,
                "frozen": step.version.frozen,
                "data": f"{site}{step.file}" if step.file else None,
                "changes": [
                    {"part": c.part, "entry": c.entry, "field": c.field, "before": c.before, "now": c.now}
                    | {"address": site + c.address}
                    for c in step.changes or ()
                ],
            },
        }
        for step in history
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": NAME,
        "description": f"{_ABOUT} {review}",
        "home_page_url": site + _PAGE,
        "feed_url": site + JSON,
        "language": "en-US",
        "authors": [{"name": NAME}],
        "items": items,
    }
    return json.dumps(feed, indent=1, ensure_ascii=False) + "\n"
