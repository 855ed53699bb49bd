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

from ..guide import load
from ..guide.problem import DataError, Problem

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
    # A byte that is no UTF-8 makes its line one that does not belong here.
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
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
    number = len(listed(folder)) - listed(folder).index(release)
    if found := _file_problem(release, number, folder):
        raise DataError([found])
    return (folder / release.file).read_text("utf-8")


def _file_problem(release: Release, number: int, folder: Path) -> Problem | None:
    """What is wrong with a frozen file, whose line of the list has this number."""
    path = folder / release.file
    if not path.is_file():
        return _problem(folder / LIST, number, f"the frozen file '{release.file}' is gone.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != release.sha256:
        return _problem(path, 1, f"the frozen file '{release.file}' has changed. Clinics cite it as it was.")
    return None


def problems(folder: Path = FOLDER) -> Iterator[Problem]:
    """What is wrong with the frozen files: one that changed, is gone, or is not on the list."""
    try:
        releases = listed(folder)
    except DataError as error:
        yield from error.problems
        return
    for number, release in enumerate(reversed(releases), 1):
        if found := _file_problem(release, number, folder):
            yield found
    known = {release.file for release in releases} | {LIST}
    for path in sorted(folder.glob("[!.]*")):
        if path.name not in known:
            what = f"'{path.name}' is not on the list of versions."
            yield _problem(path, 1, what, "Delete it. Only make release adds a file.")


def freeze(text: str, day: date, content: str, folder: Path = FOLDER) -> Path:
    """Writes a version's file and its line of the list; returns the file's path.

    `text` is the file, `content` the hash of its pages and data. Raises OSError, and DataError where
    the same content was frozen on the same day, before another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, listing = folder / f"{day.isoformat()}-{content}.json", folder / LIST
    if path.exists():
        raise DataError([_problem(path, 1, "this was a version today, before another.", "Try again tomorrow.")])
    lines = listing.read_text("utf-8").splitlines() if listing.exists() else []
    lines.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {path.name}")
    _write(path, text)
    _write(listing, "".join(f"{line}\n" for line in lines))
    return path


def _write(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(text.encode())
    part.replace(path)


def _problem(path: Path, line: int, what: str, mend: str = "") -> Problem:
    name = path.relative_to(load.ROOT).as_posix() if path.is_relative_to(load.ROOT) else path.name
    return Problem(name, line, what, mend or f"Restore it: git checkout origin/main -- {name}")
