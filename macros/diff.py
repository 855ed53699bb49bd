"""`python -m macros.diff BASE`: what a change means for readers, as Markdown for a reviewer.

BASE is a git revision. The files as they stand are compared with those of BASE: what the data
says, which pages show it, claims, tables and reading grades.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import load
from .calls import bound
from .extension import Measures, converted
from .model import Figure, Guide, InWords
from .pages import answered, as_text, read_pages, uses
from .problem import DataError, MacroError
from .render import number
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
    macros = bound(guide, cited)
    markdown = {}
    for path, text in texts.items():
        try:
            markdown[path] = answered(text, macros)
        except MacroError:
            continue
    return Snapshot(guide, cited, markdown, {path: converted(text)[1] for path, text in markdown.items()})


def changes(old: Snapshot, new: Snapshot) -> list[str]:
    """What changed in meaning, as lines of Markdown under headings; empty where nothing did."""
    sections = {
        "What the guide says": list(_entries(old, new)),
        "Claims": list(_claims(old, new)),
        "Pages": list(_pages(old, new)),
        "Reading grades": list(_grades(old, new)),
    }
    lines = []
    for heading, found in sections.items():
        if found:
            lines += ["", f"### {heading}", "", *(f"- {line}" for line in found)]
    return lines


def _entries(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for part in [part for part in Guide.model_fields if part not in ("sources", "review")]:
        was, now, title = getattr(old.guide, part), getattr(new.guide, part), part.capitalize()
        for entry_id in [i for i in was if i not in now]:
            yield f"{title} › {_name(was[entry_id])}: **dropped**"
        for entry_id in [i for i in now if i not in was]:
            yield f"{title} › {_name(now[entry_id])}: **added**{_shown(new, _claim_ids(now[entry_id]))}"
        for entry_id in [i for i in now if i in was]:
            before, after = _leaves(was[entry_id].model_dump()), _leaves(now[entry_id].model_dump())
            for place in dict.fromkeys([*before, *after]):
                if before.get(place) != after.get(place):
                    arrow = _arrow(before.get(place), after.get(place))
                    shown = _shown(new, _claim_ids(now[entry_id]))
                    yield f"{title} › {_name(now[entry_id])} › {place}: {arrow}{shown}"
    if old.guide.review != new.guide.review:
        yield "Review state: changed, and with it the line at the head of every page"


def _claims(old: Snapshot, new: Snapshot) -> Iterator[str]:
    was, now = (
        {claim_id: claim for source in each.guide.sources.values() for claim_id, claim in source.claims.items()}
        for each in (old, new)
    )
    for claim_id in [i for i in was if i not in now]:
        yield f"`{claim_id}`: **dropped** (“{was[claim_id].says}”)"
    for claim_id in [i for i in now if i not in was]:
        yield f"`{claim_id}`: **added** (“{now[claim_id].says}”){_shown(new, [claim_id])}"
    for claim_id in [i for i in now if i in was]:
        before, after = was[claim_id], now[claim_id]
        if before.frequency != after.frequency:
            risks = [risk.name for risk in new.guide.risks.values() if claim_id in _claim_ids(risk)]
            harms = [f"Risks › {name}" for name in risks] or [f"`{claim_id}`"]
            arrow = _arrow(_frequency(before.frequency), _frequency(after.frequency))
            yield f"{', '.join(harms)}: {arrow}{_shown(new, [claim_id])}"
        for field in ("says", "place", "methods", "note", "left_out"):
            if getattr(before, field) != getattr(after, field):
                arrow = _arrow(_text(getattr(before, field)), _text(getattr(after, field)))
                yield f"`{claim_id}` › {field}: {arrow}{_shown(new, [claim_id])}"


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


def _name(entry) -> str:
    return next(getattr(entry, field) for field in ("name", "question", "missing", "word") if hasattr(entry, field))


def _text(value: object) -> str | None:
    if value is None:
        return None
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _leaves(value: object, place: str = "") -> dict[str, str]:
    """The texts of an entry by their place, such as "says › 2 › text"."""
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, (list, tuple)) and any(isinstance(each, dict) for each in value):
        inner = [(str(index), each) for index, each in enumerate(value, 1)]
    else:
        return {} if value is None else {place: _text(value)}
    found: dict[str, str] = {}
    for key, each in inner:
        found |= _leaves(each, f"{place} › {key}" if place else key)
    return found


def _claim_ids(entry) -> list[str]:
    leaves = _leaves(entry.model_dump())
    return [i for place, text in leaves.items() if place.endswith("claims") for i in text.split(", ")]


def _frequency(value: Figure | InWords | str | None) -> str | None:
    if isinstance(value, Figure):
        return f"{number(value.count)} out of every {number(value.out_of)} {value.of}"
    return f"“{value.words}”" if isinstance(value, InWords) else value


def _arrow(before: str | None, after: str | None) -> str:
    """1 out of every 1,000 people, 2 out of every 1,000 people as "1 → 2 out of every 1,000 people"."""
    before, after = before or "nothing", after or "nothing"
    old, new = before.split(" "), after.split(" ")
    if old[1:] == new[1:] and len(old) > 2:
        return f"{old[0]} → {new[0]} {' '.join(new[1:])}"
    return f"{before} → {after}"


def _shown(new: Snapshot, claim_ids: list[str]) -> str:
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
        new = snapshot(load.current(), read_pages(load.DOCS))
    except DataError as error:
        print(f"\nThe data file has {len(error.problems)} problems; `make check` names them.")
        return 1
    try:
        old = snapshot(load.parse(raw, "data/neurolysis.yml"), texts)
    except DataError:
        print("\nThe data file there has another shape, so that single values cannot be compared.")
        return 0
    print("\n".join(changes(old, new) or ["", "Nothing that a reader sees."]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
