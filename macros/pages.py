"""The pages as text: what stands in docs/, with the macros answered, and what each page cites."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from . import load
from .calls import bound
from .cite import CITATION, cited
from .gallery import Called
from .model import Guide
from .problem import MacroError
from .read import INVISIBLE
from .render import BLOCK

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)
_GALLERY = re.compile(r"\A---\n(?:.*\n)*?kind: gallery\n(?:.*\n)*?---\n")
_TITLE = re.compile(r"^# +(.+?) *(?:\{.*\})?$", re.M)

#: A call of a macro, which stands on a line of its own: its name, its arguments.
CALL = re.compile(r"^\{\{\s*(\w+)\s*\((.*)\)\s*\}\}[ \t]*$", re.M)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.S | re.M)
#: Marks of Markdown, and what a reader sees of each.
_MARKS = [
    (re.compile(r"\{\{.*?\}\}"), ""),
    (re.compile(r" *\{[^{}\n]*\}$", re.M), ""),
    (re.compile(r"\[([^\]]+)\]\([^)\s]+\)"), r"\1"),
    (re.compile(r"\*{1,2}|`"), ""),
    (re.compile(r"^(#+|[-*]( \[ \])?|\d+\.) +", re.M), "\n"),
]


def read_pages(docs: Path) -> dict[str, str]:
    """Every page's text by its path below `docs`, such as "methods/heat.md".

    Bytes that are not UTF-8 are replaced; macros.check tells of them.
    """
    return {
        path.relative_to(docs).as_posix(): as_text(path.read_bytes())
        for path in load.files(docs)
        if path.suffix == ".md"
    }


def as_text(raw: bytes) -> str:
    """A page's bytes as text, with line ends of one kind."""
    return raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")


def body(text: str) -> str:
    """A page without its front matter."""
    return _FRONT_MATTER.sub("", text)


def title(text: str) -> str:
    """A page's title, or "" where it has none."""
    found = _TITLE.search(body(text))
    return found[1] if found else ""


def own_words(text: str) -> list[tuple[str, list[str]]]:
    """What stands in a page itself, a paragraph or list item at a time, and the ids of the claims that each cites.

    Calls and marks of Markdown are left out.
    """
    plain = _FENCED.sub("", body(text))
    for pattern, kept in _MARKS:
        plain = pattern.sub(kept, plain)
    parts = re.split(r"\n\s*\n|\n(?=[-*#]|\d+\. )", plain)
    return [(words, CITATION.findall(part)) for part in parts if (words := " ".join(CITATION.sub("", part).split()))]


def shown(text: str) -> list[str]:
    """What a page shows of the data, in order: its calls in words, such as "risk table: heat"."""
    return [
        ": ".join(filter(None, [name.replace("_", " "), " ".join(re.sub(r"[\"']", "", given).split())]))
        for name, given in CALL.findall(body(text))
    ]


def called(texts: Mapping[str, str]) -> dict[str, Called]:
    """A call of each macro by its name, as the first page that calls it writes it."""
    found: dict[str, Called] = {}
    for path, text in texts.items():
        for call in CALL.finditer(body(text)):
            found.setdefault(call[1], Called(call[0], path, title(text)))
    return found


def given(call: re.Match) -> tuple[list, dict]:
    """The arguments of a call that `CALL` found, by place and by name: plain values.

    Raises MacroError where it is none, and for a character that nobody sees.
    """
    try:
        typed = ast.parse(f"call({call[2].strip()})", mode="eval").body
        if not (isinstance(typed, ast.Call) and isinstance(typed.func, ast.Name)):
            raise ValueError("more than a call")
        by_name = {each.arg: ast.literal_eval(each.value) for each in typed.keywords}
        by_place = [ast.literal_eval(each) for each in typed.args]
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        mend = f'Write it like {{{{ {call[1]}("...") }}}}: text in quotes, commas between.'
        raise MacroError(f"'{call[0].strip()}' cannot be read as a call.", mend) from error
    if any(isinstance(value, str) and INVISIBLE.search(value) for value in (*by_place, *by_name.values())):
        raise MacroError(f"there is an invisible character in '{call[0].strip()}'.", "Delete it.")
    return by_place, by_name


def answered(markdown: str, macros: Mapping[str, Callable[..., str]]) -> str:
    """A page's Markdown, without its front matter, with its calls answered.

    What is typed on the page is never taken for what a macro answers. Raises macros.problem.MacroError for a
    call that is wrong.
    """

    def answer(call: re.Match) -> str:
        by_place, by_name = given(call)
        try:
            return macros[call[1]](*by_place, **by_name)
        except MacroError:
            raise
        except Exception as error:  # whatever a page's author made it do
            raise MacroError(f"a call cannot be answered: {error}.", "Run make check, which names its line.") from error

    return CALL.sub(answer, markdown.replace(BLOCK, ""))


def uses(guide: Guide, texts: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """For each cited claim's id, the pages that cite it: path and title.

    `texts` has each page's text by its path. The sources' pages and the gallery list claims and do
    not count; neither does a page with a wrong call, which the build and the check tell of.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    macros = bound(guide)
    for path, text in texts.items():
        if path.startswith("sources/") or _GALLERY.match(text):
            continue
        try:
            markdown = answered(body(text), macros)
        except MacroError:
            continue
        for claim_id in cited(markdown):
            found.setdefault(claim_id, []).append((path, title(text)))
    return found
