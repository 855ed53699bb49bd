"""Markdown from text: escaping, lists of words, and the one shape of a table."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# What Markdown, its extensions, HTML or Jinja could read as markup anywhere in a line, and
# what they could read as a list or a number at its start.
_MARKUP = re.compile(r"""[\\`*_{}\[\]<>#|!~^=$&":@]""")
_LIST = re.compile(r"^([-+]|\d+(?=[.)]))")


def escape(text: str) -> str:
    """`text` as Markdown, HTML or an attribute's value that shows exactly what was typed.

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


class Row(NamedTuple):
    """One row: the id that is its anchor, and its cells as one-line Markdown, the header first."""

    id: str
    cells: Sequence[str]


#: A table of more columns is stacked on a tablet already.
_NARROW = 3


def _label(column: str, cells: int) -> str:
    # one cell beside its header needs no name of its own
    return f' data-label="{escape(column)}"' if cells > 1 else ""


def table(caption: str, columns: Sequence[str], rows: Iterable[Row], part: str) -> str:
    """A table as HTML whose cells are Markdown.

    `caption` and `columns` are plain text; `part` is the part of the data file that the rows
    come from, for the link to edit it. Each row's first cell is its header. Every cell
    names its column, for phones, where the style stacks the cells. Raises ValueError for an
    empty cell or one too many: a table must never leave a reader to guess.
    """
    name = escape(caption)
    lines = [
        f'<table class="shared {"wide" if len(columns) > _NARROW else "narrow"}"'
        f' data-part="{escape(part)}" markdown="block">',
        f"<caption>{name}</caption>",
        '<thead markdown="block">',
        '<tr markdown="block">',
        *(f'<th scope="col" markdown="span">{escape(c)}</th>' for c in columns),
        "</tr>",
        "</thead>",
        '<tbody markdown="block">',
    ]
    for row in rows:
        if len(row.cells) != len(columns) or not all(cell.strip() for cell in row.cells):
            raise ValueError(f"row '{row.id}' of '{caption}' has an empty cell, or not one for each column")
        header, *cells = row.cells
        lines += [
            f'<tr id="{escape(row.id)}" markdown="block">',
            f'<th scope="row" markdown="span">{header}</th>',
            *(
                f'<td{_label(column, len(cells))} markdown="span">{cell}</td>'
                for column, cell in zip(columns[1:], cells, strict=True)
            ),
            "</tr>",
        ]
    return "\n".join([*lines, "</tbody>", "</table>"])
