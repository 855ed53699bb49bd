"""What a reader does with the guide: see a risk, open a note, decide, search, take along."""

from __future__ import annotations

import io
import json
import re

import pytest
from PIL import Image

from macros.guide import load
from macros.guide.model import Figure, Method
from macros.views.pictures import MOST_DRAWN, icon_array
from tests.conftest import pages

# ---- Risks that can be seen ----


def marks(picture: Image.Image) -> list[int]:
    """The sizes in pixels of the separate marks of a picture on a plain ground."""
    gray = picture.convert("L")
    width, height = gray.size
    dots, ground = gray.load(), gray.getpixel((width - 1, height - 1))
    left = {(x, y) for x in range(width) for y in range(height) if abs(dots[x, y] - ground) > 24}
    sizes = []
    while left:
        edge, size = [left.pop()], 0
        while edge:
            x, y = edge.pop()
            size += 1
            for near in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
                if near in left:
                    left.remove(near)
                    edge.append(near)
        sizes.append(size)
    return sorted(sizes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_in_a_thousand_draws_a_thousand(address, open_tab, scheme):
    tab = open_tab(color_scheme=scheme, device_scale_factor=3)
    tab.goto(address + "risks/#bleeding")  # an address of a row unfolds it
    tab.locator("tr#bleeding").wait_for()
    pictures = tab.locator(".array")
    assert pictures.count() == 1  # harms that are counted alike share a picture
    sizes = marks(Image.open(io.BytesIO(pictures.screenshot())))  # in gray: color is not needed
    assert len(sizes) == 1000
    assert sizes[-1] > 2 * sizes[-2]  # the one who has it is told by its size


def test_what_was_not_counted_draws_nothing_and_a_count_is_said_once(address, tab):
    guide = load.current()
    tab.goto(address + "risks/#bleeding")
    tab.locator("tr#bleeding").wait_for()
    counted = [
        risk_id
        for risk_id, risk in guide.risks.items()
        if any(isinstance(guide.claim(c)[2].frequency, Figure) for s in risk.says for c in s.cites)
    ]
    assert 0 < len(counted) < len(guide.risks)
    told = tab.locator(".counted").all_inner_texts()
    assert len(told) == tab.locator(".array").count() == 1
    for risk_id, risk in guide.risks.items():
        assert (risk.name.lower() in told[0].lower()) == (risk_id in counted), risk_id
    both_ways = "1 out of every 1,000 people", "The other 999 do not have this harm"
    assert all(way in told[0] for way in both_ways)
    tab.locator(".footnote").evaluate("e => e.remove()")
    whole = tab.locator("article").text_content()
    assert [whole.count(said) for said in ("out of every", "1,000 people.")] == [1, 1]
    for risk_id in counted:
        assert "As counted above." in tab.locator(f"#{risk_id}").inner_text()


@pytest.mark.parametrize(("count", "out_of"), [(1, 10), (3, 100), (100, 100), (1, 1000), (2, 10_000), (7, 2000)])
def test_a_picture_has_a_mark_for_everybody_on_its_own_place(count, out_of):
    picture = icon_array(count, out_of)
    columns, rows = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', picture).groups())
    others, marked = re.findall(r' d="([^"]*)"', picture)
    places = []
    for path in (marked, others):
        marks = [
            (float(x) + step - 0.5, float(y) - 0.5)
            for x, y, length in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path)
            for step in range(int(float(length)) + 1)  # a dash of no length at every step
        ]
        assert path != marked or len(marks) == count
        places += marks
    assert len(places) == len(set(places)) == out_of
    assert 'stroke-dasharray="0 1"' in picture
    assert all(0 <= x < columns and 0 <= y < rows for x, y in places)
    assert f'role="img" aria-label="A picture of {out_of:,} people, {count:,} of them marked."' in picture
    assert icon_array(1, MOST_DRAWN + 1) == ""  # too many to draw


def test_drawings_have_their_colors(address, open_tab):
    """A drawing without its style is a black box, and dots without theirs are not seen."""
    for scheme, paper in (("light", "rgb(253, 251, 247)"), ("dark", "rgb(23, 27, 29)")):
        tab = open_tab(color_scheme=scheme)
        others = ["index", "risks", "effects", "alternatives", "getting-ready"]
        for page in [*(f"methods/{method}" for method in load.current().methods), *others]:
            tab.goto(f"{address}{page}/".replace("index/", ""))
            drawings = tab.locator("svg.drawing").all()
            assert drawings, page
            for drawing in drawings:
                assert drawing.evaluate("e => getComputedStyle(e).backgroundColor") == paper
                shapes = drawing.locator("path, rect, circle")
                fills = shapes.evaluate_all("all => all.map(shape => getComputedStyle(shape).fill)")
                assert fills and "rgb(0, 0, 0)" not in fills, page
                picture = Image.open(io.BytesIO(drawing.screenshot())).convert("RGB")
                assert len(picture.getcolors(10**6)) > 40, page


def test_what_a_page_shows_untouched_fits_what_a_reader_can_take(site, address, open_tab):
    """On a phone of 390 by 844 pixels: seven screens at most of what patients ask first, and 40 numbers of notes."""
    tab = open_tab(viewport={"width": 390, "height": 844})
    wrong = {}
    for page in pages(site):
        tab.goto(address + page)
        screens, notes = tab.evaluate(
            """() => [document.documentElement.scrollHeight / 844, [...document.querySelectorAll("a.footnote-ref")]
                .filter(e => e.checkVisibility({ contentVisibilityAuto: true })).length]"""
        )
        if notes > 40 or (screens > 7 and (page in ("risks", "who-it-is-for") or page.startswith("methods/"))):
            wrong[page] = (round(screens, 2), notes)
    assert wrong == {}


# ---- Notes and words ----


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_pressed_note_opens_and_the_page_stays(address, open_tab, touch):
    """The first, the second and the third: stock Material jumps to the end of the page at each."""
    tab = open_tab(360, has_touch=touch)
    tab.goto(address + "risks/")
    shown = tab.get_by_role("dialog", name="Note")
    for index in range(3):
        number = tab.locator("a.footnote-ref").nth(index)
        number.scroll_into_view_if_needed()
        before = tab.evaluate("scrollY")
        (number.tap if touch else number.click)()
        wanted = tab.locator(number.get_attribute("href").replace(":", "\\:")).text_content().split("\u21a9")[0].strip()
        shown.filter(has_text=wanted[:30]).wait_for()
        assert tab.evaluate("scrollY") == before and "#" not in tab.url
        box = shown.locator(".md-tooltip2__inner").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360
        tab.keyboard.press("Escape")
        assert not shown.is_visible()
        (number.tap if touch else number.click)()  # and again
        shown.wait_for()
        if index < 2:
            tab.keyboard.press("Escape")
            tab.wait_for_timeout(400)  # until Material has taken it away
    shown.get_by_role("link").first.click()
    tab.wait_for_url(re.compile("/sources/.*/#"))
    assert tab.locator(":target").is_visible()


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_pressed_word_tells_its_meaning(address, open_tab, touch):
    tab = open_tab(360, has_touch=touch)
    tab.goto(address + "methods/chemical/")
    word = tab.locator("abbr[tabindex]", has_text="fluoroscopy").first
    word.locator("xpath=ancestor::details/summary").click()  # it is folded
    (word.tap if touch else word.click)()
    shown = tab.get_by_role("tooltip")
    shown.wait_for()
    assert "Moving x-ray pictures, seen while the doctor works" in shown.inner_text()
    box = shown.locator(".md-tooltip2__inner").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    assert float(shown.locator(".md-tooltip2__inner").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 18
    tab.keyboard.press("Escape")
    assert not shown.is_visible()


# ---- Deciding ----


#: Of each question that is seen: what is asked, and who answers it, with the answer.
SEEN = """() => [...document.querySelectorAll(".compare details")].filter(e => e.checkVisibility()).map(fold => [
    fold.querySelector("summary").textContent.trim(),
    [...fold.querySelectorAll("tbody tr")].filter(e => e.checkVisibility({ contentVisibilityAuto: true }))
        .map(row => [...row.cells].map(cell => cell.textContent.trim())),
])"""
#: What of them is cut off, or beside the screen.
CUT = """() => [...document.querySelectorAll(".choose *, .compare :is(summary, th, td)")]
    .filter(e => e.checkVisibility() && getComputedStyle(e).display !== "inline")
    .filter(e => e.scrollWidth > e.clientWidth || e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML)"""


def asked_of(options: dict) -> list[str]:
    """The questions that every one of these options is asked, by the words that they are asked with."""
    kinds = [type(option).model_fields for option in options.values()]
    return [field.title for name, field in Method.model_fields.items() if field.title and all(name in k for k in kinds)]


@pytest.mark.parametrize(
    "pair", [("heat", "nothing-for-now"), ("removal", "release"), ("nerve-block", "nothing-for-now")]
)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_two_options_stand_side_by_side_at_all_questions(address, open_tab, width, pair):
    tab, guide = open_tab(width), load.current()
    options = {one: (guide.methods | guide.alternatives)[one] for one in pair}
    names = [option.name for option in options.values()]
    tab.goto(address + "deciding/")
    assert {name for _, rows in tab.evaluate(SEEN) for name, _ in rows} == set()  # folded
    tab.get_by_role("combobox", name="Compare").select_option(pair[0])
    tab.get_by_role("combobox", name="with").select_option(pair[1])
    seen = tab.evaluate(SEEN)
    assert sorted(question for question, _ in seen) == sorted(asked_of(options))
    assert [question for question, _ in seen][1:3] == ["What good it may do", "What harm it may do"]
    assert all([name for name, _ in rows] == names and all(text for _, text in rows) for _, rows in seen)
    assert tab.evaluate(CUT) == []
    first, second = (box.bounding_box() for box in tab.locator(".compare tr:visible:not(thead tr)").all()[:2])
    assert (first["y"] == second["y"]) == (width == 1280)
    assert first["width"] == second["width"] > min(width, 640) * 0.45
    assert f"{len(seen)} questions" in tab.get_by_role("status").filter(has_text="questions").inner_text()
    tab.reload()
    assert tab.evaluate(SEEN) == seen
    assert tab.get_by_role("combobox", name="Compare").locator(f"option[value={pair[1]}]").is_disabled()
    tab.get_by_role("button", name="Show all options").click()
    assert tab.evaluate("document.querySelectorAll('.compare details[open], .compare [hidden]').length") == 0
    tab.reload()
    tab.get_by_role("button", name="Show only these two").click()
    assert tab.evaluate(SEEN) == seen
    tab.locator(".compare abbr:visible").first.click()
    tab.get_by_role("tooltip").wait_for()  # a word tells its meaning there too


def test_two_options_are_compared_by_keyboard(address, open_tab):
    tab = open_tab(390)
    tab.goto(address + "deciding/")
    tab.get_by_role("combobox", name="Compare").focus()
    tab.keyboard.type("Heat")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.selectedOptions[0].text") == "Doing nothing for now"  # offered unasked
    tab.keyboard.type("Nerve b")
    tab.keyboard.press("Tab")
    names = {name for _, rows in tab.evaluate(SEEN) for name, _ in rows}
    assert names == {"Heat", "Nerve block"}
    tab.keyboard.press("Enter")  # on the button that shows all
    assert tab.evaluate("document.activeElement.textContent") == "Show only these two"
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert [len(rows) for _, rows in tab.evaluate(SEEN)][:2] == [len(option_names()), 0]


def option_names() -> list[str]:
    guide = load.current()
    return [option.name for option in (guide.methods | guide.alternatives).values()]


@pytest.mark.parametrize("width", [390, 1280])
def test_without_scripts_each_question_opens_for_all_options(address, open_tab, width):
    tab, guide = open_tab(width, java_script_enabled=False), load.current()
    tab.goto(address + "deciding/")
    assert tab.locator("select").count() == 0
    folds = tab.locator(".compare details").all()
    assert sorted(fold.locator("summary").inner_text() for fold in folds) == sorted(asked_of(guide.methods))
    for fold in folds:
        assert not fold.locator("tbody").is_visible()
        fold.locator("summary").click()
        of_all = fold.locator("summary").inner_text() in asked_of(guide.alternatives)
        shown = fold.locator("tbody th:visible").all_inner_texts()
        assert shown == option_names() if of_all else shown == [method.name for method in guide.methods.values()]
    rows = folds[0].locator("tbody tr").evaluate_all("rows => rows.map(row => row.id)")
    assert rows == [*guide.methods, *guide.alternatives]  # addresses that are promised


def test_an_address_of_a_row_shows_it(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "deciding/#release")
    tab.locator("tr#release").wait_for()
    tab.get_by_role("combobox", name="Compare").select_option("heat")
    assert not tab.locator("tr#release").is_visible()
    tab.reload()
    tab.locator("tr#release").wait_for()  # though two others are kept
    tab.goto(address + "deciding/#cold-harms")
    tab.locator("tr#cold-harms").wait_for()
    assert tab.locator("tr#cold-harms").evaluate("e => e.getBoundingClientRect().top") < 900
    tab.goto(address + "risks/#100%")  # no address, and no reason to stop
    assert tab.get_by_role("heading", level=1).is_visible()


def test_a_tick_of_what_matters_leads_to_options(address, open_tab):
    tab = open_tab(390)
    tab.goto(address + "deciding/")
    ticks = tab.locator("#what-matters-to-you ~ ul").first.locator("> li")
    assert ticks.count() == 7
    for tick in ticks.all():
        told = tick.locator("p").nth(1)
        assert not told.is_visible()
        tick.get_by_role("checkbox").check()
        assert told.is_visible()
        assert told.locator("a:not(.footnote-ref)").count() and told.locator("a.footnote-ref").count()
        assert told.inner_text() not in tick.locator("label").inner_text()  # the name of the box stays short
    ticks.first.get_by_role("link", name="Nerve release").click()
    assert tab.url == f"{address}methods/release/"


def test_an_address_of_what_moved_leads_on(site, address, tab):
    page = (site / "risks/index.html").read_text("utf-8")
    moved = page.replace("</article>", '<p class="moved" id="old">Moved: <a href="../effects/">there</a></p></article>')
    tab.route(
        re.compile("/risks/$"),
        lambda route: route.fulfill(content_type="text/html", body=moved),
    )
    tab.goto(address + "risks/#old")
    tab.wait_for_url("**/effects/")


# ---- What a reader ticks and writes ----


def test_ticks_and_notes_stay_on_the_device_until_they_are_deleted(address, open_tab):
    tab = open_tab(360)
    asked = []
    tab.goto(address + "questions/")
    tab.wait_for_load_state("networkidle")
    tab.on("request", lambda request: asked.append(request.url))
    name = next(gap.ask for gap in load.current().gaps.values() if gap.topic == "Does it suit me?")
    tab.get_by_role("checkbox", name=name).check()
    notes = "My own words,\nin two lines. <b>not markup</b>"
    tab.get_by_label("What I want to ask or tell").fill(notes)
    assert asked == []
    tab.reload()
    assert tab.get_by_label("What I want to ask or tell").input_value() == notes
    assert tab.get_by_role("checkbox", name=name).is_checked()
    tab.goto(address + "deciding/")  # the same question stands there
    assert tab.get_by_role("checkbox", name=name).is_checked()
    assert [url for url in asked if not url.startswith(address) or "?" in url] == []
    assert "My own words" not in "".join(asked)
    assert tab.context.cookies() == []
    tab.get_by_role("button", name="Delete").click()
    assert "Deleted" in tab.locator(".mine").inner_text()
    tab.get_by_role("button", name="Undo").click()
    assert tab.get_by_role("checkbox", name=name).is_checked()
    tab.get_by_role("button", name="Delete").click()
    tab.goto(address + "questions/")
    assert tab.get_by_label("What I want to ask or tell").input_value() == ""
    assert tab.locator("article input:checked").count() == 0
    assert tab.evaluate("localStorage.getItem('neurolysis-guide:mine')") == "{}"


def test_two_tabs_do_not_undo_each_other(address, open_tab):
    first = open_tab()
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(address + "questions/")
    # A browser tells other tabs a moment later.
    heard = "text => [...document.querySelectorAll('.own textarea')].some(e => e.value === text)"
    first.get_by_label("What I want to ask or tell").fill("written in the first")
    second.wait_for_function(heard, arg="written in the first")
    second.get_by_label("What they answered").fill("written in the second")
    first.reload()
    assert first.get_by_label("What I want to ask or tell").input_value() == "written in the first"
    assert first.get_by_label("What they answered").input_value() == "written in the second"
    first.get_by_role("button", name="Delete").click()
    second.wait_for_function(f"!({heard})('written in the first')")
    second.get_by_role("checkbox").first.check()
    first.reload()
    assert first.get_by_label("What I want to ask or tell").input_value() == ""
    assert first.get_by_role("checkbox").first.is_checked()
    first.get_by_role("button", name="Delete").click()
    first.get_by_label("What they answered").fill("new")
    assert not first.get_by_role("button", name="Undo").is_visible()  # it would take away what is new


def test_a_browser_that_keeps_nothing_says_so(address, tab):
    tab.add_init_script(
        "for (const name of ['getItem', 'setItem']) Storage.prototype[name] = () => { throw new Error('refused') }"
    )
    tab.goto(address + "questions/")
    tab.get_by_role("checkbox").first.check()
    assert "does not keep this" in tab.locator(".mine").inner_text()


def test_the_pages_say_that_nothing_is_sent(address, tab):
    for page in ("questions/", "deciding/"):
        tab.goto(address + page)
        said = tab.locator("article").inner_text()
        assert "stays on this device" in said and "never sent" in said


def test_the_choices_alone_can_be_printed(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "deciding/")
    tab.get_by_role("combobox", name="Compare").select_option("cold")  # with doing nothing for now
    tab.get_by_role("checkbox", name="I want to wait").check()
    tab.get_by_label("What matters most to me").fill("To sleep")
    tab.evaluate("window.print = () => { window.printed = document.body.className }")
    tab.get_by_role("button", name="Print what I ticked and wrote").click()
    assert tab.evaluate("window.printed") == "only-mine"
    tab.emulate_media(media="print")
    said = tab.locator("article").inner_text()
    assert "I want to wait" in said and "Doing nothing for now" in said and "Extreme cold" in said
    assert tab.get_by_label("What matters most to me").is_visible()
    assert "I would accept numbness" not in said and "Acupuncture" not in said
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate("document.body.className") == ""
    tab.evaluate("document.querySelector('.choose button').click()")  # which is not on paper
    assert "Acupuncture" in tab.locator("article").inner_text()  # whoever shows all prints all
    tab.evaluate("document.body.className = 'only-mine'")
    assert "Extreme cold" not in tab.locator("article").inner_text()  # and it is no choice


# ---- Search, and what machines are told ----


def test_the_search_finds_shows_text_as_text_and_leads_there(address, tab):
    asked = []
    tab.goto(address)
    tab.on("request", lambda request: asked.append(request.url))
    field = tab.locator(".md-search__input")
    field.press_sequentially("numb <img src=x onerror=alert(1)>")
    field.fill("")
    field.press_sequentially("numb")
    result = tab.locator(".md-search-result__link").first
    result.wait_for()
    assert tab.locator(".md-search-result img").count() == 0
    assert all(url.startswith(address) and "numb" not in url for url in asked)  # nothing typed is sent
    assert tab.locator(".md-search-result mark", has_text="numb").count() > 0
    result.click()
    tab.wait_for_url(re.compile(r"/(risks|disagreements)/"))
    assert tab.locator("article mark").count() > 0  # what was looked for is marked on the page


def test_every_page_tells_machines_what_it_is(site):
    for page in pages(site):
        html = (site / page / "index.html").read_text("utf-8")
        assert len(re.findall("<title>", html)) == 1, page
        assert re.search(r'<meta name="description" content="[^"]{20,200}">', html), page
        for name in ("og:type", "og:title", "og:description"):
            assert len(re.findall(f'<meta property="{name}" content="[^"]+">', html)) == 1, (page, name)
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
        assert len(found) == 1, page
        assert json.loads(found[0])["@context"] == "https://schema.org"
        assert 'rel="alternate" type="application/atom+xml"' in html
    assert '<meta name="robots" content="noindex">' in (site / "404.html").read_text("utf-8")
