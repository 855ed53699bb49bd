"""The gallery: every macro with its arguments, a call of it, and the page that shows what comes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from inspect import Parameter, getdoc
from typing import NamedTuple

from . import calls
from ..guide.model import Guide
from .render import escape, heading, link, paragraph


class Called(NamedTuple):
    """A call that stands on a page: as it is written, and the page's path below docs/ and title."""

    call: str
    path: str
    title: str


def gallery(guide: Guide, *, called: Mapping[str, Called]) -> str:
    """Every other macro, each under a heading with a call of it and the page to look at.

    `called` has a call of each by its name; one that no page calls is shown without.
    """
    return "\n\n".join(_entry(name, called.get(name)) for name in calls.MACROS if name != "gallery")


def _entry(name: str, example: Called | None) -> str:
    parts = [
        heading(2, name, f"macro-{name.replace('_', '-')}"),
        paragraph(escape(re.sub(r" Raises .*", "", " ".join(getdoc(calls.MACROS[name]).split("\n\n")[0].split())))),
        paragraph(_arguments(name)),
    ]
    if example:
        parts += [
            f"<pre><code>{escape(example.call)}</code></pre>",
            paragraph(f"What comes of it: see {link(escape(example.title), f'/{example.path}')}."),
        ]
    return "\n\n".join(parts)


def _arguments(name: str) -> str:
    taken = calls.arguments(name)
    if not taken:
        return "It takes no argument."
    words = []
    for parameter in taken:
        how_many = "one or several" if parameter.kind is Parameter.VAR_POSITIONAL else "one"
        needed = how_many if parameter.default is Parameter.empty else "may be left out"
        words.append(f"{escape(parameter.name)} ({needed})")
    return f"Arguments: {', '.join(words)}."
