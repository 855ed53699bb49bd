"""The review state, as the line that stands near the top of every page."""

from __future__ import annotations

from datetime import date

from .model import PARTS, Guide


def day(value: date) -> str:
    """A date as "26 February 2026"."""
    return f"{value.day} {value:%B %Y}"


def review_line(guide: Guide, today: date) -> str:
    """Who reviewed the guide last and when it is due again, as plain text.

    The newest review counts. `today` decides whether the next one is overdue.
    """
    if not guide.review.reviews:
        return guide.review.until_reviewed
    last = max(guide.review.reviews, key=lambda review: review.on)
    due = (
        f"The next review was due on {day(last.next)} and is overdue."
        if last.next < today
        else f"Next review: {day(last.next)}."
    )
    version = f" (version {last.version})" if last.version else ""
    only = f"Only this was looked at: {', '.join(PARTS[part].lower() for part in last.of)}. " if last.of else ""
    return f"Reviewed by {last.by}, {last.role}, on {day(last.on)}{version}. {only}{due}"
