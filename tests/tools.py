"""What the tests need and pip does not bring: a browser, two dictionaries and an HTML checker.

Run as a program, it installs what the machine has not: `python -m tests.tools`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

#: The browser talks to nobody but the pages under test.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: American English, and a list of medical words, as Debian's packages install them.
ENGLISH = Path("/usr/share/hunspell/en_US")
MEDICAL = Path("/usr/share/hunspell/en_med_glut.dic")

#: The Nu Html Checker, the one of the standard's authors; it runs on Java and comes as an npm package.
CHECKER = Path(__file__).parent.parent / ".cache/vnu.jar"
_CHECKER_VERSION = "26.9.27"
_CHECKER_SHA256 = "22f15dd39a33bed929d2a5c0cddf5946849a647eca9272bf4d5d00bc7e7a4d47"


def installed() -> str | None:
    """Path of a Chromium or Chrome, or None. The variable CHROMIUM names one of your own."""
    named = os.environ.get("CHROMIUM")
    names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
    found = [named] if named else filter(None, map(shutil.which, names))
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        for path in [*found, own]:
            if os.path.exists(path):
                try:
                    playwright.chromium.launch(executable_path=path, args=ARGUMENTS).close()
                except Error:
                    continue  # such as Ubuntu's package that only points to a store
                return path
    return None


def dictionaries() -> bool:
    """Whether both dictionaries are on this machine."""
    return ENGLISH.with_suffix(".dic").exists() and MEDICAL.exists()


def checker() -> bool:
    """Whether the HTML checker is here, as it was when its hash was written down, and can run."""
    known = CHECKER.exists() and hashlib.sha256(CHECKER.read_bytes()).hexdigest() == _CHECKER_SHA256
    return known and bool(shutil.which("java"))


def _install_checker() -> None:
    if not shutil.which("java"):
        _apt("default-jre-headless")
    if not shutil.which("npm"):
        _apt("npm")
    npm = shutil.which("npm")
    if not npm:
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", f"vnu-jar@{_CHECKER_VERSION}"], cwd=folder, check=False)
        for package in Path(folder).glob("*.tgz"):
            CHECKER.parent.mkdir(exist_ok=True)
            with tarfile.open(package) as archive:
                CHECKER.write_bytes(archive.extractfile("package/build/dist/vnu.jar").read())


def _apt(*packages: str) -> None:
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") and (not root or shutil.which("sudo")):
        subprocess.run([*root, "apt-get", "update", "-qq"], check=False)
        subprocess.run([*root, "apt-get", "install", "-y", "-qq", *packages], check=False)


def install() -> str | None:
    """Installs what is missing; returns what a person has to do where that fails, else None."""
    if not dictionaries():
        print("Installing dictionaries for the tests.")
        _apt("hunspell-en-us", "hunspell-en-med")
    if not dictionaries():
        print("Without Debian's hunspell-en-us and hunspell-en-med, the test of spelling is skipped.")
    if not checker():
        print("Installing an HTML checker for the tests.")
        _install_checker()
    if not checker():
        return "The HTML checker could not be installed. It needs Java and npm: install both, and run make test again."
    if not installed():
        print("Installing a browser for the tests.")
        _apt("chromium")
    if not installed():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if not installed():
        return "No browser could be installed. Install Chromium, or name one: make test CHROMIUM=/path/to/it"
    return None


if __name__ == "__main__":
    sys.exit(install())
