"""Pictures of numbers, drawn from the data while the site is built."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from .render import escape, number, strong

#: More people than this make a picture in which nobody is seen.
MOST_DRAWN = 10_000

#: Every icon array as it stands in a page.
ICON_ARRAY = re.compile(
    r'<svg class="array" viewBox="[0-9 ]+" stroke-dasharray="0 1" role="img"'
    r' aria-label="A picture of [0-9,]+ people, [0-9,]+ of them marked\.">'
    r'<path class="others" d="[Mh0-9. ]*"/><path class="marked" d="[Mh0-9. ]*"/></svg>'
)


def icon_array(count: int, out_of: int) -> str:
    """`out_of` people as dots, `count` of them marked, as SVG on one line; "" for too many to draw.

    A marked person is a larger mark, so that the picture works without color.
    The sentence beside it says the same; the picture's name only tells what it is.
    """
    if out_of > MOST_DRAWN:
        return ""
    columns = next(c for c in (10, 20, 40, 100) if c * c >= out_of or c == 100)
    rows = -(-out_of // columns)
    name = f"A picture of {number(out_of)} people, {number(count)} of them marked."
    return (
        f'<svg class="array" viewBox="0 0 {columns} {rows}" stroke-dasharray="0 1" role="img" aria-label="{name}">'
        f'<path class="others" d="{_dots(count, out_of, columns)}"/>'
        f'<path class="marked" d="{_dots(0, count, columns)}"/></svg>'
    )


def _dots(first: int, end: int, columns: int) -> str:
    # One line for each row. Its dashes have no length and round ends: a dot at every step of one.
    parts = []
    for start in range(first - first % columns, end, columns):
        left, right = max(first, start), min(end, start + columns)
        # a tenth longer, so that the last dot is surely on it
        parts.append(f"M{left - start}.5 {start // columns}.5h{right - left - 1}.1")
    return "".join(parts)


def time_line(caption: str, scale: Sequence[str], rows: Iterable[tuple[Collection[str], str]]) -> str:
    """Statements along a scale of time. `caption` and `scale` are plain text.

    A row has the steps of the scale that it covers, and one line of Markdown; those of the same steps stand together,
    and a step that no row covers is left out. The bars only show what the steps, which stand before each line in
    words, say.
    """
    told: dict[tuple[str, ...], list[str]] = {}
    for covered, markdown in rows:
        told.setdefault(tuple(step for step in scale if step in covered), []).append(markdown)
    shown = [step for step in scale if any(step in covered for covered in told)]
    steps = "".join(f"<span>{escape(step)}</span> " for step in shown)
    lines = [
        strong(escape(caption)) + "\n",
        f'<p class="scale" aria-hidden="true" data-search-exclude="true" markdown="span">{steps.strip()}</p>',
        '<ol class="timeline" role="list" markdown="block">',
    ]
    for covered, markdown in sorted(told.items(), key=lambda row: scale.index(row[0][0])):
        when = " or ".join(covered)
        bar = "".join('<span class="on"></span>' if step in covered else "<span></span>" for step in shown)
        lines += [
            '<li markdown="block">',
            f'<div class="bar" aria-hidden="true">{bar}</div>',
            f'<p markdown="span">**{escape(when.capitalize())}**</p>',
            f'<p markdown="span">{" ".join(markdown)}</p>',
            "</li>",
        ]
    return "\n".join([*lines, "</ol>"])
