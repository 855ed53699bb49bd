"""What clinics and those who build for them are shown: the versions of the guide."""

from __future__ import annotations

from collections.abc import Sequence

from .changes import Change, Step
from .model import Guide
from .publish.outward import FEEDS
from .render import escape
from .review import day


def feeds(guide: Guide) -> str:
    """The feeds of what changed, for a page in a folder of its own."""
    return "\n".join(f'- <a href="../{name}">{name}</a>, {about}' for name, about in FEEDS)


def versions(guide: Guide, *, history: Sequence[Step]) -> str:
    """Every version with what it changed, newest first, for a page in a folder of its own."""
    drafts = [step for step in history if not step.version.frozen]
    parts = ["## Since the last version", *(_draft(step) for step in drafts)]
    if not drafts:
        parts.append("Nothing has changed. What you read here is the last version.")
    for step in history:
        if step.version.frozen:
            name = step.file.rpartition("/")[2].removesuffix(".json")
            file = f'<a href="../{step.file}">The data of this version</a>'
            parts += [f"## {escape(str(step.version))} {{ #{name} }}", f"{file} stay as they are.", _changes(step)]
    return "\n\n".join(parts)


def _draft(step: Step) -> str:
    return f"What you read here is a draft of {day(step.version.on)}. It may change with each edit.\n\n{_changes(step)}"


def _changes(step: Step) -> str:
    if step.changes is None:
        return "It is the first version."
    if not step.changes:
        return "Nothing that the guide says has changed."
    items = "\n".join(f"- {_change(change)}" for change in step.changes)
    return f'<div class="changes" markdown="block">\n\n{items}\n\n</div>'


def _change(change: Change) -> str:
    field = f": {escape(change.field)}" if change.field else ""
    head = f'{escape(change.part)}: <a href="../{escape(change.address)}">{escape(change.entry)}</a>{field}.'
    return f"{head}<br>**Before:** {escape(change.before)}<br>**Now:** {escape(change.now)}"
