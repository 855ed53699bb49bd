"""The door of mkdocs-macros: it loads the guide, and registers each macro with what it needs.

Data flows one way: YAML, load, model, macro, Markdown, page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from inspect import signature

import jinja2

from .checks.pages import call_problems
from .guide import links, load, pages, version
from .guide.model import Guide
from .guide.problem import DataError
from .publish import data, feeds, metadata, releases
from .views import MACROS
from .views.clinics import Published


def define_env(env) -> None:
    """Registers every macro, as pages call it.

    Where the data cannot be read, each answers with nothing: the hooks tell what is wrong.
    """
    for name, macro in ready(env.conf).items():
        env.macro(macro, name)


def ready(config: Mapping) -> dict[str, Callable[..., str]]:
    """Every macro by its name, as pages call it. `config` is the generator's."""
    extra, site = config["extra"], config["site_url"]
    published = Published(
        bool(extra["leaflets"]),
        bool(extra["offline"]),
        extra["repository"] or "",
        tuple((data.FOLDER + name, about) for name, about in data.FILES.items()),
        feeds.FEED,
    )
    return _known(version.content_hash(), metadata.site_address(site), published)


@lru_cache(maxsize=1)  # Zensical asks for each page
def _known(content: str, site: str, published: Published) -> dict[str, Callable[..., str]]:
    """Every macro by its name, with the guide and what else it takes by name bound to it.

    `content` is the hash of data and pages; `site` is the site's URL, or "".
    """
    try:
        guide, contract = load.current(), links.current()
        texts = pages.read_pages()
        history = releases.steps(guide, texts, contract)
    except DataError:
        return {name: _silent(macro) for name, macro in MACROS.items()}
    context = {"site": site, "published": published, "history": history, "macros": MACROS, "uses": {}}
    context |= {"examples": _examples(texts), "texts": texts}
    context["uses"] = uses(texts, bound(guide, context))
    return bound(guide, context)


def bound(guide: Guide, context: Mapping[str, object]) -> dict[str, Callable[..., str]]:
    """Every macro with the guide as its first argument, and by name what it takes of the context."""
    return {name: _bound(macro, guide, context) for name, macro in MACROS.items()}


def _bound(macro: Callable[..., str], guide: Guide, context: Mapping[str, object]) -> Callable[..., str]:
    given = {name: value for name, value in context.items() if name in signature(macro).parameters}

    @wraps(macro)  # no partial: mkdocs-macros writes out each macro's repr, which would be the whole guide each time
    def answer(*arguments, **named) -> str:
        return macro(guide, *arguments, **named, **given)

    return answer


def _silent(macro: Callable[..., str]) -> Callable[..., str]:
    @wraps(macro)
    def answer(*arguments, **named) -> str:
        return ""

    return answer


def uses(texts: Mapping[str, str], macros: Mapping[str, Callable[..., str]]) -> dict[str, list[tuple[str, str]]]:
    """For each cited claim's id, the pages that cite it: path and title.

    `texts` has each page's text by its path. The sources' pages list claims and do not count; neither does a page
    with a wrong call, which the build tells of.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    jinja = jinja2.Environment()
    for path, text in texts.items():
        if path.startswith("sources/") or any(call_problems(text, path, macros)):
            continue
        answered = jinja.from_string(pages.body(text)).render(macros)
        for claim_id in pages.cited(answered):
            found.setdefault(claim_id, []).append((path, pages.title(text)))
    return found


def _examples(texts: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """A call of each macro as the first page writes it, with that page's path."""
    found: dict[str, tuple[str, str]] = {}
    for path, text in texts.items():
        for call in pages.CALL.finditer(pages.body(text)):
            found.setdefault(call[1], (call[0], path))
    return found
