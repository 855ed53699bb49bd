"""The frozen versions: data/releases/ has the data of each as a file that never changes again.

The list of them is SHA256SUMS beside the files, oldest first, in the form that `sha256sum --check` reads; a file's
name says its day and the hash of its content.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..guide import paths, version
from ..guide.links import Contract, final
from ..guide.model import Guide
from ..guide.problem import DataError, Problem
from ..guide.version import Step, Version
from . import data
from .changes import changes

FOLDER = paths.ROOT / "data/releases"
LIST = "SHA256SUMS"
#: Where the files stand below the site's root.
PUBLISHED = "data/releases/"
_LINE = re.compile(r"([0-9a-f]{64})  ((\d{4}-\d\d-\d\d)-([0-9a-f]{10})\.json)")


class Release(NamedTuple):
    """A frozen version: its file's name, the SHA-256 of the file, its line in the list."""

    version: Version
    file: str
    sha256: str
    line: int


def listed(folder: Path = FOLDER) -> list[Release]:
    """The frozen versions, newest first. Raises DataError for a list that cannot be read."""
    path, found = folder / LIST, []
    # A byte that is no UTF-8 makes its line one that does not belong here.
    lines = path.read_text("utf-8", errors="replace").splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            sha256, file, day, content = _LINE.fullmatch(line).groups()
            found.append(Release(Version(content, date.fromisoformat(day), True), file, sha256, number))
        except (AttributeError, ValueError):
            raise DataError([_problem(path, number, f"'{line}' is not a line of this list.")]) from None
    return found[::-1]


def newest(folder: Path = FOLDER) -> Version | None:
    """The newest frozen version, if there is one. Raises DataError for a list that cannot be read."""
    return next((each.version for each in listed(folder)), None)


def read(release: Release, folder: Path = FOLDER) -> tuple[str, dict]:
    """A version's file as text and as plain values.

    Raises DataError where the file is gone, has changed, or is not the data of this version.
    """
    path = folder / release.file
    if not path.is_file():
        raise DataError([_problem(folder / LIST, release.line, f"the frozen file '{release.file}' is gone.")])
    raw = path.read_bytes()
    if hashlib.sha256(raw).hexdigest() != release.sha256:
        what = f"the frozen file '{release.file}' has changed. Clinics cite it as it was."
        raise DataError([_problem(path, 1, what)])
    try:
        document = json.loads(raw)
        changes(document, document)  # what cannot be compared with itself has not the shape of a version
        said = Version(document["version"], date.fromisoformat(document["date"]), document["frozen"])
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError, StopIteration):
        said = None
    if said != release.version:
        raise DataError([_problem(path, 1, f"the frozen file '{release.file}' does not hold the data of its version.")])
    return raw.decode(), document


def problems(folder: Path = FOLDER) -> Iterator[Problem]:
    """What is wrong with the frozen files and their list: one that changed, is gone, not listed, or out of order."""
    try:
        releases = listed(folder)[::-1]
    except DataError as error:
        yield from error.problems
        return
    for place, release in enumerate(releases):
        earlier, line = releases[:place], (folder / LIST, release.line)
        if any(each.file == release.file or each.version.on > release.version.on for each in earlier):
            mend = "Put the lines in the order of their days, each once."
            yield _problem(*line, f"'{release.file}' stands above already, or is older than what does.", mend)
        if release.version.on > version.today():
            mend = "Delete the file and its line, and run `make release` on the day itself."
            yield _problem(*line, f"'{release.file}' is of a day to come.", mend)
        try:
            read(release, folder)
        except DataError as error:
            yield from error.problems
    known = {LIST, *(release.file for release in releases)}
    for path in sorted(folder.glob("[!.]*")):
        if path.name not in known:
            mend = "Delete it. Only `make release` adds a file."
            yield _problem(path, 1, f"'{path.name}' is not on the list of versions.", mend)


def files(folder: Path = FOLDER) -> dict[str, str]:
    """The list and every frozen file as they are published, by path below the site's root. Raises DataError."""
    found = {PUBLISHED + each.file: read(each, folder)[0] for each in listed(folder)}
    return found and {**found, PUBLISHED + LIST: (folder / LIST).read_text("utf-8")}


def steps(guide: Guide, texts: Mapping[str, str], contract: Contract, folder: Path = FOLDER) -> list[Step]:
    """Every version, newest first. The guide as it stands is the first of them, as a draft if it is not frozen.

    `texts` has each page's text by its path below docs/. Raises DataError for a list or a file that cannot be read.
    """
    now = version.now(newest(folder))
    told = [(each.version, PUBLISHED + each.file, read(each, folder)[1]) for each in listed(folder)]
    if not now.frozen:
        told.insert(0, (now, "", data.document(guide, texts, now)))
    led = partial(final, moved=contract.moved)
    befores = [content for *_, content in told[1:]]
    return [
        Step(at, file, before and changes(before, content, led))
        for (at, file, content), before in zip(told, [*befores, None], strict=True)
    ]


def freeze(text: str, now: Version, folder: Path = FOLDER) -> Path:
    """Writes a version's file and its line of the list; returns the file's path.

    `text` is what macros.publish.data.whole made of it. Raises OSError, and DataError where the same content was
    frozen on the same day, before another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, listing = folder / f"{now.on.isoformat()}-{now.hash}.json", folder / LIST
    if path.exists():
        raise DataError([_problem(path, 1, "this was a version today, before another.", "Try again tomorrow.")])
    lines = listing.read_text("utf-8").splitlines() if listing.exists() else []
    lines.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {path.name}")
    for target, content in ((path, text), (listing, "".join(f"{line}\n" for line in lines))):
        part = target.with_name(f".{target.name}.part")  # a file is written whole or not at all
        part.write_bytes(content.encode())
        part.replace(target)
    return path


def _problem(path: Path, line: int, what: str, mend: str = "") -> Problem:
    name = paths.name(path)
    return Problem(name, line, what, mend or f"Restore it: git checkout origin/main -- {name}")
