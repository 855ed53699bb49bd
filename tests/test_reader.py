"""What a reader does with the guide: see a risk, decide, search, print."""

from __future__ import annotations

import io
import json
import re
import unicodedata

import pytest
import yaml
from PIL import Image
from pypdf import PdfReader

from macros import load
from macros.model import Figure
from macros.pictures import MOST_DRAWN, icon_array
from tests.conftest import ROOT, on_paper, pages, touched

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
    tab.goto(address + "risks/")
    pictures = tab.locator(".array")
    assert pictures.count() == 1  # harms that are counted alike share a picture
    sizes = marks(Image.open(io.BytesIO(pictures.screenshot())))  # in gray: color is not needed
    assert len(sizes) == 1000
    assert sizes[-1] > 2 * sizes[-2]  # the one who has it is told by its size


def test_what_was_not_counted_draws_nothing(address, tab):
    guide = load.current()
    tab.goto(address + "risks/")
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
    for risk_id in counted:  # both ways round, in words, in the row and at the picture
        for said in (told[0], tab.locator(f"#{risk_id}").inner_text()):
            assert "1 out of every 1,000 people" in said and "The other 999 do not have it" in said


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
    assert 'role="img" aria-label="A picture of' in picture


def test_too_many_to_draw_are_not_drawn():
    assert icon_array(1, MOST_DRAWN + 1) == ""


# ---- Deciding ----


def test_two_options_stand_side_by_side_on_a_phone(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "deciding/")
    pair = tab.locator("table.pair")
    assert "Doing nothing for now" in pair.inner_text()  # offered without asking
    tab.get_by_role("combobox", name="Compare").select_option("Heat")
    tab.get_by_role("combobox", name="with").select_option("Nerve release")
    heads = pair.locator("thead th")
    assert heads.all_inner_texts() == ["Heat", "Nerve release"]
    left, right = (heads.nth(index).bounding_box() for index in (0, 1))
    assert left["y"] == right["y"] and right["x"] + right["width"] <= 360
    shown = pair.locator("tbody").all_inner_texts()
    rows = [tab.locator(f".compare tbody tr#{method}") for method in ("heat", "release")]
    for index, column in enumerate(tab.locator(".compare thead th").all_text_contents()[1:]):
        assert shown[index].startswith(column)
        for row in rows:
            said = (
                row.locator("td")
                .nth(index)
                .evaluate(
                    "e => { const c = e.cloneNode(true); c.querySelectorAll('.meaning').forEach(m => m.remove());"
                    " return c.textContent }"
                )
            )
            assert "".join(said.split()) in re.sub(r"[\s\u2060]", "", pair.locator("tbody").nth(index).text_content())
    ids = tab.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_every_option_answers_the_same_questions_doing_nothing_too(address, tab):
    guide = load.current()
    tab.goto(address + "deciding/")
    rows = tab.locator(".compare tbody tr")
    assert rows.evaluate_all("rows => rows.map(row => row.id)") == [*guide.methods, *guide.alternatives]
    assert rows.evaluate_all("rows => [...new Set(rows.map(row => row.cells.length))]") == [5]


def test_ticks_and_notes_stay_on_the_device_until_they_are_deleted(address, open_tab):
    tab = open_tab(360)
    asked = []
    tab.goto(address + "questions/")
    touched(tab)
    tab.wait_for_load_state("networkidle")
    tab.on("request", lambda request: asked.append(request.url))
    question = tab.get_by_role("checkbox").nth(4)
    name = question.evaluate("e => e.closest('label').textContent.trim()")
    question.check()
    notes = "My own words,\nin two lines. <b>not markup</b>"
    tab.get_by_label("What I want to ask or tell").fill(notes)
    assert asked == []
    tab.reload()
    assert tab.get_by_label("What I want to ask or tell").input_value() == notes
    assert tab.get_by_role("checkbox").nth(4).is_checked()
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
    assert tab.locator("input:checked").count() == 0
    assert tab.evaluate("localStorage.getItem('neurolysis-guide:mine')") == "{}"


def test_two_tabs_do_not_undo_each_other(address, chromium):
    context = chromium.new_context()
    first, second = context.new_page(), context.new_page()
    for tab in (first, second):
        tab.goto(address + "questions/")
    first.get_by_label("What I want to ask or tell").fill("written in the first")
    second.get_by_label("What they answered").fill("written in the second")
    first.reload()
    assert first.get_by_label("What I want to ask or tell").input_value() == "written in the first"
    assert first.get_by_label("What they answered").input_value() == "written in the second"
    first.get_by_role("button", name="Delete").click()
    second.get_by_role("checkbox").first.check()
    first.reload()
    assert first.get_by_label("What I want to ask or tell").input_value() == ""
    assert first.get_by_role("checkbox").first.is_checked()
    first.get_by_role("button", name="Delete").click()
    first.get_by_label("What they answered").fill("new")
    assert not first.get_by_role("button", name="Undo").is_visible()  # it would take away what is new
    context.close()


def test_a_browser_that_keeps_nothing_says_so(address, open_tab):
    tab = open_tab()
    tab.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused') } })")
    tab.goto(address + "questions/")
    tab.get_by_role("checkbox").first.check()
    assert "does not keep this" in tab.locator(".mine").inner_text()


def test_an_address_of_a_row_opens_what_it_stands_in(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "deciding/#release")
    tab.locator("details.all[open]").wait_for()
    assert tab.locator("tr#release").is_visible()
    tab.goto(address + "risks/#100%")  # no address, and no reason to stop
    tab.locator(".addresses").wait_for(state="attached")


def test_the_pages_say_that_nothing_is_sent(address, tab):
    for page in ("questions/", "deciding/"):
        tab.goto(address + page)
        said = tab.locator("article").inner_text()
        assert "stays on this device" in said and "never sent" in said


def test_what_was_ticked_and_written_is_printed(address, tab):
    tab.goto(address + "questions/")
    tab.get_by_role("checkbox").first.check()
    long = " ".join(f"word{number}" for number in range(300))
    tab.get_by_label("What I want to ask or tell").fill(long)
    on_paper(tab)
    assert tab.get_by_role("checkbox").first.is_visible()
    field = tab.get_by_label("What I want to ask or tell")
    assert field.evaluate("e => e.scrollHeight <= e.clientHeight + 1")  # all of it shows
    assert not tab.get_by_role("button", name="Delete").is_visible()
    assert not tab.locator(".top .tools").is_visible()


def test_the_choices_alone_can_be_printed(address, tab):
    tab.goto(address + "deciding/")
    tab.get_by_role("combobox", name="Compare").select_option("Cold")
    tab.get_by_role("checkbox", name="I want to wait").check()
    tab.get_by_label("What matters most to me").fill("To sleep")
    tab.evaluate("window.print = () => { window.printed = document.body.className }")
    tab.get_by_role("button", name="Print what I ticked and wrote").click()
    assert tab.evaluate("window.printed") == "only-mine"
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate("document.body.className") == ""
    tab.evaluate("document.body.className = 'only-mine'")
    on_paper(tab)
    said = tab.locator("article").inner_text()
    assert "I want to wait" in said and "Your two options" in said and "Cold" in said
    assert tab.get_by_label("What matters most to me").is_visible()
    assert "I would accept numbness" not in said and "Acupuncture" not in said
    sheets = PdfReader(io.BytesIO(tab.pdf(format="A4"))).pages
    assert len(sheets) <= 3


def test_a_word_in_the_chosen_pair_opens_its_meaning_on_a_phone(address, open_tab):
    tab = open_tab(360)
    tab.goto(address + "deciding/")
    tab.get_by_role("combobox", name="with").select_option("Nerve block")
    tab.locator(".pair").get_by_role("button", name="Nerve block").first.click()
    opened = tab.locator(".meaning:popover-open")
    assert "puts a nerve to sleep" in opened.inner_text()
    assert opened.bounding_box()["width"] > 100
    options = tab.locator(".choose option").all_inner_texts()
    assert "Nerve block" in options and not [option for option in options if ":" in option]


# ---- Search ----


def test_everyday_words_find_the_page(address, tab):
    searches = yaml.safe_load((ROOT / "tests/searches.yml").read_text("utf-8"))
    assert len(searches) >= 30
    tab.goto(address + "search/")
    missed = []
    for asked, wanted in searches:
        tab.fill("[data-search] input", "")
        tab.wait_for_function("!document.querySelector('[data-search] [role=status]').textContent")
        tab.fill("[data-search] input", asked)
        tab.wait_for_function("document.querySelector('[data-search] [role=status]').textContent")
        found = tab.locator(".results a").evaluate_all("links => links.map(link => link.href.split('#')[0])")
        if address + wanted not in found[:3]:
            missed.append((asked, wanted, [url.removeprefix(address) for url in found[:5]]))
    assert missed == []


def test_the_search_shows_text_as_text_and_keeps_the_words_on_the_page(address, tab):
    asked = []
    tab.goto(address + "search/")
    tab.on("request", lambda request: asked.append(request.url))
    tab.fill("[data-search] input", "<img src=x onerror=alert(1)> nerve")
    tab.locator(".results a").first.wait_for()
    assert tab.locator("[data-search] img").count() == 0
    assert all(url.startswith(address) and "img" not in url for url in asked)
    assert tab.url.startswith(address + "search/#q=")  # a fragment is not sent
    assert tab.locator("mark", has_text="nerve").count() > 0


def test_the_search_says_what_the_guide_does_not_speak_of(address, tab):
    tab.goto(address + "search/")
    for asked in ("sciatica", "zzzzzz"):
        tab.fill("[data-search] input", asked)
        tab.get_by_text(f"does not use the word “{asked}”").wait_for()
        assert tab.locator(".results a").count() == 0


def test_a_search_that_cannot_load_says_so(address, tab):
    tab.route("**/search_index.js", lambda route: route.abort())
    tab.goto(address + "search/")
    tab.fill("[data-search] input", "heat")
    tab.get_by_text("could not be loaded").wait_for()


# ---- On paper ----


def test_the_printed_risks_lose_nothing(address, tab, tmp_path):
    tab.goto(address + "risks/")
    tab.wait_for_load_state("networkidle")
    words = re.compile(r"\w+(?:[’'-]\w+)*")
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    on_screen = tab.locator("article").evaluate(
        "e => { const c = e.cloneNode(true);"
        " c.querySelectorAll('.screen, .meaning > b, .headerlink, .toc, .help, .edit, .footnote-backref,"
        " .notes > summary, .addresses')"
        ".forEach(x => x.remove()); c.querySelectorAll('*').forEach(x => x.append(' '));"
        " return c.textContent.replaceAll('\\u2060', ' ') }"
    )
    tab.reload()  # as a reader prints it: with everything closed
    tab.wait_for_load_state("networkidle")
    paper = tmp_path / "risks.pdf"
    tab.pdf(path=paper, format="A4", tagged=True)
    read = PdfReader(paper)
    printed = "\n".join(page.extract_text() for page in read.pages)
    printed = unicodedata.normalize("NFKC", printed)  # two letters may be printed as one
    printed = re.sub(r"-\n", "", printed).replace("\u2060", " ")
    have, lost = words.findall(printed), []
    have = {word: have.count(word) for word in set(have)}
    wanted = words.findall(on_screen)
    for word in sorted(set(wanted)):
        if have.get(word, 0) < wanted.count(word):
            lost.append((word, wanted.count(word), have.get(word, 0)))
    assert lost == []
    guide = load.current()
    loose = tab.evaluate(
        "[...document.querySelectorAll('.meaning:not(.note)')].filter(m => !m.previousElementSibling?"
        ".matches('.word, .kept, .meaning')).map(m => m.outerHTML)"
    )
    assert loose == []  # a meaning stands behind its word
    assert guide.review.until_reviewed in " ".join(printed.split())
    assert re.search(r"(Version|Draft) of \d+ \w+ \d{4} \([0-9a-f]{10}\)", printed)
    assert address + "methods/chemical/" in "".join(printed.split())  # where a link leads
    assert "Paralysis (A part of the body can no longer be moved)" in " ".join(printed.split())


def test_print_is_large_black_on_white_and_open(site, address, open_tab):
    tab = open_tab(color_scheme="dark")
    for page in pages(site):
        tab.goto(address + page)
        on_paper(tab)
        small, closed = tab.evaluate(
            """() => {
                const shown = [...document.querySelectorAll("body *")].filter(e => e.checkVisibility() &&
                    [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
                return [
                    shown.filter(e => parseFloat(getComputedStyle(e).fontSize) < 16 && !e.closest("sup, svg"))
                        .map(e => e.outerHTML.slice(0, 80)),
                    [...document.querySelectorAll("details > :not(summary)")]
                        .filter(e => !e.getBoundingClientRect().height)
                        .filter(e => !e.closest(".search, .choose, .mine, .screen, .shown-pair, .embed"))
                        .map(e => e.outerHTML.slice(0, 80)),
                ];
            }"""
        )  # 16 px are 12 pt
        assert (small, closed) == ([], []), page
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        for row in tab.locator("article tr").all()[:1]:
            assert row.evaluate("e => getComputedStyle(e).breakInside") == "avoid"
        tab.emulate_media(media="screen")


# ---- Found and understood ----


def test_every_page_tells_machines_what_it_is(site):
    for page in pages(site):
        html = (site / page / "index.html").read_text("utf-8")
        assert len(re.findall("<title>", html)) == 1, page
        assert re.search(r'<meta name="description" content="[^"]{20,200}">', html), page
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
        assert len(found) == 1, page
        assert json.loads(found[0])["@context"] == "https://schema.org"
