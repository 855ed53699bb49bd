"""What pages show: each macro is a pure function from the guide and its arguments to Markdown.

A macro is named for what appears. What it needs besides the guide (which pages cite a claim, the versions, the
site's address), its door hands it by name.
"""

from __future__ import annotations

from . import clinics, gallery, options, review, risks, sources, unknowns, words
from .render import MACROS

__all__ = ["MACROS", "clinics", "gallery", "options", "review", "risks", "sources", "unknowns", "words"]
