"""What a clinic can take: the files of data, and small pages to show on its own site.

Both are for a page in a folder of its own below the site's root.
"""

from __future__ import annotations

from html import escape as html_escape

from .metadata import NAME
from .model import Guide
from .publish.embeds import FOLDER as EMBEDS
from .publish.embeds import Embed, listed
from .publish.outward import FILES, FOLDER
from .render import Row, escape, table

#: Stands for the site's address where that is not known.
PLACEHOLDER = "https://ADDRESS-OF-THE-GUIDE/"


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
