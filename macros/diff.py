"""`python -m macros.diff BASE`: what a change means for readers, as Markdown for a reviewer.

BASE is a git revision. The files as they stand are compared with those of BASE: what the data
says, which pages show it, claims, tables and reading grades.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from . import changes, contract, load, version
from .calls import Context, bound
from .extension import Measures, converted
from .model import Guide
from .pages import answered, as_text, body, read_pages, uses
from .problem import DataError, MacroError
from .publish import data
from .sources import Uses


@dataclass(frozen=True)
class Snapshot:
    """The guide at one time: its data, which page cites which claim, and every page."""

    guide: Guide
    uses: Uses
    markdown: Mapping[str, str]
    measures: Mapping[str, Measures]


def snapshot(guide: Guide, texts: Mapping[str, str]) -> Snapshot:
    """The guide made of this data and these pages' texts; a page with a wrong call is left out."""
    cited = uses(guide, texts)
    macros = bound(guide, Context(cited))
    markdown = {}
    for path, text in texts.items():
        try:
            markdown[path] = answered(body(text), macros)
        except MacroError:
            continue
    return Snapshot(guide, cited, markdown, {path: converted(text)[1] for path, text in markdown.items()})


def report(old: Snapshot, new: Snapshot) -> list[str]:
    """What changed in meaning, as lines of Markdown under headings; empty where nothing did."""
    sections = {
        "What the guide says": list(_said(old, new)),
        "Pages": list(_pages(old, new)),
        "Reading grades": list(_grades(old, new)),
    }
    lines = []
    for heading, found in sections.items():
        if found:
            lines += ["", f"### {heading}", "", *(f"- {line}" for line in found)]
    return lines


def _said(old: Snapshot, new: Snapshot) -> Iterator[str]:
    """What the data say otherwise, in the words of the page of versions."""
    for change in changes.changes(_published(old), _published(new), contract.leading()):
        if change.part != "Pages":
            field = f": {change.field}" if change.field else ""
            shown = _shown(new, change.claims)
            yield f"{change.part} › {change.entry}{field}{shown}. **Before:** {change.before} **Now:** {change.now}"


def _published(of: Snapshot) -> dict:
    """What is published of the data, as plain JSON; which version it is does not matter here."""
    return json.loads(data.whole(of.guide, {}, version.Version("0", date.min, False)))


def _pages(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for path in [p for p in old.markdown if p not in new.markdown]:
        yield f"`{path}`: **gone**"
    for path, text in new.markdown.items():
        if path not in old.markdown:
            yield f"`{path}`: **new**"
            continue
        before = old.markdown[path]
        tables = sum(a != b for a, b in zip(_tables(before), _tables(text), strict=False))
        tables += abs(len(_tables(before)) - len(_tables(text)))
        own = _TABLE.sub("", before) != _TABLE.sub("", text)
        what = [f"{tables} table{'s' if tables > 1 else ''}"] * bool(tables) + ["text"] * own
        if what:
            yield f"`{path}`: {' and '.join(what)} changed"


def _grades(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for path, (now, now_without, _) in new.measures.items():
        if path not in old.measures:
            continue
        was, was_without, _ = old.measures[path]
        if (was.grade, was_without.grade) != (now.grade, now_without.grade):
            without = f"{was_without.grade} → {now_without.grade}"
            yield f"`{path}`: {was.grade} → {now.grade} (without medical words {without})"


_TABLE = re.compile(r"<table.*?</table>", re.S)


def _tables(markdown: str) -> list[str]:
    return _TABLE.findall(markdown)


def _shown(new: Snapshot, claim_ids: Iterable[str]) -> str:
    pages = {path for claim_id in claim_ids for path, _ in new.uses.get(claim_id, ())}
    return f", shown on {len(pages)} page{'s' if len(pages) != 1 else ''}" if pages else ""


def _at(revision: str) -> tuple[bytes, dict[str, str]]:
    """The data file and the pages of a revision. Raises CalledProcessError for an unknown one."""
    data = load.DATA.relative_to(load.ROOT).as_posix()
    docs = load.DOCS.relative_to(load.ROOT).as_posix()
    archive = subprocess.run(
        ["git", "archive", "--end-of-options", revision, data, docs], cwd=load.ROOT, capture_output=True, check=True
    ).stdout
    files = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile():
                files[member.name] = tar.extractfile(member).read()
    texts = {
        name.removeprefix(f"{docs}/"): as_text(raw)
        for name, raw in files.items()
        if name.startswith(f"{docs}/") and name.endswith(".md")
    }
    return files[data], texts


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        raw, texts = _at(arguments[0])
    except (subprocess.CalledProcessError, KeyError) as error:
        told = getattr(error, "stderr", b"").decode().strip() or "it has no data file"
        print(f"'{arguments[0]}' cannot be compared: {told}")
        return 2
    print(f"## What this change means, compared with {arguments[0][:12]}")
    try:
        contract.current()
        new = snapshot(load.current(), read_pages(load.DOCS))
    except DataError as error:
        print(f"\nThe data or the promised addresses have {len(error.problems)} problems; `make check` names them.")
        return 1
    try:
        old = snapshot(load.parse(raw, "data/neurolysis.yml"), texts)
    except DataError:
        print("\nThe data file there has another shape, so that single values cannot be compared.")
        return 0
    print("\n".join(report(old, new) or ["", "Nothing that a reader sees."]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
