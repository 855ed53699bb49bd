"""The real site in a real browser."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import pages

WIDTHS = {"phone": 360, "desktop": 1280}


@pytest.fixture
def open_tab(chromium):
    contexts = []

    def opener(width: int = 1280, **options):
        context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
        contexts.append(context)
        return context.new_page()

    yield opener
    for context in contexts:
        context.close()


def test_no_page_asks_another_host_or_throws(site, address, tab):
    asked, thrown = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: thrown.append(str(error)))
    for page in [*pages(site), "404.html"]:
        tab.goto(address + page)
        tab.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert thrown == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_axe_finds_nothing(site, address, open_tab, scheme, width):
    tab = open_tab(width, color_scheme=scheme)
    found = []
    for page in [*pages(site), "404.html"]:
        tab.goto(address + page)
        tab.wait_for_load_state("networkidle")
        assert tab.evaluate("document.body.dataset.mdColorScheme") == {"light": "default", "dark": "slate"}[scheme]
        for violation in Axe().run(tab).response["violations"]:
            found.append((page, violation["id"], [node["html"][:120] for node in violation["nodes"]][:3]))
    assert found == []


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_is_wider_than_the_screen(site, address, open_tab, width):
    tab = open_tab(width)
    for page in pages(site):
        tab.goto(address + page)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, page


@pytest.mark.parametrize("width", [360, 1280])
def test_the_keyboard_reaches_the_menu_and_never_what_cannot_be_seen(address, open_tab, width):
    tab = open_tab(width)
    tab.goto(address + "risks/")
    tab.wait_for_load_state("networkidle")
    reached = []
    for _ in range(30):
        tab.keyboard.press("Tab")
        tab.wait_for_timeout(50)
        name, left, right, bottom, visible = tab.evaluate(
            """() => {
                const e = document.activeElement, r = e.getBoundingClientRect();
                return [e.innerText || e.getAttribute("aria-label"), r.left, r.right, r.bottom,
                        getComputedStyle(e).visibility];
            }"""
        )
        reached.append(name.strip())
        assert left >= 0 and right <= width + 1 and bottom > 0 and visible == "visible", (name, left, right)
    assert {"What neurolysis is and how it works", "Deciding", "Recovery"} <= set(reached)


def test_a_citation_shows_its_claim_on_hover_focus_touch_and_paper(address, tab):
    tab.goto(address + "methods/chemical/")
    tab.wait_for_load_state("networkidle")
    reference = tab.locator('a.footnote-ref[href="#fn:painx-how-numb"]').first
    claim = "First the area around the nerve is numbed."
    tooltip = tab.locator(".md-tooltip2--active", has_text=claim)
    reference.hover()
    tooltip.wait_for()
    tab.mouse.move(5, 5)
    tooltip.wait_for(state="detached")
    reference.focus()
    tooltip.wait_for()
    reference.click()
    note = tab.locator('[id="fn:painx-how-numb"]')
    assert claim in note.inner_text()
    assert "PainX India, Second paragraph" in note.inner_text()
    tab.emulate_media(media="print")
    assert note.is_visible()
    note.locator("a", has_text="PainX India").click()
    assert tab.url.endswith("/sources/painx/#painx-how-numb")
    assert claim in tab.locator("#painx-how-numb").inner_text()


def test_a_medical_word_tells_its_meaning_by_mouse_keyboard_touch_and_on_paper(address, open_tab):
    meaning = "Moving x-ray pictures, seen while the doctor works."
    for touch in (False, True):
        tab = open_tab(360, has_touch=touch)
        tab.goto(address + "methods/chemical/")
        word = tab.get_by_role("button", name="fluoroscopy").first
        shown = tab.locator("#meaning-fluoroscopy")
        assert not shown.is_visible()
        (word.tap if touch else word.click)()
        assert meaning in shown.inner_text()
        tab.keyboard.press("Escape")
        assert not shown.is_visible()
        word.focus()
        tab.keyboard.press("Enter")
        assert shown.is_visible()
        tab.keyboard.press("Escape")
        tab.emulate_media(media="print")
        assert shown.is_visible()


def test_a_disputed_question_opens_by_keyboard_and_stands_open_on_paper(address, tab):
    tab.goto(address + "methods/chemical/")
    question = tab.locator("#for-good > summary")
    side = tab.locator("#for-good li").first
    assert not side.is_visible()
    tab.emulate_media(media="print")
    assert side.bounding_box()["height"] > 0
    tab.emulate_media(media="screen")
    question.focus()
    tab.keyboard.press("Enter")
    assert side.is_visible()


def test_a_table_is_read_as_a_table_on_a_phone(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "risks/")
    tree = tab.locator("table").first.aria_snapshot()
    assert 'table "All risks that our sources name"' in tree
    for part in ('columnheader "How often"', 'rowheader "Infection"'):
        assert part in tree


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def fetched(url: str, wanted: str, seconds: float = 30) -> str:
    end = time.monotonic() + seconds
    text = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                text = answer.read().decode()
            if wanted in text:
                return text
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"'{wanted}' did not appear at {url} in {seconds} s")


def test_serve_follows_edits_of_pages_data_and_macros(project, tab):
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--dev-addr", f"127.0.0.1:{port}"],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}/risks/"
        fetched(url, "Bruising")
        tab.goto(url)
        for path, old, new, shown in (
            ("docs/risks.md", "# Risks of neurolysis", "# Risks, edited", "Risks, edited"),
            ("data/neurolysis.yml", "name: Bruising", "name: A blue mark", "A blue mark"),
            ("macros/cite.py", 'SILENT = "Our sources do not say."', 'SILENT = "Nobody says."', "Nobody says."),
        ):
            file = project / path
            text = file.read_text("utf-8")
            assert old in text
            file.write_text(text.replace(old, new), "utf-8")
            tab.get_by_text(re.compile(re.escape(shown))).first.wait_for(timeout=20_000)  # the page reloads itself
        data = project / "data/neurolysis.yml"
        good = data.read_text("utf-8")
        data.write_text(good.replace("name: A blue mark", "name: no"), "utf-8")
        time.sleep(2)
        data.write_text(good.replace("name: A blue mark", "name: Mended"), "utf-8")
        tab.get_by_text("Mended").first.wait_for(timeout=20_000)  # a mistake does not end the server
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
