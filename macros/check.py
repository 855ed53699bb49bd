"""`python -m macros.check`: every mistake in the data file and in the pages, without a build.

Exit status 0 where there is none, else 1.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2 import nodes

from . import load
from .cite import CITATION
from .model import Guide
from .problem import DataError, Problem, suggestion
from .tables import MACROS, MacroError

DOCS = load.ROOT / "docs"

_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_INLINE_CODE = re.compile(r"(`+)(?:(?!\1).)+\1")
_DEFINITION = re.compile(r"^\[\^([^\]]+)\]:")


def page_problems(text: str, file: str, guide: Guide) -> Iterator[Problem]:
    """The problems of one page.

    `text` is the whole file with its front matter, `file` its name for messages.
    """
    yield from _citation_problems(text, file, guide)
    yield from _title_problems(text, file)
    yield from _call_problems(text, file, guide)


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """The lines outside front matter and code, numbered, with inline code blanked."""
    lines = text.splitlines()
    start = 0
    if lines and lines[0] == "---" and "---" in lines[1:]:
        start = lines.index("---", 1) + 1
    fence = None
    for number, line in enumerate(lines[start:], start + 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = None
        elif mark:
            fence = mark[1]
        else:
            yield number, _INLINE_CODE.sub("", line)


def _citation_problems(text: str, file: str, guide: Guide) -> Iterator[Problem]:
    claims = [claim_id for source in guide.sources.values() for claim_id in source.claims]
    for number, line in _prose(text):
        if match := _DEFINITION.match(line):
            yield Problem(
                file,
                number,
                f"'{match[0]}' gives a citation a text of its own.",
                "Delete the line. The text comes from the claim in the data file.",
            )
        for claim_id in CITATION.findall(line):
            if claim_id not in claims:
                yield Problem(
                    file,
                    number,
                    f"[^{claim_id}]: there is no claim '{claim_id}'.",
                    suggestion(claim_id, claims) + " Claims are listed in data/neurolysis.yml.",
                )


def _title_problems(text: str, file: str) -> Iterator[Problem]:
    titles = [number for number, line in _prose(text) if re.match(r"# \S", line)]
    if len(titles) != 1:
        at = titles[1] if titles else 1
        yield Problem(
            file,
            at,
            f"the page has {len(titles)} titles.",
            "Begin one line, and only one, with '# '. Begin the headings below it with '## '.",
        )


def _call_problems(text: str, file: str, guide: Guide) -> Iterator[Problem]:
    try:
        template = jinja2.Environment().parse(text)
    except jinja2.TemplateSyntaxError as error:
        line = (text.splitlines() or [""])[error.lineno - 1].strip()
        yield Problem(
            file,
            error.lineno,
            f"'{line}' cannot be read: {(error.message or '').rstrip('.')}.",
            'Write a call like {{ risk_table("heat") }}: quotes around names, commas between them.',
        )
        return
    lines = text.splitlines()
    for node in template.body:
        if not isinstance(node, nodes.Output):
            yield Problem(
                file,
                node.lineno,
                f"'{lines[node.lineno - 1].strip()}' is not a call.",
                "A page holds text and calls such as {{ alternatives_table() }}, nothing else.",
            )
            continue
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                continue
            shown = lines[part.lineno - 1].strip()
            problem = _call_problem(part, guide)
            if problem:
                what, mend = problem
                if re.search(r"""["']\s+["']""", shown):  # Jinja joins two texts without a comma
                    mend = "Put a comma between two arguments."
                yield Problem(file, part.lineno, f"{shown}: {what}", mend)
            elif not re.fullmatch(r"\{\{.*\}\}", shown) or shown.count("{{") != 1:
                yield Problem(
                    file,
                    part.lineno,
                    f"'{shown}' has more than a call in it.",
                    "Put the call on a line of its own, with an empty line before and after.",
                )


def _call_problem(node: nodes.Node, guide: Guide) -> tuple[str, str] | None:
    """What is wrong with a call, and its mend. It is found out by answering the call."""
    names = ", ".join(sorted(MACROS))
    if isinstance(node, nodes.Name):
        mend = f"Write {{{{ {node.name}() }}}}." if node.name in MACROS else suggestion(node.name, MACROS)
        return f"'{node.name}' is not a call.", mend
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
        return "this is not a call of a macro.", f"The macros: {names}."
    name = node.node.name
    if name not in MACROS:
        return f"there is no macro '{name}'.", suggestion(name, MACROS)
    try:
        arguments = [argument.as_const() for argument in node.args]
        keywords = {keyword.key: keyword.value.as_const() for keyword in node.kwargs}
    except nodes.Impossible:
        return "a name in it has no quotes.", f'Write {{{{ {name}("...") }}}}.'
    signature = inspect.signature(MACROS[name])
    takes = list(signature.parameters)[1:]
    try:
        signature.bind(guide, *arguments, **keywords)
    except TypeError:
        return f"{name} does not take this.", f"Write {{{{ {name}({', '.join(f'{t}=...' for t in takes)}) }}}}."
    try:
        MACROS[name](guide, *arguments, **keywords)
    except MacroError as error:
        return error.what, error.mend
    return None


def problems(docs: Path = DOCS, data: Path = load.DATA) -> list[Problem]:
    """Every problem of the data file and the pages, sorted. Pages wait for valid data."""
    try:
        guide = load.current(data)
    except DataError as error:
        return error.problems
    found = []
    for path in sorted(docs.rglob("*.md")):
        name = path.relative_to(docs.parent).as_posix()
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            found.append(
                Problem(
                    name,
                    line,
                    "a character in this line is not UTF-8 text.",
                    "Type the line again, and save the file as UTF-8.",
                )
            )
            continue
        found += page_problems(text, name, guide)
    return sorted(found)


def main() -> int:
    found = problems()
    for problem in found:
        print(problem.annotation() if os.environ.get("GITHUB_ACTIONS") else problem)
    if found:
        print(f"{len(found)} problem{'s' if len(found) > 1 else ''} found. Nothing was changed.")
        return 1
    guide = load.current()
    claims = sum(len(source.claims) for source in guide.sources.values())
    print(
        f"No problem found: {len(guide.sources)} sources with {claims} claims, {len(guide.methods)} methods, "
        f"{len(guide.risks)} risks, {len(guide.alternatives)} alternatives."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
