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
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from .guide import links, load, pages, paths, version
from .guide.links import Contract
from .guide.model import Guide
from .guide.problem import DataError, Problem
from .guide.version import Version
from .publish import data, releases
from .publish.changes import changes, names

_DATA = paths.DATA.relative_to(paths.ROOT).as_posix()
_DOCS = paths.DOCS.relative_to(paths.ROOT).as_posix()
_LINKS = links.LINKS.relative_to(paths.ROOT).as_posix()
_LIST = (releases.FOLDER / releases.LIST).relative_to(paths.ROOT).as_posix()
#: Where the promised addresses stood before they had their place beside the data.
_LINKS_BEFORE = "data/links.yml"
#: Pages for editors promise nothing.
_FOR_EDITORS = re.compile(r"\A---\n(?:.*\n)*?kind: gallery\n(?:.*\n)*?---\n")


class Tree(NamedTuple):
    """The guide at one time: guide.json as plain values, each page's text by its path, the promised addresses."""

    document: dict
    texts: Mapping[str, str]
    contract: Contract


def here() -> Tree:
    """This tree. Raises DataError."""
    return _tree(load.current(), pages.read_pages(), links.current())


def there(files: Mapping[str, bytes]) -> Tree:
    """An older tree, from its files by path. Raises DataError, also where it has no data."""
    docs = {path.removeprefix(f"{_DOCS}/"): raw for path, raw in files.items() if path.startswith(f"{_DOCS}/")}
    texts = {path: pages.as_text(raw) for path, raw in docs.items() if path.endswith(".md")}
    return _tree(load.parse(files.get(_DATA, b""), _DATA), texts, _contract(files))


def _tree(guide: Guide, texts: Mapping[str, str], contract: Contract) -> Tree:
    # Which version it is does not matter here.
    return Tree(data.document(guide, texts, Version("", date.min, False)), texts, contract)


def _contract(files: Mapping[str, bytes]) -> Contract:
    return links.parse(files.get(_LINKS) or files.get(_LINKS_BEFORE) or b"promised: {}", _LINKS)


# ---- What a change means ----


def report(old: Tree, new: Tree) -> list[str]:
    """What changed in meaning and of addresses, as lines of Markdown under headings; empty where nothing did."""
    lines = []
    for heading, found in {"What the guide says": _said(old, new), "Addresses": _addresses(old, new)}.items():
        told = [f"- {line}" for line in found]
        lines += ["", f"### {heading}", "", *told] if told else []
    return lines


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
    for address, name in was.items():
        if links.final(address, new.contract.moved) != address:
            continue
        if address not in now:
            yield f"`{address}` “{_shown(name)}” is gone, and leads nowhere."
        elif now[address] != name:
            yield f"`{address}` stood for “{_shown(name)}”, and stands for “{_shown(now[address])}”: is it the same?"
    for address, to in new.contract.moved.items():
        if old.contract.moved.get(address) != to:
            told = f"“{_shown(_name(address, was))}” now leads to `{to}` “{_shown(_name(to, now))}”: is it the same?"
            yield f"`{address}` {told}"


def _name(address: str, known: Mapping[str, str]) -> str:
    """What stands at an address; of one for every page, what the entry is called."""
    page, anchor = links.split(address)
    everywhere = (name for other, name in known.items() if page == links.EVERY and links.split(other)[1] == anchor)
    return known.get(address) or next(everywhere, links.name(address))


def _shown(text: str) -> str:
    """A text that Markdown shows as it is typed."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


def tell_changes(base: str, files: Mapping[str, bytes]) -> int:
    """Prints what a change means. Returns the exit status."""
    print(f"## What this change means, compared with {base[:12]}")
    try:
        new = here()
    except DataError as error:
        print(f"\nThe data or the promised addresses have {len(error.problems)} problems; `make check` names them.")
        return 1
    try:
        old = there(files)
    except DataError:
        print("\nThe data there has another shape, so that single values cannot be compared.")
        return 0
    print("\n".join(report(old, new) or ["", "Nothing that a reader sees."]))
    return 0


# ---- What must be kept ----


def problems(base: str, files: Mapping[str, bytes]) -> Iterator[Problem]:
    """What this tree no longer holds of an older one, and a version that its data do not make.

    Raises DataError for a file that cannot be read.
    """
    before, now = _contract(files), links.current()
    for address in links.forgotten(before, now):
        mend = "Put its line back. If it has moved, add where to below 'moved:'."
        yield Problem(_LINKS, 1, f"the promise of '{address}' is gone.", mend)
    yield from _unpromised(files, now)
    yield from _versions(base, files)


def _unpromised(files: Mapping[str, bytes], contract: Contract) -> Iterator[Problem]:
    """What was published, was never promised, and is gone: what is published is promised."""
    try:
        new, old = here(), there(files)
    except DataError:
        return  # what is wrong here the check tells; what has another shape cannot be compared
    offered = names(new.document)
    quiet = {pages.address_of(path) for path, text in old.texts.items() if _FOR_EDITORS.match(text)}
    promised = {f"{page}#{anchor}" for page, anchors in contract.promised.items() for anchor in anchors}
    for address in names(old.document):
        page, anchor = links.split(address)
        lands = {address, links.final(address, contract.moved)} & {*offered, *promised, *contract.promised}
        if not lands and page not in quiet:
            near = f"{address}: {page}#..." if anchor else f"{address}: ..."
            mend = f"Put it back, or add below 'moved:' where it is now: {near} "
            mend += "If it still stands there, promise it: make links."
            yield Problem(_LINKS, 1, f"'{address}' was published, and lands on nothing.", mend)


def _versions(base: str, files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Versions that are gone or changed, and new ones that the data and the pages of this tree do not make."""
    old = files.get(_LIST, b"").decode(errors="replace").splitlines()
    listed = releases.listed()[::-1]
    now = [f"{each.sha256}  {each.file}" for each in listed]
    for number, line in enumerate(old, 1):
        if now[number - 1 : number] != [line]:
            what = (
                f"the version '{line.rpartition(' ')[2]}' is gone, was changed or has another place. Clinics cite it."
            )
            yield Problem(_LIST, number, what, f"Restore the whole folder: git checkout {base[:12]} -- data/releases")
    known = set(old)
    for release, line in zip(listed, now, strict=True):
        if line not in known:
            made = data.whole(load.current(), pages.read_pages(), Version(version.content_hash(), release.on, True))
            if release != listed[-1] or releases.read(release)[0] != made:
                what = f"the version '{release.file}' is not what the data and the pages here make."
                mend = "Delete the file and its line. Then run `make release`, and change nothing after it."
                yield Problem(_LIST, release.line, what, mend)


def tell_kept(base: str, files: Mapping[str, bytes]) -> int:
    """Prints what is not kept. Returns the exit status."""
    try:
        found = sorted(problems(base, files))
    except DataError as error:
        found = error.problems
    for problem in found:
        print(problem.annotation() if os.environ.get("GITHUB_ACTIONS") else problem)
    if not found:
        print("Every promise and every version is kept.")
    return 1 if found else 0


# ---- git ----


def _left(base: str) -> str:
    """The commit at which this tree left `base`. Raises CalledProcessError where there is none."""
    commit = _git("rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}").decode().strip()
    return _git("merge-base", commit, "HEAD").decode().strip()


def _files(commit: str) -> dict[str, bytes]:
    """The files of a commit that say what the guide says, by path. A link to another file is left out."""
    wanted = (_DATA, _DOCS, _LINKS, _LINKS_BEFORE, _LIST)
    there = _git("ls-tree", "--name-only", "-z", commit, "--", *wanted).decode().split("\0")[:-1]
    archive = _git("archive", commit, "--", *there) if there else b""
    with tarfile.open(fileobj=io.BytesIO(archive), ignore_zeros=True) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}


def _git(*command: str) -> bytes:
    return subprocess.run(["git", *command], cwd=paths.ROOT, capture_output=True, check=True).stdout


#: What this door does.
COMMANDS: dict[str, Callable[[str, Mapping[str, bytes]], int]] = {"changes": tell_changes, "kept": tell_kept}


def main(arguments: Sequence[str]) -> int:
    """Does one of the two. Returns the exit status."""
    if len(arguments) != 2 or arguments[0] not in COMMANDS:
        print(__doc__)
        return 2
    command, base = arguments
    try:
        commit = _left(base)
        files = _files(commit)
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode(errors="replace").strip() or "it has no commit in common with what stands here"
        print(f"'{base}' cannot be compared: {told}.")
        return 2
    return COMMANDS[command](commit, files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
