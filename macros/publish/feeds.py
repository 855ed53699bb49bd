"""The versions as an Atom feed (RFC 4287), so that a clinic learns what changed."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from html import escape

from feedgenerator import Atom1Feed

from ..guide.model import LICENSE, NAME
from ..guide.version import Step

#: The feed's address below the site's root.
FEED = "feed.xml"
_PAGE = "versions/"


def files(history: Sequence[Step], site: str, review: str) -> dict[str, str]:
    """The feed as XML, by its path below the site's root.

    `history` are the versions, newest first; `site` is the site's URL, or "" where it is not known; `review` is the
    review state.
    """
    feed = Atom1Feed(
        title=NAME,
        link=site + _PAGE,
        description="",
        subtitle="What changed in the guide, version by version.",
        language="en-US",
        author_name=NAME,
        feed_url=site + FEED,
        feed_guid=_id("feed"),
        feed_copyright=f"CC BY 4.0, {LICENSE}",
    )
    for place, step in enumerate(history):
        earlier = sum(other.version.on == step.version.on for other in history[place + 1 :])
        feed.add_item(
            title=str(step.version),
            link=f"{site}{_PAGE}#{step.name or 'since-the-last-version'}",
            description=None,
            content=_content(step, site) + f"<p>{escape(review)}</p>",
            unique_id=_id(step.name or "draft"),
            # What came later on the same day is a minute younger, so that readers keep the order.
            updateddate=datetime.combine(step.version.on, time(), UTC) + timedelta(minutes=earlier),
        )
    out = io.StringIO()
    feed.write(out, "utf-8")
    return {FEED: out.getvalue()}


def _id(name: str) -> str:
    """An id that stays when the site moves. The draft has one for good, so that an edit to it is no new entry."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"neurolysis-guide/{name}").urn


def _content(step: Step, site: str) -> str:
    """What a version changed, as HTML."""
    items = [
        f'<li>{escape(c.part)}: <a href="{escape(site + c.address)}">{escape(c.entry)}</a>'
        f"{escape(c.field and f': {c.field}')}.<br>"
        f"<b>Before:</b> {escape(c.before)}<br><b>Now:</b> {escape(c.now)}</li>"
        for c in step.changes or ()
    ]
    return f"<ul>{''.join(items)}</ul>" if items else f"<p>{step.nothing}</p>"
