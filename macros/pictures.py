"""Pictures of numbers, drawn from the data while the site is built."""

from __future__ import annotations

import re

from .render import number

#: More people than this make a picture in which nobody is seen.
MOST_DRAWN = 10_000

#: Every icon array as it stands in a page.
ICON_ARRAY = re.compile(
    r'<svg class="array" viewBox="[0-9 ]+" role="img"'
    r' aria-label="A picture of [0-9,]+ people, [0-9,]+ of them marked\.">'
    r'<path class="others" d="[Mmh0-9. ]*"/><path class="marked" d="[Mmh0-9. ]*"/></svg>'
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
        f'<svg class="array" viewBox="0 0 {columns} {rows}" role="img" aria-label="{name}">'
        f'<path class="others" d="{_dots(count, out_of, columns)}"/>'
        f'<path class="marked" d="{_dots(0, count, columns)}"/></svg>'
    )


def _dots(first: int, end: int, columns: int) -> str:
    # A line of no length with a round end is a dot; each is a step of one from the last.
    parts = []
    for index in range(first, end):
        row, column = divmod(index, columns)
        parts.append(f"M{column}.5 {row}.5h0" if column == 0 or index == first else "m1 0h0")
    return "".join(parts)
