"""The guide's macros. Data flows one way: text, read, load, model, macro, Markdown.

`define_env` is called by mkdocs-macros; macros.check looks at the same calls without a build.
"""

from __future__ import annotations

from . import load, pages, version
from .calls import bound
from .history import history
from .problem import DataError
from .review import review_line


def define_env(env) -> None:
    """Registers every macro with the guide's data bound to it, and gives templates the review state.

    Raises PluginError with all problems of the data file, which ends the build in clean lines.
    """
    from mkdocs.exceptions import PluginError  # noqa: PLC0415 (only the generator needs it)

    try:
        guide, texts = load.current(), pages.read_pages(load.DOCS)
        steps = history(guide, texts)
    except DataError as error:
        raise PluginError(str(error)) from None
    for name, macro in bound(guide, pages.uses(guide, texts), steps, env.conf["site_url"] or "").items():
        env.macro(macro, name)
    env.conf["extra"]["review"] = review_line(guide, version.today())
