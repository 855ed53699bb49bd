"""The link contract: every address that the guide has promised still lands on the same thing.

Whoever links to a page, a section, a row or a word trusts that the address stays. data/links.yml
holds all that was promised and where what moved has gone; its head explains it. Here it is read,
compared with what the pages offer, and turned into what leads old addresses on.

An address is a page's path in the site, "risks/" or "./" for the first page, with or without an
anchor: "risks/#infection".

`python -m macros.contract` promises what is new.
"""

from __future__ import annotations

import difflib
import html
import json
import posixpath
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from html.parser import HTMLParser
from pathlib import Path

from . import load
from .problem import DataError, Problem, suggestion
from .read import Document, read
from .render import csp_hash

LINKS = load.ROOT / "data" / "links.yml"
#: Stands for each page that promised an anchor: an entry's row is shown on many pages.
EVERY = "every-page/"

#: What a page offers by its path in the site: what stands at each anchor, as visible text.
Offered = Mapping[str, Mapping[str, str]]

_ADDRESS = re.compile(r"(?:\./|(?:[\w-][\w.-]*/)+)(?:#[\w-]+)?")
_HEADINGS = {"h1", "h2", "h3"}
#: Words that YAML would read as something else.
_NO_TEXT = re.compile(r"y|yes|n|no|on|off|true|false|null|[\d_-].*")


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


# ---------------------------------------------------------------------------
# The file
# ---------------------------------------------------------------------------


def parse(raw: bytes, file: str) -> Contract:
    """The contract in the bytes of its file. Raises DataError where it cannot be read."""
    document = read(raw, file)
    data = document.data if isinstance(document.data, dict) else {}
    # `moved:` with nothing below it is what the file begins with, so that a line is all there is to add.
    none_yet = document.line(("moved",)) if data.get("moved", "") is None else 0
    found = [problem for problem in document.problems if problem.line != none_yet]
    for part in sorted(set(data) - {"moved", "promised"}):
        found.append(Problem(file, document.line((part,)), f"there is no part '{part}'.", "Parts: moved, promised."))
    moved, promised = data.get("moved") or {}, data.get("promised")
    if not isinstance(promised, dict) or not isinstance(moved, dict):
        mend = "The file has two parts, 'moved:' and 'promised:'. Undo the last change, and look at its head."
        raise DataError([*found, Problem(file, 1, "the file is no link contract.", mend)])
    for old, new in moved.items():
        found += _address_problems(str(old), new, document.line(("moved", old)), file)
    for page, anchors in promised.items():
        line = document.line(("promised", page))
        if not _ADDRESS.fullmatch(str(page)) or "#" in str(page) or page == EVERY:
            found.append(Problem(file, line, f"'{page}' is no page's address.", _WRITE))
        if not isinstance(anchors, list) or not all(isinstance(anchor, str) for anchor in anchors):
            mend = "List its anchors below it, each on a line that begins with a hyphen."
            found.append(Problem(file, line, f"'{page}' has no list of anchors.", mend))
    if found:
        raise DataError(found)
    return Contract({page: tuple(anchors) for page, anchors in promised.items()}, dict(moved), document)


_WRITE = "Write it as risks/ or risks/#infection; the first page is ./"


def _address_problems(old: str, new: object, line: int, file: str) -> Iterator[Problem]:
    for address in (old, new):
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            yield Problem(file, line, f"'{address}' is no address of the guide.", _WRITE)
            return
    if EVERY in (old, new) or (new.startswith(EVERY) and not old.startswith(EVERY)):
        mend = f"Write both as {EVERY}#infection, or name the page."
        yield Problem(file, line, f"'{old}: {new}' leads on no single thing.", mend)


def current(path: Path = LINKS) -> Contract:
    """The contract as it stands on disk, read again only when the file has changed. Raises DataError."""
    name = path.relative_to(load.ROOT).as_posix() if path.is_relative_to(load.ROOT) else path.name
    try:
        state = path.stat()
        return _cached(path, name, state.st_mtime_ns, state.st_size)
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})."
        raise DataError([Problem(name, 1, what, "Restore it: git checkout -- " + name)]) from None


@lru_cache(maxsize=1)
def _cached(path: Path, name: str, changed: int, size: int) -> Contract:
    return parse(path.read_bytes(), name)


def extended(text: str, contract: Contract, offered: Offered) -> str:
    """The file's text with all that is offered promised. Lines are put in; no other is touched."""
    lines = text.splitlines()
    lines_of = contract.document.line
    new: list[tuple[int, str]] = []  # the line it stands before, counted from 0, and what it is
    for page, anchors in sorted(offered.items()):
        known = contract.promised.get(page)
        if known is None:
            later = [other for other in contract.promised if other > page]
            place = lines_of(("promised", min(later))) - 1 if later else len(lines)
            new += [(place, f"  {page}:"), *((place, f"    - {_quoted(anchor)}") for anchor in sorted(anchors))]
            continue
        for anchor in sorted(set(anchors) - set(known)):
            at = [lines_of(("promised", page, index)) for index in range(len(known))]
            before = [line for line, other in zip(at, known, strict=True) if other > anchor]
            new.append((min(before) - 1 if before else max(at), f"    - {_quoted(anchor)}"))
    for place in sorted(
        {place for place, _ in new}, reverse=True
    ):  # from the end, so that no line moves before its turn
        lines[place:place] = [line for at, line in new if at == place]
    return "\n".join(lines) + "\n"


def _quoted(anchor: str) -> str:
    return f'"{anchor}"' if _NO_TEXT.fullmatch(anchor) else anchor


# ---------------------------------------------------------------------------
# What the pages offer
# ---------------------------------------------------------------------------


def address_of(path: str) -> str:
    """The address of a page from its path below docs/: "methods/heat.md" stands at "methods/heat/"."""
    stem = path.removesuffix(".md")
    return "./" if stem == "index" else f"{stem.removesuffix('/index')}/"


def offered(converted: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What pages offer, from their HTML by their paths below docs/.

    That is sections and rows: they have a name that a reader sees. Notes, meanings and parts of
    drawings belong to their place. Boxes do too: which page shows a disagreement or a gap follows
    from what it cites, and each has its own row or section on the page of all.
    """
    return {address_of(path): _Anchors(page).found for path, page in converted.items()}


class _Anchors(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.found: dict[str, str] = {}
        self._inside = ""  # the anchor whose name is being read
        self._until = ""  # the element that holds the name
        self._skipped: list[str] = []  # elements inside it that are not its name
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if self._skipped:
            self._skipped += [tag] if tag == self._skipped[0] else []
        elif self._until and (tag == "sup" or given.get("class") in ("headerlink", "meaning")):
            self._skipped = [tag]
        elif (tag in _HEADINGS or tag == "tr") and given.get("id"):
            self._inside, self._until = given["id"], tag if tag in _HEADINGS else ""
            self.found[self._inside] = ""
        elif self._inside and not self._until and tag in ("th", "td"):  # a row's first cell is its header
            self._until = tag

    def handle_endtag(self, tag):
        if self._skipped:
            if tag == self._skipped[0]:
                self._skipped.pop()
        elif tag == self._until:
            self.found[self._inside] = " ".join(self.found[self._inside].split())
            self._inside = self._until = ""

    def handle_data(self, data):
        if self._until and not self._skipped:
            self.found[self._inside] += data


# ---------------------------------------------------------------------------
# Where an address leads
# ---------------------------------------------------------------------------


def _split(address: str) -> tuple[str, str]:
    page, _, anchor = address.partition("#")
    return page, anchor


def _step(address: str, moved: Mapping[str, str]) -> str | None:
    """Where one line leads an address, or None. The nearest line counts: its own, its entry's, its page's."""
    page, anchor = _split(address)
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
    while (step := _step(seen[-1], moved)) and step not in seen:
        seen.append(step)
    return seen[-1]


def leading() -> Callable[[str], str]:
    """A function from any address to where it leads today. Raises DataError."""
    return partial(final, moved=current().moved)


def _exists(address: str, offered: Offered) -> bool:
    page, anchor = _split(address)
    return page in offered and (not anchor or anchor in offered[page])


# ---------------------------------------------------------------------------
# The check
# ---------------------------------------------------------------------------


def problems(contract: Contract, offered: Offered) -> Iterator[Problem]:
    """Every promise that is broken, and every line of `moved` that leads wrong.

    What is offered and not promised yet is no mistake: whoever adds a section in a browser has
    nothing to run. It is promised before a release (`unrecorded`, `python -m macros.contract`).
    """
    yield from _move_problems(contract, offered)
    broken = []
    for page, anchors in contract.promised.items():
        if not _exists(final(page, contract.moved), offered):
            broken.append((page, ("promised", page)))
            continue  # where the page leads, its anchors may be
        for index, anchor in enumerate(anchors):
            if not _exists(final(f"{page}#{anchor}", contract.moved), offered):
                broken.append((f"{page}#{anchor}", ("promised", page, index)))
    everywhere = Counter(_split(address)[1] for address, _ in broken)
    for address, place in broken:
        if address in contract.moved:
            continue  # its own line has been told
        to = final(address, contract.moved)
        what = f"the promised address '{address}' lands on nothing."
        if to != address:
            what = f"the promised address '{address}' is led on to '{to}', which is not there."
        anchor = _split(address)[1]
        if anchor:
            mend = _anchor_mend(address, to, everywhere[anchor] > 1, contract, offered)
        else:
            mend = _page_mend(address, contract, offered)
        yield Problem(contract.document.file, contract.document.line(place), what, mend)


def _page_mend(page: str, contract: Contract, offered: Offered) -> str:
    """The line that leads a page on: to the new page that has most of its anchors."""
    promised = set(contract.promised[page])
    common = {other: len(promised & set(offered[other])) for other in offered if other not in contract.promised}
    best = max(common, key=common.get, default=None)
    if best and common[best]:
        return f"Put the page back, or add below 'moved:': {page}: {best}"
    return f"Put the page back, or add below 'moved:' where it is now: {page}: ... {suggestion(page, offered)}"


def _anchor_mend(address: str, to: str, everywhere: bool, contract: Contract, offered: Offered) -> str:
    """The line that leads an anchor on: to the nearest one that is new on the page."""
    there, sought = _split(to)
    anchors = offered.get(there, {})
    fresh = [anchor for anchor in anchors if anchor not in contract.promised.get(there, ())]
    near = fresh if len(fresh) == 1 else difflib.get_close_matches(sought, fresh, n=1, cutoff=0.5)
    old = _split(address)[1]
    back = f"Give it its id back (behind a heading: {{ #{old} }}), or add below 'moved:'"
    if near and everywhere:
        return f"{back}: {EVERY}#{old}: {EVERY}#{near[0]}"
    if near:
        return f"{back}: {address}: {there}#{near[0]}"
    # What is new on the page is more likely its new name than what always stood there.
    return f"{back} where it is now, or its page: {address}: {there} {suggestion(sought, fresh or anchors)}"


def _move_problems(contract: Contract, offered: Offered) -> Iterator[Problem]:
    moved, file = contract.moved, contract.document.file
    promised = {anchor for anchors in contract.promised.values() for anchor in anchors}
    for old, new in moved.items():
        page, anchor = _split(old)
        line = contract.document.line(("moved", old))
        again = [p for p in offered if anchor in offered[p]] if page == EVERY else _exists(old, offered) and [page]
        if again:
            mend = "Delete this line, or give what stands there now another id."
            if page == EVERY:
                mend = "Write a line for each page that it left, or give what stands there now another id."
            yield Problem(file, line, f"'{old}' is led on, but stands there again ({', '.join(again)}).", mend)
        elif page == EVERY and anchor not in promised:
            yield Problem(file, line, f"no page ever promised '#{anchor}'.", suggestion(anchor, promised))
        elif page not in offered and page not in moved and page != EVERY:
            what = f"there is no page '{page}' that could lead on."
            yield Problem(file, line, what, suggestion(page, [*offered, *contract.promised]))
        elif (step := _step(new, moved)) is not None:
            end = final(new, moved)
            if _step(end, moved) is not None:
                what, mend = f"'{old}' is led on in a circle.", "Delete the line that leads back."
            else:
                what, mend = f"'{old}' is led on twice: to '{new}', and from there to '{step}'.", f"Write {old}: {end}"
            yield Problem(file, line, what, mend)
        elif not new.startswith(EVERY) and not _exists(new, offered):
            there, sought = _split(new)
            near = suggestion(sought, offered[there]) if there in offered else suggestion(there, offered)
            yield Problem(file, line, f"'{old}' is led on to '{new}', which is not there.", near)


def unrecorded(contract: Contract, offered: Offered) -> list[str]:
    """What is offered and not promised yet."""
    found = [page for page in offered if page not in contract.promised]
    for page, anchors in offered.items():
        found += [f"{page}#{anchor}" for anchor in anchors if anchor not in contract.promised.get(page, ())]
    return sorted(found)


def forgotten(before: Contract, after: Contract) -> list[str]:
    """What an older contract promised and a newer one does not: somebody deleted a line."""
    gone = [page for page in before.promised if page not in after.promised]
    for page, anchors in before.promised.items():
        gone += [f"{page}#{anchor}" for anchor in anchors if anchor not in after.promised.get(page, ())]
    return sorted(gone)


# ---------------------------------------------------------------------------
# Leading on
# ---------------------------------------------------------------------------

#: Leads on from a page that moved, with the anchor, which a refresh drops. It is the same on every such
#: page, so that a policy can allow it by one hash.
LEAD_ON = """
const moved = document.getElementById(location.hash.slice(1));
const link = (moved ?? document.querySelector("h1 + p")).querySelector("a");
location.replace(moved || link.hash ? link.href : link.href + location.hash);
"""
_POLICY = f"default-src 'none'; script-src '{csp_hash(LEAD_ON)}'; base-uri 'none'; form-action 'none'"


def redirects(contract: Contract, site: str = "") -> dict[str, str]:
    """For each page that moved, what to write at its old place, by path below the site's folder.

    `site` is the address of the site, or "" where it is not known. The refresh is for browsers without
    script alone: beside the script, it could overtake it and lose the anchor.
    """
    pages = {}
    old = dict(contract.led_on)
    for page in [address for address in old if "#" not in address]:
        to = _relative(page, old[page])
        parts = {
            _split(address)[1]: target
            for address, target in old.items()
            if _split(address)[0] == page != address and target != f"{old[page]}#{_split(address)[1]}"
        }
        moved = "".join(
            f'<p id="{anchor}">A part of it: {_link(_relative(page, target), target)}.</p>\n'
            for anchor, target in parts.items()
        )
        canonical = html.escape(site + _split(old[page])[0].removeprefix("./") if site else to)
        pages[f"{page}index.html"] = (
            "<!doctype html>\n"
            '<html lang="en-US">\n'
            "<head>\n"
            '<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="referrer" content="no-referrer">\n'
            '<meta name="color-scheme" content="light dark">\n'
            '<meta name="robots" content="noindex">\n'
            "<title>This page has moved</title>\n"
            f'<link rel="canonical" href="{canonical}">\n'
            f'<noscript><meta http-equiv="refresh" content="0; url={html.escape(to)}"></noscript>\n'
            "</head>\n"
            "<body>\n"
            "<main>\n"
            "<h1>This page has moved</h1>\n"
            f"<p>It is here now: {_link(to, old[page])}.</p>\n"
            f"{moved}"
            "</main>\n"
            f"<script>{LEAD_ON}</script>\n"
            "</body>\n"
            "</html>\n"
        )
    return pages


def aliases(contract: Contract, page: str) -> dict[str, list[str]]:
    """The old anchors of a page that lead to another place on it, by the new; "" is the page's title."""
    found: dict[str, list[str]] = {}
    for address, to in contract.led_on:
        if "#" in address and _split(address)[0] == _split(to)[0] == page:
            found.setdefault(_split(to)[1], []).append(_split(address)[1])
    return found


def elsewhere(contract: Contract, page: str) -> dict[str, str]:
    """The old anchors of a page that lead to another page, with the address from here."""
    return {
        _split(address)[1]: _relative(page, to)
        for address, to in contract.led_on
        if "#" in address and _split(address)[0] == page != _split(to)[0]
    }


def _relative(page: str, to: str) -> str:
    """An address as a link on a page."""
    there, anchor = _split(to)
    path = posixpath.relpath(there, page)
    return f"{path}/#{anchor}" if anchor else f"{path}/"


def _link(to: str, address: str) -> str:
    return f'<a href="{html.escape(to)}">{name(address)}</a>'


def name(address: str) -> str:
    """What an address is called where only the address is known: "Wound infection"."""
    page, anchor = _split(address)
    return (anchor or posixpath.basename(page.strip("./")) or "start").replace("-", " ").capitalize()


# ---------------------------------------------------------------------------
# For others
# ---------------------------------------------------------------------------


def published(contract: Contract, site: str) -> str:
    """The contract as JSON, for whoever links to the guide."""
    made = {
        "about": "Addresses that stay, below 'site'. What 'moved' names leads to its new place.",
        "site": site,
        "promised": {page: sorted(anchors) for page, anchors in sorted(contract.promised.items())},
        "moved": dict(contract.led_on),
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def offered_now(docs: Path = load.DOCS, data: Path = load.DATA) -> dict[str, dict[str, str]]:
    """What the pages offer as they stand on disk. The gallery is for editors, and promises nothing."""
    # Here, because the extension needs this module.
    from .calls import Context, bound  # noqa: PLC0415
    from .extension import converted  # noqa: PLC0415
    from .history import steps  # noqa: PLC0415
    from .pagecheck import front_matter  # noqa: PLC0415
    from .pages import answered, body, read_pages, uses  # noqa: PLC0415

    guide, texts = load.current(data), read_pages(docs)
    macros = bound(guide, Context(uses(guide, texts), steps(guide, texts)))
    kinds = {path: front_matter(text, path)[0] for path, text in texts.items()}
    shown = [path for path in texts if not (kinds[path] and kinds[path].kind == "gallery")]
    return offered({path: converted(answered(body(texts[path]), macros), path)[0] for path in shown})


def main() -> int:
    """Promises what is new. Where a promise is broken, it tells that, and writes nothing."""
    try:
        contract, now = current(), offered_now()
        found = sorted(problems(contract, now))
        if found:
            raise DataError(found)
    except (DataError, ValueError) as error:
        print(error)
        return 1
    for address in unrecorded(contract, now):
        print(f"New: {address}")
    text = LINKS.read_text("utf-8")
    made = extended(text, contract, now)
    if made != text:
        LINKS.write_text(made, "utf-8")
    count = sum(map(len, now.values()))
    print(f"{LINKS.relative_to(load.ROOT)} promises {len(now)} pages and the {count} anchors on them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
