"""`python -m macros.publish FOLDER`: writes into a built site all that is no page."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import contract, history, load, pages, releases, version
from ..metadata import site_address
from ..problem import DataError
from ..review import review_line
from . import data, embeds, feeds, materials
from .listed import FOLDER


def made(site: str) -> dict[str, str]:
    """Every file's path below the site's root, and its text.

    `site` is the site's URL, or "" where it is not known. Raises DataError for
    mistakes in the data, and OSError.
    """
    guide, texts = load.current(), pages.read_pages(load.DOCS)
    promised, now, today = contract.current(), version.current(), version.today()
    frozen = [releases.text_of(each) for each in releases.listed()]
    files = data.files(guide, texts, now, site) | embeds.files(guide, now, promised, today, frozen)
    files[f"{FOLDER}links.json"] = contract.published(promised, site)
    files |= feeds.files(history.current(), site, review_line(guide, today))
    files |= {history.FOLDER + each.file: releases.text_of(each) for each in releases.listed()}
    if releases.listed():
        files[history.FOLDER + releases.LIST] = (releases.FOLDER / releases.LIST).read_text("utf-8")
    requirements = (load.ROOT / "requirements.txt").read_text("utf-8")
    files[materials.FILE] = materials.bill(requirements, now, {**os.environ, "SITE_URL": site})
    return files | contract.redirects(promised, site)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Writes files below a folder, each whole or not at all. Raises OSError."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(text.encode())
        part.replace(path)


def main(argv: Sequence[str]) -> int:
    """Writes the files below a built site. Returns the exit status, after telling what went wrong."""
    if len(argv) != 1 or not Path(argv[0]).is_dir():
        print("Usage: python -m macros.publish FOLDER, where FOLDER is a built site.", file=sys.stderr)
        return 2
    try:
        write(Path(argv[0]), made(site_address(os.environ.get("SITE_URL"))))
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
