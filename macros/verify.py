"""`python -m macros.verify SITE`: whether a published site came from the commit that it names.

SITE is the site's address, or a folder that holds it. The commit's site is made anew from this clone, and
every file is compared. What is published is read and never run; the commit's own code is run, as by any build.
Exit status 0 only where every file is the same, 1 where one is not, 2 where that cannot be told.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

from . import load, weekly
from .publish import materials, sums

AGENT = "neurolysis-guide verification"
#: The largest bill and the largest list that are read, in bytes; of each other file no more than what was made.
MOST = 4_000_000
#: How many names are shown of each kind.
SHOWN = 20
#: Where the site that was made stays, to be looked at.
KEPT = load.ROOT / ".cache/verify"

#: What a site may say of its build. It goes into the environment of make, to which a "$" is a command.
_ADDRESS = r"[A-Za-z0-9._~:/%@+?=&#-]+"
_SAID = dict.fromkeys(("SITE_URL", "REPOSITORY"), f"https?://{_ADDRESS}") | {
    "COMMIT": "[0-9a-f]{40}|[0-9a-f]{64}",
    "EDIT_URI": _ADDRESS,
    "LEAFLETS": "1",
    "OFFLINE": "1",
}
#: Files whose bytes also depend on the machine: its browser and fonts, and the program that compresses.
_OF_THE_MACHINE = re.compile(r".*\.(pdf|png|gz|zip|zip\.sha256)")

#: Gives a file of the site by its path, no more bytes of it than one above a limit; None where it is not there.
Read = Callable[[str, int], bytes | None]


class CannotTell(Exception):
    """Why a site cannot be compared, for the person who asked."""


class Published(NamedTuple):
    """A published site, as it says itself."""

    read: Read
    """Reads its files."""
    names: Collection[str]
    """Its files by its own list, and those that its folder has."""
    told: Mapping[str, str]
    """What its build was told, by the names of materials.TOLD."""
    browser: str
    """The browser that printed its leaflets; "" where none did."""


class Found(NamedTuple):
    """What a comparison found: paths below the site's root."""

    differ: Sequence[str]
    """Files with other bytes than the commit makes."""
    missing: Sequence[str]
    """Files that the commit makes and the site has not."""
    extra: Sequence[str]
    """Files that the site has and the commit does not make."""


# ---- The published site, which anybody may have written ----


class _SameHost(HTTPRedirectHandler):
    """Follows where a server leads only within the same host."""

    def redirect_request(self, req, *rest):
        old, new = urlsplit(req.full_url), urlsplit(rest[-1])
        if new.netloc != old.netloc or new.scheme not in (old.scheme, "https"):
            raise CannotTell(f"{req.full_url} leads to another host, which is not asked.")
        return super().redirect_request(req, *rest)


def _fetched(site: str, name: str, most: int) -> bytes | None:
    address = site + quote(name)
    try:
        asked = weekly.request(address, "GET", AGENT)
        with build_opener(_SameHost()).open(asked, timeout=weekly.PATIENCE) as answer:
            return answer.read(most + 1)
    except HTTPError as error:
        if error.code in (404, 410):  # with which a server may also hand out the page for it
            return error.read(most + 1) if name == "404.html" else None
        raise CannotTell(f"{address} answers {error.code}.") from error
    except (OSError, ValueError, HTTPException) as error:
        raise CannotTell(f"{address} does not answer: {_shown(str(error))}") from error


def _opened(folder: Path, name: str, most: int) -> bytes | None:
    path = (folder / name).resolve()
    if not path.is_file() or not path.is_relative_to(folder.resolve()):
        return None
    with path.open("rb") as file:
        return file.read(most + 1)


def published(site: str) -> Published:
    """The site at an address or in a folder. Raises CannotTell where it does not say where it comes from."""
    read, names = _reader(site)
    told, browser = _said(read)
    return Published(read, {*names, *_listed(read), sums.FILE}, told, browser)


def _reader(site: str) -> tuple[Read, set[str]]:
    """How to read a site, and the files that a folder has."""
    if re.match("https?://", site):
        return partial(_fetched, site.rstrip("/") + "/"), set()
    folder = Path(site)
    if not folder.is_dir():
        raise CannotTell(f"'{site}' is no address that begins with https:// and no folder.")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    return partial(_opened, folder), names


def _whole(read: Read, name: str) -> bytes:
    content = read(name, MOST)
    if content is None:
        raise CannotTell(f"The site has no {name}. It was built before there was one, or is no site of this guide.")
    if len(content) > MOST:
        raise CannotTell(f"Its {name} is larger than any that is made here.")
    return content


def _said(read: Read) -> tuple[dict[str, str], str]:
    try:
        told, browser = materials.told(_whole(read, materials.FILE))
    except ValueError as error:
        raise CannotTell(f"Its {materials.FILE} cannot be read: {_shown(str(error))}") from error
    for name, value in told.items():
        if not re.fullmatch(_SAID[name], value):
            raise CannotTell(f"Its {materials.FILE} gives a {name} that is none: {_shown(value[:80])}")
    if "COMMIT" not in told:
        raise CannotTell("The site does not say its commit: it was built from changes that are not committed.")
    return told, browser if re.fullmatch(r"Chromium [\d.]+", browser) else ""


def _listed(read: Read) -> dict[str, str]:
    try:
        return sums.listed(_whole(read, sums.FILE).decode())
    except ValueError as error:
        raise CannotTell(f"Its {sums.FILE} cannot be read: {_shown(str(error))}") from error


# ---- The site that the commit makes ----


def _git(*command: str) -> str:
    return subprocess.run(["git", *command], cwd=load.ROOT, capture_output=True, text=True, check=True).stdout


def known(commit: str) -> str:
    """Which branches have a commit, in words. Raises CannotTell where this clone does not have it."""
    try:
        _git("cat-file", "-e", f"{commit}^{{commit}}")
    except subprocess.CalledProcessError as error:
        raise CannotTell(
            f"This clone does not have the commit {commit}. Fetch it: git fetch origin {commit}\n"
            "If nobody has it, the site was built from what was never shared."
        ) from error
    branches = _git("for-each-ref", f"--contains={commit}", "--format=%(refname:short)", "refs/heads", "refs/remotes")
    return f"It is part of {', '.join(_first(branches.split(), 3))}." if branches else "No branch of this clone has it."


def made(told: Mapping[str, str]) -> Path:
    """Makes the site of a commit from a checkout of its own below .cache/, and returns its folder.

    `told` is what the build is told, by the names of materials.TOLD. Raises CannotTell where it fails.
    """
    target = "offline" if "OFFLINE" in told else "leaflets" if "LEAFLETS" in told else "build"
    # Nothing of the make that runs this, and nothing of the day and the address that this checkout has.
    strange = (*materials.TOLD, "SOURCE_DATE_EPOCH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
    environment = {name: value for name, value in os.environ.items() if name not in strange}
    environment |= {name: told.get(name, "") for name in ("SITE_URL", "REPOSITORY", "EDIT_URI")}
    KEPT.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="verify.", dir=KEPT.parent) as folder:
        tree = Path(folder) / "tree"
        try:
            _git("worktree", "add", "--quiet", "--detach", str(tree), told["COMMIT"])
            command = ["make", *_installed(tree), target]
            done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
            if done.returncode:
                last = (done.stdout + done.stderr).decode("utf-8", "backslashreplace").splitlines()[-20:]
                raise CannotTell("\n".join(["The commit's site cannot be made here:", *last]))
            if not (tree / "site" / sums.FILE).is_file():
                raise CannotTell(f"The commit makes no {sums.FILE}: it is older than this command.")
            shutil.rmtree(KEPT, ignore_errors=True)
            (tree / "site").rename(KEPT)
        finally:
            command = ["git", "worktree", "remove", "--force", str(tree)]
            subprocess.run(command, cwd=load.ROOT, capture_output=True, check=False)
    return KEPT


def _installed(tree: Path) -> list[str]:
    """Lends a checkout what is installed here, if it needs the same; returns what to tell make of it."""
    for name in ("requirements.txt", "requirements-test.txt"):
        if (tree / name).read_bytes() != (load.ROOT / name).read_bytes():
            print("That commit needs other packages than this one. They are installed beside it.", flush=True)
            return []
    (tree / ".venv").symlink_to(sys.prefix)
    return ["-o", ".venv/ready", "-o", ".venv/test-ready"]


# ---- Both side by side ----


def compared(read: Read, names: Collection[str], files: Mapping[str, bytes]) -> Found:
    """What differs between a site that has files of these names, and the files that were made. Raises CannotTell."""
    there = {name: read(name, len(content)) for name, content in files.items()}
    return Found(
        [name for name, content in files.items() if there[name] not in (None, content)],
        [name for name in files if there[name] is None],
        sorted(set(names) - files.keys()),
    )


def report(found: Found, browsers: tuple[str, str]) -> str:
    """The findings in words; `browsers` are the one that printed the site's leaflets, and the one here."""
    kinds = {
        "These have other bytes than the commit makes": found.differ,
        "These are missing on the site": found.missing,
        "These are on the site, but the commit does not make them": found.extra,
    }
    parts = [
        "\n    ".join([f"{what} ({len(names)}):", *_first(names, SHOWN)]) for what, names in kinds.items() if names
    ]
    other = browsers[0] != browsers[1]
    follow = {sums.FILE, *([materials.FILE] if other else [])}
    machine = [name for name in found.differ if _OF_THE_MACHINE.fullmatch(name)]
    if not (found.missing or found.extra or set(found.differ) - follow - set(machine)):
        parts.append(
            "All pages, data and feeds are the same. PDFs depend on the browser that prints and on the fonts of the\n"
            "machine, the zip holds them, and pictures and archives depend on the program that compresses. That can\n"
            "be all, but nothing proves it: compare them with what was made."
        )
    else:
        parts.append(
            "This site is not what its commit makes. It was changed after it was built, it was built from something\n"
            "else, or its server changes what it hands out."
        )
    if other:
        parts.append(f"Its leaflets were printed by {browsers[0] or 'no known browser'}, here by {browsers[1]}.")
    return "\n".join(parts)


def _shown(text: str) -> str:
    """What somebody else chose, so that it gives a terminal no command."""
    return text if text.isprintable() else ascii(text)


def _first(names: Sequence[str], most: int) -> list[str]:
    return [_shown(name) for name in names[:most]] + [f"and {len(names) - most} more"] * (len(names) > most)


def same(site: Published, folder: Path) -> bool:
    """Tells how a site differs from the one that was made in a folder, and whether it does not. Raises CannotTell."""
    files = sums.files(folder) | {sums.FILE: (folder / sums.FILE).read_bytes()}
    found = compared(site.read, site.names, files)
    if found == Found([], [], []):
        print(f"The same: all {len(files)} files are what the commit makes, byte for byte.")
        return True
    _, browser = materials.told(files[materials.FILE])
    print(report(found, (site.browser, browser)))
    return False


def verified(address: str) -> bool:
    """Tells what it finds of a site, and whether it is what its commit makes. Raises CannotTell."""
    site = published(address)
    print(f"The site says that it was built from the commit {site.told['COMMIT']}.")
    print(known(site.told["COMMIT"]))
    at = site.told.get("SITE_URL", "")
    if at.rstrip("/") != address.rstrip("/"):
        print(f"It says that it was built for {at or 'no address'}; this is another place.")
    print("Making that commit's site anew, by that commit's code. Then every file is compared.", flush=True)
    folder = made(site.told)
    done = same(site, folder)
    print(f"What the commit makes stands in {folder.relative_to(load.ROOT)}/.")
    return done


def main(argv: Sequence[str]) -> int:
    """Verifies a site. Returns the exit status."""
    if len(argv) != 1 or not argv[0]:
        print("Usage: make verify SITE=https://..., the address of a published site, or a folder that holds one.")
        return 2
    try:
        return int(not verified(argv[0]))
    except (CannotTell, HTTPException, OSError) as error:
        print(f"{error}\nNothing was verified.")
    except subprocess.CalledProcessError as error:
        print(f"git could not do it: {error.stderr.strip()}\nNothing was verified.")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
