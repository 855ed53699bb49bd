"""The browser that prints leaflets and runs the tests.

Run as a program, it installs one where the machine has none: `python -m macros.publish.browser`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import lru_cache

from playwright.sync_api import Error, sync_playwright

#: The browser talks to nobody but the pages that it is given.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@lru_cache(maxsize=1)  # who runs a browser already may ask too, which Playwright refuses to be asked by
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


def apt(*packages: str) -> None:
    """Installs packages of Debian or Ubuntu, where that can be done without a question."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") and (not root or shutil.which("sudo")):
        subprocess.run([*root, "apt-get", "update", "-qq"], check=False)
        subprocess.run([*root, "apt-get", "install", "-y", "-qq", *packages], check=False)


def install() -> str | None:
    """Installs a browser if there is none; returns what a person has to do where that fails, else None."""
    if installed():
        return None
    print("Installing a browser.")
    apt("chromium")
    installed.cache_clear()
    if not installed():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    installed.cache_clear()
    if not installed():
        return "No browser could be installed. Install Chromium, or name one: make CHROMIUM=/path/to/it"
    return None


if __name__ == "__main__":
    sys.exit(install())
