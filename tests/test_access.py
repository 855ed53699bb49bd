"""The pages for every reader: WCAG 2.2 AA and beyond, in a real browser."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import axe_playwright_python
import pytest

from tests.conftest import axe, pages
from tests.tools import CHECKER

WIDTHS = {"phone": 360, "desktop": 1280}
SCHEMES = ["light", "dark"]

#: axe-core in a tab that has it already: of a part of the page, or of all of it.
AXE = "([part, o]) => axe.run(part ?? document, o).then(done => done.violations.map(v => [v.id, v.nodes[0].html]))"
#: All rules in light colors; then those that other colors can break.
OPTIONS = {
    "light": {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]},
}
AXE_ITSELF = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")

#: States that a reader brings a page into: the page, and what is done there.
STATES = {
    "note": ("methods/heat/", lambda tab: opened(tab, "a.footnote-ref", "dialog")),
    "word": ("methods/heat/", lambda tab: opened(tab, "abbr[tabindex]", "tooltip")),
    "sections": ("risks/", lambda tab: tab.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")),
    "pair": ("deciding/", lambda tab: compared(tab, "nerve-block")),
    "all options": ("deciding/", lambda tab: compared(tab, "cold", all_again=True)),
    "what matters": ("deciding/", lambda tab: ticked(tab, 7)),
    "ticked": ("questions/", lambda tab: ticked(tab, 3)),
    "deleted": ("questions/", lambda tab: tab.get_by_role("button", name="Delete").click()),
    "nothing found": ("risks/", lambda tab: search(tab, "zzzzzz")),
    "other colors": ("risks/", lambda tab: tab.locator(".md-header__option label:visible").click()),
}


def opened(tab, selector: str, role: str) -> None:
    """Presses what opens a meaning or a note, and waits for it."""
    tab.locator(selector).first.click()
    tab.locator(f".md-tooltip2--active[role={role}]").wait_for()


def compared(tab, other: str, *, all_again: bool = False) -> None:
    """Compares heat with another option; then all can be shown again, with each question open."""
    tab.get_by_role("combobox", name="Compare").select_option("heat")
    tab.get_by_role("combobox", name="with").select_option(other)
    if all_again:
        tab.get_by_role("button", name="Show all options").click()
        tab.locator(".compare details").evaluate_all("all => all.forEach(d => d.open = true)")


def ticked(tab, count: int) -> None:
    """Ticks the first boxes, and goes back up: one half below the bar on top is small only until somebody scrolls."""
    for box in tab.get_by_role("checkbox").all()[:count]:
        box.check()
    tab.evaluate("scrollTo(0, 0)")


def search(tab, words: str) -> None:
    """Opens the search and types, as a reader does."""
    button = tab.locator(".open-search")
    if button.is_visible():
        button.click()
    tab.locator(".md-search__input").press_sequentially(words)
    tab.get_by_text(re.compile(r"matching documents?$")).wait_for()


def violations(tab, count: list, *state: str, part: str | None = None) -> list:
    """What axe-core finds in light and in dark colors, which a page changes as the device does."""
    found = []
    for scheme in SCHEMES:
        tab.emulate_media(color_scheme=scheme)
        count.append((*state, scheme))
        found += [(*state, scheme, *each) for each in tab.evaluate(AXE, [part, OPTIONS[scheme]])]
    return found


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_axe_finds_nothing_on_any_page(site, address, open_tab, width, record_property):
    """Closed, the whole of each page; then its menu and its search, once they are open."""
    tab, found, count = open_tab(width), [], []
    for page in [*pages(site), "404.html"]:
        tab.goto(address + page)
        tab.evaluate(AXE_ITSELF)
        found += violations(tab, count, page, "closed")
        if width == WIDTHS["phone"]:  # else it stands beside the page
            tab.get_by_role("button", name="Menu").click()
            found += violations(tab, count, page, "menu", part="#menu")
            tab.keyboard.press("Escape")
        search(tab, "phenol")
        found += violations(tab, count, page, "search", part=".md-search")
    record_property("states", len(count))
    assert found == []


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_axe_finds_nothing_in_any_state(address, open_tab, width):
    tab, found = open_tab(width), []
    for state, (page, reach) in STATES.items():
        tab.goto(address + page)
        tab.evaluate("localStorage.clear()")  # each state begins as if nobody had been here
        tab.reload()
        tab.evaluate(AXE_ITSELF)
        reach(tab)
        found += violations(tab, [], page, state)
    assert found == []


def test_axe_would_find_what_is_wrong(address, tab):
    tab.goto(address + "risks/")
    tab.evaluate("document.querySelector('h1').style.color = '#bbb'")
    tab.evaluate("document.querySelector('article').append(document.createElement('h5'), new Image())")
    assert {v["id"] for v in axe(tab)} >= {"color-contrast", "image-alt"}


def test_the_html_of_every_page_is_valid(site):
    files = [str(path) for path in site.rglob("*.html")]
    assert len(files) > 30
    command = ["java", "-jar", str(CHECKER), "--errors-only", "--filterpattern", "CSS: .*", "--format", "gnu", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.stderr, done.returncode) == ("", 0)


# ---- By keyboard alone ----

#: Where the focus is, and whether a person sees it: on the screen, on top, and with a ring. The choice of colors
#: shows it at the button beside it, as Material does.
FOCUS = """() => {
    const focused = document.activeElement;
    const e = focused.matches(".md-option") ? focused.nextElementSibling : focused, style = getComputedStyle(e);
    const boxes = [...e.getClientRects()].filter(b => b.width && b.height);
    const r = boxes[0] ?? e.getBoundingClientRect();
    const x = Math.min(Math.max(r.left + r.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(r.top + r.height / 2, 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    return {
        name: (focused.getAttribute("aria-label") || e.innerText || e.closest("label")?.innerText || e.tagName).trim(),
        tag: focused.tagName,
        note: Boolean(e.closest(".md-tooltip2")),
        inside: r.width > 0 && r.left >= -1 && r.right <= innerWidth + 1 && r.bottom > 0 && r.top < innerHeight,
        seen: Boolean(top && (e.contains(top) || top.contains(e) || top.closest(".md-tooltip2"))),
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && style.visibility === "visible",
    };
}"""


def focus(tab) -> dict:
    for _ in range(40):  # two seconds: the page glides to where the focus is, slower where the machine is busy
        found = tab.evaluate(FOCUS)
        found["good"] = found["inside"] and found["seen"] and found["ring"]
        if found["good"] or found["tag"] == "BODY":
            break
        tab.wait_for_timeout(50)
    return found


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("page", ["", "risks/", "deciding/", "questions/", "for-clinics/", "404.html"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_stop_of_the_tab_key_is_seen(address, open_tab, width, page, scripts):
    tab = open_tab(width, java_script_enabled=scripts)
    tab.goto(address + page)
    stops, lost = 0, []
    for _ in range(500):
        tab.keyboard.press("Tab")
        stop = focus(tab)
        if stop["tag"] == "BODY":
            break
        stops += 1
        if not stop["good"] or stop["note"]:  # no note that was passed on the way is a stop of its own at the end
            lost.append(stop)
    assert lost == []
    assert stops >= 10
    assert stop["tag"] == "BODY", "the keyboard never came to the end of the page"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_menu_opens_moves_and_closes_by_keyboard_on_a_phone(address, open_tab, scripts):
    tab = open_tab(360, java_script_enabled=scripts)
    tab.goto(address + "risks/")
    menu = tab.locator("#menu")
    assert not menu.is_visible()
    tab.get_by_role("button", name="Menu").focus()
    tab.keyboard.press("Enter")
    assert menu.is_visible()
    names = []
    for _ in range(6):
        tab.keyboard.press("Tab")
        stop = focus(tab)
        assert stop["good"], stop
        names.append(stop["name"])
    assert names[:2] == ["Close", "Home"], names
    tab.keyboard.press("Escape")
    assert not menu.is_visible()
    assert focus(tab)["name"] == "Menu"
    tab.keyboard.press("Enter")
    menu.get_by_role("link", name="Recovery").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/recovery/")


def test_the_skip_link_leads_past_the_menu(address, tab):
    tab.goto(address + "risks/")
    tab.keyboard.press("Tab")
    assert focus(tab)["name"] == "Skip to content"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('article').contains(document.activeElement)")


def test_the_search_works_by_keyboard_alone(address, open_tab):
    for width in WIDTHS.values():
        tab = open_tab(width)
        tab.goto(address + "risks/")
        for _ in range(6):
            tab.keyboard.press("Tab")
            if focus(tab)["name"] == "Search":
                break
        if width == WIDTHS["phone"]:
            tab.keyboard.press("Enter")
        dialog = tab.get_by_role("dialog", name="Search")
        tab.keyboard.type("freezing")
        dialog.get_by_role("status").filter(has_text="matching").wait_for()
        tab.keyboard.press("ArrowDown")
        assert tab.evaluate("document.activeElement.matches('.md-search-result__link')")
        tab.keyboard.press("Shift+Tab")
        while not tab.evaluate("document.activeElement.matches('.md-search-result__link')"):
            tab.keyboard.press("Tab")  # the results are stops of this key too
            assert focus(tab)["good"]
        tab.keyboard.press("Escape")
        assert not dialog.get_by_role("status").is_visible()
        if width == WIDTHS["phone"]:
            assert focus(tab)["name"] == "Search"
            tab.keyboard.press("Enter")
        else:
            tab.locator(".md-search__input").focus()
        dialog.get_by_role("status").wait_for()
        tab.keyboard.press("ArrowDown")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/methods/cold/**")


def test_no_single_letter_is_a_command(address, tab):
    """WCAG 2.1.4: whoever speaks to a device says many. Material takes some for commands."""
    tab.goto(address + "risks/")
    for key in "fs/pn,.":
        tab.keyboard.press(key)
    tab.wait_for_timeout(100)
    assert tab.url == address + "risks/" and not tab.locator("#__search").is_checked()


def test_a_note_is_read_and_left_by_keyboard(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "methods/chemical/")
    number = tab.locator("a.footnote-ref").nth(1)
    number.focus()
    note = tab.get_by_role("dialog", name="Note")
    note.wait_for()
    tab.keyboard.press("Escape")
    assert not note.is_visible() and number.evaluate("e => e === document.activeElement")
    tab.keyboard.press("Enter")  # to the list of notes, which opens
    listed = tab.locator(number.get_attribute("href").replace(":", "\\:"))
    listed.wait_for()
    tab.keyboard.press("Tab")  # to the source that it names
    assert listed.locator("a").first.evaluate("e => e === document.activeElement") and focus(tab)["good"]
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")  # and back to the text
    assert number.evaluate("e => e.parentElement.matches(':target')")


def test_a_medical_word_tells_its_meaning_by_keyboard(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "methods/chemical/")
    word = tab.locator("abbr[tabindex]", has_text="fluoroscopy").first
    word.locator("xpath=ancestor::details/summary").press("Enter")  # it is folded
    word.focus()
    shown = tab.get_by_role("tooltip")
    shown.wait_for()
    assert "Moving x-ray pictures" in shown.inner_text()
    assert word.get_attribute("aria-describedby") == shown.get_attribute("id")
    tab.keyboard.press("Escape")
    assert not shown.is_visible() and word.evaluate("e => e === document.activeElement")


def test_the_choice_of_colors_works_by_keyboard_and_is_kept(address, open_tab):
    tab = open_tab(color_scheme="light")
    tab.goto(address + "risks/")
    paper, light = "getComputedStyle(document.body).backgroundColor", "rgb(253, 251, 247)"
    assert tab.evaluate(paper) == light
    tab.locator(".md-option").first.focus()
    assert focus(tab)["name"] == "Colors: as on this device"
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    assert focus(tab)["name"] == "Colors: dark" and focus(tab)["good"]
    assert tab.evaluate(paper) == "rgb(23, 27, 29)"
    tab.goto(address + "recovery/")
    assert tab.evaluate(paper) == "rgb(23, 27, 29)"


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
        && e.checkVisibility({ visibilityProperty: true }) && !e.matches("textarea, input") && !e.closest(".md-search")
        && s.clipPath === "none" && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => e.outerHTML.slice(0, 100))"""


@pytest.mark.parametrize("width", [640, 1280])
def test_text_can_be_twice_as_large(site, address, open_tab, width):
    """WCAG 1.4.4, and 1.4.12 with it: the spacing that a reader may set."""
    tab = open_tab(width, bypass_csp=True)  # to set a style from outside
    size = "parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)"
    for page in [*pages(site), "404.html"]:
        tab.goto(address + page)
        before = tab.evaluate(size)
        tab.add_style_tag(
            content="html { font-size: 250% } * { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
            " word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
        )  # Material begins with 125 %
        assert tab.evaluate(size) == 2 * before
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, page
        assert tab.evaluate(CUT) == [], page


def test_text_is_large_and_lines_are_short(site, address, tab):
    """18 px or more for what is read, and at most 70 characters in a line of prose."""
    for page in pages(site):
        tab.goto(address + page)
        small, longest = tab.evaluate(
            """() => {
                const read = [...document.querySelectorAll("article :is(p, li, td, th, dd, summary, caption)")]
                    .filter(e => !e.closest(".edit, .help, .headerlink"));
                const small = read.filter(e => parseFloat(getComputedStyle(e).fontSize) < 18);
                let longest = 0;
                for (const p of document.querySelectorAll("article > p, article li")) {
                    const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT), lines = new Map();
                    for (let node; node = walker.nextNode();) {
                        if (node.parentElement.closest("sup, td")) continue;
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


def test_words_with_a_meaning_are_underlined_in_every_browser(site):
    """WebKit throws the shorthand away as a whole: nothing may join the four again."""
    style = (site / "assets/guide.css").read_text("utf-8")
    rule = re.search(r"\.md-typeset abbr ?\{(.*?)\}", style, re.S)[1]
    assert {"text-decoration-line", "text-decoration-style"} <= set(re.findall(r"[\w-]+(?=:)", rule))
    assert "text-decoration:" not in rule


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
    for selector in (".gap", "details.disagreement", ".md-search__form"):
        assert tab.locator(selector).first.evaluate(border) >= 1
    here = tab.locator("#menu a[aria-current]").evaluate("e => getComputedStyle(e).borderLeftColor")
    assert here != tab.locator("#menu a").first.evaluate("e => getComputedStyle(e).borderLeftColor")
    tab.locator("abbr[tabindex]").first.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    assert focus(tab)["ring"]
    tab.goto(address + "methods/heat/")
    shapes = tab.locator("svg.drawing").evaluate("e => getComputedStyle(e).forcedColorAdjust")
    assert shapes == "none"  # a picture keeps its own colors, on its own ground


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_device_set_to_dark_gets_dark_pages_at_the_first_visit(address, open_tab, scripts):
    tab = open_tab(color_scheme="dark", java_script_enabled=scripts)
    tab.goto(address + "risks/")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 27, 29)"
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(236, 234, 229)"


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_without_javascript_everything_can_be_read(address, open_tab, width):
    tab = open_tab(width, java_script_enabled=False)
    tab.goto(address + "methods/chemical/")
    for of_no_use in (".md-header__option", ".open-search", ".md-search", ".md-top"):
        assert not tab.locator(of_no_use).is_visible()
    if width == WIDTHS["phone"]:
        tab.get_by_role("button", name="Menu").click()
    assert tab.locator("#menu").get_by_role("link", name="Recovery").is_visible()
    tab.keyboard.press("Escape")
    tab.locator("details.words > summary").click()
    assert "A chemical that damages or destroys nerves." in tab.locator("details.words").inner_text()
    tab.locator("a.footnote-ref").first.click()
    assert tab.locator(".footnote li").first.is_visible()  # the address opens the notes
    tab.locator("details:has(> #for-good) > summary").click()
    tab.locator("#for-good > summary").click()
    assert tab.locator("#for-good li").first.is_visible()
    tab.goto(address + "questions/")
    tab.get_by_role("checkbox").first.check()
    tab.get_by_label("What I want to ask or tell").fill("my own")
    tab.goto(address + "deciding/")
    tab.locator("details.fold:has(tr#nothing-for-now) > summary").click()
    assert tab.locator("tr#nothing-for-now").is_visible()


# ---- For a screen reader ----


def test_a_screen_reader_meets_the_page_in_order_and_every_control_has_a_name(site, address, open_tab):
    tab = open_tab()
    for page in pages(site):
        tab.goto(address + page)
        tree = tab.locator("body").aria_snapshot()
        wanted = ['link "Skip to content"', "- banner", 'navigation "Navigation"', "heading", "- contentinfo"]
        assert all(part in tree for part in wanted), page
        places = [tree.index(part) for part in wanted]
        assert places == sorted(places), page
        assert re.findall(r"^ *- (?:link|button|checkbox|radio|textbox|combobox|table|dialog)(?::|$)", tree, re.M) == []
        levels = [int(level) for level in re.findall(r"heading .*?\[level=(\d)\]", tree)]
        assert levels[0] == 1 and levels.count(1) == 1, page
        assert all(after - before <= 1 for before, after in pairwise(levels)), page


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_table_is_read_as_a_table_at_every_width(address, open_tab, width):
    tab = open_tab(width)
    tab.goto(address + "risks/")
    tab.locator("details.fold > summary").first.click()
    roles = tab.locator("article table").first.evaluate("e => [e, ...e.querySelectorAll('*')].map(x => x.role)")
    assert {"table", "rowgroup", "row", "columnheader", "rowheader", "cell"} <= set(roles)  # said, as it is stacked
    tree = tab.locator("table").first.aria_snapshot()
    assert 'table "All risks that our sources name: serious, or not known how serious"' in tree
