"""The schema of data/neurolysis.yml, as frozen pydantic models. There is no other schema.

An entry's id is its key in the file: lower-case words joined by hyphens. Ids become anchors
and never change their meaning. Everything that a reader could act on cites claims by id.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

#: The guide's name, as mkdocs.yml has it; a test holds the two together.
NAME = "The Neurolysis Guide"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
NOT_REPORTED = "not reported"
NOT_FROM_SOURCES = "not from our sources"
#: What a reader sees for what is not reported.
SILENT = "Our sources do not say."

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def form(pattern: str, mend: str):
    """A text that has a form; the mend is what a contributor reads where it has not."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            what = "{value} does not have the right form."
            raise PydanticCustomError("form", "wrong form", {"what": what, "mend": mend})
        return value

    return Annotated[Text, AfterValidator(check), Field(json_schema_extra={"pattern": f"^(?:{pattern})$"})]


Id = form(
    r"[a-z0-9]+(-[a-z0-9]+)*",
    "An id has small letters, digits and hyphens only, such as nerve-block.",
)
Address = form(
    r"https://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+|none known",
    "Write the whole address, beginning with https://, or: none known",
)
FewWords = form(r"\S+( \S+){0,4}", "Write at most five words, as the source has them.")
Count = Annotated[int, Field(strict=True, ge=1)]
NotReported = Literal["not reported"]


def _known(kind: str, part: str | None = None):
    """An id that the file defines; `part` is the part of the file that lists that kind."""
    part = part or kind

    def check(value: str, info: ValidationInfo) -> str:
        known = (info.context or {}).get("ids", {}).get(kind)
        if known is not None and value not in known:
            raise PydanticCustomError("unknown_id", "unknown id", {"kind": kind, "part": part})
        return value

    return AfterValidator(check)


ClaimId = Annotated[str, _known("claims", part="sources"), Field(json_schema_extra={"ids": "claims"})]
MethodId = Annotated[str, _known("methods"), Field(json_schema_extra={"ids": "methods"})]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Statement(Entry):
    """One thing that the guide says, with the claims that it rests on."""

    text: Text
    claims: Annotated[
        Annotated[tuple[ClaimId, ...], Field(min_length=1), Tag("list")]
        | Annotated[Literal["not from our sources"], Tag("phrase")],
        Discriminator(lambda value: "phrase" if isinstance(value, str) else "list"),
    ]

    @property
    def cites(self) -> tuple[str, ...]:
        """Ids of its claims, in the order of the file; empty where it is not from our sources."""
        return () if isinstance(self.claims, str) else self.claims


#: Either what our sources say, statement by statement, or that they say nothing.
Answer = Annotated[
    Annotated[tuple[Statement, ...], Field(min_length=1), Tag("list")] | Annotated[NotReported, Tag("phrase")],
    Discriminator(lambda value: "phrase" if isinstance(value, str) else "list"),
]


#: Names of a thing, or that no source gives one.
Names = Annotated[
    Annotated[tuple[Text, ...], Field(min_length=1), Tag("list")] | Annotated[NotReported, Tag("phrase")],
    Discriminator(lambda value: "phrase" if isinstance(value, str) else "list"),
]


class Figure(Entry):
    """So many out of so many, of whom, as the source counts them."""

    count: Count
    out_of: Count
    of: Text

    @model_validator(mode="after")
    def _fits(self):
        if self.count > self.out_of:
            what = f"{self.count} out of {self.out_of} is more than all of them."
            mend = "Write the smaller number as 'count', the larger as 'out_of'."
            raise PydanticCustomError("figure", "more than all", {"what": what, "mend": mend})
        return self


class InWords(Entry):
    """The source gives no figure, only these words of its own (five at most)."""

    words: FewWords


Frequency = Annotated[
    Annotated[Figure, Tag("figure")] | Annotated[InWords, Tag("words")] | Annotated[NotReported, Tag("phrase")],
    Discriminator(
        lambda value: (
            "phrase"
            if isinstance(value, str)
            else "words"
            if isinstance(value, InWords) or (isinstance(value, Mapping) and "words" in value)
            else "figure"
        )
    ),
]


#: The steps of a time line, from the treatment on.
When = Literal["at first", "within a day", "weeks", "months", "more than a year"]


class Claim(Entry):
    """One atomic statement of one source, in our own words."""

    place: Text
    says: Text
    methods: Annotated[tuple[MethodId, ...], Field(min_length=1)] | None = None
    when: Annotated[tuple[When, ...], Field(min_length=1)] | None = None
    frequency: Frequency | None = None
    note: Text | None = None
    left_out: Text | None = None


class Source(Entry):
    """One of the articles that the guide is curated from."""

    title: Text
    author: Text
    publisher: Text
    date: Text
    address: Address
    about: Text
    trust: Text
    methods: Annotated[tuple[MethodId, ...], Field(min_length=1)]
    counts: Text | None = None
    retired: tuple[Id, ...] = ()
    claims: dict[Id, Claim]


def _answer(title: str):
    """An Answer whose title heads its column, wherever it is shown."""
    return Annotated[Answer, Field(title=title)]


class Option(Entry):
    """Something that can be done. Every option answers the same questions."""

    name: Text
    what: _answer("What it is")
    helps: _answer("What good it may do")
    limits: _answer("Where it falls short")
    harms: _answer("What harm it may do")
    relief: _answer("How long relief lasts")
    damage: _answer("How long any damage lasts")


class Method(Option):
    """One way to treat the nerve."""

    medical: Names
    aim: Literal["destroys", "frees", "removes"]
    nerve: _answer("What becomes of the nerve")
    before: _answer("What can come first")
    steps: _answer("What they do, step by step")
    guided: _answer("How they find the nerve")
    hurts: _answer("Does it hurt?")
    chance: _answer("The chance that it works")
    soon: _answer("How soon it works")
    again: _answer("Doing it again")
    recovery: _answer("How long recovery takes")
    afterwards: _answer("What you do afterwards")


class Alternative(Option):
    """Something else that can be done, beside the methods that our sources name it beside."""

    origin: Literal["sources", "guide"]
    beside: Annotated[tuple[MethodId, ...], Field(min_length=1)]


class Condition(Entry):
    """An illness or a pain that our sources name neurolysis for."""

    name: Text
    says: Annotated[tuple[Statement, ...], Field(min_length=1)]


class Risk(Entry):
    """One harm. How often it happens stands on the claims, where the source gave it."""

    name: Text
    group: Literal["serious", "common", "counted"]
    noticed: Text | None = None
    says: Annotated[tuple[Statement, ...], Field(min_length=1)]


class Side(Statement):
    """What some of our sources say; behind it stand the methods that each of them says it of.

    `of` is "told" where the text tells that itself, or speaks of no method.
    """

    of: Literal["told"] | None = None


class Disagreement(Entry):
    """A question on which our sources do not say the same."""

    question: Text
    sides: Annotated[tuple[Side, ...], Field(min_length=2)]
    reader: Text


#: When a gap matters, in the order in which a reader comes to it.
Topic = Literal[
    "Does it suit me?",
    "Will it help?",
    "Can it harm me?",
    "What else is there?",
    "Getting ready",
    "On the day",
    "Afterwards",
    "Cost",
]


class Gap(Entry):
    """What a reader needs and no source says, with the question to ask instead."""

    missing: Text
    ask: Text
    topic: Topic


class Word(Entry):
    """A medical word, what it means and how to say it."""

    word: Text
    forms: tuple[Text, ...] = ()
    everyday: tuple[Text, ...] = ()
    say: Text
    meaning: Statement


#: The parts that a reviewer looks at, and what each is called.
PARTS = {
    **{"risks": "Risks", "methods": "Treatments", "alternatives": "Alternatives", "conditions": "Illnesses and pains"},
    **{"disagreements": "Where our sources disagree", "gaps": "What our sources do not say"},
    **{"words": "Medical words", "pages": "Pages"},
}


class Review(Entry):
    """One review by a clinician that really took place: of all parts, or of those that `of` names."""

    by: Text
    role: Text
    on: date
    next: date
    of: Annotated[tuple[Literal[tuple(PARTS)], ...], Field(min_length=1)] | None = None
    version: form("[0-9a-f]{10}", "Write the ten letters and digits of the sheet's version, in quotes.") | None = None


class ReviewState(Entry):
    until_reviewed: Text
    policy: Annotated[tuple[Text, ...], Field(min_length=1)]
    reviews: tuple[Review, ...]


class Guide(Entry):
    """The whole data file."""

    review: ReviewState
    urgent: Statement
    next_steps: Annotated[tuple[Statement, ...], Field(min_length=1)]
    methods: dict[Id, Method]
    risks: dict[Id, Risk]
    alternatives: dict[Id, Alternative]
    conditions: dict[Id, Condition]
    disagreements: dict[Id, Disagreement]
    gaps: dict[Id, Gap]
    words: dict[Id, Word]
    sources: dict[Id, Source]

    def claim(self, claim_id: str) -> tuple[str, Source, Claim]:
        """The claim with its source's id and source. Raises KeyError for an unknown id."""
        return self._claims[claim_id]

    def knows(self, claim_id: str) -> bool:
        """Whether there is a claim of this id."""
        return claim_id in self._claims

    def methods_of(self, claim_id: str) -> tuple[str, ...]:
        """Ids of the methods that the source says the claim of, in the order of the file.

        A claim without methods of its own speaks of all that its source uses the word for.
        """
        return self._methods_of[claim_id]

    def sides_of(self, claim_id: str) -> tuple[tuple[int, str, int], ...]:
        """The sides of disagreements that rest on the claim: place of the disagreement, its id, place of the side."""
        return self._sides.get(claim_id, ())

    def of_method(self, part: Literal["conditions", "risks"], method: str) -> tuple[str, ...]:
        """Ids of the risks or conditions that our sources name for a method, in the order of the file."""
        return tuple(self._of_method.get((part, method), ()))

    def __copy__(self) -> Guide:
        copied = super().__copy__()
        for name in (
            "_claims",
            "_methods_of",
            "_of_method",
            "_sides",
            "counted_in",
        ):  # the copy's entries may be others
            copied.__dict__.pop(name, None)
        return copied

    # Found once: pages ask for these so often that a guide of many pages would take hours.

    @cached_property
    def _claims(self) -> dict[str, tuple[str, Source, Claim]]:
        return {
            claim_id: (source_id, source, claim)
            for source_id, source in reversed(self.sources.items())
            for claim_id, claim in source.claims.items()
        }

    @cached_property
    def _methods_of(self) -> dict[str, tuple[str, ...]]:
        place = {method: number for number, method in enumerate(self.methods)}
        return {
            claim_id: tuple(sorted(place.keys() & (claim.methods or source.methods), key=place.get))
            for claim_id, (_, source, claim) in self._claims.items()
        }

    @cached_property
    def _of_method(self) -> dict[tuple[str, str], dict[str, None]]:
        found: dict[tuple[str, str], dict[str, None]] = {}
        for part, entries in (("conditions", self.conditions), ("risks", self.risks)):
            for entry_id, entry in entries.items():
                for claim_id in (claim_id for said in entry.says for claim_id in said.cites):
                    for method in self.methods_of(claim_id):
                        found.setdefault((part, method), {})[entry_id] = None
        return found

    @cached_property
    def _sides(self) -> dict[str, tuple[tuple[int, str, int], ...]]:
        found: dict[str, tuple[tuple[int, str, int], ...]] = {}
        for number, (entry_id, entry) in enumerate(self.disagreements.items()):
            for place, side in enumerate(entry.sides):
                for claim_id in side.cites:
                    found[claim_id] = (*found.get(claim_id, ()), (number, entry_id, place))
        return found

    @cached_property
    def counted_in(self) -> int:
        """The number of people that every figure is counted in, so that all can be compared.

        It is the least one that fits each source's own; 1 where no source counts.
        """
        claims = (claim for source in self.sources.values() for claim in source.claims.values())
        return math.lcm(*(claim.frequency.out_of for claim in claims if isinstance(claim.frequency, Figure)))
