"""A first visit weighs little, and nothing that a reader has is lost by it."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader

from macros import inline
from tests.conftest import ROOT, pages, run, served, touched

SITE = "https://example.org/guide/"
KIB = 1024
#: What a first visit may weigh until somebody touches the page, and its HTML, which fits into the first answer
#: of a server: ten packets of 1,460 bytes (RFC 6928), with the head of the answer.
MOST, MOST_HTML = 16 * KIB, 14 * KIB
REST = ["assets/dom.js", "assets/guide.css", "assets/guide.js"]


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


def asked_of(tab) -> list[str]:
    """Remembers which paths a tab asks for from now on."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(urlsplit(request.url).path.lstrip("/")))
    return asked


def weight(file: Path) -> int:
    """Bytes as a server sends them, with gzip."""
    return len(gzip.compress(file.read_bytes(), 9))


def test_a_first_visit_is_light_until_something_is_touched(published, published_at, open_tab):
    tab, heavy, icon = open_tab(360), {}, published / "assets/icon.svg"
    asked = asked_of(tab)
    for page in pages(published):
        asked.clear()
        tab.goto(f"{published_at}{page}/" if page else published_at)
        html = published / page / "index.html"
        files = {published / path for path in asked if Path(path).suffix}
        total = sum(weight(file) for file in {html, icon, *files})  # whether the browser asks for the icon or not
        if weight(html) > MOST_HTML or total > MOST:
            heavy[page] = {"HTML": weight(html), "all": total}
    assert heavy == {}, "Shorten these pages, or make two of each: the HTML has room for 14,336 bytes, all for 16,384."


def test_the_rest_comes_with_the_first_touch(published_at, open_tab):
    touches = {
        "a pointer": lambda tab: tab.mouse.move(200, 200),
        "a finger": lambda tab: tab.locator("h1").tap(),
        "a key": lambda tab: tab.keyboard.press("Tab"),
        "a scroll": lambda tab: tab.evaluate("scrollTo(0, 300)"),
        "a print": lambda tab: tab.pdf(),
    }
    for name, touch in touches.items():
        tab = open_tab(has_touch=True)
        asked = asked_of(tab)
        tab.goto(f"{published_at}risks/")
        tab.wait_for_timeout(200)
        assert [path for path in asked if path in REST] == [], name
        touch(tab)
        tab.locator(".footnote-backref").first.wait_for(state="attached")  # the script has run
        assert sorted(path for path in asked if path in REST) == REST, name


def test_an_address_that_leads_into_what_is_closed_needs_no_touch(published_at, open_tab):
    tab = open_tab()
    tab.goto(f"{published_at}methods/heat/#fn:3")
    tab.locator(".footnote-backref").first.wait_for(state="attached")
    assert tab.locator("[id='fn:3']").is_visible()


@pytest.mark.parametrize("goes_on", [False, True])
@pytest.mark.parametrize(("pressed", "shown"), [("a.footnote-ref", ".meaning.note"), (".word", ".meaning")])
def test_what_is_pressed_before_the_script_came_opens_then(published_at, open_tab, pressed, shown, goes_on):
    tab = open_tab(360, has_touch=True)
    held = []
    tab.route("**/assets/guide.js", lambda route: held.append(route))  # noqa: PLW0108 (it wants a function of Python's own)
    tab.goto(f"{published_at}methods/heat/")
    with tab.expect_request("**/assets/guide.js"):
        tab.locator(pressed).first.tap()
    tab.wait_for_timeout(100)
    assert tab.evaluate("location.hash") == "" and tab.locator(".meaning:popover-open").count() == 0
    if goes_on:  # nothing may pull the reader back
        tab.evaluate("scrollTo(0, 2000)")
    held[0].continue_()
    touched(tab)
    if goes_on:
        tab.wait_for_timeout(100)
        assert tab.locator(".meaning:popover-open").count() == 0 and tab.evaluate("scrollY") == 2000
    else:
        tab.locator(f"{shown}:popover-open").wait_for()


def test_where_the_rest_cannot_be_had_nothing_is_lost_and_it_is_asked_for_again(published_at, open_tab):
    tab = open_tab(360)
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.route("**/assets/guide.*", lambda route: route.abort())
    tab.goto(f"{published_at}methods/heat/")
    tab.locator("a.footnote-ref").first.click()
    for _ in range(100):
        if tab.evaluate("location.hash") == "#fn:1":
            break
        tab.wait_for_timeout(20)
    tab.locator("[id='fn:1']").wait_for()
    tab.locator(".word").first.click()
    tab.locator(".meaning:popover-open").wait_for()
    tab.keyboard.press("Escape")
    paper = "".join(page.extract_text() for page in PdfReader(io.BytesIO(tab.pdf(format="A4"))).pages)
    closed = tab.locator("details.disagreement li").last
    assert not closed.is_visible()
    assert " ".join(closed.text_content().split())[:40] in " ".join(paper.split())
    tab.unroute_all()
    touched(tab)
    tab.locator("a.footnote-ref").first.click()
    tab.locator(".meaning.note").wait_for()
    assert errors == []


@pytest.mark.parametrize("page", ["", "methods/", "disagreements/", "deciding/"])
def test_nothing_moves_when_the_rest_comes(published_at, open_tab, page):
    tab = open_tab(320)
    tab.goto(published_at + page)
    places = """[...document.querySelectorAll(":is(article > :not(.addresses), h2, tr, footer)")]
      .map((element) => element.getBoundingClientRect().top)"""
    before = tab.evaluate(places)
    assert len(before) > 20
    touched(tab)
    assert tab.evaluate(places) == before
    assert tab.evaluate("document.documentElement.scrollWidth") == 320


#: What moved in the text since the page was opened, as web.dev/articles/cls tells it.
_MOVED = """() => new Promise((done) => {
  const moved = [];
  new PerformanceObserver((list) => {
    const nodes = list.getEntries().flatMap((entry) => entry.sources.map((source) => source.node));
    moved.push(...nodes.filter((node) => node?.closest?.("main")).map((node) => node.outerHTML.slice(0, 99)));
  }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(moved), 200);
})"""


@pytest.mark.parametrize(("width", "height"), [(320, 568), (412, 915)])
def test_the_rest_of_a_page_is_laid_out_after_its_first_words_and_nothing_moves(
    published, published_at, open_tab, width, height
):
    tab = open_tab(width)
    tab.set_viewport_size({"width": width, "height": height})
    moved = {}
    for page in sorted({*pages(published)} - {"search"}):  # whose script takes away that it needs one
        tab.goto(published_at + page)
        if elements := tab.evaluate(_MOVED):
            moved[page] = elements
        assert tab.evaluate("document.documentElement.dataset.first") is None
        assert tab.locator("article > *").evaluate_all(
            "all => all.every((element) => getComputedStyle(element).contentVisibility === 'visible')"
        )
    assert moved == {}
    tab.add_init_script("globalThis.requestAnimationFrame = () => {}")  # the rest is never laid out
    tab.goto(f"{published_at}disagreements/")
    late = tab.locator("article > *").evaluate_all(
        "all => all.filter((element) => getComputedStyle(element).contentVisibility === 'auto').length"
    )
    assert late > 20
    tab.goto(f"{published_at}risks/#infection")  # it leads into the rest
    assert tab.evaluate("document.documentElement.dataset.first") is None


def test_what_is_ticked_before_the_script_came_is_kept(published_at, open_tab):
    tab = open_tab(360)
    held = []
    tab.route("**/assets/mine.js", lambda route: held.append(route))  # noqa: PLW0108 (as above)
    tab.goto(f"{published_at}questions/", wait_until="commit")
    tab.get_by_role("checkbox").nth(2).check()
    tab.get_by_label("What they answered").fill("in haste")
    held[0].continue_()
    tab.locator(".mine").wait_for()
    assert tab.get_by_role("checkbox").nth(2).is_checked()
    tab.unroute_all()
    tab.reload()
    assert tab.get_by_role("checkbox").nth(2).is_checked() and not tab.get_by_role("checkbox").nth(1).is_checked()
    assert tab.get_by_label("What they answered").input_value() == "in haste"


def test_without_a_script_the_style_is_there_at_once(published_at, open_tab):
    tab = open_tab(java_script_enabled=False)
    asked = asked_of(tab)
    tab.goto(f"{published_at}risks/")
    assert [path for path in asked if path in REST] == ["assets/guide.css"]


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
    untouched = tab.pdf(format="A4")
    touched(tab)
    assert abs(len(untouched) - len(tab.pdf(format="A4"))) < 300


#: What a style says of which elements of the page: by condition, part and declaration, their numbers.
_SAID = """(text) => {
  document.documentElement.dataset.first = ""; // as before the first words are painted
  const number = new Map([...document.querySelectorAll("*")].map((element, index) => [element, index]));
  const said = {};
  const read = (rules, condition) => {
    for (const rule of rules) {
      if (!rule.selectorText) { read(rule.cssRules, `${condition} ${rule.conditionText}`); continue; }
      const ends = /::(before|after)|:(hover|focus|focus-visible)\\b/g; // which no query finds
      const part = rule.selectorText.match(ends)?.join() ?? "";
      const plain = rule.selectorText.replace(/(^|[ ,])::(before|after)/g, "$1*").replace(ends, "");
      const of = document.querySelectorAll(plain);
      for (const name of of.length ? rule.style : []) {
        const key = `${condition}${part} ${name}: ${rule.style.getPropertyValue(name)}`;
        said[key] = [...new Set([...said[key] ?? [], ...[...of].map((element) => number.get(element))])].sort();
      }
    }
  };
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  read(sheet.cssRules, "");
  return said;
}"""


def test_no_page_misses_a_rule_that_its_style_was_cut_by(published, published_at, tab):
    assets = ROOT / "overrides/assets"
    whole = inline.first(*((assets / name).read_text("utf-8") for name in ("first.css", "first.js")), ()).style
    shorter, missed = 0, {}
    for page in pages(published):
        tab.goto(f"{published_at}{page}/" if page else published_at)
        cut = tab.locator("head style").inner_text()
        shorter += len(cut) < len(whole)
        wanted, found = tab.evaluate(_SAID, whole), tab.evaluate(_SAID, cut)
        assert len(found) > 100
        missed |= {(page, rule): elements for rule, elements in wanted.items() if found.get(rule) != elements}
    assert missed == {}
    assert shorter > 20


def test_a_style_that_cannot_be_read_is_told():
    with pytest.raises(ValueError, match="Unexpected end of input"):
        inline.first("a { color: red } }", "", ())
