"""The frozen versions: data/releases/ has the data of each as a file that never changes again.

The list of them is SHA256SUMS beside the files, in the form that `sha256sum --check` reads; a
file's name says its day and the hash of its content.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from . import load
from .problem import DataError, Problem

FOLDER = load.ROOT / "data/releases"
LIST = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  ((\d{4}-\d\d-\d\d)-([0-9a-f]{10})\.json)")


class Release(NamedTuple):
    """One frozen version."""

    on: date
    """The day on which it was frozen."""
    hash: str
    """The hash of its pages and data, as each page shows it."""
    file: str
    """The name of its file."""
    sha256: str
    """The SHA-256 of the file's bytes, in hexadecimal."""


def listed(folder: Path = FOLDER) -> list[Release]:
    """The frozen versions, newest first. Raises DataError for a list that cannot be read."""
    path = folder / LIST
    if not path.exists():
        return []
    found, problems = [], []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            sha256, file, day, content = _LINE.fullmatch(line).groups()
            found.append(Release(date.fromisoformat(day), content, file, sha256))
        except (AttributeError, ValueError):
            problems.append(_problem(path, number, f"'{line}' is not a line of this list."))
    if problems:
        raise DataError(problems)
    return found[::-1]


def text_of(release: Release, folder: Path = FOLDER) -> str:
    """The frozen file of a version. Raises DataError where it is gone or has changed."""
    path = folder / release.file
    found = [problem for problem in problems(folder) if path.name in problem.what]
    if found:
        raise DataError(found)
    return path.read_text("utf-8")


def problems(folder: Path = FOLDER) -> Iterator[Problem]:
    """What is wrong with the frozen files: one that changed, is gone, or is not on the list."""
    try:
        releases = listed(folder)
    except DataError as error:
        yield from error.problems
        return
    for number, release in enumerate(reversed(releases), 1):
        path = folder / release.file
        if not path.is_file():
            yield _problem(folder / LIST, number, f"the frozen file '{release.file}' is gone.")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != release.sha256:
            yield _problem(path, 1, f"the frozen file '{release.file}' has changed. Clinics cite it as it was.")
    known = {release.file for release in releases} | {LIST}
    for path in sorted(folder.glob("*")):
        if path.name not in known:
            yield _problem(path, 1, f"'{path.name}' is not on the list of versions.", "Only make release adds a file.")


def freeze(text: str, day: date, content: str, folder: Path = FOLDER) -> Path:
    """Writes a version's file and its line of the list; returns the file's path. Raises OSError.

    `text` is the file, `content` the hash of its pages and data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day.isoformat()}-{content}.json"
    with path.open("xb") as file:  # never over another
        file.write(text.encode())
    with (folder / LIST).open("ab") as file:
        file.write(f"{hashlib.sha256(text.encode()).hexdigest()}  {path.name}\n".encode())
    return path


def _problem(path: Path, line: int, what: str, mend: str = "") -> Problem:
    name = path.relative_to(load.ROOT).as_posix() if path.is_relative_to(load.ROOT) else path.name
    return Problem(name, line, what, mend or f"Restore it: git checkout origin/main -- {name}")
