"""HTML from text: escaping, lists of words, and the one shape of a paragraph, a list and a table.

What a macro answers is HTML, each block without a line end, and an empty line between two. Only three
things in it are not what a browser reads: a citation `[^claim-id]`, whose number depends on the page, a link
to a page's file below docs/, such as /methods/heat.md, and a heading, which is Markdown, so that the page lists it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from html import escape as html_escape
from typing import NamedTuple

# What Markdown, its extensions, HTML or Jinja could read as markup anywhere in a line, and
# what they could read as a list or a number at its start.
_MARKUP = re.compile(r"""[\\`*_{}\[\]<>#|!~^=$&":@]""")
_LIST = re.compile(r"^([-+]|\d+(?=[.)]))")


def escape(text: str) -> str:
    """`text` as HTML, Markdown or an attribute's value that shows exactly what was typed.

    Markup becomes character references, which Markdown hands through and HTML shows.
    """
    text = _MARKUP.sub(lambda match: f"&#{ord(match[0])};", " ".join(text.split()))
    return _LIST.sub(lambda match: "".join(f"&#{ord(c)};" for c in match[0]), text)


def csp_hash(text: str) -> str:
    """How a Content-Security-Policy names a script or a style that stands in the page: CSP Level 3, section 2.3.1."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def number(value: int) -> str:
    """1000 as "1,000"."""
    return f"{value:,}"


def listing(words: Sequence[str]) -> str:
    """["a", "b", "c"] as "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def strong(html: str) -> str:
    """What is said with weight."""
    return f"<strong>{html}</strong>"


def link(html: str, to: str) -> str:
    """A link that shows `html`. `to` is a page's path below docs/, such as /methods/heat.md#risks, or an address."""
    return f'<a href="{html_escape(to)}">{html}</a>'


def beside(html: str, address: str) -> str:
    """A link from a page in a folder of its own to what stands beside the pages, by its address below the root."""
    return link(html, f"../{address}")


def paragraph(html: str, kind: str = "") -> str:
    """A paragraph; `kind` is its class."""
    return f'<p class="{kind}">{html}</p>' if kind else f"<p>{html}</p>"


def bullets(items: Iterable[str], tag: str = "ul") -> str:
    """A list whose items are HTML. With the tag "ol", it is numbered."""
    return f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"


def boxes(items: Iterable[str]) -> str:
    """A list of boxes to tick, each with HTML beside it. What is ticked stays on the reader's device."""
    start, end = '<li class="tick" data-mine="true"><label><input type="checkbox" />', "</label></li>"
    return f"<ul>{''.join(f'{start}{item}{end}' for item in items)}</ul>"


def heading(level: int, text: str, anchor: str = "") -> str:
    """A heading of plain text as Markdown, with its id where it has one of its own."""
    return f"{'#' * level} {escape(text)}" + (f" {{ #{anchor} }}" if anchor else "")


class Row(NamedTuple):
    """One row: the id that is its anchor, and its cells as HTML, the header first."""

    id: str
    cells: Sequence[str]


#: Begins each line of a page that is a block of HTML from a macro, not Markdown. It is a character that Unicode
#: (23.7) keeps for the inside of programs, which no page may hold: what a page's author types is never HTML.
BLOCK = "\ufdd0"


#: What no XML may hold (XML 1.0, 2.2), and what Unicode keeps for the inside of programs. Nobody sees it.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def blocks(answer: str) -> str:
    """What a macro answers, as lines for a page's Markdown."""
    answer = _FORBIDDEN.sub("\ufffd", answer)
    return "\n\n".join(part if part.startswith("#") else BLOCK + part for part in answer.split("\n\n"))


#: A table of more columns is stacked on a tablet already.
_NARROW = 3


def _label(column: str, cells: int) -> str:
    # one cell beside its header needs no name of its own
    return f' data-label="{escape(column)}"' if cells > 1 else ""


def table(caption: str, columns: Sequence[str], rows: Iterable[Row], part: str) -> str:
    """A table as HTML.

    `caption` and `columns` are plain text; `part` is the part of the data file that the rows
    come from, for the link to edit it. Each row's first cell is its header. Every cell
    names its column, for phones, where the style stacks the cells. Raises ValueError for an
    empty cell or one too many: a table must never leave a reader to guess.
    """
    width = "wide" if len(columns) > _NARROW else "narrow"
    names = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    parts = [
        f'<table class="shared {width}" data-part="{escape(part)}"><caption>{escape(caption)}</caption>',
        f"<thead><tr>{names}</tr></thead><tbody>",
    ]
    for row in rows:
        if len(row.cells) != len(columns) or not all(cell.strip() for cell in row.cells):
            raise ValueError(f"row '{row.id}' of '{caption}' has an empty cell, or not one for each column")
        header, *cells = row.cells
        parts.append(f'<tr id="{escape(row.id)}"><th scope="row">{header}</th>')
        parts += [
            f"<td{_label(column, len(cells))}>{cell}</td>" for column, cell in zip(columns[1:], cells, strict=True)
        ]
        parts.append("</tr>")
    return "".join([*parts, "</tbody></table>"])
