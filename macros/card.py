"""The picture that stands for a page where its address is shared."""

from __future__ import annotations

import io
import unicodedata
from bisect import bisect_right
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

#: Open Graph's usual size.
SIZE = (1200, 630)
#: No text stands outside these columns.
LEFT, RIGHT = 96, 1104

_PAPER, _INK, _ACCENT = (0xFD, 0xFB, 0xF7), (0x0A, 0x4A, 0x58), (0xC8, 0x8A, 0x4E)
# The picture is drawn in shades from ink (0) to paper (255), of which 15 are kept. With the accent
# these are 16 colors, so a pixel takes half a byte.
_SHADES = 15
_SOFT = 56  # on paper, a contrast of more than 4.5 to 1

# The first size at which a text fits its rows is taken.
_TITLE_SIZES, _TITLE_TOP, _TITLE_HEIGHT = (104, 92, 80, 68, 58, 50), 168, 296
_REVIEW_SIZES, _REVIEW_TOP, _REVIEW_HEIGHT = (28, 24, 20), 522, 78
_LINE = 1.2  # a line's height, in sizes of its letters

# The built-in font has little more than the letters of English.
_PLAIN = str.maketrans({"–": "-", "—": "-", "‑": "-", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"})


def card(title: str, section: str, review: str, site_name: str) -> bytes:
    """A page's card as PNG, the same bytes for the same texts.

    `section` may be "". Every text is wrapped, and one that does not fit is cut and ends in "…".
    A letter that the built-in font does not have loses its accent, or is left out.
    """
    canvas = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 0, 23, SIZE[1]), fill=0)
    _write(draw, _fitted(site_name, 36, 1), 56, 36, fill=0, stroke_width=0.5)
    _write(draw, _fitted(section, 30, 1), 112, 30, fill=_SOFT)
    size, lines = _largest(title, _TITLE_SIZES, _TITLE_HEIGHT)
    top = _TITLE_TOP + (_TITLE_HEIGHT - _LINE * size * len(lines)) / 2
    _write(draw, lines, top, size, fill=0, stroke_width=size / 80)
    size, lines = _largest(review, _REVIEW_SIZES, _REVIEW_HEIGHT)
    _write(draw, lines, _REVIEW_TOP, size, fill=_SOFT)
    picture = canvas.point([round(shade * (_SHADES - 1) / 255) for shade in range(256)])
    picture.putpalette(_palette())
    ImageDraw.Draw(picture).rectangle((LEFT, 494, LEFT + 119, 497), fill=_SHADES)
    file = io.BytesIO()
    picture.save(file, "PNG", bits=4)
    return file.getvalue()


def _palette() -> list[int]:
    """The shades from ink to paper, then the accent, as red, green and blue in a row."""
    part = [n / (_SHADES - 1) for n in range(_SHADES)]
    shades = [round(ink + (paper - ink) * p) for p in part for ink, paper in zip(_INK, _PAPER, strict=True)]
    return [*shades, *_ACCENT]


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # The basic layout, because the other one needs a library that not every machine has.
    return ImageFont.load_default(size).font_variant(layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1024)
def _has(character: str) -> bool:
    """Whether the font draws this character, and not its sign for a missing one."""
    missing, own = (_font(30).getmask(c) for c in ("\uffff", character))
    return bytes(own) != bytes(missing)


def _drawable(text: str) -> str:
    text = " ".join(text.translate(_PLAIN).split())
    return "".join(c if _has(c) else "".join(filter(_has, unicodedata.normalize("NFKD", c))) for c in text)


def _largest(text: str, sizes: tuple[int, ...], height: int) -> tuple[int, list[str]]:
    """The first size at which a text fits into so many rows without a broken word, and its lines."""
    words = _drawable(text).split()
    for size in sizes:
        most = int(height / (_LINE * size))
        whole = all(_font(size).getlength(word) <= RIGHT - LEFT for word in words)
        if whole and len(_wrapped(words, size, RIGHT - LEFT)) <= most:
            break
    return size, _fitted(text, size, most)


def _fitted(text: str, size: int, most: int) -> list[str]:
    """The text in at most so many lines, about as long as each other; cut where it needs more."""
    words, font = _drawable(text).split(), _font(size)
    lines = _wrapped(words, size, RIGHT - LEFT)
    if len(lines) > most:
        last = lines[most - 1]
        while font.getlength(f"{last}…") > RIGHT - LEFT:
            last = last[:-1]
        return [*lines[: most - 1], f"{last.rstrip()}…"]
    # The narrowest width, in steps, that takes no more lines and breaks no word.
    narrowest = max(map(font.getlength, words), default=0)
    for width in range(RIGHT - LEFT, int(narrowest), -24):
        narrower = _wrapped(words, size, width)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _wrapped(words: list[str], size: int, width: int) -> list[str]:
    """The words in lines, each as full as it can be. A word that is longer than a line is broken."""
    font, lines = _font(size), []
    for word in words:
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        rest = word
        while font.getlength(rest) > width:
            most = bisect_right(range(1, len(rest)), width, key=lambda n: font.getlength(rest[:n])) or 1
            lines.append(rest[:most])
            rest = rest[most:]
        lines.append(rest)
    return lines


def _write(draw: ImageDraw.ImageDraw, lines: list[str], top: float, size: int, **how):
    """Writes lines from `top` down; `how` is what ImageDraw.text takes."""
    for number, line in enumerate(lines):
        draw.text((LEFT, top + number * _LINE * size), line, font=_font(size), **how)
