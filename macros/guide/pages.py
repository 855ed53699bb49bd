"""The pages as text: what stands in docs/, and what a page cites."""

from __future__ import annotations

import re
from pathlib import Path

from . import paths

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n---[ \t]*\n", re.S)
_TITLE = re.compile(r"^# +(.+?) *(?:\{.*\})?$", re.M)
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")
_ITEM = re.compile(r"\n(?=[-*] |\d+\. )")
_MARKS = re.compile(r"^(?:#+|[-*](?: \[[ x]\])?|\d+\.) +|^///(?: caption$| *\w+ *\|)?|\*{1,2}|`", re.M)
_CODE = re.compile(r"^(```|~~~).*?^\1|(`+)(?:(?!\n\n).)+?\2", re.S | re.M)

#: A citation in a page's Markdown; its group is the claim's id.
CITATION = re.compile(r"\[\^([^\]\s]+)\](?!:)")
#: A call of a macro: its name, its arguments.
CALL = re.compile(r"\{\{\s*(\w+)\s*\((.*?)\)\s*\}\}")


def read_pages(docs: Path = paths.DOCS) -> dict[str, str]:
    """Every page's text by its path below `docs`, such as "methods/heat.md".

    Bytes that are not UTF-8 are replaced; macros.checks.pages tells of them.
    """
    return {
        path.relative_to(docs).as_posix(): as_text(path.read_bytes())
        for path in paths.files(docs)
        if path.suffix == ".md"
    }


def as_text(raw: bytes) -> str:
    """A page's bytes as text, with line ends of one kind."""
    return raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def body(text: str) -> str:
    """A page without its front matter."""
    return _FRONT_MATTER.sub("", text)


def title(text: str) -> str:
    """A page's title, or "" where it has none."""
    found = _TITLE.search(body(text))
    return found[1] if found else ""


def paragraphs(text: str) -> list[str]:
    """What stands in a page itself, as it is typed, a paragraph at a time."""
    return [part.strip() for part in re.split(r"\n\s*\n", body(text)) if part.strip()]


def items(paragraph: str) -> list[str]:
    """The items of a list that stands in one paragraph; a paragraph without a list is one."""
    return _ITEM.split(paragraph)


def plain(text: str) -> str:
    """What is typed on a page in one line, without citations, links and marks; a call of a macro in words."""
    text = CALL.sub(r"(Shown here: \1 \2)", CITATION.sub("", text))
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", text)).split())


def cited(markdown: str) -> list[str]:
    """Ids of the claims that a text cites outside code, each once, in order."""
    return list(dict.fromkeys(CITATION.findall(_CODE.sub("", markdown))))


def address_of(path: str) -> str:
    """The address of a page from its path below docs/: "methods/heat.md" stands at "methods/heat/"."""
    stem = path.removesuffix(".md")
    return "./" if stem == "index" else f"{stem.removesuffix('/index')}/"
