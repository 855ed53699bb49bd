"""The guide's macros. Data flows one way: text, read, load, model, macro, Markdown.

`define_env` is called by mkdocs-macros; macros.check looks at the same calls without a build.
"""

from __future__ import annotations

from functools import partial, wraps

from .load import current
from .problem import DataError
from .tables import MACROS


def define_env(env) -> None:
    """Registers every macro with the guide's data bound to it.

    Raises PluginError with all problems of the data file, which ends the build in clean lines.
    """
    from mkdocs.exceptions import PluginError  # noqa: PLC0415 (only the generator needs it)

    try:
        guide = current()
    except DataError as error:
        raise PluginError(str(error)) from None
    for name, function in MACROS.items():
        env.macro(wraps(function)(partial(function, guide)), name)
