"""`python -m macros.release`: makes the guide as it stands a version that can be cited.

Its data become a file in data/releases/ that never changes again.
"""

from __future__ import annotations

import sys

from .guide import load, pages, paths, version
from .guide.problem import DataError
from .publish import data, releases


def main() -> int:
    """Freezes the version, unless it is frozen already. Returns the exit status, after telling what went wrong."""
    try:
        if found := list(releases.problems()):
            raise DataError(found)
        now = version.now(releases.newest())
        if now.frozen:
            print(f"Nothing to freeze: this is the {now}.")
            return 0
        now = now._replace(frozen=True)
        path = releases.freeze(data.whole(load.current(), pages.read_pages(), now), now)
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{now} is frozen in {path.relative_to(paths.ROOT).as_posix()}. Commit data/.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
