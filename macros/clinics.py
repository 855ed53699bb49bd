"""What a clinic can take: files of data, small pages to show on its own site, feeds and versions.

All are for a page in a folder of its own below the site's root.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape as html_escape
from typing import NamedTuple

from .changes import Change, Step
from .metadata import NAME
from .model import Guide
from .options import ALTERNATIVES_TITLE, alternatives_table
from .publish.outward import FEEDS, FILES, FOLDER
from .render import Row, escape, table
from .review import day
from .risks import one_risk, risk_table, risks_title

#: Where the small pages stand below the site's root; macros.publish.embeds writes them.
EMBEDS = "embed/"
#: Heights in CSS pixels for a frame some 600 wide. One risk then needs no scrolling; long tables scroll.
_WRITTEN, _PICTURED = 720, 1080
#: Stands for the site's address where that is not known.
PLACEHOLDER = "https://ADDRESS-OF-THE-GUIDE/"


class Embed(NamedTuple):
    """`name` is its folder, `page` the address in the guide that tells more, `markdown` what it shows.

    `title` is plain text, `height` that of a frame for it in CSS pixels.
    """

    name: str
    title: str
    page: str
    markdown: str
    height: int


def listed(guide: Guide) -> list[Embed]:
    """Every embed: the risks of each method, the alternatives, each risk."""
    shown = [
        *((f"risks-{m}", risks_title(guide, m), f"methods/{m}/#risks", risk_table(guide, m)) for m in guide.methods),
        ("alternatives", ALTERNATIVES_TITLE, "alternatives/", alternatives_table(guide)),
        *((f"risk-{r}", risk.name, f"risks/#{r}", one_risk(guide, r)) for r, risk in guide.risks.items()),
    ]
    return [Embed(*one, height=_PICTURED if "<svg" in one[-1] else _WRITTEN) for one in shown]


def data_files(guide: Guide) -> str:
    """The files of data for others."""
    rows = [
        Row(f"file-{name.replace('.', '-')}", [f'<a href="../{FOLDER}{name}">{name}</a>', escape(about)])
        for name, _, about in FILES
    ]
    return table("Files to download", ["File", "What is in it"], rows, "risks")


def embeds(guide: Guide, *, site: str) -> str:
    """Each small page that another site can show: the line to copy, and how it looks.

    `site` is the site's URL, or "" where it is not known.
    """
    # Without empty lines, so that Markdown hands it through whole.
    return "\n\n".join(
        "\n".join(
            [
                '<details class="embed" data-search-exclude="true">',
                f"<summary>{escape(embed.title)}</summary>",
                f"<pre><code>{escape(line(embed, site))}</code></pre>",
                preview(embed),
                "</details>",
            ]
        )
        for embed in listed(guide)
    )


def line(embed: Embed, site: str) -> str:
    """The line that a clinic copies into its page."""
    address = html_escape((site or PLACEHOLDER).rstrip("/") + f"/{EMBEDS}{embed.name}/")
    return f'<iframe src="{address}" {_attributes(embed)} style="width:100%;border:0"></iframe>'


def preview(embed: Embed) -> str:
    """The same, as it stands on a page of ours. In a closed box, a lazy frame loads nothing."""
    return f'<iframe src="../{EMBEDS}{embed.name}/" {_attributes(embed)}></iframe>'


def _attributes(embed: Embed) -> str:
    return f'title="{escape(embed.title)}, from {NAME}" height="{embed.height}" loading="lazy"'


def feeds(guide: Guide) -> str:
    """The feeds of what changed."""
    return "\n".join(f'- <a href="../{name}">{name}</a>, {about}' for name, about in FEEDS)


def versions(guide: Guide, *, history: Sequence[Step]) -> str:
    """Every version with what it changed, newest first."""
    drafts = [step for step in history if not step.version.frozen]
    parts = ["## Since the last version", *(_draft(step) for step in drafts)]
    if not drafts:
        parts.append("Nothing has changed. What you read here is the last version.")
    for step in history:
        if step.version.frozen:
            file = f'<a href="../{step.file}">The data of this version</a>'
            parts += [f"## {escape(str(step.version))} {{ #{step.name} }}", f"{file} stay as they are.", _changes(step)]
    return "\n\n".join(parts)


def _draft(step: Step) -> str:
    if step.changes is None:
        return f"{step.nothing} It may change with each edit."
    return f"What you read here is a draft of {day(step.version.on)}. It may change with each edit.\n\n{_changes(step)}"


def _changes(step: Step) -> str:
    if not step.changes:
        return step.nothing
    items = "\n".join(f"- {_change(change)}" for change in step.changes)
    return f'<div class="changes" markdown="block">\n\n{items}\n\n</div>'


def _change(change: Change) -> str:
    field = f": {escape(change.field)}" if change.field else ""
    head = f'{escape(change.part)}: <a href="../{escape(change.address)}">{escape(change.entry)}</a>{field}.'
    return f"{head}<br>**Before:** {escape(change.before)}<br>**Now:** {escape(change.now)}"
