"""The version of what the guide says: a hash of the pages and the data, and of nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

from . import load

#: Digits that are shown; 40 bits are enough to tell versions apart and short enough to read out.
_DIGITS = 10


def version(docs: Path = load.DOCS, data: Path = load.DATA) -> str:
    """The first digits of the SHA-256 over the paths and the bytes of data and pages, in hexadecimal."""
    total = hashlib.sha256()
    for path in [data, *sorted(path for path in docs.rglob("*") if path.is_file())]:
        name = path.relative_to(docs).as_posix() if path != data else path.name
        content = path.read_bytes()
        total.update(f"{name}\n{len(content)}\n".encode() + content)
    return total.hexdigest()[:_DIGITS]
