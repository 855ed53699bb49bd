"""How plain a text is: words, grade, sentences and wording, counted without a network."""

from __future__ import annotations

import socket

import nltk
import pytest
from textstat.backend.counts import _count_syllables

from macros.guide import prose


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No dictionary on this computer but our own, and no way to fetch one; nothing counted before is remembered."""

    def refused(*_, **__):
        raise AssertionError("it asked the network")

    monkeypatch.setattr(nltk, "download", refused)
    monkeypatch.setattr(nltk.data, "find", refused)
    monkeypatch.setattr(socket, "socket", refused)
    _count_syllables.count_syllables.cache_clear()


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("radio", 3),  # hyphenating alone would find 2
        ("every idea", 6),
        ("Numb.", 1),
        ("neurolysis", 4),  # not in the dictionary
        ("nerve-block", 2),
        ("don’t don't", 2),
        ("500", 3),
        ("1,000", 4),
        ("", 0),
    ],
)
def test_syllables_are_those_of_the_dictionary(text, syllables):
    assert prose.syllables(text) == syllables


def test_the_grade_is_the_one_of_kincaid():
    found = prose.measure(["The doctor puts a needle near the nerve. Heat then turns it off."])
    assert (found.words, found.longest) == (13, "The doctor puts a needle near the nerve.")
    assert found.grade == round(0.39 * 13 / 2 + 11.8 * 15 / 13 - 15.59, 1)


def test_what_is_no_sentence_counts_for_the_length_only():
    sentence = "The nerve is turned off."
    alone, beside = (
        prose.measure([sentence]),
        prose.measure([sentence, "Radiofrequency neurotomy", "Yes.", "7 of 2,000"]),
    )
    assert (alone.grade, alone.longest) == (beside.grade, beside.longest)
    assert beside.words == alone.words + 2 + 1 + 3
    assert prose.measure(["Yes", ""]) == (1, 0.0, "")


def test_longer_sentences_and_words_have_a_higher_grade():
    plain = prose.measure(["The shot can numb the arm. It can hurt too."]).grade
    assert prose.measure(["The shot can numb the arm, and it can hurt too."]).grade > plain
    assert prose.measure(["Administration can anesthetize extremities. It can be painful."]).grade > plain


def test_a_point_inside_a_number_ends_no_sentence():
    assert prose.sentences("It takes 1.5 hours. “Most” go home.") == ["It takes 1.5 hours.", "“Most” go home."]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("word " * 21 + "end.", "this sentence has 22 words"),
        ("It kills the nerve.", "'kills' is wording"),
        ("It helps 5 percent.", "'5 percent' is wording"),
        ("It takes 2-4 weeks.", "'2-4' is wording"),
        ("One in ten bleeds.", "'One in ten' is wording"),
        ("Skilled people do it in 2 to 4 weeks.", None),
    ],
)
def test_wording_has_its_mend(text, what):
    found = prose.wording(text)
    assert [mend for told, mend in found if what and what in told] or (found == [] and what is None)


def test_the_limits_are_those_of_the_standards():
    assert (prose.MOST_GRADE, prose.MOST_GRADE_WITH_TERMS, prose.MOST_WORDS_IN_SENTENCE) == (6, 8, 20)
