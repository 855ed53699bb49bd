"""What a clinic can take: files of data, small pages to show on its own site, feeds and versions.

All are for a page in a folder of its own below the site's root.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape as html_escape
from html import unescape
from typing import NamedTuple

from .changes import Change, Step
from .cite import CITATION
from .metadata import NAME
from ..guide.model import Guide
from .options import ALTERNATIVES_TITLE, alternatives_table
from .publish.listed import FEEDS, FILES, FOLDER
from .render import Row, beside, bullets, escape, heading, link, paragraph, strong, table
from ..guide.review import day
from .risks import one_risk, risk_table, risks_title

#: Where the small pages stand below the site's root; macros.publish.embeds writes them.
EMBEDS = "embed/"
#: Where the leaflets and the zip stand below the site's root; macros.publish.leaflets and .offline write them.
_LEAFLETS, _ZIP = "leaflets/", "offline/neurolysis-guide.zip"
#: The sizes of paper: the end of a file's name, and what people call it.
_PAPER = {"a4": "A4", "letter": "US Letter"}
#: Stands for the site's address where that is not known.
PLACEHOLDER = "https://ADDRESS-OF-THE-GUIDE/"


class Published(NamedTuple):
    """What is published beside the pages: whether there are leaflets and a zip, and the repository's URL or ""."""

    leaflets: bool = False
    offline: bool = False
    repository: str = ""


class Embed(NamedTuple):
    """`name` is its folder, `page` the address in the guide that tells more, `html` what it shows.

    `title` is plain text, `height` that of a frame for it in CSS pixels.
    """

    name: str
    title: str
    page: str
    html: str
    height: int


def listed(guide: Guide) -> list[Embed]:
    """Every embed: the risks of each method, the alternatives, each risk."""
    shown = [
        *((f"risks-{m}", risks_title(guide, m), f"methods/{m}/#risks", risk_table(guide, m)) for m in guide.methods),
        ("alternatives", ALTERNATIVES_TITLE, "alternatives/", alternatives_table(guide)),
        *((f"risk-{r}", risk.name, f"risks/#{r}", one_risk(guide, r)) for r, risk in guide.risks.items()),
    ]
    return [Embed(*one, height=_height(guide, one[-1])) for one in shown]


#: The measures of a small page in CSS pixels, as overrides/assets/embed.css sets them: the width of its text in
#: a frame of 720, that of its paragraphs, of a letter on average, and the height of a line.
_WIDE, _PARAGRAPH, _LETTER, _LINE = 686, 600, 8.7, 24
#: What stands around the text: head, title, notices and foot.
_AROUND = 330
_ROW = re.compile("<tr id=.*?</tr>")
_CELL = re.compile("<t[hd][^>]*>(.*?)</t[hd]>")


def _height(guide: Guide, html: str) -> int:
    """About the height in CSS pixels that a small page with this text needs where it is 720 wide.

    It is rather too large than too small: fonts differ, and what does not fit needs scrolling.
    """

    def lines(text: str, width: float) -> int:
        named = CITATION.sub(lambda cited: f" ({guide.claim(cited[1])[1].publisher})", text)
        shown = unescape(re.sub("<[^>]*>", "", named))
        return math.ceil(len(shown) * _LETTER / width)

    total = _AROUND
    for row in _ROW.findall(html):
        cells = _CELL.findall(row)
        if 'class="shared wide"' in html:  # its cells stand below each other
            total += sum(_LINE * (1 + lines(cell, _WIDE)) + 16 for cell in cells)
        else:  # the name takes a fifth, the others share what is left
            others = 0.8 * _WIDE / (len(cells) - 1)
            total += _LINE * max(lines(cells[0], _WIDE / 5), *(lines(cell, others) for cell in cells[1:])) + 25
    for part in re.split(r"</p>(?:\n\n)?|\n\n", re.sub(r"<table.*?</table>", "", html)):
        total += _LINE * lines(part, _PARAGRAPH) + 11
        for columns, rows in re.findall(r'viewBox="0 0 (\d+) (\d+)"', part):
            total += 384 * int(rows) // int(columns) + 32
    return math.ceil(total / 20) * 20


def _whole(site: str, address: str) -> str:
    """A link from a page in a folder of its own that shows the whole address, where the site's is known."""
    return beside(escape(f"{site and site.rstrip('/') + '/'}{address}"), address)


def row_links(guide: Guide, *, site: str) -> str:
    """The address of a risk's row, of a treatment's risks and of a medical word, as examples."""
    risk_id, risk = next(iter(guide.risks.items()))
    method_id, method = next(iter(guide.methods.items()))
    word_id, word = next(iter(guide.words.items()))
    shown = {
        f"risks/#{risk_id}": f"the row “{risk.name}”",
        f"methods/{method_id}/#risks": f"the risks of {method.name.lower()}",
        f"words/#{word_id}": f"the medical word “{word.word}”",
    }
    return bullets(f"{_whole(site, address)} leads to {escape(leads)}" for address, leads in shown.items())


def leaflets_list(guide: Guide, *, published: Published) -> str:
    """The leaflets to print, for each size of paper."""
    if not published.leaflets:
        return paragraph("This copy of the guide has no leaflets. Print its pages instead.")
    names = {method_id: method.name for method_id, method in guide.methods.items()} | {"guide": "The whole guide"}
    items = []
    for name, title in names.items():
        links = (beside(size, f"{_LEAFLETS}{name}-{end}.pdf") for end, size in _PAPER.items())
        items.append(f"{escape(title)}: PDF, {' or '.join(links)}")
    return bullets(items)


def zip_link(guide: Guide, *, published: Published) -> str:
    """The file that holds the whole guide, and how to open it."""
    if not published.offline:
        return paragraph("This copy of the guide has no such file.")
    whole, checksum = beside("the whole guide in one file", _ZIP), beside("its checksum", f"{_ZIP}.sha256")
    unpack = paragraph(f"Download {whole}. Unpack the whole folder. Open index.html in it.")
    return f"{unpack}\n\n{paragraph(f'Your computer staff can check the file with {checksum}.')}"


def newest_version(guide: Guide, *, history: Sequence[Step]) -> str:
    """Which version can be cited, or that there is none."""
    frozen = [step.version for step in history if step.version.frozen]
    if not frozen:
        return paragraph("No version has been published yet. What you read is a draft.")
    return paragraph(f"The newest version is that of {day(frozen[0].on)} ({frozen[0].hash}).")


def ask_form(guide: Guide, *, published: Published) -> str:
    """The form to ask for a page."""
    if not published.repository:
        return paragraph("This copy of the guide has no form.")
    form = link("this form", f"{published.repository}/issues/new?template=page-for-clinic.yml")
    return paragraph(f"Tell us with {form}. Everybody can read what you write there.")


def data_files(guide: Guide) -> str:
    """The files of data for others."""
    listed = [("index.json", "", "This list, for programs."), *FILES]
    rows = [
        Row(f"file-{name.replace('.', '-')}", [beside(name, f"{FOLDER}{name}"), escape(about)])
        for name, _, about in listed
    ]
    return table("Files to download", ["File", "What is in it"], rows, "risks")


def embeds(guide: Guide, *, site: str) -> str:
    """Each small page that another site can show: the line to copy, how it looks, its place in the guide.

    `site` is the site's URL, or "" where it is not known.
    """
    return "\n\n".join(
        "".join(
            [
                '<details class="embed" data-search-exclude="true">',
                f"<summary>{escape(embed.title)}</summary>",
                f"<pre><code>{escape(line(embed, site))}</code></pre>",
                preview(embed),
                paragraph(f"In the guide: {_whole(site, embed.page)}"),
                "</details>",
            ]
        )
        for embed in listed(guide)
    )


def line(embed: Embed, site: str) -> str:
    """The line that a clinic copies into its page."""
    address = html_escape((site or PLACEHOLDER).rstrip("/") + f"/{EMBEDS}{embed.name}/")
    kept = 'referrerpolicy="no-referrer" style="width:100%;border:0"'
    return f'<iframe src="{address}" {_attributes(embed)} {kept}></iframe>'


def preview(embed: Embed) -> str:
    """The same, as it stands on a page of ours. In a closed box, a lazy frame loads nothing."""
    return f'<iframe src="../{EMBEDS}{embed.name}/" {_attributes(embed)}></iframe>'


def _attributes(embed: Embed) -> str:
    return f'title="{escape(embed.title)}, from {NAME}" height="{embed.height}" loading="lazy"'


def feeds(guide: Guide) -> str:
    """The feeds of what changed."""
    return bullets(f"{beside(name, name)}, {about}" for name, about in FEEDS)


def versions(guide: Guide, *, history: Sequence[Step]) -> str:
    """Every version with what it changed, newest first."""
    drafts = [step for step in history if not step.version.frozen]
    parts = [heading(2, "Since the last version"), *(_draft(step) for step in drafts)]
    if not drafts:
        parts.append(paragraph("Nothing has changed. What you read here is the last version."))
    for step in history:
        if step.version.frozen:
            file = beside("The data of this version", step.file)
            parts.append(heading(2, str(step.version), step.name))
            parts += [paragraph(f"{file} stay as they are."), _changes(step)]
    return "\n\n".join(parts)


def _draft(step: Step) -> str:
    if step.changes is None:
        return paragraph(f"{step.nothing} It may change with each edit.")
    draft = f"What you read here is a draft of {day(step.version.on)}. It may change with each edit."
    return f"{paragraph(draft)}\n\n{_changes(step)}"


def _changes(step: Step) -> str:
    if not step.changes:
        return paragraph(step.nothing)
    return f'<div class="changes">{bullets(map(_change, step.changes))}</div>'


def _change(change: Change) -> str:
    field = f": {escape(change.field)}" if change.field else ""
    head = f"{escape(change.part)}: {beside(escape(change.entry), change.address)}{field}."
    before, now = strong("Before:"), strong("Now:")
    return f"{head}<br />{before} {escape(change.before)}<br />{now} {escape(change.now)}"
