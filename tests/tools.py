"""What the tests need and pip does not bring: a browser, two dictionaries and an HTML checker.

Run as a program, it installs what the machine has not: `python -m tests.tools`.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from macros import paper

#: American English, and a list of medical words, as Debian's packages install them.
ENGLISH = Path("/usr/share/hunspell/en_US")
MEDICAL = Path("/usr/share/hunspell/en_med_glut.dic")

#: The Nu Html Checker, the one of the standard's authors; it runs on Java and comes as an npm package.
CHECKER = Path(__file__).parent.parent / ".cache/vnu.jar"
_CHECKER_VERSION = "26.9.27"
_CHECKER_SHA256 = "22f15dd39a33bed929d2a5c0cddf5946849a647eca9272bf4d5d00bc7e7a4d47"


def dictionaries() -> bool:
    """Whether both dictionaries are on this machine."""
    return ENGLISH.with_suffix(".dic").exists() and MEDICAL.exists()


def checker() -> bool:
    """Whether the HTML checker is here, as it was when its hash was written down, and can run."""
    known = CHECKER.exists() and hashlib.sha256(CHECKER.read_bytes()).hexdigest() == _CHECKER_SHA256
    return known and bool(shutil.which("java"))


def _install_checker() -> None:
    if not shutil.which("java"):
        paper.apt("default-jre-headless")
    if not shutil.which("npm"):
        paper.apt("npm")
    npm = shutil.which("npm")
    if not npm:
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", f"vnu-jar@{_CHECKER_VERSION}"], cwd=folder, check=False)
        for package in Path(folder).glob("*.tgz"):
            CHECKER.parent.mkdir(exist_ok=True)
            with tarfile.open(package) as archive:
                CHECKER.write_bytes(archive.extractfile("package/build/dist/vnu.jar").read())


def install() -> str | None:
    """Installs what is missing; returns what a person has to do where that fails, else None."""
    if not dictionaries():
        print("Installing dictionaries for the tests.")
        paper.apt("hunspell-en-us", "hunspell-en-med")
    if not dictionaries():
        print("Without Debian's hunspell-en-us and hunspell-en-med, the test of spelling is skipped.")
    if not checker():
        print("Installing an HTML checker for the tests.")
        _install_checker()
    if not checker():
        return "The HTML checker could not be installed. It needs Java and npm: install both, and run make test again."
    return paper.install()


if __name__ == "__main__":
    sys.exit(install())
