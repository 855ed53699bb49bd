"""The guide's macros. Data flows one way: text, load, model, macro, Markdown.

`define_env` is called by mkdocs-macros; macros.check looks at the same calls without a build.
"""

from __future__ import annotations

from functools import partial, wraps


def define_env(env) -> None:
    """Registers every macro with the guide's data bound to it.

    Raises PluginError with all problems of the data file, which ends the build in clean lines.
    """
    from mkdocs.exceptions import PluginError

    from . import load
    from .tables import MACROS

    try:
        guide = load.current()
    except load.DataError as error:
        raise PluginError(str(error)) from None
    for name, function in MACROS.items():
        env.macro(wraps(function)(partial(function, guide)), name)
