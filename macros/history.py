"""The versions of the guide in order, each with what it changed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from . import contract, releases, version
from .changes import Step, changes
from .model import Guide
from .publish import data
from .version import Version

#: Where the frozen files stand below the site's root.
FOLDER = "data/releases/"


def history(guide: Guide, texts: Mapping[str, str]) -> list[Step]:
    """Every version, newest first. The guide as it stands is the first of them, as a draft if it is not frozen.

    `texts` has each page's text by its path. Raises DataError for a list of versions that cannot be
    read, OSError and ValueError for a frozen file.
    """
    now, moved = version.current(), contract.current().moved

    def led(address: str) -> str:
        return contract.final(address, moved)

    frozen = [
        (Version(each.hash, each.on, True), FOLDER + each.file, releases.text_of(each)) for each in releases.listed()
    ]
    told = [(at, file, json.loads(text)) for at, file, text in frozen]
    if not now.frozen or not told:
        told.insert(0, (now, "", json.loads(data.whole(guide, texts, now))))
    befores = [content for *_, content in told[1:]]
    return [
        Step(at, file, changes(before, content, led) if before else None)
        for (at, file, content), before in zip(told, [*befores, None], strict=True)
    ]
