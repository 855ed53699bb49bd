"""The gallery: every macro with its call, its arguments and its live result."""

from __future__ import annotations

import re
from inspect import Parameter, getdoc, signature

from . import calls
from .model import Guide
from .render import escape
from .sources import Uses


def gallery(guide: Guide, *, uses: Uses) -> str:
    """Every other macro, each under a heading with its call and what the call shows."""
    macros = calls.bound(guide, uses)
    return "\n\n".join(
        "\n\n".join(
            [
                f"## {escape(name)} {{ #macro-{name.replace('_', '-')} }}",
                escape(re.sub(r" Raises .*", "", " ".join(getdoc(function).split("\n\n")[0].split()))),
                _arguments(function),
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


def _arguments(function) -> str:
    taken = [p for p in signature(function).parameters.values() if p.name not in calls.GIVEN]
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
