"""The gallery: every macro with its call, its arguments and its live result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from inspect import Parameter, getdoc

from . import calls
from .changes import Step
from .clinics import Published
from .model import Guide
from .render import escape
from .sources import Uses


def gallery(guide: Guide, *, uses: Uses, history: Sequence[Step], site: str, published: Published) -> str:
    """Every other macro, each under a heading with its call and what the call shows."""
    macros = calls.bound(guide, uses, history, site, published)
    return "\n\n".join(
        "\n\n".join(
            [
                f"## {escape(name)} {{ #macro-{name.replace('_', '-')} }}",
                escape(re.sub(r" Raises .*", "", " ".join(getdoc(function).split("\n\n")[0].split()))),
                _arguments(name),
                f"<pre><code>{escape(call(name))}</code></pre>",
                '<details markdown="block">\n<summary>What it shows</summary>',
                _example(macros, name),
                "</details>",
            ]
        )
        for name, function in macros.items()
        if name != "gallery"
    )


def call(name: str) -> str:
    """The example call of a macro, as a page writes it."""
    arguments = ", ".join(f'"{argument}"' for argument in calls.EXAMPLES[name])
    return f"{{{{ {name}({arguments}) }}}}"


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


def _example(macros, name: str) -> str:
    # An id stands once on a page: the live result here is only to look at.
    shown = macros[name](*calls.EXAMPLES[name])
    shown = re.sub(r' id="(?!drawing-)[^"]*"', "", re.sub(r" \{ #[^}]* \}", "", shown))
    return re.sub(r"(?m)^##+ (.*)$", r"**\1**", shown)
