"""The pages for every reader: WCAG 2.2 AA and beyond, in a real browser."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise

import pytest

from tests.conftest import LOOKED_AT, axe, pages, touched
from tests.tools import CHECKER

WIDTHS = {"phone": 360, "desktop": 1280}
SCHEMES = ["light", "dark"]

#: States that a reader brings a page into: the page, and what is done there.
STATES = {
    "menu": ("risks/", lambda tab: tab.get_by_role("button", name="Menu").click()),
    "note": ("methods/heat/", lambda tab: opened(tab, "a.footnote-ref")),
    "word": ("methods/heat/", lambda tab: opened(tab, "button.word")),
    "dispute": ("risks/", lambda tab: tab.locator("details.disagreement > summary").first.click()),
    "notes": ("risks/", lambda tab: tab.locator("details.notes > summary").click()),
    "pair": ("deciding/", lambda tab: tab.get_by_role("combobox", name="with").select_option("Cold")),
    "ticked": ("questions/", lambda tab: [box.check() for box in tab.get_by_role("checkbox").all()[:3]]),
    "found": ("search/#q=burning", lambda tab: tab.locator(".results a").first.wait_for()),
    "nothing found": ("search/#q=zzzzzzzz", lambda tab: tab.get_by_text("Nothing found").wait_for()),
    "other colors": ("risks/", lambda tab: tab.locator("button.scheme").click()),
}


def opened(tab, selector: str) -> None:
    """Presses what opens a meaning or a note. It opens when the rest of the page has come."""
    tab.locator(selector).first.click()
    tab.locator(".meaning:popover-open").wait_for()


def violations(tab, page: str, width: int, scheme: str, state: str = "as opened") -> list:
    found = [
        (page, state, violation["id"], [node["html"][:120] for node in violation["nodes"]][:3])
        for violation in axe(tab)
    ]
    LOOKED_AT.append((page, width, scheme, state, len(found)))
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_axe_finds_nothing_on_any_page(site, address, open_tab, scheme, width):
    tab = open_tab(width, color_scheme=scheme)
    found = []
    for page in [*pages(site), "404.html"]:
        tab.goto(address + page)
        assert tab.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (scheme == "dark")
        if scheme == "dark":  # in light colors the page is as it opened, in dark ones as it is once somebody touched it
            touched(tab)
        found += violations(tab, page, width, scheme)
    assert found == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_axe_finds_nothing_in_any_state(address, open_tab, scheme, width):
    tab = open_tab(width, color_scheme=scheme)
    found = []
    for state, (page, reach) in STATES.items():
        if state == "menu" and width == WIDTHS["desktop"]:
            continue  # it stands beside the page
        tab.goto(address + page)
        reach(tab)
        found += violations(tab, page, width, scheme, state)
        tab.evaluate("localStorage.clear()")  # the next state begins as if nobody had been here
        tab.goto("about:blank")
    assert found == []


def test_axe_would_find_what_is_wrong(address, tab):
    tab.goto(address + "risks/")
    tab.evaluate(
        "document.querySelector('h1').style.color = '#bbb'; document.querySelector('button.word').ariaLabel=''"
    )
    tab.evaluate("document.querySelector('article').append(document.createElement('h5'), new Image())")
    assert {v["id"] for v in axe(tab)} >= {"color-contrast", "image-alt"}


def test_the_html_of_every_page_is_valid(site):
    files = [str(path) for path in site.rglob("*.html")]
    assert len(files) > 30
    command = ["java", "-jar", str(CHECKER), "--errors-only", "--filterpattern", "CSS: .*", "--format", "gnu", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.stderr, done.returncode) == ("", 0)


# ---- By keyboard alone ----

#: Where the focus is, and whether a person sees it: on the screen, on top, and with a ring.
FOCUS = """() => {
    const e = document.activeElement, style = getComputedStyle(e);
    const boxes = [...e.getClientRects()].filter(b => b.width && b.height);
    const r = boxes[0] ?? e.getBoundingClientRect();
    const x = Math.min(Math.max(r.left + r.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(r.top + r.height / 2, 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    return {
        name: (e.innerText || e.getAttribute("aria-label") || e.closest("label")?.innerText || e.tagName).trim(),
        tag: e.tagName, inside: r.left >= -1 && r.right <= innerWidth + 1 && r.bottom > 0 && r.top < innerHeight,
        seen: Boolean(top && (e.contains(top) || top.contains(e))),
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && style.visibility === "visible",
        count: document.querySelectorAll("*").length,
    };
}"""


@pytest.mark.parametrize("page", ["", "risks/", "methods/chemical/", "deciding/", "questions/", "search/", "words/"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_stop_of_the_tab_key_is_seen(address, open_tab, width, page):
    tab = open_tab(width)
    tab.goto(address + page)
    stops, lost = 0, []
    for _ in range(500):
        tab.keyboard.press("Tab")
        focus = tab.evaluate(FOCUS)
        if focus["tag"] == "BODY":
            break
        stops += 1
        if not (focus["inside"] and focus["seen"] and focus["ring"]):
            lost.append(focus)
    assert lost == []
    assert stops > 10
    assert focus["tag"] == "BODY", "the keyboard never came to the end of the page"


def test_the_menu_opens_moves_and_closes_by_keyboard_on_a_phone(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "risks/")
    menu = tab.locator("#menu")
    assert not menu.is_visible()
    tab.get_by_role("button", name="Menu").focus()
    tab.keyboard.press("Enter")
    assert menu.is_visible()
    names = []
    for _ in range(6):
        tab.keyboard.press("Tab")
        focus = tab.evaluate(FOCUS)
        assert focus["inside"] and focus["seen"] and focus["ring"], focus
        names.append(focus["name"])
    assert names[:2] == ["Close", "Home"], names
    tab.keyboard.press("Escape")
    assert not menu.is_visible()
    assert tab.evaluate(FOCUS)["name"] == "Menu"
    tab.keyboard.press("Enter")
    menu.get_by_role("link", name="Recovery").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/recovery/")


def test_the_skip_link_leads_past_the_menu(address, tab):
    tab.goto(address + "risks/")
    tab.keyboard.press("Tab")
    assert tab.evaluate(FOCUS)["name"] == "Skip to the text"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('article').contains(document.activeElement)")


def test_a_citation_shows_its_claim_and_gives_the_place_back(address, open_tab):
    claim = "First the area around the nerve is numbed."
    for touch in (False, True):
        tab = open_tab(360, has_touch=touch)
        tab.goto(address + "methods/chemical/")
        note = tab.locator(".footnote li", has=tab.locator('a[href$="#painx-how-numb"]')).get_attribute("id")
        reference = tab.locator(f'a.footnote-ref[href="#{note}"]').first
        shown = tab.locator(".meaning.note")
        (reference.tap if touch else reference.click)()
        shown.wait_for()
        assert claim in shown.inner_text()
        assert tab.evaluate(FOCUS)["inside"]
        tab.keyboard.press("Escape")
        assert not shown.is_visible()
        assert tab.evaluate("document.activeElement.matches('a.footnote-ref')")
        tab.keyboard.press("Enter")
        tab.keyboard.press("Tab")  # to the source, inside what opened
        assert tab.evaluate(FOCUS)["name"] == "PainX India, Second paragraph"
        tab.keyboard.press("Enter")
        tab.wait_for_url(re.compile("/sources/painx/#painx-how-numb$"))
        assert claim in tab.locator("#painx-how-numb").inner_text()


def test_a_medical_word_tells_its_meaning_by_mouse_keyboard_and_touch(address, open_tab):
    meaning = "Moving x-ray pictures, seen while the doctor works"
    for touch in (False, True):
        tab = open_tab(360, has_touch=touch)
        tab.goto(address + "methods/chemical/")
        word = tab.get_by_role("button", name="fluoroscopy").first
        shown = tab.locator("#meaning-fluoroscopy")
        assert not shown.is_visible()
        (word.tap if touch else word.click)()
        shown.wait_for()
        assert meaning in shown.inner_text()
        box = shown.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360
        tab.keyboard.press("Escape")
        assert not shown.is_visible()
        word.focus()
        tab.keyboard.press("Enter")
        assert shown.is_visible()


def test_a_disputed_question_opens_by_keyboard(address, tab):
    tab.goto(address + "methods/chemical/")
    side = tab.locator("#for-good li").first
    assert not side.is_visible()
    tab.locator("#for-good > summary").focus()
    tab.keyboard.press("Enter")
    assert side.is_visible()


def test_the_search_works_by_keyboard_alone(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "risks/")
    tab.get_by_role("link", name="Search", exact=True).focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search/")
    for _ in range(12):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.type") == "search":
            break
    tab.keyboard.type("freezing")
    tab.get_by_text("fit best").or_(tab.get_by_text("fits best")).wait_for()
    tab.keyboard.press("Tab")
    assert tab.evaluate(FOCUS)["name"] == "Cold"
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/methods/cold/**")


# ---- Larger text, narrower screens, other colors, no script ----


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_is_wider_than_the_screen(site, address, open_tab, width):
    tab = open_tab(width)
    for page in [*pages(site), "404.html"]:
        tab.goto(address + page)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, page


#: Text that is cut off: an element that hides what does not fit into it.
CUT = """() => [...document.querySelectorAll("body *")].filter(e => {
    const s = getComputedStyle(e);
    return e.clientHeight > 2 && ["hidden", "clip"].includes(s.overflowX)
        && !e.matches("textarea, input")
        && s.clipPath === "none" && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => e.outerHTML.slice(0, 100))"""


@pytest.mark.parametrize("width", [640, 1280])
def test_text_can_be_twice_as_large(site, address, open_tab, width):
    """WCAG 1.4.4, and 1.4.12 with it: the spacing that a reader may set."""
    tab = open_tab(width, bypass_csp=True)  # to set a style from outside
    for page in [*pages(site), "404.html"]:
        tab.goto(address + page)
        before = tab.evaluate("parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)")
        tab.add_style_tag(
            content="html { font-size: 200% } * { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
            " word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
        )
        after = tab.evaluate("parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)")
        assert after == 2 * before
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, page
        assert tab.evaluate(CUT) == [], page


def test_text_is_large_and_lines_are_short(site, address, tab):
    """18 px or more for what is read, and at most 70 characters in a line of prose."""
    for page in pages(site):
        tab.goto(address + page)
        small, longest = tab.evaluate(
            """() => {
                const read = [...document.querySelectorAll("article :is(p, li, td, th, dd, summary, caption)")]
                    .filter(e => !e.closest(".grade, .edit, .help, .meaning"));
                const small = read.filter(e => parseFloat(getComputedStyle(e).fontSize) < 18);
                let longest = 0;
                for (const p of document.querySelectorAll("article > p, article li")) {
                    const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT), lines = new Map();
                    for (let node; node = walker.nextNode();) {
                        if (node.parentElement.closest(".meaning, sup, td")) continue;
                        for (const word of node.data.matchAll(/\\S+\\s*/g)) {
                            const range = document.createRange();
                            range.setStart(node, word.index);
                            range.setEnd(node, word.index + word[0].trimEnd().length);
                            if (range.getClientRects().length !== 1) continue; // closed, or an address that is broken
                            const at = Math.round(range.getBoundingClientRect().bottom / 8);
                            lines.set(at, (lines.get(at) ?? 0) + word[0].length);
                        }
                    }
                    longest = Math.max(longest, ...lines.values());
                }
                return [small.map(e => e.outerHTML.slice(0, 80)), longest];
            }"""
        )
        assert small == [], page
        assert longest <= 71, (page, longest)  # the last space of a line is not seen


def test_forced_colors_keep_what_is_needed_to_read(address, open_tab):
    tab = open_tab(forced_colors="active", color_scheme="dark")
    tab.goto(address + "risks/")
    marked, others, paper = tab.evaluate(
        """() => {
            const color = (s, p) => getComputedStyle(document.querySelector(s))[p];
            return [color(".array .marked", "stroke"), color(".array .others", "stroke"),
                    color("body", "backgroundColor")];
        }"""
    )
    assert paper not in (marked, others)
    border = "e => parseFloat(getComputedStyle(e).borderTopWidth)"
    for selector in (".box", "details.disagreement", ".tools a"):
        assert tab.locator(selector).first.evaluate(border) >= 1
    assert tab.locator("#menu a[aria-current]").evaluate("e => parseFloat(getComputedStyle(e).borderLeftWidth)") >= 3
    tab.locator("button.word").first.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    assert tab.evaluate(FOCUS)["ring"]
    tab.goto(address + "methods/heat/")
    shapes = tab.locator(".drawing svg").evaluate("e => getComputedStyle(e).forcedColorAdjust")
    assert shapes == "none"  # a picture keeps its own colors, on its own ground


def test_nothing_moves_for_whoever_asked_for_that(address, open_tab):
    for motion, smooth in (("reduce", "auto"), ("no-preference", "smooth")):
        tab = open_tab(reduced_motion=motion)
        tab.goto(address + "risks/")
        touched(tab)
        tab.locator(".toc a").first.focus()
        assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == smooth
        assert tab.evaluate("document.getAnimations().length") == 0


def test_the_choice_of_colors_is_kept_and_stands_before_anything_is_painted(address, open_tab):
    tab = open_tab(color_scheme="light")
    tab.goto(address + "risks/")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = tab.evaluate(paper)
    tab.get_by_role("button", name="Dark").click()
    dark = tab.evaluate(paper)
    assert dark != light
    tab.add_init_script(
        "new MutationObserver(() => { if (document.body) window.first ??= document.documentElement.dataset.scheme })"
        ".observe(document, { childList: true, subtree: true })"
    )
    tab.goto(address + "recovery/")
    assert tab.evaluate("window.first") == "dark"
    assert tab.evaluate(paper) == dark
    tab.get_by_role("button", name="Light").click()
    assert tab.evaluate(paper) == light


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_without_javascript_everything_can_be_read(address, open_tab, width):
    tab = open_tab(width, java_script_enabled=False)
    tab.goto(address + "methods/chemical/")
    assert not tab.get_by_role("button", name="Dark").is_visible()  # it could do nothing
    if width == WIDTHS["phone"]:
        tab.get_by_role("button", name="Menu").click()
    assert tab.locator("#menu").get_by_role("link", name="Recovery").is_visible()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="phenol").first.click()
    assert tab.locator("#meaning-phenol").is_visible()
    tab.keyboard.press("Escape")
    tab.locator("a.footnote-ref").first.click()
    assert tab.locator(".footnote li").first.is_visible()  # the address opens the notes
    tab.locator("#for-good > summary").click()
    assert tab.locator("#for-good li").first.is_visible()
    tab.goto(address + "questions/")
    tab.get_by_role("checkbox").first.check()
    tab.get_by_label("What I want to ask or tell").fill("my own")
    tab.goto(address + "deciding/")
    assert tab.get_by_role("table").count() == 1
    assert tab.get_by_role("row", name=re.compile("Doing nothing")).is_visible()
    tab.goto(address + "search/")
    assert "needs JavaScript" in tab.locator("[data-search]").inner_text()
    assert tab.locator("[data-search] input").is_disabled()


# ---- For a screen reader ----


def test_a_screen_reader_meets_the_page_in_order_and_every_control_has_a_name(site, address, open_tab):
    tab = open_tab()
    for page in pages(site):
        tab.goto(address + page)
        tree = tab.locator("body").aria_snapshot()
        wanted = ['link "Skip to the text"', "- banner", 'navigation "All pages"', "- main", "heading", "- contentinfo"]
        assert all(part in tree for part in wanted), page
        places = [tree.index(part) for part in wanted]
        assert places == sorted(places), page
        assert (
            re.findall(r"^ *- (?:link|button|checkbox|textbox|searchbox|combobox|img|table)(?::|$)", tree, re.M) == []
        )
        levels = [int(level) for level in re.findall(r"heading .*?\[level=(\d)\]", tree)]
        assert levels[0] == 1 and levels.count(1) == 1, page
        assert all(after - before <= 1 for before, after in pairwise(levels)), page


def test_where_the_menu_stands_beside_the_page_nothing_closes_it(address, open_tab):
    tab = open_tab(WIDTHS["desktop"])
    tab.goto(address + "risks/")
    assert tab.locator("#menu").is_visible()
    assert not tab.locator("#menu button").is_visible()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_table_is_read_as_a_table_at_every_width(address, open_tab, width):
    tab = open_tab(width)
    tab.goto(address + "risks/")
    touched(tab)  # whoever hears the page has scrolled before the first table
    roles = tab.locator("article table").first.evaluate("e => [e, ...e.querySelectorAll('*')].map(x => x.role)")
    assert {"table", "rowgroup", "row", "columnheader", "rowheader", "cell"} <= set(roles)  # said, as it is stacked
    tree = tab.locator("table").first.aria_snapshot()
    assert 'table "All risks that our sources name"' in tree
    assert 'columnheader "How often"' in tree and 'rowheader "Infection"' in tree
    assert 'img "A picture of 1,000 people, 1 of them marked."' in tab.locator(".counted").aria_snapshot()
