"""Writes the README's picture: the risks page on a desktop. `make picture` runs it."""

from __future__ import annotations

from playwright.sync_api import sync_playwright

from macros.load import ROOT
from tests.tools import ARGUMENTS, installed

SITE = (ROOT / "site/risks/index.html").as_uri()
SHOTS = {"picture.png": (1280, 800)}

if __name__ == "__main__":
    path = installed()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for name, (width, height) in SHOTS.items():
            tab = browser.new_page(viewport={"width": width, "height": height})
            tab.goto(SITE)
            tab.evaluate("document.querySelector('table').scrollIntoView()")
            tab.screenshot(path=ROOT / ".github" / name)
