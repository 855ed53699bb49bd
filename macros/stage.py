"""A build works in a folder of its own, and takes the last site's place when it is whole.

`python -m macros.stage begin FOLDER SITE` makes the folder, and `python -m macros.stage end FOLDER SITE`
lists its files and puts it in the site's place. FOLDER ends in a dot and the number of the process that
builds, so that two builds never share one, and what a killed build left behind is known by its number.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .publish import sums

#: "Relative to this folder" and "swap both" in the C library's calls; the values are part of each system.
_AT_FDCWD, _RENAME_EXCHANGE, _RENAME_SWAP = -100, 2, 2


def begin(folder: Path, site: Path) -> None:
    """Makes the folder of a build, after clearing up behind builds that were killed. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.parent):
        for left in [*folder.parent.glob("last.*"), *folder.parent.glob(f"{folder.stem}.*")]:
            if left.suffix[1:].isdigit() and (left == folder or not _runs(int(left.suffix[1:]))):
                if left.stem == "last" and not site.exists():
                    left.rename(site)  # it was killed between the two steps of `end`
                else:
                    shutil.rmtree(left)
        folder.mkdir()


def end(folder: Path, site: Path) -> None:
    """Lists the folder's files, puts it in the site's place and deletes the last site.

    Raises OSError; the last site stays then.
    """
    sums.write(folder)
    with _alone(folder.parent):
        if not site.exists():
            folder.rename(site)
        elif exchanged(folder, site):
            shutil.rmtree(folder)
        else:
            last = folder.with_name(f"last{folder.suffix}")
            site.rename(last)
            try:
                folder.rename(site)
            except OSError:
                last.rename(site)
                raise
            shutil.rmtree(last)


def exchanged(one: Path, other: Path) -> bool:
    """Swaps two folders in a single step, so that neither is ever missing; False where that cannot be done.

    Linux and macOS can, on most file systems; Python offers no call for it.
    """
    library = ctypes.CDLL(None)
    names = os.fsencode(one), os.fsencode(other)
    if hasattr(library, "renameat2"):
        return library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0
    if hasattr(library, "renamex_np"):
        return library.renamex_np(*names, _RENAME_SWAP) == 0
    return False


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Waits until no other build moves folders. The lock ends with the process, even if that is killed."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True


def main(argv: Sequence[str]) -> int:
    """Runs one of the two steps. Returns the exit status, after telling what went wrong."""
    steps = {"begin": begin, "end": end}
    if len(argv) != 3 or argv[0] not in steps or not Path(argv[1]).suffix[1:].isdigit():
        print("Usage: python -m macros.stage begin|end FOLDER.NUMBER SITE", file=sys.stderr)
        return 2
    try:
        steps[argv[0]](Path(argv[1]), Path(argv[2]))
    except OSError as error:
        print(f"The site cannot be written here: {error}. The last one stays as it was.", file=sys.stderr)
        print("Make room, or copy the guide into a folder that you may write to, and run make there.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
