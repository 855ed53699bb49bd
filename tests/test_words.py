"""The words of the built pages: spelling, the glossary at hand, and the reading grade."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser

import pytest
from spylls.hunspell import Dictionary

from macros import load, prose
from tests import tools
from tests.conftest import pages

#: Words that no dictionary has and that are right here.
OURS = {"cryoneurolysis", "neuroablation", "interfascicular", "wcag", "precisionhealth", "au", "json", "csv", "xml"}


class Article(HTMLParser):
    """The text of a page's article, and that of its elements of one class."""

    def __init__(self, html: str, wanted: str | None = None):
        super().__init__()
        self.inside, self.depth, self.wanted, self.texts, self.code = False, 0, wanted, [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.code += tag == "code"
        if tag == "article":
            self.inside = True
        elif self.wanted and self.wanted in (given.get("class") or "").split():
            self.depth = 1
            self.texts.append("")

    def handle_endtag(self, tag):
        self.code -= tag == "code"
        if tag == "article":
            self.inside = False
        self.depth = 0

    def handle_data(self, data):
        if self.code:
            return  # names in a program are not words
        if self.inside and not self.wanted:
            self.texts.append(data)
        elif self.depth:
            self.texts[-1] += data


def article(site, page: str, wanted: str | None = None) -> list[str]:
    return Article((site / page / "index.html").read_text("utf-8"), wanted).texts


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
        for word in set(re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", " ".join(article(site, page)))):
            plain = word.replace("’", "'")
            if plain.lower() in known or plain.lower() in medical or plain in wrong:
                continue
            if not (english.lookup(plain) or english.lookup(plain.lower())):
                wrong[plain] = page
    assert wrong == {}


def test_every_page_shows_its_reading_grade_and_keeps_to_it(site):
    for page in pages(site):
        (line,) = article(site, page, "grade")
        with_terms, without = map(float, re.search(r"page: ([\d.]+) .*words: ([\d.]+)\.$", line).groups())
        assert 0 < without <= prose.MOST_GRADE, page
        assert with_terms <= prose.MOST_GRADE_WITH_TERMS, page


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        # 0.39 * 6 + 11.8 * 6/6 - 15.59, and 0.39 * 9/2 + 11.8 * 14/9 - 15.59, counted by hand
        ("The cat sat on the mat.", -1.4),
        ("The doctor may suggest medicine. Ask about your risks.", 4.5),
    ],
)
def test_the_grade_is_kincaids(text, grade):
    assert prose.measure([text]).grade == pytest.approx(grade, abs=0.06)


def test_wording_is_told_with_its_mend():
    told = [what for what, _ in prose.wording("The doctor kills it. 5% of people, 2-4 weeks, one in 1,000.")]
    assert [re.search(r"'(.*?)'", what)[1] for what in told] == ["kills", "5%", "2-4", "one in 1,000"]
    long = "word " * 21 + "end."
    assert "22 words" in prose.wording(long.capitalize())[0][0]


def noted(html: str) -> dict[str, str]:
    """The claim behind each note of a page, by the note's number."""
    return dict(re.findall(r'<li id="fn:(\d+)">(?:(?!</li>).)*?sources/[\w-]+/#([\w-]+)"', html, re.S))


def test_every_claim_leads_to_the_pages_that_use_it_and_back(site):
    guide = load.current()
    for source_id, source in guide.sources.items():
        html = (site / "sources" / source_id / "index.html").read_text("utf-8")
        for claim_id, claim in source.claims.items():
            row = re.search(rf'<tr id="{claim_id}".*?</tr>', html, re.S)[0]
            linked = re.findall(r'href="\.\./\.\./([^"#]*)"', row)
            if claim.left_out:
                assert "Left out:" in row
                assert linked == []
                continue
            assert linked, claim_id
            for page in linked:
                shown = (site / page / "index.html").read_text("utf-8")
                numbers = [number for number, claim in noted(shown).items() if claim == claim_id]
                assert len(numbers) == 1 and f'href="#fn:{numbers[0]}"' in shown, (claim_id, page)


def test_a_disagreement_stands_on_every_page_that_touches_it(site):
    guide = load.current()
    for page in pages(site):
        html = (site / page / "index.html").read_text("utf-8")
        own = re.sub(r"<details.*?</details>", "", html, flags=re.S)
        claims = noted(html)
        cited = {claims[number] for number in re.findall(r'href="#fn:(\d+)"', own)}
        for entry_id, entry in guide.disagreements.items():
            if sum(not cited.isdisjoint(side.cites) for side in entry.sides) > 1:
                assert f'id="{entry_id}"' in html, (page, entry_id)
