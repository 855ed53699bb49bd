"""The version of what the guide says: a hash of pages and data, a day, whether it is frozen; and what it changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from . import paths
from .review import day

#: Digits that are shown; 40 bits are enough to tell versions apart and short enough to read out.
_DIGITS = 10


class Version(NamedTuple):
    """What a clinic cites."""

    hash: str
    """The first digits of a hash of pages and data."""
    on: date
    """The day on which it was frozen; of a draft, the day of its commit, or else today."""
    frozen: bool
    """Whether it stands on the list of versions. What does not is a draft."""

    def __str__(self) -> str:
        return f"{'Version' if self.frozen else 'Draft'} of {day(self.on)} ({self.hash})"


class Change(NamedTuple):
    """One thing that the guide says otherwise than before, as plain text.

    `part` is the kind of the entry, such as "Risks", and `field` what of it, "" for all of it. `address` is its path
    below the site's root, and `claims` are the ids of the claims that it rests on.
    """

    part: str
    entry: str
    field: str
    before: str
    now: str
    address: str
    claims: tuple[str, ...] = ()


class Step(NamedTuple):
    """A version, and what it changed since the one before: None for the first.

    `file` is the address of its frozen file as a path below the site's root, "" for a draft.
    """

    version: Version
    file: str
    changes: Sequence[Change] | None

    @property
    def nothing(self) -> str:
        """The sentence to show where there is no change to tell; "" where there is one."""
        if self.changes is None and not self.version.frozen:
            return "No version has been published yet. This is a draft."
        if self.changes is None:
            return "It is the first version."
        return "" if self.changes else "Nothing that the guide says has changed."

    @property
    def name(self) -> str:
        """The name of its frozen file without its ending, which is its id on the page of versions; "" for a draft."""
        return self.file.rpartition("/")[2].removesuffix(".json")


def today() -> date:
    """The day that a build says it is, in UTC.

    It is the day of SOURCE_DATE_EPOCH, in seconds, where that is set, so that a build can be made
    again on another day: https://reproducible-builds.org/specs/source-date-epoch/
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return (datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)).date()


def content_hash(docs: Path = paths.DOCS, data: Path = paths.DATA) -> str:
    """The first digits of the SHA-256 over the paths and the bytes of data and pages, in hexadecimal."""
    total = hashlib.sha256()
    for path in [data, *paths.files(docs)]:
        name = path.relative_to(docs).as_posix() if path != data else path.name
        content = path.read_bytes()
        total.update(f"{name}\n{len(content)}\n".encode() + content)
    return total.hexdigest()[:_DIGITS]


def now(newest: Version | None) -> Version:
    """The version of the pages and the data as they stand: the newest of the list, or a draft.

    `newest` is the newest frozen version, if there is one. Where pages and data say again what an older version
    said, they are a draft too: what came between has changed. A draft is never older than the newest version.
    """
    content = content_hash()
    if newest is None:
        return Version(content, today(), False)
    frozen = newest.hash == content
    return Version(content, newest.on if frozen else max(today(), newest.on), frozen)
