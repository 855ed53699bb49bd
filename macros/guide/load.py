"""The guide's data: read, checked against the model and the rules, and kept until the file changes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from . import paths
from .explain import explain
from .model import Guide
from .problem import DataError, Problem
from .read import Document, read
from .rules import broken, unwanted_wording
from .strength import weak_or_strong


def parse(raw: bytes, file: str) -> Guide:
    """The guide's data.

    `raw` is the file's bytes, `file` its name for messages. Raises DataError with every
    problem that could be found; a syntax error hides those behind it, and says so.
    """
    return _parse(raw, file)[0]


def _parse(raw: bytes, file: str) -> tuple[Guide, Document]:
    document = read(raw, file)
    if not isinstance(document.data, dict):
        mend = f"It needs these parts: {', '.join(Guide.model_fields)}."
        raise DataError([Problem(file, 1, "the file holds no named parts.", mend)])
    ids = _ids(document.data)
    problems = [*document.problems, *unwanted_wording(document)]
    try:
        guide = Guide.model_validate(document.data, context={"ids": ids})
    except ValidationError as error:
        raise DataError(problems + explain(error, document, ids)) from None
    problems += [*broken(guide, document), *weak_or_strong(guide, document)]
    if problems:
        raise DataError(problems)
    return guide, document


def current(path: Path = paths.DATA) -> Guide:
    """The guide's data as it stands on disk, parsed again only when the file has changed.

    Raises DataError, also for a file that is missing or cannot be read.
    """
    return _current(path)[0]


def lines(path: Path = paths.DATA) -> Document:
    """The file that `current` read, which tells the line of each of its values. Raises DataError."""
    return _current(path)[1]


def _current(path: Path) -> tuple[Guide, Document]:
    name = paths.name(path)
    try:
        state = path.stat()
    except OSError as error:
        raise DataError(
            [Problem(name, 1, f"the file cannot be read ({error.strerror}).", "Restore it: git checkout -- " + name)]
        ) from None
    found = _cached(path, name, state.st_mtime_ns, state.st_size)
    if isinstance(found, DataError):
        raise DataError(found.problems)
    return found


@lru_cache(maxsize=1)  # what is wrong is kept, too: every page asks
def _cached(path: Path, name: str, changed: int, size: int) -> tuple[Guide, Document] | DataError:
    try:
        return _parse(path.read_bytes(), name)
    except DataError as error:
        return error
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})."
        return DataError([Problem(name, 1, what, "Make it a readable file.")])


def _ids(data: dict) -> dict[str, dict]:
    """The ids that the file defines, by kind, even where the rest of it is wrong."""

    def keys(part) -> dict:
        return part if isinstance(part, dict) else {}

    ids = {kind: keys(data.get(kind)) for kind in ("methods", "risks", "alternatives", "sources")}
    ids["claims"] = {claim: None for source in ids["sources"].values() for claim in keys(keys(source).get("claims"))}
    return ids
