"""`python -m macros.check`: every mistake in the data file and in the pages, without a build.

Exit status 0 where there is none, else 1.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2
from jinja2 import nodes

from . import load, prose
from .calls import MACROS, bound
from .cite import CITATION
from .extension import measures
from .model import Guide
from .pages import answered, read_pages
from .pages import uses as all_uses
from .problem import DataError, MacroError, Problem, suggestion
from .render import number as thousands
from .sources import Uses

_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_INLINE_CODE = re.compile(r"(`+)(?:(?!\1).)+\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"\*\*|`|<[^>]*>|\{\{.*?\}\}|^\s*(?:#{1,6}|[-*+>]|\d+\.) ")
_DEFINITION = re.compile(r"^\[\^([^\]]+)\]:")


def page_problems(text: str, file: str, guide: Guide) -> Iterator[Problem]:
    """The problems of one page.

    `text` is the whole file with its front matter, `file` its name for messages.
    """
    yield from _citation_problems(text, file, guide)
    yield from _title_problems(text, file)
    yield from _call_problems(text, file, guide)
    yield from _prose_problems(text, file)


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
    macro = bound(guide, {})[name]
    takes = [p for p in inspect.signature(MACROS[name]).parameters.values() if p.name not in ("guide", "uses")]
    try:
        macro(*arguments, **keywords)
    except TypeError:
        shown = ", ".join('"..."' if p.kind is p.VAR_POSITIONAL else f'{p.name}="..."' for p in takes)
        return f"{name} does not take this.", f"Write {{{{ {name}({shown}) }}}}."
    except MacroError as error:
        return error.what, error.mend
    return None


def _prose_problems(text: str, file: str) -> Iterator[Problem]:
    """Wording, paragraphs, lists and headings of the text that stands in the page itself."""
    level = items = 0
    for number, line in _prose(text):
        heading = re.match(r"(#{1,6}) ", line)
        if heading:
            if len(heading[1]) > level + 1 and level:
                yield Problem(
                    file,
                    number,
                    f"'{line.strip()}' skips a level of headings.",
                    f"Begin it with {'#' * (level + 1)} instead of {heading[1]}.",
                )
            level = len(heading[1])
        is_item = bool(re.match(r"\s*([-*+]|\d+\.) ", line))
        items = items + 1 if is_item else 0 if line.strip() else items
        if items == prose.MOST_ITEMS + 1:
            yield Problem(
                file,
                number,
                f"this list has more than {prose.MOST_ITEMS} entries.",
                "Make two lists of it, each with a line before it.",
            )
        plain = _MARKUP.sub("", _LINK.sub(r"\1", CITATION.sub("", line))).strip()
        for what, mend in prose.wording(plain):
            yield Problem(file, number, what, mend)
        if not is_item and (count := len(prose.sentences(plain))) > prose.MOST_SENTENCES:
            yield Problem(
                file,
                number,
                f"this paragraph has {count} sentences.",
                f"Make two of it: {prose.MOST_SENTENCES} sentences at most.",
            )


def measure_problems(markdown: str, file: str, collection: bool) -> tuple[str, list[Problem]]:
    """A page's measures as a line of a report, and what of them is over its limit.

    `markdown` is the page with its calls answered. A page that only collects entries of the
    data ("collection: true" in its front matter) may have any length.
    """
    with_terms, without = measures(markdown)
    found = []
    if with_terms.grade > prose.MOST_GRADE_WITH_TERMS or without.grade > prose.MOST_GRADE:
        found.append(
            Problem(
                file,
                1,
                f"the page has reading grade {with_terms.grade}, and {without.grade} without medical words.",
                f"Bring it to {prose.MOST_GRADE_WITH_TERMS} and {prose.MOST_GRADE}: shorter sentences and words. "
                f"The longest sentence: '{with_terms.longest}'",
            )
        )
    if not collection and not prose.FEWEST_WORDS <= with_terms.words <= prose.MOST_WORDS:
        found.append(
            Problem(
                file,
                1,
                f"the page has {with_terms.words} words.",
                f"Bring it to {prose.FEWEST_WORDS} to {thousands(prose.MOST_WORDS)} words.",
            )
        )
    longest = len(prose.words(with_terms.longest))
    if longest > prose.MOST_WORDS_IN_SENTENCE:
        found.append(
            Problem(
                file,
                1,
                f"a sentence has {longest} words: '{with_terms.longest}'",
                f"Make two of it: {prose.MOST_WORDS_IN_SENTENCE} words at most.",
            )
        )
    report = f"{with_terms.grade:5} {without.grade:7} {longest:8} {with_terms.words:6}  {file}"
    return report, found


def claim_problems(guide: Guide, uses: Uses, line_of: Callable[[tuple], int], file: str) -> Iterator[Problem]:
    """Each claim is cited on a page, or says why it is left out; never both."""
    for source_id, source in guide.sources.items():
        for claim_id, claim in source.claims.items():
            line = line_of(("sources", source_id, "claims", claim_id))
            if claim.left_out and claim_id in uses:
                yield Problem(
                    file,
                    line,
                    f"the claim '{claim_id}' is left out, but {uses[claim_id][0][0]} cites it.",
                    "Delete its 'left_out', or the citation.",
                )
            elif not claim.left_out and claim_id not in uses:
                yield Problem(
                    file,
                    line,
                    f"no page cites the claim '{claim_id}'.",
                    f"Cite it, [^{claim_id}], or say why not: left_out: ...",
                )


def shown_problems(
    guide: Guide, texts: Mapping[str, str], line_of: Callable[[tuple], int], file: str
) -> Iterator[Problem]:
    """Each gap stands where a reader looks for the answer, not only on the page of all gaps."""
    calls = "\n".join(re.findall(r"\{\{ *gap\(.*?\) *\}\}", "\n".join(texts.values())))
    for gap_id in guide.gaps:
        if f'"{gap_id}"' not in calls:
            yield Problem(
                file,
                line_of(("gaps", gap_id)),
                f"no page shows the gap '{gap_id}'.",
                f'Write {{{{ gap("{gap_id}") }}}} where a reader would look for the answer.',
            )


@dataclass(frozen=True)
class Checked:
    """What a check found: `problems`, sorted, and the `report` to print where there is none."""

    problems: list[Problem]
    report: list[str]


def check(docs: Path = load.DOCS, data: Path = load.DATA) -> Checked:
    """Checks the data file and the pages. The pages wait for valid data, the totals for valid pages."""
    try:
        guide = load.current(data)
    except DataError as error:
        return Checked(error.problems, [])
    texts = read_pages(docs)
    found: list[Problem] = []
    for path, text in texts.items():
        name = f"{docs.name}/{path}"
        if "\ufffd" in text:
            line = text[: text.index("\ufffd")].count("\n") + 1
            found.append(
                Problem(
                    name,
                    line,
                    "a character in this line is not UTF-8 text.",
                    "Type the line again, and save the file as UTF-8.",
                )
            )
        found += page_problems(text, name, guide)
    if found:
        return Checked(sorted(found), [])
    uses = all_uses(guide, texts)
    report = ["Grade without longest  words  page   (grade: with and without medical words)"]
    macros = bound(guide, uses)
    for path, text in texts.items():
        line, broken = measure_problems(answered(text, macros), f"{docs.name}/{path}", "\ncollection: true\n" in text)
        report.append(line)
        found += broken
    line_of, file = load.lines(data)
    found += [*claim_problems(guide, uses, line_of, file), *shown_problems(guide, texts, line_of, file)]
    report += ["", "Claims  cited  left out  source"]
    for source_id, source in guide.sources.items():
        left_out = sum(claim.left_out is not None for claim in source.claims.values())
        cited = sum(claim_id in uses for claim_id in source.claims)
        report.append(f"{len(source.claims):6} {cited:6} {left_out:9}  {source_id}")
    return Checked(sorted(found), report)


def main() -> int:
    checked = check()
    if not checked.problems:
        print("\n".join([*checked.report, "", "No problem found."]))
        return 0
    for problem in checked.problems:
        print(problem.annotation() if os.environ.get("GITHUB_ACTIONS") else problem)
    count = len(checked.problems)
    print(f"{count} problem{'s' if count > 1 else ''} found. Nothing was changed.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
