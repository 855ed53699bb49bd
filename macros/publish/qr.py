"""QR codes of addresses, for paper."""

from __future__ import annotations

import io
from functools import lru_cache
from html import escape

import segno


def inline(address: str) -> str:
    """The QR code of an address as an SVG element that stands in HTML, with a name for who cannot see it.

    It keeps its quiet zone of four dots, and can be read with 15 % of it gone (level M). Raises
    segno.DataOverflowError for an address that no code can hold, above 2,300 bytes.
    """
    drawn = _code(address).svg_inline(**_LOOK)
    name = escape(f"QR code that leads to {address}")
    return drawn.replace("<svg ", f'<svg class="qr" role="img" aria-label="{name}" ', 1)


@lru_cache(maxsize=1024)  # a preview asks for the same ones at each edit
def file(address: str) -> bytes:
    """The same as an SVG file, which a page fetches only when it is printed."""
    made = io.BytesIO()
    _code(address).save(made, kind="svg", xmldecl=False, **_LOOK)
    return made.getvalue()


_LOOK = {"border": 4, "light": "#fff", "omitsize": True, "svgclass": None, "lineclass": None}


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m", boost_error=False)
