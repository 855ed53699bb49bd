"""Markdown from text: escaping, lists, links, and the one shape of a box and a table.

What a macro answers is Markdown, in blocks with an empty line between two. What Markdown has no sign for (a row
with an address of its own, a box with an id) is HTML with Markdown in it, which the extension md_in_html reads:
each such tag stands at the start of a line. So an answer works inside a block like `/// warning`, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape as html_escape
from typing import NamedTuple

# What Markdown, its extensions, HTML or Jinja could read as markup anywhere in a line, and
# what they could read as a list or a number at its start.
_MARKUP = re.compile(r"""[\\`*_{}\[\]<>#|!~^=+$&":@/]""")
_LIST = re.compile(r"^([-+]|\d+(?=[.)]))")


#: Every macro; pages call it by its name.
MACROS: dict[str, Callable[..., str]] = {}


def macro(function: Callable[..., str]) -> Callable[..., str]:
    """Makes a function one that pages can call: it takes the guide first, and answers with Markdown."""
    MACROS[function.__name__] = function
    return function


def escape(text: str) -> str:
    """`text` as Markdown, HTML or an attribute's value that shows exactly what was typed.

    Markup becomes character references, which Markdown hands through and HTML shows.
    """
    text = _MARKUP.sub(lambda match: f"&#{ord(match[0])};", " ".join(text.split()))
    return _LIST.sub(lambda match: "".join(f"&#{ord(c)};" for c in match[0]), text)


def number(value: int) -> str:
    """1000 as "1,000"."""
    return f"{value:,}"


def listing(words: Sequence[str]) -> str:
    """["a", "b", "c"] as "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def named(names: Iterable[str]) -> str:
    """Names as a list inside a sentence: each begins with a small letter, but not "CRPS"."""
    return listing([name if name[1:2].isupper() else name[:1].lower() + name[1:] for name in names])


def strong(markdown: str) -> str:
    """What is said with weight."""
    return f"**{markdown}**"


def link(markdown: str, to: str) -> str:
    """A link that shows `markdown`. `to` is a page's path below docs/ (/methods/heat.md#risks), or an address."""
    return f"[{markdown}]({to})"


def beside(text: str, address: str) -> str:
    """A link from a page in a folder of its own to what stands beside the pages, by its address below the root.

    It is HTML, because MkDocs knows no file there to look for. Each letter is a character reference, so that no
    medical word in it is explained: that would be a control inside another.
    """
    shown = "".join(f"&#{ord(letter)};" for letter in text)
    return f'<a href="../{html_escape(address)}">{shown}</a>'


def paragraph(markdown: str, kind: str = "") -> str:
    """A paragraph; `kind` is its class."""
    return f"{markdown}\n{{: .{kind} }}" if kind else markdown


def bullets(items: Iterable[str]) -> str:
    """A list whose items are one line of Markdown each."""
    return "\n".join(f"- {item}" for item in items)


def numbered(items: Iterable[str]) -> str:
    """The same with numbers."""
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))


def defined(terms: Mapping[str, str]) -> str:
    """Terms, plain text, each with one line of Markdown about it."""
    return "\n\n".join(f"{escape(term)}\n:   {markdown}" for term, markdown in terms.items())


def boxes(items: Iterable[str]) -> str:
    """A list of boxes to tick. What is ticked stays on the reader's device."""
    return "\n".join(f"- [ ] {item}" for item in items)


def heading(level: int, text: str, anchor: str = "") -> str:
    """A heading of plain text, with its id where it has one of its own."""
    return f"{'#' * level} {escape(text)}" + (f" {{ #{anchor} }}" if anchor else "")


def box(kind: str, box_id: str, title: str, body: str) -> str:
    """One of Material's boxes; `kind` is its class, `title` one line of Markdown."""
    return (
        f'<div class="admonition {kind}" id="{escape(box_id)}" markdown="block">\n'
        f'<p class="admonition-title" markdown="span">{title}</p>\n\n{body}\n\n</div>'
    )


def collapsible(kind: str, title: str, body: str, box_id: str = "") -> str:
    """The same, closed until it is pressed, and open on paper; `kind` is "fold" for detail of the page itself.

    With an id, the search leaves it out: what it holds stands on a page of its own too.
    """
    known = f' id="{escape(box_id)}" data-search-exclude="true"' if box_id else ""
    return (
        f'<details class="{kind}"{known} markdown="block">\n'
        f'<summary markdown="span">{title}</summary>\n\n{body}\n\n</details>'
    )


def anchored(items: Mapping[str, str]) -> str:
    """A list in which each item, a line of Markdown, has its key for its address."""
    lines = [f'<li id="{escape(key)}" markdown="span">{item}</li>' for key, item in items.items()]
    return "\n".join(['<ul markdown="block">', *lines, "</ul>"])


class Row(NamedTuple):
    """One row: the id that is its anchor, "" for none, and its cells as one line of Markdown each, the header first."""

    id: str
    cells: Sequence[str]


#: A table of more columns is stacked on a tablet already.
_NARROW = 3


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""


def _label(column: str, cells: int) -> str:
    # one cell beside its header needs no name of its own
    return f' data-label="{escape(column)}"' if cells > 1 else ""


def table(caption: str, columns: Sequence[str], rows: Iterable[Row], part: str) -> str:
    """A table as HTML whose cells are Markdown.

    `caption` and `columns` are plain text; `part` is the part of the data file that the rows
    come from, for the link to edit it, or "". Each row's first cell is its header. Every cell
    names its column, for phones, where the style stacks the cells. Raises ValueError for an
    empty cell or one too many: a table must never leave a reader to guess.
    """
    lines = [
        f'<table class="shared {"wide" if len(columns) > _NARROW else "narrow"}"'
        f'{_attribute("data-part", part)} markdown="block">',
        f'<caption markdown="span">{escape(caption)}</caption>',
        '<thead markdown="block">',
        '<tr markdown="block">',
        *(f'<th scope="col" markdown="span">{escape(column)}</th>' for column in columns),
        "</tr>",
        "</thead>",
        '<tbody markdown="block">',
    ]
    for row in rows:
        if len(row.cells) != len(columns) or not all(cell.strip() for cell in row.cells):
            raise ValueError(f"row '{row.id}' of '{caption}' has an empty cell, or not one for each column")
        header, *cells = row.cells
        lines += [
            f'<tr{_attribute("id", row.id)} markdown="block">',
            f'<th scope="row" markdown="span">{header}</th>',
            *(
                f'<td{_label(column, len(cells))} markdown="span">{cell}</td>'
                for column, cell in zip(columns[1:], cells, strict=True)
            ),
            "</tr>",
        ]
    return "\n".join([*lines, "</tbody>", "</table>"])
