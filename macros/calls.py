"""The macros: what a page can call, and the guide's data bound to it.

A macro is a pure function from the guide's data and a page's arguments to Markdown. It is
named for what appears, and stands alone on its line in a page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from inspect import signature

from .clinics import data_files, embeds
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
    (at_a_glance, "heat"),
    (compare_table, "soon", "lasts"),
    (conditions_table, "release"),
    (data_files,),
    (disagreement, "cold-destroys-or-pauses"),
    (disagreements,),
    (drawing, "cold"),
    (embeds,),
    (gallery,),
    (gap, "warning-signs", "chance-it-works"),
    (gaps,),
    (glossary,),
    (methods_table,),
    (my_notes, "What I want to ask"),
    (names_list,),
    (options_table,),
    (questions, "Afterwards"),
    (risk_table, "release"),
    (search_field,),
    (source, "painx"),
    (sources_table,),
    (steps, "heat"),
)
MACROS = {function.__name__: function for function, *_ in _CALLS}
EXAMPLES = {function.__name__: arguments for function, *arguments in _CALLS}


#: What a macro is given besides a page's own arguments.
GIVEN = ("guide", "uses", "site")


def bound(guide: Guide, uses: Uses, site: str = "") -> dict[str, Callable[..., str]]:
    """Every macro with the guide's data bound to it, as pages call it.

    `site` is the site's URL, or "" where it is not known.
    """
    known = dict(zip(GIVEN, (guide, uses, site), strict=True))
    ready = {}
    for name, function in MACROS.items():
        wanted = {given: known[given] for given in GIVEN[1:] if given in signature(function).parameters}
        ready[name] = wraps(function)(partial(function, guide, **wanted))
    return ready
