"""What the YAML parser could not read, in words for people who know no YAML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError, StringMark
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, Event, ScalarEvent

_BLOCK = (
    "Look at this line and the one above it: each begins with as many spaces as its neighbors, "
    "and has a name, a colon and a space."
)
_FLOW = (
    "Inside [ ] and { }, put a comma between two entries, and close what you opened. "
    "A text with a comma or a colon in it needs quotes."
)

_LONGEST = 300  # nobody reads a longer text in a message


def unreadable(error: MarkedYAMLError, events: Sequence[Event], text: str) -> tuple[int, str, str]:
    """The line of the parser's `error`, counted from 0, what is wrong in it, and its mend.

    `events` are those that the parser gave before, `text` is the whole file.
    """
    where = _where(events, text)
    context, problem, mark = error.context or "", error.problem or "", error.problem_mark or error.context_mark
    if "escape" in problem:
        return mark.line, "a \\ means something else in double quotes", "Put the text in single quotes instead: '...'"
    if "quoted scalar" in context:
        return _open_quote(error.context_mark, where, text)
    start, end = where.start, where.end
    if "cannot start any token" in problem or "block scalar" in context:
        start = end = error.context_mark if "block scalar" in context else mark
    # An entry behind it lacks a comma before itself; anything else makes one text of both.
    if (
        start
        and end.line == mark.line
        and not (where.bracket and re.match(r" *([\w-]+: |[\"'\[{}\]])", text[end.index :]))
    ):
        first = text[start.index]
        if start.line == end.line:
            whole = _whole(start, end, where, text)
            reason = f"more text stands behind the {text[end.index - 1]}"
            reason = reason if first in "\"'[{" else f"'{first}' cannot start a text"
            return start.line, reason, f"Put the whole text in quotes: {_name(start, text)}{_in_quotes(whole)}"
        if first in "\"'":
            return _open_quote(start, where, text)
    if where.bracket:
        return min(where.opened.line, mark.line), "a comma or a bracket is missing", _FLOW
    lines = text.split("\n")
    line = min(mark.line, len(lines) - 1)
    while line and not lines[line].strip():  # what never ends is noticed below the last line
        line -= 1
    match = re.fullmatch(r" *((?:- )*[\w-]{1,60}: )([^\[{].*:(?: .*)?)", lines[line])
    if match and "mapping values" in problem:
        mend = f"A text with a colon in it needs quotes around the whole of it: {match[1]}{_in_quotes(match[2])}"
        return line, "it has two colons", mend
    return line, "it does not fit the lines around it", _BLOCK


def _in_quotes(text: str) -> str:
    """The text as it is typed to be read as one text, whatever stands in it; of a very long one only the quotes."""
    if len(text) > _LONGEST:
        return '"..."'
    return "'" + text.replace("'", "''") + "'" if re.search(r'["\\]', text) else f'"{text}"'


class _Where(NamedTuple):
    """How far the parser came: the sign and place of the last bracket that is open, and the last value if it is closed
    by a sign of its own (in quotes, in brackets) or is an alias."""

    bracket: str
    opened: StringMark | None
    start: StringMark | None
    end: StringMark | None


def _where(events: Sequence[Event], text: str) -> _Where:
    opened, last = [], (None, None)
    for event in events:
        last = (None, None)
        if isinstance(event, CollectionStartEvent):
            opened.append(event)
        elif isinstance(event, CollectionEndEvent):
            begun = opened.pop()
            last = (begun.start_mark, event.end_mark) if begun.flow_style else last
        elif isinstance(event, AliasEvent) or (isinstance(event, ScalarEvent) and event.style in ("'", '"')):
            last = (event.start_mark, event.end_mark)
    mark = opened[-1].start_mark if opened and opened[-1].flow_style else None
    return _Where(text[mark.index] if mark else "", mark, *last)


def _open_quote(start: StringMark, where: _Where, text: str) -> tuple[int, str, str]:
    mend = "Close the quotes at the end of the text. If the quote belongs to the text, put the whole of it in quotes"
    whole = _whole(start, start, where, text)
    return start.line, "a quote is opened and not closed", f"{mend}: {_name(start, text)}{_in_quotes(whole)}"


def _name(start: StringMark, text: str) -> str:
    """The name or hyphen in front of a value, as typed."""
    before = text[: start.index].rsplit("\n", 1)[-1]
    return re.search(r"(?:[\w-]{1,60}: +|- +)?$", before)[0]


def _whole(start: StringMark, end: StringMark, where: _Where, text: str) -> str:
    """What was meant as one text: it begins at `start` and goes on behind `end`, in the same line."""
    rest = text[end.index :].split("\n", 1)[0]
    # The parser reads ahead: of a bracket right before the value it may not have told yet.
    new = re.search(r"([\[{]) *(?:[\w-]+: +)?$", text[: start.index].rsplit("\n", 1)[-1])
    bracket = new[1] if new else where.bracket
    if bracket == "{":
        rest = re.match(r".*?(?=, *[\w-]+: |\}|$)", rest)[0]
    elif bracket == "[":
        rest = re.match(r"[^,\]]*", rest)[0]
    first, whole = text[start.index], (text[start.index : end.index] + rest).strip()
    # 'it's here' and "He said "no" to it" have their quotes; "Paralysis" is "weakness" has none around it.
    torn = start != end and (text[end.index - 2] == " " or rest[:1].isalnum())
    return whole[1:-1] if first in "\"'" and torn and whole[1:].endswith(first) else whole
