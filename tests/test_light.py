"""A first visit weighs little, and nothing that a reader has is lost by it."""

from __future__ import annotations

import gzip
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT, pages, run, served

SITE = "https://example.org/guide/"
KIB = 1024
#: What a first visit to a page may weigh until somebody touches it, and what of it comes before its text.
MOST, MOST_BEFORE_TEXT = 16 * KIB, 14 * KIB
#: Pages that are heavier, in KiB. Readers choose or tick on two, at once; one is for editors.
HEAVIER = {"deciding": 21, "recovery": 17, "contributing": 50}


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """The site with all that its publisher knows: every link below a page adds to its weight."""
    folder = tmp_path_factory.mktemp("published") / "site"
    repository = "https://github.com/somebody/neurolysis-guide"
    known = {"SITE_URL": SITE, "REPOSITORY": repository, "EDIT_URI": f"{repository}/edit/main/docs/"}
    made = {"LEAFLETS": "1", "OFFLINE": "1"}
    assert run("mkdocs", "build", "--site-dir", str(folder), cwd=ROOT, **known, **made).returncode == 0
    return folder


@pytest.fixture(scope="module")
def published_at(published):
    with served(published) as url:
        yield url


def weight(content: bytes) -> int:
    """Bytes as a server sends them, with gzip."""
    return len(gzip.compress(content, 9))


def test_a_first_visit_is_light_until_something_is_touched(published, published_at, open_tab):
    heavy, icon = {}, weight((published / "assets/icon.svg").read_bytes())
    for page in pages(published):
        tab = open_tab(360)
        asked = []
        tab.on("request", lambda request, asked=asked: asked.append(urlsplit(request.url).path.lstrip("/")))
        tab.goto(f"{published_at}{page}/" if page else published_at)
        tab.wait_for_load_state("networkidle")
        files = [published / path / "index.html" if not Path(path).suffix else published / path for path in asked]
        html = files[0].read_bytes()
        first_text = html.index(b"</p>", html.index(b"<h1")) + len(b"</p>")
        if weight(html[:first_text]) > MOST_BEFORE_TEXT:
            heavy[page, "before its text"] = weight(html[:first_text])
        total = sum(weight(file.read_bytes()) for file in files if file.name != "icon.svg") + icon
        if total > HEAVIER.get(page, MOST / KIB) * KIB:
            heavy[page] = total
        tab.context.close()
    assert heavy == {}, "Shorten the page, or what all pages show: CONTRIBUTING, 'How a page looks'."


def test_the_rest_comes_with_the_first_touch(published_at, open_tab):
    touches = {
        "a pointer": lambda tab: tab.mouse.move(200, 200),
        "a key": lambda tab: tab.keyboard.press("Tab"),
        "a scroll": lambda tab: tab.evaluate("scrollTo(0, 300)"),
        "a print": lambda tab: tab.pdf(),
    }
    for name, touch in touches.items():
        tab = open_tab()
        asked = []
        tab.on("request", lambda request, asked=asked: asked.append(urlsplit(request.url).path))
        tab.goto(f"{published_at}risks/")
        tab.wait_for_load_state("networkidle")
        assert not [path for path in asked if "guide." in path], name
        touch(tab)
        tab.locator(".footnote-backref").first.wait_for(state="attached")  # the script has run
        assert [path for path in asked if "guide." in path] == ["/assets/guide.css", "/assets/guide.js"], name


def test_without_a_script_the_style_is_there_at_once(published_at, open_tab):
    tab = open_tab(java_script_enabled=False)
    asked = []
    tab.on("request", lambda request: asked.append(urlsplit(request.url).path))
    tab.goto(f"{published_at}risks/")
    tab.wait_for_load_state("networkidle")
    assert "/assets/guide.css" in asked and "/assets/guide.js" not in asked


@pytest.mark.parametrize("kept", ["dark", "light"])
def test_the_chosen_colors_are_there_before_anything_is_fetched(published_at, open_tab, kept):
    tab = open_tab(color_scheme="dark" if kept == "light" else "light")
    tab.add_init_script(f"localStorage.setItem('neurolysis-guide:scheme', '{kept}')")
    tab.route("**/assets/guide.*", lambda route: route.abort())
    tab.goto(f"{published_at}risks/")
    dark = {"dark": "rgb(23, 27, 29)", "light": "rgb(253, 251, 247)"}[kept]
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    button = tab.locator("button.scheme")
    assert button.inner_text() == {"dark": "Light", "light": "Dark"}[kept]
    button.click()  # works although the rest of the script never came
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_paper_is_whole_where_nobody_touched_the_page(published_at, open_tab):
    tab = open_tab()
    tab.goto(f"{published_at}methods/heat/")
    tab.wait_for_load_state("networkidle")
    untouched = tab.pdf(format="A4")
    tab.mouse.move(100, 100)
    tab.locator(".footnote-backref").first.wait_for(state="attached")
    assert abs(len(untouched) - len(tab.pdf(format="A4"))) < 300
