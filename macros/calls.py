"""The macros: what a page can call, and the guide's data bound to it.

A macro is a pure function from the guide's data and a page's arguments to Markdown. It is
named for what appears, and stands alone on its line in a page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, signature

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
from .gallery import gallery
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
from .risks import risk_table
from .sources import Uses, source, sources_table
from .unknowns import disagreement, disagreements, gap, gaps, my_notes, questions, search_field
from .words import glossary

#: Every macro, with the arguments of the example that the gallery shows.
_CALLS = (
    (alternatives_table,),
    (ask_form,),
    (at_a_glance, "heat"),
    (compare_table, "soon", "lasts"),
    (conditions_table, "release"),
    (data_files,),
    (disagreement, "cold-destroys-or-pauses"),
    (disagreements,),
    (drawing, "cold"),
    (embeds,),
    (feeds,),
    (gallery,),
    (gap, "warning-signs", "chance-it-works"),
    (gaps,),
    (glossary,),
    (leaflets_list,),
    (methods_table,),
    (my_notes, "What I want to ask"),
    (names_list,),
    (newest_version,),
    (options_table,),
    (questions, "Afterwards"),
    (risk_table, "release"),
    (row_links,),
    (search_field,),
    (source, "painx"),
    (sources_table,),
    (steps, "heat"),
    (versions,),
    (zip_link,),
)
MACROS = {function.__name__: function for function, *_ in _CALLS}
EXAMPLES = {function.__name__: arguments for function, *arguments in _CALLS}
_NOTHING = Published()


def bound(
    guide: Guide, uses: Uses, history: Sequence[Step] = (), site: str = "", published: Published = _NOTHING
) -> dict[str, Callable[..., str]]:
    """Every macro with what it needs bound to it, as pages call it: the guide's data first.

    What a macro takes by name only is given here too: `uses`, the pages that cite each claim,
    `history`, the versions of the guide, newest first, `site`, the site's URL, or "" where it is
    not known, and `published`, what stands beside the pages.
    """
    known = {"uses": uses, "history": history, "site": site, "published": published}
    ready = {}
    for name, function in MACROS.items():
        given = {each: value for each, value in known.items() if each in signature(function).parameters}
        ready[name] = _bound(function, guide, given)
    return ready


def _bound(function: Callable[..., str], guide: Guide, given: dict) -> Callable[..., str]:
    # No partial: mkdocs-macros writes out each macro's repr, which would be the whole guide each time.
    @wraps(function)
    def macro(*arguments, **named) -> str:
        return function(guide, *arguments, **given, **named)

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
    _, *taken = signature(MACROS[name]).parameters.values()
    return [parameter for parameter in taken if parameter.kind is not Parameter.KEYWORD_ONLY]
