"""`python -m macros.kept BASE`: whether a change takes back what was promised, or a version that clinics cite.

BASE is a git revision. What it promised in data/links.yml and each line of its list of versions
must still be there: only that tells a deletion from what never was.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import contract, load, releases
from .problem import DataError, Problem


def problems(base: str) -> Iterator[Problem]:
    """What the files as they stand no longer hold of what they held when they left `base`.

    Raises CalledProcessError for a revision that is not known, DataError for a file that cannot be read.
    """
    left = _git("merge-base", "--end-of-options", base, "HEAD").decode().strip()
    file = contract.LINKS.relative_to(load.ROOT).as_posix()
    if raw := _at(left, contract.LINKS):
        for address in contract.forgotten(contract.parse(raw, f"{left}:{file}"), contract.current()):
            mend = "Put its line back. If it has moved, add where to below 'moved:'."
            yield Problem(file, 1, f"the promise of '{address}' is gone.", mend)
    listing = releases.FOLDER / releases.LIST
    now = listing.read_bytes().splitlines() if listing.exists() else []
    file = listing.relative_to(load.ROOT).as_posix()
    for number, line in enumerate(_at(left, listing).splitlines(), 1):
        if line not in now:
            name = line.decode(errors="replace").rpartition(" ")[2]
            mend = f"Restore the whole folder: git checkout {left[:12]} -- data/releases"
            yield Problem(file, number, f"the version '{name}' is gone or was changed. Clinics cite it.", mend)


def _at(revision: str, path: Path) -> bytes:
    """A file of a revision; nothing where it was not there."""
    name = path.relative_to(load.ROOT).as_posix()
    return _git("show", f"{revision}:./{name}") if _git("ls-tree", revision, "--", name) else b""


def _git(*command: str) -> bytes:
    return subprocess.run(["git", *command], cwd=load.ROOT, capture_output=True, check=True).stdout


def main(arguments: Sequence[str]) -> int:
    """Tells what is gone. Returns the exit status: 1 if anything is, 2 where nothing could be compared."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        found = list(problems(arguments[0]))
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode().strip() or "it has no commit in common with what stands here"
        print(f"'{arguments[0]}' cannot be compared: {told}.")
        return 2
    except DataError as error:
        found = error.problems
    for problem in found:
        print(problem.annotation() if os.environ.get("GITHUB_ACTIONS") else problem)
    if not found:
        print("Every promise and every version is kept.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
