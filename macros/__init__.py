"""The guide's macros. Data flows one way: text, read, load, model, macro, HTML.

`define_env` is called by mkdocs-macros; macros.check looks at the same calls without a build.
"""

from __future__ import annotations

from contextlib import suppress

from . import history, load, pages, version
from .calls import Context, bound
from .clinics import Published
from .metadata import site_address
from .problem import DataError, MacroError
from .review import review_line


def define_env(env) -> None:
    """Registers every macro with the guide's data bound to it, and gives templates the review state and the version.

    Raises PluginError with all problems of the data file, which ends the build in clean lines.
    """
    try:
        guide, texts, edition = load.current(), pages.read_pages(load.DOCS), version.current()
        steps = history.current()
    except DataError as error:
        from mkdocs.exceptions import PluginError  # noqa: PLC0415 (another generator may not have it)

        raise PluginError(str(error)) from None
    extra, site = env.conf["extra"], site_address(env.conf["site_url"])
    published = Published(bool(extra["leaflets"]), bool(extra["offline"]), extra["repository"] or "")
    context = Context(pages.uses(guide, texts), steps, site, published, pages.called(texts))
    for name, macro in bound(guide, context).items():
        env.macro(macro, name)
    shown = {"review": review_line(guide, version.today()), "version": str(edition)}
    extra.update(shown)
    # Zensical calls this once for each page, and its templates see what was changed in the page alone.
    if page := getattr(env, "page", None):
        page.title = pages.title(texts[page.path])
        page.meta.update(shown)


def on_pre_page_macros(env) -> None:
    """Answers a page's calls as the check does, and leaves to Jinja only what is wrong, which mkdocs-macros then tells.

    For each page Jinja would write a program, which takes longer than all that the macros do.
    """
    with suppress(MacroError):
        env.markdown = pages.answered(env.markdown, env.macros)
    if not env.has_j2(env.markdown):
        env.page.meta["render_macros"] = False
