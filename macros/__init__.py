"""The guide's macros. Data flows one way: text, read, load, model, macro, HTML.

`define_env` is called by mkdocs-macros; macros.check looks at the same calls without a build.
"""

from __future__ import annotations

import logging

from . import history, load, pages, version
from .calls import MACROS, Context, bound
from .clinics import Published
from .metadata import site_address
from .problem import DataError, MacroError
from .render import BLOCK
from .review import review_line

log = logging.getLogger("mkdocs.plugins.macros")  # counted by a strict build


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
    """Answers a page's calls, by the same function as the check, and tells of what is no call of a macro.

    Jinja reads no page then: what is typed there can do no more than call a macro. It would write a program for
    each page, too, which takes longer than all that the macros do.
    """
    try:
        env.markdown = pages.answered(env.markdown, {name: env.macros[name] for name in MACROS})
    except MacroError as error:
        env.markdown = env.markdown.replace(BLOCK, "")
        log.warning("docs/%s: %s", env.page.file.src_uri, error)
    if env.has_j2(env.markdown):
        log.warning(
            "docs/%s: something in it is no call of a macro. 'make check' names the line.", env.page.file.src_uri
        )
    env.page.meta["render_macros"] = False
