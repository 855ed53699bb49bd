"""A problem: where it is, what is wrong with the bad value in it, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a file that a contributor edits.

    `file` is relative to the project's folder, `line` counts from 1. Problems sort by
    file, then line.
    """

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}\n    {self.mend}"

    def annotation(self) -> str:
        """The same as a GitHub Actions command, which marks the line in a pull request.

        Its escapes are those of GitHub's "Workflow commands" page: % and line ends, and in
        the file's name also , and : characters.
        """
        text = _percent(f"{self.what}\n{self.mend}", "%\r\n")
        return f"::error file={_percent(self.file, '%,:')},line={self.line}::{text}"


class DataError(Exception):
    """A file has problems: `problems` is the sorted list, `str()` prints them all."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def _percent(text: str, characters: str) -> str:
    return "".join(f"%{ord(c):02X}" if c in characters else c for c in text)


def suggestion(value: str, known: Iterable[str]) -> str:
    """What a wrong name may have been meant to be: a mend in one or two sentences.

    `value` is the wrong name, `known` the right ones. Long lists are not printed whole.
    """
    known = sorted(known)
    parts = [part for part in value.replace(",", " ").split() if part in known]
    if len(parts) > 1:
        return f"Is a comma missing? Write {', '.join(parts)}."
    near = difflib.get_close_matches(value, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    if not known:
        return "There are none yet: add it first."
    if len(known) <= 12:
        return f"There is: {', '.join(known)}."
    stem = [name for name in known if name.startswith(value.split("-", maxsplit=1)[0] + "-")][:8]
    return f"Some that begin alike: {', '.join(stem)}." if stem else f"There are {len(known)}; '{known[0]}' is one."


def trail(path: tuple) -> str:
    """A place in the data as "risks › infection › says › 1: ", lists counted from 1; "" for the top."""
    shown = " › ".join(str(part + 1) if isinstance(part, int) else short(part) for part in path)
    return f"{shown}: " if shown else ""


def short(value: object, most: int = 60) -> str:
    """The value as text, cut where it is longer than `most` characters."""
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"


class MacroError(ValueError):
    """A call in a page that cannot be answered: what is wrong, and its `mend`."""

    def __init__(self, what: str, mend: str):
        super().__init__(f"{what} {mend}")
        self.what, self.mend = what, mend


def one(kind: str, entries: Mapping, entry_id: object):
    """The entry of this id. Raises MacroError with a suggestion where there is none."""
    if entry_id not in entries:
        raise MacroError(f"there is no {kind} '{entry_id}'.", suggestion(str(entry_id), entries))
    return entries[entry_id]
