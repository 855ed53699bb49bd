"""Writes the pictures of the guide for the README: `make picture` runs it.

Each shows one page four times: on a desktop and on a phone, in light and in dark colors.
"""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import sync_playwright

from macros.guide.paths import ROOT
from macros.paper import ARGUMENTS, installed
from tests.conftest import served

#: The pages, and what of them is scrolled to the top.
PAGES = {
    "home": ("", "h1"),
    "risks": ("risks", "table"),
    "heat": ("methods/heat", "h1"),
    "deciding": ("deciding", ".choose"),
}
SIZES = {"desktop": (1280, 860), "phone": (360, 860)}
GAP = 24


def shots(browser, address: str, top: str) -> list[Image.Image]:
    """A page on a desktop and on a phone, first in light, then in dark colors."""
    found = []
    for scheme in ("light", "dark"):
        for width, height in SIZES.values():
            tab = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            )
            tab.goto(address, wait_until="networkidle")
            if top != "h1":
                tab.locator(top).first.evaluate("e => scrollTo(0, e.getBoundingClientRect().top - 60)")
            found.append(Image.open(io.BytesIO(tab.screenshot())))
            tab.close()
    return found


def together(pictures: list[Image.Image]) -> Image.Image:
    """Pictures of one height in two rows of two."""
    half = len(pictures) // 2
    width = sum(picture.width for picture in pictures[:half]) + GAP * (half + 1)
    height = pictures[0].height
    whole = Image.new("RGB", (width, 2 * height + 3 * GAP), "#888")
    for row in range(2):
        x = GAP
        for picture in pictures[row * half : (row + 1) * half]:
            whole.paste(picture, (x, GAP + row * (height + GAP)))
            x += picture.width + GAP
    return whole


if __name__ == "__main__":
    folder = ROOT / ".github/pictures"
    folder.mkdir(exist_ok=True)
    path = installed()
    with sync_playwright() as playwright, served(ROOT / "site") as address:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for name, (page, top) in PAGES.items():
            together(shots(browser, address + page, top)).save(folder / f"{name}.webp", quality=82, method=6)
