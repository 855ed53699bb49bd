"""The guide's pages as plain Markdown, the same for every peer."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from macros import load, pages, version
from macros.calls import Context, bound
from macros.cite import cited, footnote
from macros.model import Guide
from macros.review import review_line
from macros.unknowns import disagreements_touched

#: What only the guide's own style and scripts make use of: boxes, embedded pages, search fields.
_OURS = re.compile(r"^ *(</?(div|details|iframe|textarea|label|ol|p)\b.*|\{: .*\})$")
_SVG = re.compile(r"^<div>(<svg .*</svg>).*$")
_SUMMARY = re.compile(r"^<summary>(.*)</summary>$")
_ATTRIBUTES = re.compile(r" *\{:? ?[#.][^{}]*\}$")
_ATTRIBUTE = re.compile(r' markdown="\w+"')
_CELL = re.compile(r"^<t[hd][^>]*>(.*)</t[hd]>$")
_LINK = re.compile(r"\]\((?!https?:)([^)\s#]*?)\.md(#[^)\s]*)?\)")


def plain(guide: Guide, texts: Mapping[str, str]) -> dict[str, str]:
    """Each page's Markdown by its path below docs/: macros answered, notes and tables as every program reads them."""
    state = review_line(guide, version.today())
    return {path: _page(guide, path, markdown, state) for path, markdown in answered(guide, texts).items()}


def answered(guide: Guide, texts: Mapping[str, str]) -> dict[str, str]:
    """Each page's Markdown by its path, with its macros answered. No version is listed: there may be none."""
    macros = bound(guide, Context(pages.uses(guide, texts)))
    return {path: pages.answered(text, macros) for path, text in texts.items()}


def _page(guide: Guide, path: str, markdown: str, state: str) -> str:
    markdown += "\n\n" + disagreements_touched(guide, markdown)
    notes = [f"[^{claim}]: {footnote(guide, claim)}" for claim in cited(markdown)]
    lines = _lines(markdown.splitlines())
    title = next((n for n, line in enumerate(lines) if line.startswith("# ")), -1)
    lines[title + 1 : title + 1] = ["", state]
    folder = posixpath.dirname(path)

    def address(found: re.Match) -> str:
        whole = posixpath.normpath(posixpath.join("/", folder, found[1])).removesuffix("/index").strip("/")
        whole = "" if whole == "index" else whole
        return f"](/{whole}{'/' if whole else ''}{found[2] or ''})"

    text = _LINK.sub(address, "\n".join([*lines, "", *(line for note in notes for line in (note, ""))]))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _lines(lines: list[str]) -> list[str]:
    """Lines without what is ours alone. Tables of HTML become rows with bars, which all programs read."""
    kept: list[str] = []
    cells: list[str] = []
    head = False
    for line in lines:
        if line.startswith(("<table", "</table", "</thead", "<tbody", "</tbody", "<tr")):
            kept += [""] if line.startswith(("<table", "</table")) else []
        elif line.startswith("<thead"):
            head = True
        elif found := re.match(r"<caption>(.*)</caption>", line):
            kept += [f"**{found[1]}**", ""]
        elif found := _CELL.match(line):
            cells.append(found[1])
        elif line.startswith("</tr"):
            kept.append(f"| {' | '.join(cells)} |")
            kept += ["|" + " --- |" * len(cells)] if head else []
            cells, head = [], False
        elif found := _SVG.match(line):
            kept += ["", found[1], ""]
        elif found := _SUMMARY.match(line):
            kept += ["", f"**{found[1]}**", ""]
        elif not _OURS.match(line):
            kept.append(_ATTRIBUTES.sub("", _ATTRIBUTE.sub("", line)))
        else:
            kept.append("")
    return kept


def now() -> dict[str, str]:
    """The guide's pages as they stand. Raises DataError for mistakes in the data."""
    return plain(load.current(), pages.read_pages(load.DOCS))
