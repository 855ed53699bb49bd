"""The words of the built pages: spelling, the glossary at hand, the reading grade, and what they rest on."""

from __future__ import annotations

import os
import re

import pytest
from lxml.html import HtmlElement, fromstring
from spylls.hunspell import Dictionary

from macros.checks.built import Built, measures
from macros.guide import load, prose
from tests import tools
from tests.conftest import converted, pages

#: Words that no dictionary has and that are right here.
OURS = {"cryoneurolysis", "neuroablation", "interfascicular", "wcag", "precisionhealth", "au", "json", "csv", "xml"}


def article(site, page: str) -> HtmlElement:
    """A page's article."""
    (found,) = fromstring((site / page / "index.html").read_text("utf-8")).xpath("//article")
    return found


def test_every_word_is_spelled_as_american_or_medical_english(site):
    if not tools.dictionaries():
        assert not os.environ.get("CI"), "the dictionaries are missing: run make test"
        pytest.skip("no dictionaries on this machine")
    english = Dictionary.from_files(str(tools.ENGLISH))
    medical = {line.strip().lower() for line in tools.MEDICAL.read_text("utf-8", errors="replace").splitlines()}
    guide = load.current()
    names = " ".join(f"{s.title} {s.author} {s.publisher} {s.address}" for s in guide.sources.values())
    sounds = " ".join(word.say for word in guide.words.values())
    known = {w.lower() for w in re.findall(r"[A-Za-z]+", f"{names} {sounds}")} | OURS
    wrong: dict[str, str] = {}
    for page in pages(site):
        # names in a program are not words
        text = " ".join(article(site, page).xpath(".//text()[not(ancestor::code)]"))
        for word in set(re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", text)):
            plain = word.replace("’", "'")
            if plain.lower() in known or plain.lower() in medical or plain in wrong:
                continue
            if not (english.lookup(plain) or english.lookup(plain.lower())):
                wrong[plain] = page
    assert wrong == {}


def test_every_page_keeps_to_its_reading_grade(site):
    for page in pages(site):
        found = measures(Built((site / page / "index.html").read_text("utf-8").partition("<article")[2]))
        assert 0 < found.without_terms.grade <= prose.MOST_GRADE, page
        assert found.with_terms.grade <= prose.MOST_GRADE_WITH_TERMS, page


def test_what_a_note_or_a_word_explains_does_not_count_as_the_page():
    word = next(iter(load.current().words.values()))
    said = f"# Title\n\nThis is said of {word.word}, and no more than that, in a sentence longer than those around it."
    bare, cited = (measures(Built(converted(text))) for text in (said, f"{said}[^painx-regrow]"))
    assert word.word in bare.with_terms.longest and word.word not in bare.without_terms.longest
    assert cited.with_terms.longest == bare.with_terms.longest and cited.own_words <= bare.own_words + 10


def test_a_medical_word_is_explained_where_it_is_used_first_and_can_be_reached_by_keyboard(site):
    """And not where it is a name, a heading, a link or a control. All of them stand in a list at the end."""
    guide, seen = load.current(), 0
    meanings = {word.meaning.text for word in guide.words.values()}
    for page in pages(site):
        found = article(site, page)
        words = found.xpath(".//abbr")
        seen += len(words)
        assert {word.get("title") for word in words} <= meanings, page
        assert all(word.get("tabindex") == "0" for word in words), page
        assert found.xpath(".//*[self::h1 or self::h2 or self::a or self::summary or self::label]//abbr") == []
        place = "table" if page == "words" else "details[contains(@class, 'words')]"  # the glossary is the list itself
        listed = " ".join(" ".join(each.text_content() for each in found.xpath(f".//{place}")).split())
        for word in words:
            assert " ".join(word.get("title").split()) in listed, (page, word.text)
    assert seen > 100


def noted(found: HtmlElement) -> dict[str, str]:
    """The claim behind each note of an article, by the note's id."""
    notes = {}
    for note in found.xpath(".//li[starts-with(@id, 'fn:')]"):
        (address,) = [a for a in note.xpath(".//a/@href") if "sources/" in a and "#" in a]
        notes[note.get("id")] = address.partition("#")[2]
    return notes


def test_every_note_tells_its_claim_and_leads_to_it_and_back(site):
    guide = load.current()
    for page in pages(site):
        found = article(site, page)
        for note_id, claim_id in noted(found).items():
            _, source, claim = guide.claim(claim_id)
            (note,) = found.xpath(f".//li[@id='{note_id}']")
            text = " ".join(note.text_content().split())
            assert " ".join(claim.says.split()) in text and source.publisher in text, (page, claim_id)
            for back in note.xpath(".//a[contains(@class, 'footnote-backref')]/@href"):
                assert len(found.xpath(f".//*[@id='{back[1:]}']")) == 1, (page, back)


def test_every_claim_leads_to_the_pages_that_use_it_and_they_cite_it(site):
    guide = load.current()
    for source_id, source in guide.sources.items():
        listed = article(site, f"sources/{source_id}")
        for claim_id, claim in source.claims.items():
            (row,) = listed.xpath(f".//tr[@id='{claim_id}']")
            linked = [a for a in row.xpath(".//td[last()]//a/@href") if a.startswith("../../")]
            if claim.left_out:
                assert "Left out:" in row.text_content() and linked == []
                continue
            assert linked, claim_id
            for page in linked:
                shown = article(site, page.removeprefix("../../"))
                notes = [note_id for note_id, claim in noted(shown).items() if claim == claim_id]
                assert len(notes) == 1 and shown.xpath(f".//sup//a[@href='#{notes[0]}']"), (claim_id, page)


def test_a_disagreement_stands_on_every_page_that_touches_it(site):
    guide, shown = load.current(), 0
    for page in pages(site):
        found = article(site, page)
        notes = noted(found)
        own = found.xpath(".//sup//a[not(ancestor::details)]/@href")
        cited = {notes[href[1:]] for href in own if href[1:] in notes}
        for entry_id, entry in guide.disagreements.items():
            if sum(not cited.isdisjoint(side.cites) for side in entry.sides) > 1:
                shown += 1
                places = found.xpath(f".//*[@id='{entry_id}']")
                assert len(places) == 1, (page, entry_id)
                around = found.text_content()
                assert all(" ".join(side.text.split()) in " ".join(around.split()) for side in entry.sides), page
    assert shown > 5
