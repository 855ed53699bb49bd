"""From the bytes of a YAML file to plain values, each with its line. What YAML would guess is refused."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, DocumentEndEvent, DocumentStartEvent, Event
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .model import NOT_REPORTED
from .problem import DataError, Problem, short, trail
from .syntax import unreadable

#: Characters that nobody sees and that text pasted from elsewhere brings along.
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
#: Fields that hold a whole number: what is none is left as typed, and `explain` tells how to write it.
NUMBERS = {"count", "out_of"}

# Unquoted words that YAML 1.1, which many programs still speak, turns into something else
# than text (yaml.org/type: bool, null, int, float, timestamp's time part, value).
_YAML_1_1 = re.compile(
    r"(?ix) y|yes|n|no|on|off|true|false|null|~|=|<<"
    r"|[-+]?(0b[01_]+|0x[0-9a-f_]+|0[0-7_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)"
    r"|[-+]?(\.inf|[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?|\.[0-9][0-9_]*(e[-+]?[0-9]+)?)|\.nan"
)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,11}")
_MERGE = re.compile(r"(<{7}|={7}|>{7}|\|{7})( |$)")
_DEEPEST = 30  # the model has 12 levels; reading hundreds would take minutes
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

    def problem(self, path: tuple, what: str, mend: str) -> Problem:
        """A problem at the line of a place."""
        return Problem(self.file, self.line(path), what, mend)


def read(raw: bytes, file: str) -> Document:
    """The document in `raw`, whose name in messages is `file`.

    Raises DataError for what keeps the whole file from being read: bad bytes, syntax,
    anchors, nothing in it.
    """
    text, problems = decode(raw, file)
    typed = text.split("\n")
    problems += line_problems(typed, file)
    for number in [number for number, line in enumerate(typed, 1) if "\t" in line]:
        problems.append(Problem(file, number, "there is a tab in this line.", "Use spaces instead, two for each step."))
    if problems:
        raise DataError(problems)
    _refuse(text, file)
    node = YAML(typ="base", pure=True).compose(text)
    if node is None:
        raise DataError([Problem(file, 1, "the file is empty.", "Restore it: undo the last change.")])
    document = _Reader(file, typed=typed)
    document.data = document.value(node, ())
    return document


def decode(raw: bytes, file: str) -> tuple[str, list[Problem]]:
    """The text in `raw` with line ends of one kind, and one problem if it was not saved as UTF-8.

    A character that cannot be read is a \ufffd in the text. Of a file in another encoding as a whole the text is "".
    """
    mend = "Save the file as UTF-8: many programs ask for it as 'encoding' in 'Save as'."
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or raw.count(0) * 4 > len(raw):
        return "", [Problem(file, 1, "the file is saved as UTF-16 or the like, which cannot be read here.", mend)]
    raw = raw.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return raw.decode(), []
    except UnicodeDecodeError as error:
        text, line = raw.decode(errors="replace"), raw[: error.start].count(b"\n") + 1
        more = sum("\ufffd" in typed for typed in text.split("\n")) - 1
        what = f"the bytes {raw[error.start : error.end].hex(' ')} are not UTF-8 text"
        what += f", and {more} more lines have such bytes." if more else "."
        return text, [Problem(file, line, what, f"{mend} If it is one character only, type it again.")]


def line_problems(lines: Iterable[str], file: str) -> Iterator[Problem]:
    """What nobody means to type into a file: what a merge left over, and characters that cannot be seen."""
    for number, line in enumerate(lines, 1):
        if match := _MERGE.match(line):
            what = f"'{match[1]}' is left over from a merge conflict."
            mend = "Keep one of the two versions, and delete the lines with <<<<<<<, ======= and >>>>>>>."
            yield Problem(file, number, what, mend)
        elif match := INVISIBLE.search(line):
            mend = "Delete it: often it comes along when text is pasted."
            yield Problem(file, number, f"there is an invisible character (code {ord(match[0]):04x}).", mend)


def _refuse(text: str, file: str) -> None:
    """Raises DataError for what of YAML the guide does not use, because it hides what is meant, and for its syntax."""
    problems, events, depth, documents = [], [], 0, 0
    try:
        for event in YAML(typ="base", pure=True).parse(text):
            events.append(event)
            depth += event.__class__.__name__.endswith("StartEvent") - event.__class__.__name__.endswith("EndEvent")
            documents += isinstance(event, DocumentStartEvent)
            if refused := _refused(event, depth, documents):
                problems.append(Problem(file, event.start_mark.line + 1, *refused))
            if depth > _DEEPEST or documents > 1:
                break
    except MarkedYAMLError as error:
        line, reason, mend = unreadable(error, events, text)
        shown = short(text.split("\n")[line].strip())
        what = f"'{shown}' cannot be read: {reason}. What comes after it could not be checked yet."
        problems = [problem for problem in problems if problem.line != line + 1]
        problems.append(Problem(file, line + 1, what, mend))
    except (YAMLError, ValueError) as error:
        what = str(error).split("\n", 1)[0] or type(error).__name__
        problems.append(Problem(file, 1, f"the file cannot be read: {what}.", "Undo the last change."))
    if problems:
        raise DataError(problems)


def _refused(event: Event, depth: int, documents: int) -> tuple[str, str] | None:
    """What is wrong with an event of the parser, and its mend."""
    if depth > _DEEPEST:
        return "too many [ or { stand inside each other.", "Close what you opened."
    if documents > 1:
        return "'---' starts a second file inside this one.", "Delete this line."
    if isinstance(event, DocumentEndEvent) and event.explicit:
        return "'...' ends the file here.", "Delete this line."
    if isinstance(event, AliasEvent):
        what = f"'*{short(event.anchor)}' stands for text from elsewhere in the file."
        return what, "Write the value itself. If it starts with a *, put it in quotes."
    if anchor := getattr(event, "anchor", None):
        mend = "Take it away. If the value starts with a &, put it in quotes."
        return f"'&{short(anchor)}' marks text to be used again.", mend
    if tag := getattr(event, "tag", None):
        mend = "Take it away. If the value starts with a !, put it in quotes."
        tag = tag.replace("tag:yaml.org,2002:", "!!")
        return f"'{short(tag)}' is a YAML tag, which this file does not use.", mend
    return None


@dataclass
class _Reader(Document):
    """A document that fills itself from YAML nodes."""

    typed: list[str] = field(default_factory=list)

    def doubt(self, path: tuple, line: int, what: str, mend: str) -> None:
        name = trail(tuple(step for step in path if step != _AGAIN))
        self.problems.append(Problem(self.file, line, f"{name}{what}", mend))
        self.doubtful.add(path)

    def value(self, node: Node, path: tuple) -> object:
        self.lines.setdefault(path, node.start_mark.line + 1)
        self.swallowed(node, path)
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self.scalar(node, path)

    def swallowed(self, node: Node, path: tuple) -> None:
        """A # behind a value hides the rest of the line; who types it may not mean that."""
        scalar = isinstance(node, ScalarNode)
        if (node.style in ("|", ">") or not node.value) if scalar else not node.flow_style:
            return  # an empty value is told by itself, and the others end in another line
        line, column = node.end_mark.line, node.end_mark.column
        if (rest := self.typed[line][column:].strip()).startswith("#"):
            mend = "Put the whole text in quotes, or the comment on a line of its own."
            self.doubt(path, line + 1, f"'{short(rest)}' is hidden behind the #.", mend)

    def mapping(self, node: MappingNode, path: tuple) -> dict:
        found: dict = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.doubt(path, line, "a name is missing before the colon.", "Write name: value.")
                continue
            key, empty = key_node.value, isinstance(value_node, ScalarNode) and value_node.value == ""
            if empty and node.flow_style and not value_node.style and (told := self.no_entry(key_node)):
                self.doubt(path, line, *told)
                continue
            here = (*path, key)
            if key in found:
                what = f"'{short(key)}' stands here twice, first in line {self.lines[here]}."
                mend = "Keep one of the two, or give the second a name of its own."
                self.doubt((*here, _AGAIN), line, what, mend)
                continue
            self.lines[here] = line
            found[key] = self.value(value_node, here)
        return found

    def no_entry(self, key_node: ScalarNode) -> tuple[str, str] | None:
        """What is wrong inside { } with a name that has no value, and its mend."""
        key, typed, column = key_node.value, self.typed[key_node.start_mark.line], key_node.start_mark.column
        if key.isdigit():
            # {out_of: 1,000} is read as two entries; what was typed is known from the line alone
            number = re.search(r"(?:: *)([0-9]{1,3}(?:,[0-9]{3})*,)$", typed[:column])
            rest = re.match(r"[0-9]{3}(?:,[0-9]{3})*(?![0-9]|,[0-9])", typed[column:])
            plain = f": {number[1]}{rest[0]}".replace(",", "") if number and rest else ""
            mend = f"Write a number without a comma{plain}. Put a text with a comma in quotes, the whole of it."
            return f"the comma before '{short(key)}' ends the entry inside {{ }}.", mend
        # {count 1} and {count:1} are read as one name
        if match := re.fullmatch(r"(\w+)\s*[: ]\s*(\S.*)", key):
            what = f"'{short(key)}' has no colon and space after its name."
            return what, f"Write {short(match[1])}: {short(match[2])}"
        return None

    def scalar(self, node: ScalarNode, path: tuple) -> str | int | None:
        text, line = node.value, self.line(path)
        if match := INVISIBLE.search(text):  # an escape such as "\\x00" brings it in
            self.doubt(path, line, f"there is an invisible character (code {ord(match[0]):04x}).", "Delete it.")
        if node.style:  # of quotes, or of | and >
            return text
        if not text:
            mend = f"Write a value, or take the line away. Where our sources are silent, write: {NOT_REPORTED}"
            self.doubt(path, line, "there is nothing after the colon.", mend)
            return None
        if _WHOLE.fullmatch(text):
            return int(text)
        if _YAML_1_1.fullmatch(text) and not NUMBERS.intersection(path[-1:]):
            what = f"'{short(text)}' without quotes means something else than text to many programs."
            self.doubt(path, line, what, f'Put it in quotes: "{short(text)}".')
        return text
