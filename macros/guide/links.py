"""The promised addresses: what others link to, and where what moved is now.

Whoever links to a page, a section, a row or a word trusts that the address stays. links.yml holds all that was
promised and where what moved has gone; its head explains it. Here it is read, and tells where an address leads.
macros.checks.links compares it with what the pages offer.

An address is a page's path in the site, "risks/" or "./" for the first page, with or without an
anchor: "risks/#infection".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from . import paths
from .problem import DataError, Problem
from .read import Document, read

LINKS = paths.ROOT / "links.yml"
_WRITE = "Write it as risks/ or risks/#infection; the first page is ./"
#: Stands for each page that promised an anchor: an entry's row is shown on many pages.
EVERY = "every-page/"

_ADDRESS = re.compile(r"(?:\./|(?:[\w-][\w.-]*/)+)(?:#[\w-]+)?")


@dataclass(frozen=True)
class Contract:
    """`promised` has each page's anchors, `moved` where an old address leads; `document` their lines."""

    promised: Mapping[str, tuple[str, ...]]
    moved: Mapping[str, str]
    document: Document

    @cached_property
    def led_on(self) -> tuple[tuple[str, str], ...]:
        """Every single address that is led on, and where to. Found once: each page asks."""
        addresses = [f"{page}#{anchor}" for page, anchors in self.promised.items() for anchor in anchors]
        single = [old for old in self.moved if not old.startswith(EVERY)]
        led = ((address, final(address, self.moved)) for address in sorted({*self.promised, *addresses, *single}))
        return tuple((address, to) for address, to in led if to != address)


@lru_cache(maxsize=1)
def parse(raw: bytes, file: str) -> Contract:
    """The contract in the bytes of its file. Raises DataError where it cannot be read."""
    document = read(raw, file)
    data = document.data if isinstance(document.data, dict) else {}
    # `moved:` with nothing below it is what the file begins with, so that a line is all there is to add.
    none_yet = document.line(("moved",)) if data.get("moved", "") is None else 0
    found = [problem for problem in document.problems if problem.line != none_yet]
    for part in sorted(set(data) - {"moved", "promised"}):
        found.append(document.problem((part,), f"there is no part '{part}'.", "Parts: moved, promised."))
    moved, promised = data.get("moved") or {}, data.get("promised")
    if not isinstance(promised, dict) or not isinstance(moved, dict):
        mend = "The file has two parts, 'moved:' and 'promised:'. Undo the last change, and look at its head."
        raise DataError([*found, Problem(file, 1, "the file is no link contract.", mend)])
    for old, new in moved.items():
        bad = [each for each in (old, new) if not isinstance(each, str) or not _ADDRESS.fullmatch(each)]
        if bad:
            found.append(document.problem(("moved", old), f"'{bad[0]}' is no address of the guide.", _WRITE))
        elif EVERY in (old, new) or (new.startswith(EVERY) and not old.startswith(EVERY)):
            mend = f"Write both as {EVERY}#infection, or name the page."
            found.append(document.problem(("moved", old), f"'{old}: {new}' leads on no single thing.", mend))
    for page, anchors in promised.items():
        if not _ADDRESS.fullmatch(page) or "#" in page or page == EVERY:
            found.append(document.problem(("promised", page), f"'{page}' is no page's address.", _WRITE))
        if not isinstance(anchors, list) or not all(isinstance(anchor, str) for anchor in anchors):
            mend = "List its anchors below it, each on a line that begins with a hyphen."
            found.append(document.problem(("promised", page), f"'{page}' has no list of anchors.", mend))
    if found:
        raise DataError(found)
    return Contract({page: tuple(anchors) for page, anchors in promised.items()}, moved, document)


def current(path: Path = LINKS) -> Contract:
    """The contract as it stands on disk, parsed again only when the file has changed. Raises DataError."""
    name = paths.name(path)
    try:
        return parse(path.read_bytes(), name)
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})."
        raise DataError([Problem(name, 1, what, "Restore it: git checkout -- " + name)]) from None


def split(address: str) -> tuple[str, str]:
    page, _, anchor = address.partition("#")
    return page, anchor


def step(address: str, moved: Mapping[str, str]) -> str | None:
    """Where one line leads an address, or None. The nearest line counts: its own, its entry's, its page's."""
    page, anchor = split(address)
    if address in moved:
        return moved[address]
    if anchor and (new := moved.get(f"{EVERY}#{anchor}")):
        return new.replace(EVERY, page, 1) if new.startswith(EVERY) else new
    if anchor and page in moved:  # a section of a page that moved keeps its anchor
        return moved[page] if "#" in moved[page] else f"{moved[page]}#{anchor}"
    return None


def final(address: str, moved: Mapping[str, str]) -> str:
    """Where an address leads in the end: itself, where nothing of it moved."""
    seen = [address]
    while (to := step(seen[-1], moved)) and to not in seen:
        seen.append(to)
    return seen[-1]


def name(address: str) -> str:
    """What an address is called where only the address is known: "Wound infection"."""
    page, anchor = split(address)
    return (anchor or posixpath.basename(page.strip("./")) or "start").replace("-", " ").capitalize()


def forgotten(before: Contract, after: Contract) -> list[str]:
    """What an older contract promised and a newer one does not: somebody deleted a line."""
    return missing(before.promised, after.promised)


def missing(wanted: Mapping[str, Iterable[str]], there: Mapping[str, Collection[str]]) -> list[str]:
    """The addresses of pages and their anchors that others lack, sorted."""
    pages = [page for page in wanted if page not in there]
    anchors = [f"{page}#{a}" for page in wanted for a in wanted[page] if a not in there.get(page, ())]
    return sorted(pages + anchors)
