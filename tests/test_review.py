"""A clinician's review: the sheet to fill in, when it is due, and what it changes on the pages."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml
from lxml.html import fromstring

from macros.guide import load, paths
from macros.guide.pages import read_pages
from macros.publish.data import VERDICT
from tests.conftest import build, edit, pages

#: Fields that say something and rest on no claim.
OWN = ("ask", "missing", "noticed", "reader")


@pytest.fixture(scope="module")
def rows(site) -> list[dict[str, str]]:
    with (site / "data/v2/review.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def said(node: object) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every statement in the data file as it is typed, with its claims; and each text that says something without."""
    if isinstance(node, dict) and {"text", "claims"} <= node.keys():
        yield node["text"], tuple(node["claims"]) if isinstance(node["claims"], list) else ()
    elif isinstance(node, dict):
        for name, inner in node.items():
            yield from [(inner, ())] if name in OWN and isinstance(inner, str) else said(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from said(inner)


def shown(site, page: str):
    (article,) = fromstring((site / page / "index.html").read_text("utf-8")).xpath("//article")
    return article


def text_of(element) -> str:
    return " ".join(element.text_content().split())


def test_the_sheet_has_every_statement_once_with_its_claims(rows):
    guide, typed = load.current(), Counter(said(yaml.safe_load(paths.DATA.read_text("utf-8"))))
    listed = [(r["statement"], tuple(r["claim_ids"].split()) if r["claim_ids"] != "no claim" else ()) for r in rows]
    texts = {path.removesuffix(".md") for path in read_pages()}
    of_pages = [one for one, row in zip(listed, rows, strict=True) if row["part"] == "pages" and row["id"] in texts]
    assert len(typed) > 300 and Counter(listed) - Counter(of_pages) == typed
    assert len(of_pages) > 50 and all(cites for _, cites in of_pages)
    for row, (_, cites) in zip(rows, listed, strict=True):
        assert [row[column] for column in VERDICT] == [""] * 6
        for _, source, claim in map(guide.claim, cites):
            assert claim.says in row["claims"] and f"({source.publisher}, {claim.place})" in row["claims"]


def test_each_statement_stands_where_the_sheet_says(site, rows):
    texts, ids = {}, {}
    for row in rows:
        page, _, anchor = row["guide_address"].partition("#")
        if page not in texts:
            article = shown(site, page)
            ids[page] = set(article.xpath("//@id"))
            for note in article.xpath(".//sup"):
                note.drop_tree()
            texts[page] = text_of(article)
        assert " ".join(row["statement"].split()) in texts[page], row
        assert not anchor or anchor in ids[page], row


def test_the_page_tells_how_long_the_sheet_is_and_when_the_guide_is_looked_at_again(site, rows):
    page = shown(site, "review")
    assert f"The sheet has {len(rows):,} statements." in text_of(page)
    assert page.xpath("//a[@href='../data/v2/review.csv']")
    assert len(page.xpath(".//details[contains(@class, 'sheet')]//tbody/tr")) == len(rows)
    for where in (page, shown(site, "about")):
        listed = [text_of(item) for item in where.xpath(".//li")]
        assert set(load.current().review.policy) <= set(listed)
    found = json.loads((site / "search/search_index.json").read_text("utf-8"))["docs"]
    assert not [each for each in found if each["location"].startswith("review/") and "claims say</th" in each["text"]]


def test_it_prints_open_with_boxes_to_tick_and_a_line(address, tab, rows):
    tab.goto(address + "review/")
    verdicts, box = tab.locator(".sheet td:last-child"), tab.locator(".sheet td:last-child > span")
    assert not verdicts.first.is_visible()
    tab.emulate_media(media="print")
    assert verdicts.count() == len(rows) and box.count() == 5 * len(rows)
    assert verdicts.first.is_visible() and verdicts.last.is_visible()
    assert box.evaluate_all("all => all.every(e => parseFloat(getComputedStyle(e, '::before').borderTopWidth) > 0)")
    assert verdicts.evaluate_all("all => all.every(e => parseFloat(getComputedStyle(e, '::after').height) > 20)")
    assert box.evaluate_all("all => all.slice(0, 5).map(e => e.textContent)") == list(VERDICT[:5])


def test_a_recorded_review_shows_on_every_page_with_its_parts_and_that_it_is_overdue(project):
    review = "{by: A. Person, role: nurse, on: 2024-01-02, next: 2025-01-02, of: [risks, words], version: 0a1b2c3d4e}"
    edit(project / "data/neurolysis.yml", "  reviews: []", f"  reviews: [{review}]")
    done = build(project, project / "site")
    assert done.returncode == 0, done.stderr
    line = (
        "Reviewed by A. Person, nurse, on 2 January 2024 (version 0a1b2c3d4e). Only this was looked at: risks, medical"
    )
    line += " words. The next review was due on 2 January 2025 and is overdue."
    for page in pages(project / "site"):
        assert text_of(shown(project / "site", page).xpath(".//h1")[0].getnext()) == line, page
    # to a program, a review of some parts is none of the page
    assert "reviewedBy" not in (project / "site/risks/index.html").read_text("utf-8")


@pytest.mark.parametrize(("wrong", "told"), [("of: [riks]", "riks"), ("version: draft", "draft")])
def test_a_review_that_cannot_be_is_told(project, wrong, told):
    review = f"{{by: A, role: B, on: 2024-01-02, next: 2025-01-02, {wrong}}}"
    edit(project / "data/neurolysis.yml", "  reviews: []", f"  reviews: [{review}]")
    done = build(project, project / "site")
    assert done.returncode != 0 and f"'{told}'" in done.stderr and "Traceback" not in done.stderr
