"""The macros: what a page can call, and the guide's data bound to it.

A macro is a pure function from the guide's data and a page's arguments to HTML (see macros.render). It
is named for what appears, and stands alone on its line in a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import Parameter, signature
from types import MappingProxyType
from typing import NamedTuple

from .changes import Step
from .clinics import (
    Published,
    ask_form,
    data_files,
    embeds,
    feeds,
    leaflets_list,
    newest_version,
    row_links,
    versions,
    zip_link,
)
from .drawings import drawing
from .gallery import Called, gallery
from .model import Guide
from .options import (
    alternatives_table,
    at_a_glance,
    compare_table,
    conditions_table,
    methods_table,
    names_list,
    options_table,
    steps,
)
from .render import blocks
from .risks import risk_table
from .sources import Uses, source, sources_table
from .unknowns import disagreement, disagreements, gap, gaps, my_notes, questions, search_field
from .words import glossary

#: Every macro; pages call it by its name.
MACROS = {
    function.__name__: function
    for function in (
        alternatives_table,
        ask_form,
        at_a_glance,
        compare_table,
        conditions_table,
        data_files,
        disagreement,
        disagreements,
        drawing,
        embeds,
        feeds,
        gallery,
        gap,
        gaps,
        glossary,
        leaflets_list,
        methods_table,
        my_notes,
        names_list,
        newest_version,
        options_table,
        questions,
        risk_table,
        row_links,
        search_field,
        source,
        sources_table,
        steps,
        versions,
        zip_link,
    )
}
_PARAMETERS = {name: signature(function).parameters for name, function in MACROS.items()}


class Context(NamedTuple):
    """What macros may take by name besides the guide's data. What is not known is left out."""

    uses: Uses = MappingProxyType({})
    """The pages that cite each claim."""
    history: Sequence[Step] = ()
    """The versions of the guide, newest first."""
    site: str = ""
    """The site's URL."""
    published: Published = Published()
    """What stands beside the pages."""
    called: Mapping[str, Called] = MappingProxyType({})
    """A call of each macro on a page."""


_NOTHING = Context()


def bound(guide: Guide, context: Context = _NOTHING) -> dict[str, Callable[..., str]]:
    """Every macro with what it needs bound to it, as pages call it: the guide's data first, the context by name.

    Each answers with lines for the page's Markdown.
    """
    known = context._asdict()
    ready = {}
    for name, function in MACROS.items():
        given = {each: value for each, value in known.items() if each in _PARAMETERS[name]}
        ready[name] = _bound(function, guide, given)
    return ready


def _bound(function: Callable[..., str], guide: Guide, given: dict) -> Callable[..., str]:
    # No partial: mkdocs-macros writes out each macro's repr, which would be the whole guide each time.
    @wraps(function)
    def macro(*arguments, **named) -> str:
        return blocks(function(guide, *arguments, **given, **named))

    return macro if given else _once(macro, guide)


def _once(macro: Callable[..., str], guide: Guide) -> Callable[..., str]:
    """The macro, which answers each call of the same guide once: pages are read for what they cite, too."""

    @wraps(macro)
    def answer(*arguments, **named) -> str:
        call = (macro.__name__, arguments, tuple(sorted(named.items())))
        try:
            known = guide.answers.get(call)
        except TypeError:  # a list, say, which the macro refuses
            return macro(*arguments, **named)
        if known is None:
            known = guide.answers[call] = macro(*arguments, **named)
        return known

    return answer


def arguments(name: str) -> list[Parameter]:
    """What a page may hand to a macro: not the guide, and not what `bound` gives by name."""
    _, *taken = _PARAMETERS[name].values()
    return [parameter for parameter in taken if parameter.kind is not Parameter.KEYWORD_ONLY]
