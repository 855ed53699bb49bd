"""What can be wrong in one page, each with its line and its mend.

A page holds Markdown and one-line calls of macros with plain values. It holds no HTML, no other Jinja and no
attribute but an id or a class, so that nothing a contributor writes can run. Here is looked at what is typed, before
anything of it is answered; macros.checks.built looks at the HTML that came of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from inspect import Parameter, signature
from typing import Literal

import jinja2
from jinja2 import nodes
from pydantic import Field, ValidationError

from ..guide import prose
from ..guide.explain import explain
from ..guide.model import Entry, Guide, form
from ..guide.pages import CITATION, body
from ..guide.problem import DataError, MacroError, Problem, suggestion
from ..guide.read import INVISIBLE, line_problems, read
from ..guide.strength import wording

#: The macros by name, as a page calls them.
Macros = Mapping[str, Callable[..., str]]

_FENCE = re.compile(r"^ {0,3}(```+|~~~+) *[\w-]*\s*$")
_FENCE_LIKE = re.compile(r"^\s*(```+(?!.*`)|~~~)")
_INLINE_CODE = re.compile(r"(?<![\\`])(`+)(?!`)(?:(?!\1).)+\1(?!`)")
_DEFINITION = re.compile(r"^ {0,3}\[\^([^\]]+)\]:")
_REFERENCE = re.compile(r"^ {0,3}\[([^\]^][^\]]*)\]:\s*\S+")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)")
#: What is said, and the citations behind it; none at the end of a line.
_CITED = re.compile(r"((?:(?!\[\^).)+)((?:\[\^[^\]\s]+\])*)")
_PUT_IN = re.compile(r"\s*-+8<-")
_HTML = re.compile(r"<(?=[A-Za-z/!?])[^>\s]*>?")
_ATTRIBUTES = re.compile(r"(?<!\{)\{(?![{%#]):? *([^{}]*)\}(?!\})")
_MARKUP = re.compile(
    r"\*\*|`|<[^>]*>|\{\{.*?\}\}|^\s*(?:#{1,6}|[-*+>]( \[[ xX]\])?|\d+\.|///.*|!!!.*|\?\?\?.*|===.*) ?"
)


class FrontMatter(Entry):
    """What stands between the two lines of hyphens at the head of a page."""

    description: form(r'[^<>"&{}]+', 'Write it without < > " & { and }: it stands in the head of the page.')
    #: What readers ask and this page answers: Material's search finds the page by them.
    tags: tuple[form(r"[^<>{}]*\?", "Write it as a question, with a question mark at the end."), ...] = ()
    #: A page that only collects entries of the data, or the one that shows the macros.
    kind: Literal["collection", "gallery"] | None = None
    hide: tuple[Literal["navigation", "toc", "footer"], ...] = Field(default=())


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines outside front matter and code with their numbers, inline code blanked."""
    lines = text.split("\n")
    start, fence = _front_matter_end(lines), None
    for number, line in enumerate(lines[start:], start + 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = None
        elif mark:
            fence, opened = mark[1], number
        else:
            yield number, _INLINE_CODE.sub("", line)
    if fence:  # nothing behind it would be looked at: hand on all of it
        yield from enumerate(lines[opened - 1 :], opened)


def _front_matter_end(lines: list[str]) -> int:
    hyphens = [number for number, line in enumerate(lines) if line.rstrip() == "---"]
    return hyphens[1] + 1 if hyphens[:1] == [0] and len(hyphens) > 1 else 0


def front_matter(text: str, file: str) -> tuple[FrontMatter | None, list[Problem]]:
    """The front matter of a page, or None and what is wrong with it."""
    lines = text.split("\n")
    end = _front_matter_end(lines)
    if not end:
        mend = "Begin the page with three lines: '---', 'description: what the page is about', '---'."
        return None, [Problem(file, 1, "the page has no head.", mend)]
    if not any(line.strip() for line in lines[1 : end - 1]):
        return None, [Problem(file, 1, "the field 'description' is missing.", "Add a line 'description: ...'.")]
    # A comment stands for the first line of hyphens, so that line numbers are the page's own.
    raw = "\n".join(["#", *lines[1 : end - 1], ""]).encode()
    try:
        document = read(raw, file)
        found = FrontMatter.model_validate(document.data)
    except DataError as error:
        return None, error.problems
    except ValidationError as error:
        return None, document.problems + explain(error, document, {}, FrontMatter)
    return (None, document.problems) if document.problems else (found, [])


def problems(text: str, file: str, guide: Guide | None, macros: Macros, drawings: Collection[str]) -> list[Problem]:
    """The problems of one page as it is typed.

    `text` is the whole file with its front matter, `file` its name for messages. Where the data cannot be read,
    `guide` is None, and nothing is said of citations. `drawings` are the names of those that there are.
    """
    if "\ufffd" in text:
        line = text[: text.index("\ufffd")].count("\n") + 1
        mend = "Type the line again, and save the file as UTF-8."
        return [Problem(file, line, "the file is not UTF-8 text.", mend)]
    return [
        *front_matter(text, file)[1],
        *line_problems(text.split("\n"), file),
        *(_citation_problems(text, file, guide) if guide else ()),
        *(_strength_problems(text, file, guide) if guide else ()),
        *call_problems(text, file, macros),
        *_fence_problems(text, file),
        *_markup_problems(text, file),
        *_drawing_problems(text, file, drawings),
        *_prose_problems(text, file),
    ]


def _citation_problems(text: str, file: str, guide: Guide) -> Iterator[Problem]:
    for number, line in prose_lines(text):
        if match := _DEFINITION.match(line):
            mend = "Delete the line. The text comes from the claim in the data file."
            yield Problem(file, number, f"'{match[0]}' gives a citation a text of its own.", mend)
            continue
        for claim_id in CITATION.findall(line):
            if not guide.knows(claim_id):
                claims = [known for source in guide.sources.values() for known in source.claims]
                mend = suggestion(claim_id, claims) + " Claims are listed in data/neurolysis.yml."
                yield Problem(file, number, f"[^{claim_id}]: there is no claim '{claim_id}'.", mend)
            elif re.match(r"#{1,6} ", line):
                mend = "Write it behind a sentence below the heading: its number would become part of the address."
                yield Problem(file, number, f"[^{claim_id}]: a heading cites a claim.", mend)


def _strength_problems(text: str, file: str, guide: Guide) -> Iterator[Problem]:
    """What is said stronger than the claims that are cited behind it, or of another number of sources."""
    for number, line in prose_lines(text):
        for said, cites in _CITED.findall(line):
            known = list(filter(guide.knows, CITATION.findall(cites)))
            for what, mend in wording(guide, said, known):
                yield Problem(file, number, f"'{said.strip()}': {what}", mend)


def call_problems(text: str, file: str, macros: Macros) -> Iterator[Problem]:
    """What is wrong with the calls of a page, and what in it Jinja would read otherwise.

    A page without any can be handed to Jinja: all that it can do there is to call macros with plain values.
    """
    lines = text.split("\n")
    try:
        # As the generator reads it: without the front matter, whose lines only count.
        template = jinja2.Environment().parse("\n" * _front_matter_end(lines) + body(text))
    except jinja2.TemplateSyntaxError as error:
        number = min(error.lineno, len(lines))
        line = lines[number - 1].strip()
        mend = 'Write a call like {{ risk_table("heat") }}: quotes around names, commas between them.'
        hidden = next((n for n, each in enumerate(lines, 1) if "{#" in each), 0)
        if hidden and "comment" in (error.message or ""):
            number, line = hidden, lines[hidden - 1].strip()
            mend = "Put a space between { and #: ## Heading { #its-id }"
        yield Problem(file, number, f"'{line}' cannot be read: {(error.message or '').rstrip('.')}.", mend)
        return
    for number, line in enumerate(lines, 1):
        if "{%" in line:
            mend = "A page holds text and calls such as {{ alternatives_table() }}, nothing else."
            yield Problem(file, number, f"'{line.strip()}' is not a call.", mend)
        if "{#" in line:
            mend = "Put a space between { and # where a heading has its own id: { #its-id }. Take any other away."
            yield Problem(file, number, "'{#' begins a hidden comment, and hides what follows.", mend)
    outside_code = {number for number, _ in prose_lines(text)}
    for node in template.body:
        if not isinstance(node, nodes.Output):
            continue  # a {% %}, told above
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                continue
            line = lines[part.lineno - 1]
            shown = line.strip()
            if problem := _call_problem(part, macros):
                what, mend = problem
                if re.search(r"""["']\s+["']""", shown):  # Jinja joins two texts without a comma
                    mend = "Put a comma between two arguments."
                yield Problem(file, part.lineno, f"{shown}: {what}", mend)
            elif line.startswith((" ", "\t")):
                mend = "Delete the spaces before it. For a box, write '/// warning | Title' above and '///' below it."
                yield Problem(file, part.lineno, f"'{shown}' has spaces before it.", mend)
            elif not re.fullmatch(r"\{\{.*\}\}", shown) or shown.count("{{") != 1:
                mend = "Put the call on a line of its own, with an empty line before and after."
                yield Problem(file, part.lineno, f"'{shown}' has more than a call in it.", mend)
            elif part.lineno not in outside_code:
                mend = "Take it out of the code: there it would be answered, too."
                yield Problem(file, part.lineno, f"'{shown}' is a call inside code.", mend)


def _call_problem(node: nodes.Node, macros: Macros) -> tuple[str, str] | None:
    """What is wrong with a call, and its mend. It is found out by answering the call."""
    if isinstance(node, nodes.Name):
        mend = f"Write {{{{ {node.name}() }}}}." if node.name in macros else suggestion(node.name, macros)
        return f"'{node.name}' is not a call.", mend
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
        return "this is not a call of a macro.", f"The macros: {', '.join(sorted(macros))}."
    name = node.node.name
    if name not in macros:
        return f"there is no macro '{name}'.", suggestion(name, macros)
    if node.dyn_args or node.dyn_kwargs:
        return f"{name} does not take this.", f"Write {usage(name, macros)}."
    plain = all(isinstance(value, nodes.Const) for value in [*node.args, *(keyword.value for keyword in node.kwargs)])
    if not plain:
        return "what it is given is no plain value.", f'Write it in quotes: {{{{ {name}("...") }}}}.'
    arguments = [argument.value for argument in node.args]
    keywords = {keyword.key: keyword.value.value for keyword in node.kwargs}
    if any(isinstance(value, str) and INVISIBLE.search(value) for value in [*arguments, *keywords.values()]):
        return "there is an invisible character in it.", "Delete it."
    try:
        macros[name](*arguments, **keywords)
    except TypeError:
        return f"{name} does not take this.", f"Write {usage(name, macros)}."
    except MacroError as error:
        return error.what, error.mend
    return None


def usage(name: str, macros: Macros) -> str:
    """How a macro is called, as {{ risk_table(method="...") }}."""
    _, *taken = signature(macros[name]).parameters.values()
    words = {p: '"...", "..."' if p.kind is Parameter.VAR_POSITIONAL else f'{p.name}="..."' for p in taken}
    shown = ", ".join(word for p, word in words.items() if p.kind is not Parameter.KEYWORD_ONLY)
    return f"{{{{ {name}({shown}) }}}}"


def _markup_problems(text: str, file: str) -> Iterator[Problem]:
    """HTML, attributes and references, which a page does not use."""
    for number, typed in prose_lines(text):
        line = re.sub(r"\{\{.*?\}\}", "", typed)
        if match := _HTML.search(line):
            mend = "Write it as Markdown. To show the sign itself, write &lt; instead of <."
            yield Problem(file, number, f"'{match[0]}' is HTML, which pages do not use.", mend)
        for match in _ATTRIBUTES.finditer(line):
            if not all(re.fullmatch(r"[#.][A-Za-z][\w-]*", part) for part in match[1].split()):
                mend = "Only an id or a class may stand there, such as { #my-id }. Take the rest away."
                yield Problem(file, number, f"'{match[0]}' sets an attribute.", mend)
        if match := _REFERENCE.match(line):
            mend = "Write the address in the link itself: [text](address)."
            yield Problem(file, number, f"'{match[0]}' defines a link apart from its text.", mend)


def _drawing_problems(text: str, file: str, drawings: Collection[str]) -> Iterator[Problem]:
    """Lines that put in a file, which works inside code too: only a drawing may be put in."""
    for number, line in enumerate(text.split("\n"), 1):
        named = re.fullmatch(r'--8<-- "(.*)"', line.rstrip())
        if named and named[1] not in drawings:
            mend = suggestion(named[1], drawings) + " Drawings stand in docs/assets/drawings/."
            yield Problem(file, number, f"there is no drawing '{named[1]}'.", mend)
        elif _PUT_IN.match(line) and not named:  # with a ; before it, it is shown as typed
            mend = 'Write --8<-- "heat.svg" on a line of its own, with the name of a drawing.'
            yield Problem(file, number, f"'{line.strip()}' does not put in a drawing.", mend)


def _fence_problems(text: str, file: str) -> Iterator[Problem]:
    fence = None
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence and mark and mark[1].startswith(fence[0]) and line.strip() == mark[1]:
            fence = None
        elif mark and not fence:
            fence = mark[1], number, line.strip()
            if line.split("`")[-1].strip() == "mermaid":
                mend = "Draw it as a file below docs/assets/drawings/, and put it in with --8<--."
                yield Problem(file, number, "a mermaid diagram would load a program from another host.", mend)
        elif not fence and (like := _FENCE_LIKE.match(line)):
            fence = like[1], 0, ""
            mend = "Write ``` alone on its line, without spaces before it, or with one word behind it."
            yield Problem(file, number, f"'{line.strip()}' does not begin code that every program sees.", mend)
    if fence and fence[1]:
        mend = f"Write a line with {fence[0]} where the code ends."
        yield Problem(file, fence[1], f"'{fence[2]}' begins code that never ends.", mend)


def _prose_problems(text: str, file: str) -> Iterator[Problem]:
    """Wording, paragraphs and lists of the text that stands in the page itself."""
    items = 0
    for number, line in prose_lines(text):
        is_item = bool(re.match(r"\s*([-*+]|\d+\.) ", line))
        items = items + 1 if is_item else 0 if line.strip() else items
        if is_item and items == prose.MOST_ITEMS + 1:
            mend = "Make two lists of it, each with a line before it."
            yield Problem(file, number, f"this list has more than {prose.MOST_ITEMS} entries.", mend)
        if _DEFINITION.match(line):
            continue
        plain = _MARKUP.sub("", _LINK.sub(r"\2", CITATION.sub("", line))).strip()
        for what, mend in prose.wording(plain):
            yield Problem(file, number, what, mend)
        count = len(prose.sentences(plain))
        if not is_item and count > prose.MOST_SENTENCES:
            mend = f"Make two of it: {prose.MOST_SENTENCES} sentences at most."
            yield Problem(file, number, f"this paragraph has {count} sentences.", mend)
