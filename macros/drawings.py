"""One simple drawing per method: skin, tissue and a nerve, and what is done there.

All are put together from the same few shapes. A shape's look comes from its class, which
guide.css styles; the code here sets geometry only. What a drawing shows must stand in the
method's `what`, `steps` or `helps` in the data.
"""

from __future__ import annotations

from typing import NamedTuple

from .model import Guide
from .problem import MacroError, one
from .render import escape

WIDTH, HEIGHT = 640, 320
#: Heights of the skin's upper and lower edge, of the middle of the nerve and of the lowest label.
_TOP, _UNDER, _NERVE, _LOW = 60, 104, 204, 288
_MIDDLE = WIDTH // 2
#: Where the fibers of the nerve run, from its middle.
_FIBERS = (-26, -13, 0, 13, 26)


class _Drawing(NamedTuple):
    """What is drawn, from back to front, the same in words, and the start of the caption."""

    shapes: tuple[str, ...]
    shows: str
    caption: str


def drawing(guide: Guide, method: str) -> str:
    """A simple drawing of one method.

    Raises MacroError for an unknown method, and for one that has no drawing yet.
    """
    name = one("method", guide.methods, method).name
    if method not in DRAWN:
        raise MacroError(f"there is no drawing of '{method}' yet.", "Add one to DRAWN in macros/drawings.py.")
    shapes, shows, caption = DRAWN[method]
    title, desc = f"drawing-{method}-title", f"drawing-{method}-desc"
    return "".join(
        [
            '<figure class="drawing" data-search-exclude="true">',
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{title} {desc}" font-size="30">',
            f'<title id="{title}">{escape(name)}</title>',
            f'<desc id="{desc}">{shows}</desc>',
            *shapes,
            "</svg>",
            f"<figcaption>{caption}: a simple drawing, not to scale.</figcaption>",
            "</figure>",
        ]
    )


def _area(look: str, d: str, edge: int = 0) -> str:
    return f'<path class="{look}" d="{d}" stroke-width="{edge}"/>'


def _line(look: str, d: str, width: int, more: str = "") -> str:
    return f'<path class="{look}" d="{d}" fill="none" stroke-width="{width}" stroke-linecap="round"{more}/>'


def _dots(look: str, width: int, left: int, right: int, *ys: int) -> str:
    """Rows of dots: lines of no length with round ends."""
    rows = (f"M{left} {y}h0" + "m16 0h0" * ((right - left) // 16) for y in ys)
    return _line(look, "".join(rows), width)


def _box(look: str, x: int, y: int, width: int, height: int) -> str:
    return f'<rect class="{look}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8" stroke-width="4"/>'


def _circle(look: str, radius: int) -> str:
    """A circle around the middle of the nerve."""
    return f'<circle class="{look}" cx="{_MIDDLE}" cy="{_NERVE}" r="{radius}" stroke-width="4"/>'


def _label(x: int, y: int, words: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>'


def _body(left: int = 0, right: int = WIDTH) -> str:
    """Skin, and the tissue below it."""
    tissue = f"M{left} {_UNDER}H{right}V{HEIGHT}H{left}Z"
    return _area("tissue", tissue) + _area("skin", f"M{left} {_TOP}H{right}V{_UNDER}H{left}Z")


def _open_body(left: int, right: int) -> str:
    """The same, opened midway from above down to the nerve."""
    middle, floor = (left + right) // 2, _NERVE - 36
    below = f"H{middle - 62}L{middle - 44} {floor}H{middle + 44}L{middle + 62} {_UNDER}"
    tissue = f"M{left} {_UNDER}{below}H{right}V{HEIGHT}H{left}Z"
    sides = (
        f"M{edge} {_TOP}H{middle + way * 76}L{middle + way * 62} {_UNDER}H{edge}Z"
        for edge, way in ((left, -1), (right, 1))
    )
    return _area("tissue", tissue) + _area("skin", "".join(sides))


def _nerve(left: int = 0, right: int = WIDTH, y: int = _NERVE, narrow: float = 1) -> str:
    """A bundle of fibers from left to right, pressed together midway where `narrow` is below 1."""
    middle, bend = (left + right) // 2, (right - left) // 4

    def along(distance: int, start: int, end: int, turn: int) -> str:
        if narrow == 1:
            return f"{start} {y + distance}H{end}"
        at, pressed = y + distance, y + round(distance * narrow)
        return (
            f"{start} {at}C{start + turn} {at} {middle - turn} {pressed} {middle} {pressed}"
            f"S{end - turn} {at} {end} {at}"
        )

    cover = f"M{along(_FIBERS[0], left, right, bend)}L{along(_FIBERS[-1], right, left, -bend)}Z"
    fibers = "".join(f"M{along(fiber, left, right, bend)}" for fiber in _FIBERS)
    return _area("nerve", cover) + _line("nerve", fibers, 4)


def _cut(x: int, y: int = _NERVE) -> str:
    """The round end of a nerve."""
    return f'<ellipse class="nerve" cx="{x}" cy="{y}" rx="8" ry="26" stroke-width="4"/>'


def _signals(*xs: int, size: int = 14) -> str:
    """Arrowheads that run along the nerve."""
    heads = (f"M{x - size} {_NERVE - size}L{x + size} {_NERVE}L{x - size} {_NERVE + size}Z" for x in xs)
    return _area("signal", "".join(heads), 4)


def _tool(*parts: str) -> str:
    """A tool, drawn upright over the middle of the nerve, tilted to come in from the right."""
    return f'<g transform="rotate(28 {_MIDDLE} {_NERVE})">{"".join(parts)}</g>'


def _up(x: int, bottom: int, top: int) -> str:
    return _line("mark", f"M{x} {bottom}V{top}M{x - 12} {top + 13}L{x} {top}L{x + 12} {top + 13}", 5)


def _waves(x: int, y: int) -> str:
    """Three waves that rise side by side."""
    return _line("heat", "".join(f"M{x + step} {y}q-14-11 0-22t0-22" for step in (-30, 0, 30)), 6)


def _scar(x: int, y: int, height: int, more: str = "") -> str:
    """A band of scar around this point."""
    top = y - height // 2
    folds = "".join(f"M{x - 12} {fold}l24-12" for fold in range(top + 20, top + height - 6, 20))
    return f"<g{more}>{_box('scar', x - 24, top, 48, height)}{_line('scar', folds, 4)}</g>"


_SYRINGE = _tool(
    _line("tool", f"M{_MIDDLE} {_NERVE - 6}V30", 5),
    _box("tool", _MIDDLE - 19, -60, 38, 92),
    _box("fluid", _MIDDLE - 10, -60, 20, 82),
)
_WAND = _tool(_line("tool", f"M{_MIDDLE} {_NERVE - 42}V30", 11), _box("tool", _MIDDLE - 15, -60, 30, 92))
#: Snow, as six arms around the middle of the nerve.
_SNOW = "".join(
    _line(
        "cold",
        f"M{_MIDDLE} {_NERVE}v-34m-11 3l11 12l11-12",
        5,
        f' transform="rotate({turn} {_MIDDLE} {_NERVE})"',
    )
    for turn in range(0, 360, 60)
)
_SIGNALS = _signals(50, 120, 190)
_NERVE_NAME = _label(20, _LOW, "Nerve")
_NAMES = _label(20, 93, "Skin") + _NERVE_NAME


def _tool_name(words: str) -> str:
    return _label(396, 150, words)


def _after(words: str) -> str:
    """What becomes of the signals past the place."""
    return _label(620, _LOW, words, "end")


DRAWN = {
    "chemical": _Drawing(
        (
            _body(),
            _area("fluid", "M252 204C244 156 292 158 318 150S400 158 394 204 350 256 318 254 258 252 252 204Z", 4),
            _nerve(right=264),
            _nerve(left=380),
            _dots("nerve", 6, 282, 362, _NERVE - 13, _NERVE, _NERVE + 13),
            _SYRINGE,
            _SIGNALS,
            _signals(500),
            _NAMES,
            _tool_name("Needle"),
            _after("Fewer signals"),
        ),
        "A needle goes through the skin to a nerve. The chemical spreads around a spot on the nerve, "
        "and the fibers there break down. Three signals come up to the spot, and one goes on past it.",
        "Nerve fibers break down where the chemical goes in",
    ),
    "heat": _Drawing(
        (
            _body(),
            _nerve(),
            _circle("heat", 42),
            _waves(266, 152),
            _waves(292, 300),
            _WAND,
            _SIGNALS,
            _NAMES,
            _tool_name("Wand"),
            _after("Signals blocked"),
        ),
        "A thin wand goes through the skin to a nerve. Waves show the heat at a spot on the nerve. "
        "Three signals come up to the spot, and none goes on past it.",
        "A wand heats a spot on the nerve, to block its pain signals",
    ),
    "cold": _Drawing(
        (
            _body(),
            _nerve(),
            _circle("cold", 50),
            _SNOW,
            _WAND,
            _SIGNALS,
            _signals(420, 470, 560, size=8),
            _NAMES,
            _tool_name("Wand"),
            _after("Signals disturbed"),
        ),
        "A thin wand goes through the skin to a nerve. A ball of ice with a snowflake shows the cold. "
        "Large signals come up to the ice, and small ones go on past it.",
        "A wand freezes the nerve, to disturb its signals",
    ),
    "release": _Drawing(
        (
            _body(0, 296),
            _nerve(0, 296, narrow=0.3),
            _scar(148, _NERVE, 100),
            _open_body(344, WIDTH),
            _nerve(344),
            _scar(492, 126, 56, ' transform="rotate(24 492 126)"'),
            _up(492, 78, 18),
            _line("mark", f"M306 {_NERVE}H334M322 {_NERVE - 12}L334 {_NERVE}L322 {_NERVE + 12}", 5),
            _label(20, 42, "Before"),
            _label(364, 42, "After"),
            _label(112, 150, "Scar", "end"),
            _NERVE_NAME,
        ),
        "Before: a band of scar presses a nerve together. After: the place around the nerve is opened, "
        "the scar is taken away, and the nerve is whole.",
        "A surgeon takes away scars that press on the nerve, which stays",
    ),
    "removal": _Drawing(
        (
            _body(),
            _nerve(right=212),
            _cut(212),
            _nerve(left=428),
            _cut(428),
            _dots("mark", 4, 240, 400, _FIBERS[0] + _NERVE, _FIBERS[-1] + _NERVE),
            _nerve(246, 394, y=138),
            _cut(246, 138),
            _cut(394, 138),
            _up(_MIDDLE, 224, 190),
            _NAMES,
            _label(424, 150, "Taken out"),
        ),
        "A nerve runs below the skin. A piece of it is lifted out, and a gap is left between its two ends.",
        "A surgeon takes the nerve out, and our source tells no more",
    ),
}
