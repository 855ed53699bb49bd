"""What can be wrong in one page's text, each with its line and its mend.

A page holds text, citations, links and one-line calls of macros. It holds no HTML, no other
Jinja and no attribute but an id or a class, so that nothing a contributor writes can run.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import unquote, urlsplit

import jinja2
from jinja2 import nodes
from pydantic import ValidationError

from ..guide import prose
from .calls import MACROS, bound
from .calls import arguments as arguments_of
from .cite import CITATION
from ..guide.explain import explain
from ..guide.model import Entry, Guide, form
from ..guide.pages import CALL, body, given
from .pictures import ICON_ARRAY
from ..guide.problem import DataError, MacroError, Problem, suggestion
from ..guide.read import INVISIBLE, read

_FENCE = re.compile(r"^ {0,3}(```+|~~~+) *[\w-]*\s*$")
_FENCE_LIKE = re.compile(r"^\s*(```+(?!.*`)|~~~)")
_INLINE_CODE = re.compile(r"(?<![\\`])(`+)(?!`)(?:(?!\1).)+\1(?!`)")
_DEFINITION = re.compile(r"^ {0,3}\[\^([^\]]+)\]:")
_REFERENCE = re.compile(r"^ {0,3}\[([^\]^][^\]]*)\]:\s*\S+")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)")
_HTML = re.compile(r"<(?=[A-Za-z/!?])[^>\s]*>?")
_ATTRIBUTES = re.compile(r"(?<!\{)\{(?![{%#]):? *([^{}]*)\}(?!\})")
_MARKUP = re.compile(r"\*\*|`|<[^>]*>|\{\{.*?\}\}|^\s*(?:#{1,6}|[-*+>]|\d+\.) ")


class FrontMatter(Entry):
    """What stands between the two lines of hyphens at the head of a page."""

    description: form(r'[^<>"&]+', 'Write it without < > " and &: it stands in the head of the page.')
    #: What readers ask and this page answers, for the search.
    answers: tuple[form(r".*\?", "Write it as a question, with a question mark at the end."), ...] = ()
    #: A page that only collects entries of the data, or the one that shows the macros.
    kind: Literal["collection", "gallery"] | None = None


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines outside front matter and code with their numbers, inline code blanked."""
    lines = text.split("\n")
    start = _front_matter_end(lines)
    fence = None
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
    return lines.index("---", 1) + 1 if lines[:1] == ["---"] and "---" in lines[1:] else 0


def front_matter(text: str, file: str) -> tuple[FrontMatter | None, list[Problem]]:
    """The front matter of a page, or None and what is wrong with it."""
    lines = text.split("\n")
    end = _front_matter_end(lines)
    if not end:
        mend = "Begin the page with three lines: '---', 'description: what the page is about', '---'."
        return None, [Problem(file, 1, "the page has no front matter.", mend)]
    # A comment stands for the first line of hyphens, so that line numbers are the page's own.
    if not any(line.strip() for line in lines[1 : end - 1]):
        return None, [Problem(file, 1, "the field 'description' is missing.", "Add a line 'description: ...'.")]
    raw = "\n".join(["#", *lines[1 : end - 1], ""]).encode()
    try:
        document = read(raw, file)
        found = FrontMatter.model_validate(document.data)
    except DataError as error:
        return None, error.problems
    except ValidationError as error:
        return None, document.problems + explain(error, document, {}, FrontMatter)
    return (None, document.problems) if document.problems else (found, [])


def page_problems(text: str, file: str, guide: Guide) -> list[Problem]:
    """The problems of one page by itself.

    `text` is the whole file with its front matter, `file` its name for messages.
    """
    return [
        *front_matter(text, file)[1],
        *_merge_problems(text, file),
        *_citation_problems(text, file, guide),
        *_heading_problems(text, file),
        *_call_problems(text, file, guide),
        *_fence_problems(text, file),
        *_markup_problems(text, file),
        *_prose_problems(text, file),
    ]


def _merge_problems(text: str, file: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        if "\ufffd" in line:
            mend = "Type the line again, and save the file as UTF-8."
            yield Problem(file, number, "a character in this line is not UTF-8 text.", mend)
        if match := re.match(r"(<{7}|={7}|>{7}|\|{7})( |$)", line):
            mend = "Keep one of the two versions, and delete the lines with <<<<<<<, ======= and >>>>>>>."
            yield Problem(file, number, f"'{match[1]}' is left over from a merge conflict.", mend)
        elif match := INVISIBLE.search(line):
            mend = "Delete it: often it comes along when text is pasted."
            yield Problem(file, number, f"there is an invisible character (code {ord(match[0]):04x}).", mend)


def _citation_problems(text: str, file: str, guide: Guide) -> Iterator[Problem]:
    claims = [claim_id for source in guide.sources.values() for claim_id in source.claims]
    for number, line in prose_lines(text):
        if match := _DEFINITION.match(line):
            mend = "Delete the line. The text comes from the claim in the data file."
            yield Problem(file, number, f"'{match[0]}' gives a citation a text of its own.", mend)
            continue
        for claim_id in CITATION.findall(line):
            if claim_id not in claims:
                mend = suggestion(claim_id, claims) + " Claims are listed in data/neurolysis.yml."
                yield Problem(file, number, f"[^{claim_id}]: there is no claim '{claim_id}'.", mend)


def _heading_problems(text: str, file: str) -> Iterator[Problem]:
    level, titles = 0, []
    for number, line in prose_lines(text):
        heading = re.match(r"(#{1,6}) +\S", line)
        if not heading:
            continue
        if level and len(heading[1]) > level + 1:
            mend = f"Begin it with {'#' * (level + 1)} instead of {heading[1]}."
            yield Problem(file, number, f"'{line.strip()}' skips a level of headings.", mend)
        level = len(heading[1])
        titles += [number] if level == 1 else []
    if len(titles) != 1:
        mend = "Begin one line, and only one, with '# '. Begin the headings below it with '## '."
        yield Problem(file, titles[1] if titles else 1, f"the page has {len(titles)} titles.", mend)


def _call_problems(text: str, file: str, guide: Guide) -> Iterator[Problem]:
    lines = text.split("\n")
    try:
        # As the generator reads it: without the front matter, whose lines only count.
        template = jinja2.Environment().parse("\n" * _front_matter_end(lines) + body(text))
    except jinja2.TemplateSyntaxError as error:
        line = (lines or [""])[min(error.lineno, len(lines)) - 1].strip()
        mend = 'Write a call like {{ risk_table("heat") }}: quotes around names, commas between them.'
        yield Problem(file, error.lineno, f"'{line}' cannot be read: {(error.message or '').rstrip('.')}.", mend)
        return
    for number, line in enumerate(lines, 1):
        if "{%" in line:
            mend = "A page holds text and calls such as {{ alternatives_table() }}, nothing else."
            yield Problem(file, number, f"'{line.strip()}' is not a call.", mend)
        if "{#" in line:
            mend = "A heading's own id has a space: { #id }. Take any other away."
            yield Problem(file, number, "'{#' begins a hidden comment, and hides what follows.", mend)
    outside_code = {number for number, _ in prose_lines(text)}
    for node in template.body:
        if not isinstance(node, nodes.Output):
            continue  # a {% %}, told above
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                continue
            shown = lines[part.lineno - 1].strip()
            if problem := _call_problem(part, guide):
                what, mend = problem
                if re.search(r"""["']\s+["']""", shown):  # Jinja joins two texts without a comma
                    mend = "Put a comma between two arguments."
                yield Problem(file, part.lineno, f"{shown}: {what}", mend)
            elif lines[part.lineno - 1].startswith((" ", "\t")):
                mend = "Delete the spaces before {{, or the page would show code instead of a table."
                yield Problem(file, part.lineno, f"'{shown}' has spaces before it.", mend)
            elif not re.fullmatch(r"\{\{.*\}\}", shown) or shown.count("{{") != 1:
                mend = "Put the call on a line of its own, with an empty line before and after."
                yield Problem(file, part.lineno, f"'{shown}' has more than a call in it.", mend)
            elif part.lineno not in outside_code:
                mend = "Take it out of the code: there it would be answered, too."
                yield Problem(file, part.lineno, f"'{shown}' is a call inside code.", mend)
            elif problem := _reading_problem(lines[part.lineno - 1]):
                yield Problem(file, part.lineno, *problem)


def _reading_problem(line: str) -> tuple[str, str] | None:
    """Why the build could not read a line as a call that Jinja takes for one, and the mend."""
    call = CALL.fullmatch(line)
    if not call:
        return f"'{line.strip()}' is not written as a call.", 'Write it like {{ risk_table("heat") }}.'
    try:
        given(call)
    except MacroError as error:
        return error.what, error.mend
    return None


def _call_problem(node: nodes.Node, guide: Guide) -> tuple[str, str] | None:
    """What is wrong with a call, and its mend. It is found out by answering the call."""
    if isinstance(node, nodes.Name):
        mend = f"Write {{{{ {node.name}() }}}}." if node.name in MACROS else suggestion(node.name, MACROS)
        return f"'{node.name}' is not a call.", mend
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
        return "this is not a call of a macro.", f"The macros: {', '.join(sorted(MACROS))}."
    name = node.node.name
    if name not in MACROS:
        return f"there is no macro '{name}'.", suggestion(name, MACROS)
    if (
        node.dyn_args
        or node.dyn_kwargs
        or any(keyword.key not in {p.name for p in arguments_of(name)} for keyword in node.kwargs)
    ):
        return f"{name} does not take this.", f'Write {{{{ {name}("...") }}}}.'
    try:
        arguments = [argument.as_const() for argument in node.args]
        keywords = {keyword.key: keyword.value.as_const() for keyword in node.kwargs}
    except nodes.Impossible:
        return "a name in it has no quotes.", f'Write {{{{ {name}("...") }}}}.'
    try:
        bound(guide)[name](*arguments, **keywords)
    except TypeError:
        return f"{name} does not take this.", f"Write {usage(name)}."
    except MacroError as error:
        return error.what, error.mend
    return None


def usage(name: str) -> str:
    """How a macro is called, as {{ risk_table(method="...") }}."""
    shown = ", ".join('"...", "..."' if p.kind is p.VAR_POSITIONAL else f'{p.name}="..."' for p in arguments_of(name))
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


def _fence_problems(text: str, file: str) -> Iterator[Problem]:
    fence = None
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence and mark and mark[1].startswith(fence[0]) and line.strip() == mark[1]:
            fence = None
        elif mark and not fence:
            fence = mark[1], number, line.strip()
        elif not fence and _FENCE_LIKE.match(line):
            mend = "Write ``` alone on its line, without spaces before it, or with one word behind it."
            yield Problem(file, number, f"'{line.strip()}' does not begin code that every program sees.", mend)
    if fence:
        mend = f"Write a line with {fence[0]} where the code ends."
        yield Problem(file, fence[1], f"'{fence[2]}' begins code that never ends.", mend)


def _prose_problems(text: str, file: str) -> Iterator[Problem]:
    """Wording, paragraphs and lists of the text that stands in the page itself."""
    items = 0
    for number, line in prose_lines(text):
        is_item = bool(re.match(r"\s*([-*+]|\d+\.) ", line))
        items = items + 1 if is_item else 0 if line.strip() else items
        if items == prose.MOST_ITEMS + 1:
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


def link_problems(
    text: str, path: str, file: str, anchors: Mapping[str, set[str]], exists: Callable[[str], bool]
) -> Iterator[Problem]:
    """Links of one page that lead nowhere, or where no page may lead.

    `path` is the page's path below docs/; `anchors` has the ids of every page by its path;
    `exists` tells whether any other file stands below docs/.
    """
    here = posixpath.dirname(path)
    for number, line in prose_lines(text):
        for image, _, target in _LINK.findall(line):
            try:
                parts = urlsplit(html.unescape(target))
            except ValueError:
                mend = "A link leads to a page of the guide, or to an address that begins with https://."
                yield Problem(file, number, f"'{target}' is no address that a page may link to.", mend)
                continue
            if parts.scheme or parts.netloc:
                if image:
                    mend = "Put the picture into docs/ and link it from there."
                    yield Problem(file, number, f"the picture '{target}' comes from another place.", mend)
                elif parts.scheme != "https" or not parts.netloc:
                    mend = "A link leads to a page of the guide, or to an address that begins with https://."
                    yield Problem(file, number, f"'{target}' is no address that a page may link to.", mend)
                continue
            there = unquote(parts.path)
            leads = posixpath.normpath(posixpath.join(here, there)) if not there.startswith("/") else there.lstrip("/")
            leads = leads if there else path
            if leads not in anchors:
                if not exists(leads) or not there:
                    pages = {posixpath.relpath(page, here or "."): page for page in anchors}
                    yield Problem(file, number, f"the link '{target}' leads nowhere.", suggestion(there, pages))
            elif parts.fragment and unquote(parts.fragment) not in anchors[leads]:
                near = suggestion(parts.fragment, {a for a in anchors[leads] if not a.startswith(("fn", "meaning"))})
                yield Problem(file, number, f"there is no '#{parts.fragment}' in {leads}.", near)


#: All that Markdown and the macros make. What is not listed could run or load.
_TAGS = set(
    """a b blockquote br button caption code details div em h1 h2 h3 h4 h5 h6 hr img input label li nav ol p pre
    span strong summary sup table tbody td textarea th thead tr ul""".split()  # noqa: SIM905 (a list of words reads best as words)
)
_PLAIN_ATTRIBUTES = set(
    """alt aria-hidden aria-label autocomplete class disabled id open popover popovertarget role rows scope
    start tabindex title""".split()  # noqa: SIM905
)


_TYPES = {"button", "checkbox", "search"}
#: What a frame may have besides: it shows a small page of our own, and loads it only when it is seen.
_FRAME = {"src": r"\.\./embed/[a-z0-9-]+/", "height": r"\d+", "loading": "lazy"}
#: Ids of the page around the text, which its links and scripts rely on.
_RESERVED = {"menu", "text"}


class _Unsafe(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        framed = tag == "iframe" and re.fullmatch(_FRAME["src"], dict(attrs).get("src") or "")
        if tag not in _TAGS and not framed:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            address = (value or "").strip().replace("\\", "/")
            local = not re.match(r"//|[^/?#]*:", address)  # neither a host nor a scheme
            allowed = (
                name in _PLAIN_ATTRIBUTES
                or name.startswith("data-")
                or (name == "type" and value in _TYPES)
                or (name == "href" and (local or address.startswith("https://")))
                or (name == "src" and local and tag == "img")
                or (tag == "iframe" and re.fullmatch(_FRAME.get(name, r"(?!)"), value or ""))
            )
            if not allowed:
                self.found.append(f"{name}={value}")

    # A browser may see the end of these elsewhere than this parser does.
    def handle_comment(self, data):
        self.found.append(f"<!--{data}-->")

    def handle_decl(self, decl):
        self.found.append(f"<!{decl}>")

    unknown_decl = handle_decl

    def handle_pi(self, data):
        self.found.append(f"<?{data}>")


def built_problems(page: str, file: str, drawn: Collection[str] = ()) -> tuple[set[str], list[Problem]]:
    """The ids of a page as HTML, and what in it could run or load: the last look before it is built.

    `drawn` are the drawings that the macros make; no other drawing may stand on a page but an icon array.
    """
    for drawing in drawn:
        page = page.replace(drawing, "")
    unsafe = _Unsafe(ICON_ARRAY.sub("", page))
    mend = "Take it out of the page: text, links, citations and calls are all that a page needs."
    found = [Problem(file, 1, f"the page would hold '{what}'.", mend) for what in unsafe.found]
    for twice in sorted({i for i in unsafe.ids if unsafe.ids.count(i) > 1}):
        mend = "Call a table, a box or a heading of this kind only once on a page, or give one another id."
        found.append(Problem(file, 1, f"the id '{twice}' would stand twice on the page.", mend))
    for taken in sorted(_RESERVED.intersection(unsafe.ids)):
        mend = "Give the heading another id, such as { #about-this }."
        found.append(Problem(file, 1, f"the id '{taken}' belongs to the page around the text.", mend))
    if re.search(r"<(?:li|p)>\s*\[ \]", page):
        mend = "Write '- [ ] the text' with no other list inside, and an empty line before the list."
        found.append(Problem(file, 1, "a '[ ]' would be shown instead of a box to tick.", mend))
    return set(unsafe.ids), found
