"""What a clinic can take: files of data, small pages to show on its own site, feeds and versions.

All are for a page in a folder of its own below the site's root. What is published beside the pages is handed in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from html import escape as html_escape
from typing import NamedTuple

from ..guide.model import NAME, Guide
from ..guide.review import day
from ..guide.statements import asked
from ..guide.version import Change, Step
from .options import ALTERNATIVES_TITLE, alternatives_table
from .render import Row, beside, bullets, escape, heading, link, macro, number, paragraph, strong, table
from .risks import risk, risk_table, risks_title

#: Where the small pages, the leaflets and the zip stand below the site's root.
EMBEDS, LEAFLETS, ZIP = "embed/", "leaflets/", "offline/neurolysis-guide.zip"
#: The sizes of paper: the end of a file's name, and what people call it.
PAPER = {"a4": "A4", "letter": "US Letter"}
#: Stands for the site's address where that is not known.
PLACEHOLDER = "https://ADDRESS-OF-THE-GUIDE/"


class Published(NamedTuple):
    """What is published beside the pages: whether there are leaflets, and a zip to take along.

    `repository` is the repository's URL, or "". `files` are those of data: the path below the site's root, and what
    is in each. `feed` is the path of the feed.
    """

    leaflets: bool = False
    offline: bool = False
    repository: str = ""
    files: Sequence[tuple[str, str]] = ()
    feed: str = ""


class Embed(NamedTuple):
    """A small page that another site shows inside its own.

    `name` is its folder, `title` plain text, `page` the address in the guide that tells more, `call` the call of a
    macro that it shows, and `height` that of a frame for it in CSS pixels.
    """

    name: str
    title: str
    page: str
    call: str
    height: int


def listed(guide: Guide) -> list[Embed]:
    """Every embed: the risks of each method, the alternatives, each risk."""
    shown = [
        (f"risks-{m}", risks_title(guide, m), f"methods/{m}/#risks", f'risk_table("{m}")', risk_table(guide, m))
        for m in guide.methods
    ]
    alternatives = alternatives_table(guide)
    shown.append(("alternatives", ALTERNATIVES_TITLE, "alternatives/", "alternatives_table()", alternatives))
    shown += [(f"risk-{r}", e.name, f"risks/#{r}", f'risk("{r}")', risk(guide, r)) for r, e in guide.risks.items()]
    return [Embed(*one, height=_height(answer)) for *one, answer in shown]


_FOLDED = re.compile("</summary>.*?</details>", re.S)
#: What of Markdown is not seen as text: marks of HTML, where links lead, citations.
_UNSEEN = re.compile(r"<[^>]*>|\]\([^)]*\)|\[\^[^\]]*\]")


def _height(markdown: str) -> int:
    """About the height in CSS pixels that a small page with this text needs where it is 720 wide.

    It is rather too large than too small: fonts differ, and what does not fit needs scrolling. The numbers are fitted
    to the heights that a browser gives: what stands around the text, what a letter adds, and what a fold does.
    """
    seen = _FOLDED.sub("", markdown)
    letters, folds = len(_UNSEEN.sub("", seen)), seen.count("<summary")
    total = 480 + 0.35 * letters + 70 * folds if folds else 720 + 0.45 * letters + 350 * seen.count("<svg")
    return math.ceil(total / 20) * 20


def _whole(site: str, address: str) -> str:
    """A link from a page in a folder of its own that shows the whole address, where the site's is known."""
    return beside(f"{site and site.rstrip('/') + '/'}{address}", address)


@macro
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


@macro
def leaflets_list(guide: Guide, *, published: Published) -> str:
    """The leaflets to print, for each size of paper."""
    if not published.leaflets:
        return paragraph("This copy of the guide has no leaflets. Print its pages instead.")
    names = {method_id: method.name for method_id, method in guide.methods.items()} | {"guide": "The whole guide"}
    links = {name: [beside(size, f"{LEAFLETS}{name}-{end}.pdf") for end, size in PAPER.items()] for name in names}
    return bullets(f"{escape(title)}: PDF, {' or '.join(links[name])}" for name, title in names.items())


@macro
def zip_link(guide: Guide, *, published: Published) -> str:
    """The file that holds the whole guide, and how to open it."""
    if not published.offline:
        return paragraph("This copy of the guide has no such file.")
    whole, checksum = beside("the whole guide in one file", ZIP), beside("its checksum", f"{ZIP}.sha256")
    unpack = paragraph(f"Download {whole}. Unpack the whole folder. Open index.html in it.")
    return f"{unpack}\n\n{paragraph(f'Your computer staff can check the file with {checksum}.')}"


@macro
def newest_version(guide: Guide, *, history: Sequence[Step]) -> str:
    """Which version can be cited, or that there is none."""
    frozen = [step.version for step in history if step.version.frozen]
    if not frozen:
        return paragraph("No version has been published yet. What you read is a draft.")
    return paragraph(f"The newest version is that of {day(frozen[0].on)} ({frozen[0].hash}).")


@macro
def ask_form(guide: Guide, *, published: Published) -> str:
    """The form to ask for a page."""
    return _form(published, "Tell us", "page-for-clinic")


@macro
def review_form(guide: Guide, *, published: Published) -> str:
    """The form to send a review with."""
    return _form(published, "Send your sheet", "review")


def _form(published: Published, ask: str, name: str) -> str:
    if not published.repository:
        return paragraph("This copy of the guide has no form.")
    form = link("this form", f"{published.repository}/issues/new?template={name}.yml")
    return paragraph(f"{ask} with {form}. Everybody can read what you write there.")


@macro
def review_length(guide: Guide, *, texts: Mapping[str, str], published: Published) -> str:
    """How long the sheet for a review is, counted, and the file to fill in.

    `texts` has each page's text by its path below docs/.
    """
    rows = list(asked(guide, texts))
    claims = number(len({claim_id for row in rows for claim_id in row.cites}))
    said = [f"The sheet has {number(len(rows))} statements. Beside them stand {claims} claims of our sources."]
    files = [beside(path.rpartition("/")[2], path) for path, _ in published.files if path.endswith("/review.csv")]
    return paragraph(" ".join([*said, *(f"The file to fill in is {file}." for file in files)]))


@macro
def data_files(guide: Guide, *, published: Published) -> str:
    """The files of data for others."""
    rows = []
    for path, about in published.files:
        name = path.rpartition("/")[2]
        rows.append(Row(f"file-{name.replace('.', '-')}", [beside(name, path), escape(about)]))
    return table("Files to download", ["File", "What is in it"], rows, "risks")


@macro
def embeds(guide: Guide, *, site: str) -> str:
    """Each small page that another site can show: the line to copy, how it looks, its place in the guide.

    `site` is the site's URL, or "" where it is not known.
    """
    return "\n\n".join(_box(embed, site) for embed in listed(guide))


def _box(embed: Embed, site: str) -> str:
    """An embed in a box of the page, closed at first."""
    shared = f'title="{html_escape(embed.title)}, from {NAME}" height="{embed.height}" loading="lazy"'
    address = html_escape(f"{(site or PLACEHOLDER).rstrip('/')}/{EMBEDS}{embed.name}/")
    kept = 'referrerpolicy="no-referrer" style="width:100%;border:0"'
    parts = [
        '<details class="embed" data-search-exclude="true" markdown="block">',
        f"<summary>{escape(embed.title)}</summary>\n",
        f'```html\n<iframe src="{address}" {shared} {kept}></iframe>\n```\n',
        # In a closed box, a lazy frame loads nothing.
        f'<div><iframe src="../{EMBEDS}{embed.name}/" {shared}></iframe></div>\n',
        f"In the guide: {_whole(site, embed.page)}\n",
        "</details>",
    ]
    return "\n".join(parts)


@macro
def feeds(guide: Guide, *, published: Published) -> str:
    """The feed of what changed."""
    return bullets([f"{beside(published.feed, published.feed)}, an Atom feed"])


@macro
def versions(guide: Guide, *, history: Sequence[Step]) -> str:
    """Every version with what it changed, newest first."""
    drafts = [step for step in history if not step.version.frozen]
    none = paragraph("Nothing has changed. What you read here is the last version.")
    parts = [heading(2, "Since the last version"), *(map(_draft, drafts) if drafts else [none])]
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
        return step.nothing
    return f'<div class="changes" markdown="block">\n\n{bullets(map(_change, step.changes))}\n\n</div>'


def _change(change: Change) -> str:
    field = f": {escape(change.field)}" if change.field else ""
    head = f"{escape(change.part)}: {beside(change.entry, change.address)}{field}."
    before, now = strong("Before:"), strong("Now:")
    return f"{head}<br>{before} {escape(change.before)}<br>{now} {escape(change.now)}"
