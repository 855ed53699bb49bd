"""Where things stand in the project's folder."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "data" / "neurolysis.yml"
DOCS = ROOT / "docs"


def files(docs: Path = DOCS) -> list[Path]:
    """The files that are published as they are or as pages, sorted; not the hidden ones, which systems leave behind."""
    return sorted(
        path
        for path in docs.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(docs).parts)
    )


def name(path: Path) -> str:
    """A file's name for messages: its path in the project, or its last part where it stands elsewhere."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
