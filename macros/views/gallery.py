"""The list of macros for people who edit pages: each with its arguments and a live result."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from inspect import Parameter, getdoc, signature

from ..guide.model import Guide
from .render import escape, heading, macro


@macro
def gallery(guide: Guide, *, macros: Mapping[str, Callable[..., str]], examples: Mapping[str, tuple[str, str]]) -> str:
    """Every other macro, each under a heading with a call of it and the page where it can be looked at.

    `examples` has a call of each as some page writes it, with that page's path below docs/.
    """
    return "\n\n".join(_entry(name, macros[name], examples.get(name)) for name in macros if name != "gallery")


def arguments(macro: Callable[..., str]) -> list[Parameter]:
    """What a page may hand to a macro: not the guide, and not what its door gives by name."""
    _, *taken = signature(macro).parameters.values()
    return [parameter for parameter in taken if parameter.kind is not Parameter.KEYWORD_ONLY]


def _entry(name: str, macro: Callable[..., str], example: tuple[str, str] | None) -> str:
    parts = [
        heading(2, name, f"macro-{name.replace('_', '-')}"),
        escape(re.sub(r" Raises .*", "", " ".join((getdoc(macro) or "").split("\n\n")[0].split()))),
        _arguments(macro),
    ]
    if example:
        call, path = example
        parts += [f"```\n{call}\n```", f"What comes of it: [{escape(path.removesuffix('.md'))}](/{path})."]
    return "\n\n".join(parts)


def _arguments(macro: Callable[..., str]) -> str:
    taken = arguments(macro)
    if not taken:
        return "It takes no argument."
    words = []
    for parameter in taken:
        how_many = "one or several" if parameter.kind is Parameter.VAR_POSITIONAL else "one"
        needed = how_many if parameter.default is Parameter.empty else "may be left out"
        words.append(f"{escape(parameter.name)} ({needed})")
    return f"Arguments: {', '.join(words)}."
