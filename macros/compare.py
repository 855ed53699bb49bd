"""The door of git: this tree beside an older one, BASE, which is any git revision.

    python -m macros.compare changes BASE    what the change means for readers, as Markdown for a reviewer
    python -m macros.compare kept BASE       refuses what takes back a promise, or touches a version that clinics cite

Both look at the commit at which this tree left BASE. They end with 0, with 1 where something is wrong, and with 2
where nothing can be compared.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from .guide import links, load, pages, paths, version
from .guide.links import Contract
from .guide.problem import DataError, Problem
from .guide.version import Version
from .publish import data, releases
from .publish.changes import changes, names

_LINKS, _LIST = "links.yml", f"data/releases/{releases.LIST}"


class Tree(NamedTuple):
    """The guide at one time: guide.json as plain values, each page's text by its path, the promised addresses."""

    document: dict
    texts: Mapping[str, str]
    contract: Contract


def tree(root: Path) -> Tree:
    """The guide in a folder. Raises DataError."""
    guide, texts = load.current(root / paths.DATA.relative_to(paths.ROOT)), pages.read_pages(root / "docs")
    # Which version it is does not matter here.
    return Tree(data.document(guide, texts, Version("", date.min, False)), texts, _contract(root))


def _contract(root: Path) -> Contract:
    """The promised addresses of a folder; they stood among the data once."""
    return links.current(next((p for p in (root / _LINKS, root / "data" / _LINKS) if p.exists()), root / _LINKS))


# ---- What a change means ----


def _said(old: Tree, new: Tree) -> Iterator[str]:
    """What the guide says otherwise, in the words of the page of versions, and which pages cite it in their text."""
    cited = {path: set(pages.cited(text)) for path, text in new.texts.items() if not path.startswith("sources/")}
    for change in changes(old.document, new.document, partial(links.final, moved=new.contract.moved)):
        field = f": {_shown(change.field)}" if change.field else ""
        on = [f"`{path}`" for path, ids in cited.items() if not ids.isdisjoint(change.claims)]
        also = f" (cited on {', '.join(on)})" if on and change.part != "Pages" else ""
        head = f"{change.part} › {_shown(change.entry)}{field}{also}."
        yield f"{head} **Before:** {_shown(change.before)} **Now:** {_shown(change.now)}"


def _addresses(old: Tree, new: Tree) -> Iterator[str]:
    """Addresses that stand for another thing, are led on, or are gone: a reviewer sees whether each is the same."""
    was, now = names(old.document), names(new.document)
    for address in _lost(old, new):
        yield f"`{address}` “{_shown(was[address])}” is gone, and leads nowhere."
    for address, name in was.items():
        if now.get(address, name) != name and links.final(address, new.contract.moved) == address:
            yield f"`{address}` stood for “{_shown(name)}”, and stands for “{_shown(now[address])}”: is it the same?"
    for address, to in new.contract.moved.items():
        if old.contract.moved.get(address) != to:
            name, new_name = _shown(was.get(address) or links.name(address)), _shown(now.get(to) or links.name(to))
            yield f"`{address}` “{name}” now leads to `{to}` “{new_name}”: is it the same?"


def _lost(old: Tree, new: Tree) -> Iterator[str]:
    """Addresses that were published and land on nothing now. Pages for editors promise nothing."""
    quiet = {pages.address_of(path) for path, text in old.texts.items() if "\nkind: gallery\n" in text}
    promised = {f"{page}#{anchor}" for page, anchors in new.contract.promised.items() for anchor in anchors}
    offered = {*names(new.document), *promised, *new.contract.promised}
    for address in names(old.document):
        if not {address, links.final(address, new.contract.moved)} & offered and links.split(address)[0] not in quiet:
            yield address


def _shown(text: str) -> str:
    """A text that Markdown shows as it is typed."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


def tell_changes(base: str, root: Path) -> int:
    """Prints what changed in meaning and of addresses, as Markdown under headings. Returns the exit status."""
    print(f"## What this change means, compared with {base[:12]}")
    try:
        new = tree(paths.ROOT)
    except DataError as error:
        print(f"\nThe data or the promised addresses have {len(error.problems)} problems; `make check` names them.")
        return 1
    try:
        old = tree(root)
    except DataError:
        print("\nThe data there has another shape, so that single values cannot be compared.")
        return 0
    told = {"What the guide says": [*_said(old, new)], "Addresses": [*_addresses(old, new)]}
    for heading in filter(told.get, told):
        print(f"\n### {heading}\n", *(f"- {line}" for line in told[heading]), sep="\n")
    if not any(told.values()):
        print("\nNothing that a reader sees.")
    return 0


# ---- What must be kept ----


def problems(base: str, root: Path) -> Iterator[Problem]:
    """What this tree no longer holds of an older one, and a version that its data do not make.

    Raises DataError for a file that cannot be read.
    """
    for address in links.forgotten(_contract(root), links.current()):
        mend = "Put its line back. If it has moved, add where to below 'moved:'."
        yield Problem(_LINKS, 1, f"the promise of '{address}' is gone.", mend)
    try:
        lost = list(_lost(tree(root), tree(paths.ROOT)))
    except DataError:
        lost = []  # what is wrong here the check tells; what has another shape cannot be compared
    for address in lost:
        mend = f"Put it back, or add below 'moved:' where it is now: {address}: ... "
        mend += "If it still stands there, promise it: make links."
        yield Problem(_LINKS, 1, f"'{address}' was published, and lands on nothing.", mend)
    yield from _versions(base, root / _LIST)


def _versions(base: str, listing: Path) -> Iterator[Problem]:
    """Versions that are gone or changed, and new ones that the data and the pages of this tree do not make."""
    old = listing.read_text("utf-8", errors="replace").splitlines() if listing.exists() else []
    found = releases.listed()[::-1]
    now = [f"{each.sha256}  {each.file}" for each in found]
    for number, line in enumerate(old, 1):
        if now[number - 1 : number] != [line]:
            file = line.rpartition(" ")[2]
            what = f"the version '{file}' is gone, was changed or has another place. Clinics cite it."
            yield Problem(_LIST, number, what, f"Restore the whole folder: git checkout {base[:12]} -- data/releases")
    for release in [each for each, line in zip(found, now, strict=True) if line not in old]:
        made = release.version._replace(hash=version.content_hash())
        text = data.whole(load.current(), pages.read_pages(), made)
        if release != found[-1] or releases.read(release)[0] != text:
            what = f"the version '{release.file}' is not what the data and the pages here make."
            mend = "Delete the file and its line. Then run `make release`, and change nothing after it."
            yield Problem(_LIST, release.line, what, mend)


def tell_kept(base: str, root: Path) -> int:
    """Prints what is not kept. Returns the exit status."""
    try:
        found = sorted(problems(base, root))
    except DataError as error:
        found = error.problems
    for problem in found:
        print(problem.annotation() if os.environ.get("GITHUB_ACTIONS") else problem)
    if not found:
        print("Every promise and every version is kept.")
    return 1 if found else 0


# ---- git ----


def _left(base: str, folder: str) -> str:
    """Puts the files of the commit at which this tree left `base` into a folder, and returns its name.

    Raises CalledProcessError where there is none. A link to another file is left out.
    """
    commit = _git("rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}").decode().strip()
    commit = _git("merge-base", commit, "HEAD").decode().strip()
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit))) as tar:
        tar.extractall(folder, [each for each in tar if not each.issym() and not each.islnk()], filter="data")
    return commit


def _git(*command: str) -> bytes:
    return subprocess.run(["git", *command], cwd=paths.ROOT, capture_output=True, check=True).stdout


def main(arguments: Sequence[str]) -> int:
    """Does one of the two. Returns the exit status."""
    if len(arguments) != 2 or arguments[0] not in ("changes", "kept"):
        print(__doc__)
        return 2
    command, base = arguments
    with tempfile.TemporaryDirectory() as folder:
        try:
            commit = _left(base, folder)
        except subprocess.CalledProcessError as error:
            told = error.stderr.decode(errors="replace").strip() or "it has no commit in common with what stands here"
            print(f"'{base}' cannot be compared: {told}.")
            return 2
        return (tell_changes if command == "changes" else tell_kept)(commit, Path(folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
