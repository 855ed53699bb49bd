"""The promised addresses beside what the pages offer: nothing that others link to may land on nothing.

What pages offer is known by address, such as "risks/", with what stands at each anchor as visible text: sections and
rows. Notes, meanings and boxes belong to their place.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from ..guide.links import EVERY, Contract, final, missing, split, step
from ..guide.problem import Problem, suggestion

#: What a page offers by its path in the site: what stands at each anchor, as visible text.
Offered = Mapping[str, Mapping[str, str]]

#: Words that YAML would read as something else.
_NO_TEXT = re.compile(r"y|yes|n|no|on|off|true|false|null|[\d_-].*")


def problems(contract: Contract, offered: Offered) -> Iterator[Problem]:
    """Every promise that is broken, and every line of `moved` that leads wrong.

    What is offered and not promised yet is no mistake: whoever adds a section in a browser has
    nothing to run. It is promised before a release (`unrecorded`, `make links`).
    """
    yield from _move_problems(contract, offered)
    places = {page: ("promised", page) for page in contract.promised}
    for page, anchors in contract.promised.items():
        if _exists(final(page, contract.moved), offered):  # else its anchors may be where the page leads
            places |= {f"{page}#{anchor}": ("promised", page, index) for index, anchor in enumerate(anchors)}
    broken = {address: to for address in places if not _exists(to := final(address, contract.moved), offered)}
    everywhere = Counter(split(address)[1] for address in broken)
    for address, to in broken.items():
        if address in contract.moved:
            continue  # its own line has been told
        anchor = split(address)[1]
        what = "lands on nothing." if to == address else f"is led on to '{to}', which is not there."
        if anchor:
            mend = _anchor_mend(address, to, everywhere[anchor] > 1, contract, offered)
        else:
            mend = _page_mend(address, contract, offered)
        yield contract.document.problem(places[address], f"the promised address '{address}' {what}", mend)


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
    there, sought = split(to)
    anchors = offered.get(there, {})
    fresh = [anchor for anchor in anchors if anchor not in contract.promised.get(there, ())]
    near = fresh if len(fresh) == 1 else difflib.get_close_matches(sought, fresh, n=1, cutoff=0.5)
    old = split(address)[1]
    back = f"Give it its id back (behind a heading: {{ #{old} }}), or add below 'moved:'"
    if near and everywhere:
        return f"{back}: {EVERY}#{old}: {EVERY}#{near[0]}"
    if near:
        return f"{back}: {address}: {there}#{near[0]}"
    # What is new on the page is more likely its new name than what always stood there.
    return f"{back} where it is now, or its page: {address}: {there} {suggestion(sought, fresh or anchors)}"


def _move_problems(contract: Contract, offered: Offered) -> Iterator[Problem]:
    moved, told = contract.moved, contract.document.problem
    promised = {anchor for anchors in contract.promised.values() for anchor in anchors}
    for old, new in moved.items():
        (page, anchor), place = split(old), ("moved", old)
        again = [p for p in offered if anchor in offered[p]] if page == EVERY else _exists(old, offered) and [page]
        if again:
            line = "Write a line for each page that it left" if page == EVERY else "Delete this line"
            what = f"'{old}' is led on, but stands there again ({', '.join(again)})."
            yield told(place, what, f"{line}, or give what stands there now another id.")
        elif page == EVERY and anchor not in promised:
            yield told(place, f"no page ever promised '#{anchor}'.", suggestion(anchor, promised))
        elif page not in offered and page not in moved and page != EVERY:
            known = [*offered, *contract.promised]
            yield told(place, f"there is no page '{page}' that could lead on.", suggestion(page, known))
        elif (further := step(new, moved)) is not None:
            end = final(new, moved)
            if step(end, moved) is not None:
                yield told(place, f"'{old}' is led on in a circle.", "Delete the line that leads back.")
            else:
                what = f"'{old}' is led on twice: to '{new}', and from there to '{further}'."
                yield told(place, what, f"Write {old}: {end}")
        elif not new.startswith(EVERY) and not _exists(new, offered):
            there, sought = split(new)
            near = suggestion(sought, offered[there]) if there in offered else suggestion(there, offered)
            yield told(place, f"'{old}' is led on to '{new}', which is not there.", near)


def _exists(address: str, offered: Offered) -> bool:
    page, anchor = split(address)
    return page in offered and (not anchor or anchor in offered[page])


def unrecorded(contract: Contract, offered: Offered) -> list[str]:
    """What is offered and not promised yet."""
    return missing(offered, contract.promised)


def extended(text: str, contract: Contract, offered: Offered) -> str:
    """The file's text with all that is offered promised. Lines are put in; no other is touched."""
    lines, line_of = text.splitlines(), contract.document.line
    new: dict[int, list[str]] = {}  # what stands before a line, which is counted from 0
    for page, anchors in sorted(offered.items()):
        known = contract.promised.get(page, ())
        fresh = [(anchor, f"    - {_quoted(anchor)}") for anchor in sorted(set(anchors) - set(known))]
        if page not in contract.promised:
            later = [other for other in contract.promised if other > page]
            place = line_of(("promised", min(later))) - 1 if later else len(lines)
            new.setdefault(place, []).extend([f"  {page}:", *(line for _, line in fresh)])
            continue
        at = [line_of(("promised", page, index)) for index in range(len(known))]
        for anchor, line in fresh:
            before = [number for number, other in zip(at, known, strict=True) if other > anchor]
            new.setdefault(min(before) - 1 if before else max(at), []).append(line)
    for place in sorted(new, reverse=True):  # from the end, so that no line moves before its turn
        lines[place:place] = new[place]
    return "\n".join(lines) + "\n"


def _quoted(anchor: str) -> str:
    return f'"{anchor}"' if _NO_TEXT.fullmatch(anchor) else anchor
