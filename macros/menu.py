"""Which pages the menu of a page lists, so that it weighs and costs the same however many pages the guide has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

#: Up to so many pages, each page's menu lists all of them.
MOST_PAGES = 60
#: In a larger guide, so many entries before and after the one that the reader is at.
REACH = 6


class Item(Protocol):
    """What the generator knows of a page or a part of the menu."""

    title: str
    url: str | None
    children: Sequence[Item] | None
    active: bool


class Entry(NamedTuple):
    """One line of the menu: a page, or a part with its own list."""

    title: str
    url: str
    children: Sequence[Entry]
    active: bool


def listed(items: Sequence[Item], pages: int) -> Sequence[Item | Entry]:
    """The menu of the page that is active among `items`, in a guide of so many `pages`.

    A large guide's shows the page's neighbors in its part, and the parts around it as one link each,
    to their first page.
    """
    return items if pages <= MOST_PAGES else list(_near(items))


def _near(items: Sequence[Item]) -> Iterator[Entry]:
    here = next((place for place, item in enumerate(items) if item.active), 0)
    for item in items[max(here - REACH, 0) : here + REACH + 1]:
        if item.children and item.active:
            yield Entry(item.title, "", list(_near(item.children)), True)
        else:
            yield Entry(item.title, _first(item).url or "", (), item.active)


def _first(item: Item) -> Item:
    while item.children:
        item = item.children[0]
    return item
