"""The pages as text: what stands in docs/, with the macros answered, and what each page cites."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import jinja2

from .calls import bound
from .cite import cited
from .model import Guide
from .problem import MacroError
from .unknowns import disagreements_touched

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)
_TITLE = re.compile(r"^# +(.+?) *(?:\{.*\})?$", re.M)


def read_pages(docs: Path) -> dict[str, str]:
    """Every page's text by its path below `docs`, such as "methods/heat.md".

    Bytes that are not UTF-8 are replaced; macros.check tells of them.
    """
    return {
        path.relative_to(docs).as_posix(): path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        for path in sorted(docs.rglob("*.md"))
    }


def body(text: str) -> str:
    """A page without its front matter."""
    return _FRONT_MATTER.sub("", text)


def title(text: str) -> str:
    """A page's title, or "" where it has none."""
    found = _TITLE.search(body(text))
    return found[1] if found else ""


def answered(text: str, macros: Mapping[str, Callable[..., str]]) -> str:
    """A page's Markdown with its calls answered.

    Raises jinja2.TemplateError or macros.problem.MacroError for a call that is wrong.
    """
    return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(body(text)).render(macros)


def uses(guide: Guide, texts: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """For each cited claim's id, the pages that cite it: path and title.

    `texts` has each page's text by its path. The pages about the sources list claims and do
    not count; neither does a page with a wrong call, which the build and the check tell of.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    macros = bound(guide, {})
    for path, text in texts.items():
        if path.startswith("sources/"):
            continue
        try:
            markdown = answered(text, macros)
        except (jinja2.TemplateError, MacroError, TypeError):
            continue
        for claim_id in cited(markdown + disagreements_touched(guide, markdown)):
            found.setdefault(claim_id, []).append((path, title(text)))
    return found
