"""The list of a site's files: the SHA-256 of each, in the form that `sha256sum --check` reads.

It is the last file that a build writes, so that it has the leaflets and the zip too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from posixpath import normpath

#: Where it stands, below the site's root.
FILE = "SHA256SUMS"

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a built site but the list itself, by its path below the root. Raises OSError."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: found[name].read_bytes() for name in sorted(found) if name != FILE}


def listing(files: Mapping[str, bytes]) -> str:
    """The list of these files."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())


def write(folder: Path) -> None:
    """Writes the list of a built site into its root. Raises OSError."""
    (folder / FILE).write_bytes(listing(files(folder)).encode())


def listed(text: str) -> dict[str, str]:
    """The SHA-256 of each file by its path, from a list that anybody may have written.

    Raises ValueError for a line that is none, and for a path that leads out of the site or cannot be shown.
    """
    found = {}
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        parts = _LINE.fullmatch(line)
        name = parts[2] if parts else ""
        inside = name == normpath(name) and not name.startswith(("/", "..")) and "\\" not in name
        if not parts or not inside or not name.isprintable() or name in found:
            raise ValueError(f"line {number} is no SHA-256 with a path below the site's root, or is there twice")
        found[name] = parts[1]
    return found
