"""From the bytes of a YAML file to plain values, each with its line. What YAML would guess is refused."""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass, field

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, MappingStartEvent, NodeEvent, SequenceStartEvent
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from .model import NOT_REPORTED
from .problem import DataError, Problem, short, trail

#: Characters that nobody sees and that text pasted from elsewhere brings along.
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)

# Unquoted words that YAML 1.1, which many programs still speak, turns into something else
# than text (yaml.org/type: bool, null, int, float, timestamp's time part, value).
_YAML_1_1 = re.compile(
    r"(?ix) y|yes|n|no|on|off|true|false|null|~|=|<<"
    r"|[-+]?(0b[01_]+|0x[0-9a-f_]+|0[0-7_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)"
    r"|[-+]?(\.inf|[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?|\.[0-9][0-9_]*(e[-+]?[0-9]+)?)|\.nan"
)
_DEEPEST = 30  # the model has 12 levels; reading hundreds would take minutes
# A value that opens a quote and does not close it in its line.
_OPEN_QUOTE = re.compile(r"""\s*(- )?([\w-]+: +)?("[^"]*|'[^']*)$""")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,11}")


_AGAIN = object()  # stands in the path of a doubled key, whose first value is still checked


@dataclass
class Document:
    """The values of a file.

    `data` is made of dicts, lists, texts and whole numbers; `lines` has the line of each
    key and value by its path from the top; `problems` is what was wrong in single values,
    `doubtful` are the paths of those.
    """

    file: str
    data: object = None
    lines: dict[tuple, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    doubtful: set[tuple] = field(default_factory=set)

    def line(self, path: tuple) -> int:
        """The line of a place, or of the nearest one above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(raw: bytes, file: str) -> Document:
    """The document in `raw`, whose name in messages is `file`.

    Raises DataError for what keeps the whole file from being read: bad bytes, syntax,
    anchors, nothing in it.
    """
    text = _decode(raw, file)
    document = _Reader(file, typed=text.splitlines())
    looks = gc.isenabled()
    gc.disable()  # nodes are many and no garbage yet: looking for some takes as long as all the rest
    try:
        document.data = document.value(_compose(text, file), ())
    finally:
        if looks:
            gc.enable()
    return document


@dataclass
class _Reader(Document):
    """A document that fills itself from YAML nodes."""

    typed: list[str] = field(default_factory=list)

    def problem(self, path: tuple, line: int, what: str, mend: str) -> None:
        name = trail(tuple(step for step in path if step != _AGAIN))
        self.problems.append(Problem(self.file, line, f"{name}{what}", mend))
        self.doubtful.add(path)

    def value(self, node, path: tuple):
        self.lines.setdefault(path, node.start_mark.line + 1)
        self.swallowed(node, path)
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self.scalar(node, path)

    def swallowed(self, node, path: tuple) -> None:
        """A # behind a value hides the rest of the line; who types it may not mean that."""
        block = not isinstance(node, ScalarNode) and not node.flow_style
        if block or node.end_mark.line >= len(self.typed):
            return
        rest = self.typed[node.end_mark.line][node.end_mark.column :].strip()
        if rest.startswith("#") and isinstance(node, ScalarNode) and not node.value:
            return  # an empty value is told by itself
        if rest.startswith("#"):
            self.problem(
                path,
                node.end_mark.line + 1,
                f"'{short(rest)}' is hidden behind the #.",
                "Put the whole text in quotes, or the comment on a line of its own.",
            )

    def mapping(self, node: MappingNode, path: tuple) -> dict:
        found: dict = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.problem(path, line, "a name is missing before the colon.", "Write name: value.")
                continue
            key = key_node.value
            here = (*path, key)
            if key in found:
                first = self.lines[here]
                self.problem(
                    (*here, _AGAIN),
                    line,
                    f"'{key}' stands here twice, first in line {first}.",
                    "Keep one of the two, or give the second a name of its own.",
                )
                continue
            self.lines[here] = line
            empty = isinstance(value_node, ScalarNode) and not value_node.style and not value_node.value
            if empty and node.flow_style and key.isdigit():
                self.problem(
                    path,
                    line,
                    f"the comma before '{key}' ends the entry inside {{ }}.",
                    f'Put the whole text in quotes ("... ,{key}"), or write a number without a comma (1000).',
                )
                continue
            if empty and node.flow_style and self._two_entries(key_node, path, line):
                continue
            found[key] = self.value(value_node, here)
        return found

    def _two_entries(self, key_node, path, line) -> bool:
        # {count 1} and {count:1} are read as one name without a value
        match = re.fullmatch(r"(\w+)\s*[: ]\s*(\S.*)", key_node.value)
        if not match:
            return False
        self.problem(
            path,
            line,
            f"'{key_node.value}' has no colon and space after its name.",
            f"Write {match[1]}: {match[2]}",
        )
        return True

    def scalar(self, node: ScalarNode, path: tuple):
        text, line = node.value, self.line(path)
        if match := INVISIBLE.search(text):  # an escape such as "\\x00" brings it in
            self.problem(path, line, f"there is an invisible character (code {ord(match[0]):04x}).", "Delete it.")
        if node.style:  # of quotes, or of | and >
            return text
        if not text:
            self.problem(
                path,
                line,
                "there is nothing after the colon.",
                f"Write a value, or take the line away. Where our sources are silent, write: {NOT_REPORTED}",
            )
            return None
        if _WHOLE.fullmatch(text):
            return int(text)
        if _YAML_1_1.fullmatch(text):
            digits = text.replace("_", "").lstrip("0")
            digits = re.sub(r"[.,]", "", digits) if path[-1] in ("count", "out_of") else digits
            whole = f" For a number, write plain digits: {digits}." if _WHOLE.fullmatch(digits) else ""
            self.problem(
                path,
                line,
                f"'{short(text)}' without quotes means something else than text to many programs.",
                f'Put it in quotes: "{short(text)}".{whole}',
            )
        return text


def _decode(raw: bytes, file: str) -> str:
    problems = []
    lines = raw.removeprefix(b"\xef\xbb\xbf").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            decoded = line.decode("utf-8")
        except UnicodeDecodeError as error:
            bad = " ".join(f"{byte:02x}" for byte in line[error.start : error.end])
            problems.append(
                Problem(
                    file,
                    number,
                    f"the bytes {bad} are not UTF-8 text.",
                    "Type the character again, and save the file as UTF-8.",
                )
            )
            continue
        if match := re.match(r"(<{7}|={7}|>{7}|\|{7})( |$)", decoded):
            problems.append(
                Problem(
                    file,
                    number,
                    f"'{match[1]}' is left over from a merge conflict.",
                    "Keep one of the two versions, and delete the lines with <<<<<<<, ======= and >>>>>>>.",
                )
            )
        elif "\t" in decoded:
            problems.append(
                Problem(file, number, "there is a tab in this line.", "Use spaces instead, two for each step.")
            )
        elif match := INVISIBLE.search(decoded):
            problems.append(
                Problem(
                    file,
                    number,
                    f"there is an invisible character (code {ord(match[0]):04x}).",
                    "Delete it: often it comes along when text is pasted.",
                )
            )
    if problems:
        raise DataError(problems)
    return raw.decode("utf-8-sig")


def _compose(text: str, file: str) -> Node:
    """The text as nodes. PyYAML's own composer hides what `_refused` looks for."""
    problems, node = [], None
    documents = 0
    inside: list[CollectionNode] = []
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            line, name = event.start_mark.line + 1, type(event).__name__
            documents += name == "DocumentStartEvent"
            if len(inside) > _DEEPEST:
                problems.append(
                    Problem(file, line, "too many [ or { stand inside each other.", "Close what you opened.")
                )
                break
            if getattr(event, "explicit", False) and name == "DocumentEndEvent":
                problems.append(Problem(file, line, "'...' ends the file here.", "Delete this line."))
                break
            if documents > 1:
                problems.append(Problem(file, line, "'---' starts a second file inside this one.", "Delete this line."))
                break
            if refused := _refused(event):
                problems.append(Problem(file, line, *refused))
            if isinstance(event, CollectionEndEvent):
                ended = inside.pop()
                ended.end_mark = event.end_mark
                if isinstance(ended, MappingNode):
                    ended.value = list(zip(ended.value[::2], ended.value[1::2], strict=True))
            elif isinstance(event, NodeEvent):
                new = _node(event)
                if inside:
                    inside[-1].value.append(new)
                else:
                    node = new
                if isinstance(new, CollectionNode):
                    inside.append(new)
        if problems:
            raise DataError(problems)
    except yaml.MarkedYAMLError as error:
        raise DataError([_syntax(error, text, file)]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError([Problem(file, 1, f"the file is not YAML: {what}.", "Undo the last change.")]) from None
    if node is None:
        raise DataError([Problem(file, 1, "the file is empty.", "Restore it: undo the last change.")])
    return node


def _node(event: NodeEvent) -> Node:
    marks = event.start_mark, event.end_mark
    if isinstance(event, MappingStartEvent):
        return MappingNode("", [], *marks, event.flow_style)
    if isinstance(event, SequenceStartEvent):
        return SequenceNode("", [], *marks, event.flow_style)
    return ScalarNode("", getattr(event, "value", ""), *marks, getattr(event, "style", None))


def _refused(event) -> tuple[str, str] | None:
    """What of YAML this file does not use, because it hides what is meant; and the mend."""
    if isinstance(event, AliasEvent):
        what = f"'*{event.anchor}' stands for text from elsewhere in the file."
        return what, "Write the value itself. If it starts with a *, put it in quotes."
    if anchor := getattr(event, "anchor", None):
        return (
            f"'&{anchor}' marks text to be used again.",
            "Take it away. If the value starts with a &, put it in quotes.",
        )
    if tag := getattr(event, "tag", None):
        tag = tag.replace("tag:yaml.org,2002:", "!!")
        what = f"'{tag}' is a YAML tag, which this file does not use."
        return what, "Take it away. If the value starts with a !, put it in quotes."
    return None


def _syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines() or [""]
    number = min(mark.line, len(lines) - 1) if mark else 0
    reason = error.problem or error.context or "it cannot be read"
    # What never ends is noticed far below: show where it began.
    open_quote = next((i for i in range(number, -1, -1) if _OPEN_QUOTE.match(lines[i])), None)
    if open_quote is not None:
        number, reason = open_quote, "a quote is opened and not closed"
    elif error.context in ("while scanning an alias", "while scanning an anchor"):
        reason = f"'{text[error.context_mark.index]}' cannot start a text"
    elif error.context_mark and "flow" in (error.context or ""):
        number = min(error.context_mark.line, number)
    shown = lines[number].strip()
    mend = _syntax_mend(shown, reason) + " What comes after it could not be checked yet."
    return Problem(file, number + 1, f"'{short(shown)}' cannot be read: {reason}.", mend)


def _syntax_mend(shown: str, reason: str) -> str:
    if "quote" in reason:
        return "Close the quotes at the end of the text."
    if "cannot start" in reason:
        return "Put the whole text in quotes."
    closed = shown.count("[") == shown.count("]") and shown.count("{") == shown.count("}")
    if ("{" in shown or "[" in shown) and not (closed and "mapping values" in reason):
        return "Inside [ ] and { }, put a comma between two entries, and close what you opened."
    if "mapping values" in reason and shown.count(": ") + shown.endswith(":") > 1:
        return "A text with a colon in it needs quotes around the whole of it."
    return (
        "Look at this line and the one above it: each begins with as many spaces as its neighbors, "
        "and has a name, a colon and a space."
    )
