"""The versions of the guide in order, each with what it changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from ..guide import contract, load, pages, releases, version
from .changes import Step, changes
from ..guide.model import Guide
from ..guide.version import Version

#: Where the frozen files stand below the site's root.
FOLDER = "data/releases/"


def steps(guide: Guide, texts: Mapping[str, str]) -> list[Step]:
    """Every version, newest first. The guide as it stands is the first of them, as a draft if it is not frozen.

    `texts` has each page's text by its path. Raises DataError for a list of versions that cannot be
    read, OSError and ValueError for a frozen file.
    """
    now, led = version.current(), contract.leading()
    told = [
        (Version(each.hash, each.on, True), FOLDER + each.file, json.loads(releases.text_of(each)))
        for each in releases.listed()
    ]
    if not now.frozen:
        # What the draft says is compared with the version before it, if there is one.
        told.insert(0, (now, "", _draft(guide, texts, now) if told else {}))
    befores = [content for *_, content in told[1:]]
    return [
        Step(at, file, changes(before, content, led) if before else None)
        for (at, file, content), before in zip(told, [*befores, None], strict=True)
    ]


def _draft(guide: Guide, texts: Mapping[str, str], now: Version) -> Mapping:
    from .publish import data  # noqa: PLC0415 (it takes long, and a guide without versions needs none of it)

    return json.loads(data.whole(guide, texts, now))


def current() -> list[Step]:
    """The same of the guide as it stands on disk, made again only when something of it has changed."""
    return _kept(version.current(), tuple(releases.listed()), tuple(contract.current().moved.items()))


@lru_cache(maxsize=1)
def _kept(now: Version, listed: tuple, moved: tuple) -> list[Step]:
    return steps(load.current(), pages.read_pages(load.DOCS))
