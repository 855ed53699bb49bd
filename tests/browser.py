"""The browser for the tests. Run as a program, it installs one where the machine has none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Error, sync_playwright

#: It talks to nobody but the pages under test.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


def install() -> None:
    """Installs Debian's package where that is possible, else playwright's own browser."""
    apt = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") and (not apt or shutil.which("sudo")):
        subprocess.run([*apt, "apt-get", "update", "-qq"], check=False)
        subprocess.run([*apt, "apt-get", "install", "-y", "-qq", "chromium"], check=False)
    if not installed():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if not installed():
        print("No Chromium or Chrome found: installing one for the tests.")
        install()
    if not installed():
        sys.exit("No browser could be installed. Install Chromium, or name one: make test CHROMIUM=/path/to/it")
