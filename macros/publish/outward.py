"""The outward shape of the guide's data, as `/data/v1/` publishes it.

It stands apart from macros.model, so that the data file can change without breaking whoever reads the
published files. Within v1 a field may be added; none is renamed, removed or given another meaning. The
JSON Schema is made from these classes, a field's description from the text below it.
"""

from __future__ import annotations

from datetime import date as Day  # "date" is a field of its own
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .. import model

DOES_NOT_APPLY = "does not apply"


class Shape(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,  # each "kind" is always there
        field_title_generator=lambda name, _: name.replace("_", " ").capitalize(),
    )


Text = Annotated[str, StringConstraints(min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class NotReported(Shape):
    """Our sources do not say. It does not mean that the answer is no or never."""

    kind: Literal["not reported"] = "not reported"
    """Always "not reported"."""


class Count(Shape):
    """So many out of so many, of whom, as the source counts them."""

    kind: Literal["count"] = "count"
    """Always "count"."""
    count: int = Field(ge=1)
    """The numerator: how many have the harm."""
    out_of: int = Field(ge=1)
    """The denominator: out of how many."""
    of: Text
    """The group: of whom, such as "people"."""
    methods_counted_together: tuple[Id, ...] = Field(min_length=1)
    """Ids of the methods that this is one count for. With several, it is not a count for each of them alone."""
    about_the_count: Text | None
    """What to know about the counts of this source; null where we know of nothing."""


class Words(Shape):
    """The source gives no figure, only words."""

    kind: Literal["words"] = "words"
    """Always "words"."""
    words: Text
    """The source's own words, five at most. Do not turn them into a number."""


class DoesNotApply(Shape):
    """The claim names no harm that could happen so and so often."""

    kind: Literal["does not apply"] = DOES_NOT_APPLY
    """Always "does not apply"."""


class Claims(Shape):
    """What is said rests on claims of our sources."""

    kind: Literal["claims"] = "claims"
    """Always "claims"."""
    claims: tuple[Id, ...] = Field(min_length=1)
    """Ids of the claims."""


class NotFromOurSources(Shape):
    """What is said are our own words; no source says it."""

    kind: Literal["not from our sources"] = model.NOT_FROM_SOURCES
    """Always "not from our sources"."""


class Statement(Shape):
    """One thing that the guide says, and what it rests on."""

    text: Text
    """What the guide says, as plain text."""
    basis: Annotated[Claims | NotFromOurSources, Field(discriminator="kind")]
    """The claims that it rests on, or that it is not from our sources."""


class Statements(Shape):
    """An answer that our sources give."""

    kind: Literal["statements"] = "statements"
    """Always "statements"."""
    statements: tuple[Statement, ...] = Field(min_length=1)
    """The answer, statement by statement."""


class Names(Shape):
    """Names that our sources give."""

    kind: Literal["names"] = "names"
    """Always "names"."""
    names: tuple[Text, ...] = Field(min_length=1)
    """The names."""


Answer = Annotated[Statements | NotReported, Field(discriminator="kind")]


class Addressed(Shape):
    """An entry of the guide."""

    id: Id
    """The entry's id. It is never renamed, and never used for anything else."""
    address: Text
    """Where the entry stands on the site: a URL, or a path below the site's root if "site" is empty."""


class Claim(Addressed):
    """One statement of one source, in our own words."""

    source: Id
    """Id of the source."""
    place: Text
    """Where the source says it."""
    says: Text
    """What the source says, in our own words."""
    methods: tuple[Id, ...] = Field(min_length=1)
    """Ids of the methods that the source says it of."""
    methods_from: Literal["claim", "source"]
    """"claim" if the source says it of these methods; "source" if of all that it calls neurolysis, which are these."""
    frequency: Annotated[Count | Words | NotReported | DoesNotApply, Field(discriminator="kind")]
    """How often it happens, as this source says. It belongs to this claim and its methods alone."""
    note: Text | None
    """Where we changed or doubt something, and why; null where we did not."""
    left_out: Text | None
    """Why the guide does not use the claim; null where it does or may."""


class Source(Addressed):
    """One of the articles that the guide is curated from."""

    title: Text
    """The article's title."""
    author: Text | None
    """Who wrote it; null where the article does not say."""
    publisher: Text
    """Who published it."""
    date: Text | None
    """When, in words; null where the article does not say."""
    url: Text | None
    """The article's own address; null where we know none."""
    about: Text
    """What kind of article it is."""
    trust: Text
    """How far to trust it, and why."""
    methods: tuple[Id, ...] = Field(min_length=1)
    """Ids of the methods that it uses the word neurolysis for."""
    about_the_counts: Text | None
    """What to know about its counts; null where we know of nothing."""
    retired_claims: tuple[Id, ...]
    """Ids of claims that are gone. They are not used again."""


class Option(Addressed):
    """Something that can be done."""

    name: Text
    """Its everyday name."""
    what: Answer = Field(title="What it is")
    """What it is."""
    helps: Answer = Field(title="What it may do")
    """What it may do."""
    limits: Answer = Field(title="Limits and harms")
    """Its limits and harms. The risks of a method stand among the risks."""
    lasts: Answer = Field(title="How long it lasts")
    """How long it lasts."""


class Method(Option):
    """One way to treat the nerve."""

    medical_names: Annotated[Names | NotReported, Field(discriminator="kind")]
    """Its medical names."""
    aim: Literal["destroys", "frees"]
    """What happens to the nerve."""
    steps: Answer
    """What is done, in order."""
    chance: Answer = Field(title="The chance that it works")
    """The chance that it works."""
    soon: Answer = Field(title="How soon it works")
    """How soon it works."""
    again: Answer = Field(title="Doing it again")
    """Whether it can be done again."""
    numbing: Answer = Field(title="Numbing")
    """How the place is numbed."""
    guided: Answer = Field(title="How the nerve is found")
    """How the nerve is found."""
    recovery: Answer = Field(title="Getting better afterwards")
    """Getting better afterwards."""


class Alternative(Option):
    """Something else that can be done."""

    origin: Literal["sources", "guide"]
    """"sources" if our sources name it, "guide" if only we do."""


class Named(Addressed):
    """Something that our sources name."""

    name: Text
    """Its everyday name."""
    says: tuple[Statement, ...] = Field(min_length=1)
    """What the guide says about it."""


class Risk(Named):
    """One harm. How often it happens stands on its claims."""


class Condition(Named):
    """An illness or a pain that our sources name neurolysis for."""


class WithClaims(Shape):
    """An entry that carries its claims."""

    claims: tuple[Claim, ...]
    """The claims that the entry rests on, each once."""


class RiskWithClaims(WithClaims, Risk):
    """One harm, with the claims that it rests on. How often it happens stands on each claim."""


class AlternativeWithClaims(WithClaims, Alternative):
    """Something else that can be done, with the claims that it rests on."""


class MethodWithClaims(WithClaims, Method):
    """One way to treat the nerve, with the claims that it rests on."""


class Disagreement(Addressed):
    """A question on which our sources do not say the same."""

    question: Text
    """The question, in a reader's words."""
    sides: tuple[Statement, ...] = Field(min_length=2)
    """What each side says."""
    reader: Text
    """What a reader can make of it."""


class Gap(Addressed):
    """What a reader needs and no source says."""

    missing: Text
    """What is missing."""
    ask: Text
    """The question to ask instead."""
    topic: Text
    """When it matters."""


class Word(Addressed):
    """A medical word."""

    word: Text
    """The word."""
    forms: tuple[Text, ...]
    """Other forms of it, such as plurals."""
    everyday: tuple[Text, ...]
    """What people say instead."""
    say: Text
    """How to say it."""
    meaning: Statement
    """What it means."""


class Paragraph(Shape):
    """One paragraph, list item or heading of a page."""

    text: Text
    """Its words, as plain text."""
    claims: tuple[Text, ...]
    """Ids of the claims that it cites, in order; empty where it cites none."""


class Page(Shape):
    """One page."""

    address: Text
    """Where the page stands: a URL, or a path below the site's root if "site" is empty."""
    title: Text
    """Its title."""
    text: tuple[Paragraph, ...]
    """Its own words, a paragraph at a time. What it shows of the data is not part of it."""
    shows: tuple[Text, ...]
    """What it shows of the data, in order, such as "risk table: heat"."""


class LicenseTerms(Shape):
    """The license of the data."""

    name: Text
    """Its name."""
    spdx: Text
    """Its identifier in the SPDX list of licenses."""
    url: Text
    """Its address."""
    attribution: Text
    """What it asks of whoever uses the data."""


class Review(Shape):
    """One review by a clinician that really took place."""

    by: Text
    """Who reviewed the guide."""
    role: Text
    """Their profession."""
    on: Day
    """The day of the review."""
    next: Day
    """The day on which the next review is due. Whether it is overdue is for you to see."""


class ReviewState(Shape):
    """Whether a clinician has reviewed the guide."""

    state: Text
    """The state as a sentence to show."""
    reviews: tuple[Review, ...]
    """All reviews; empty while there was none."""


class Document(Shape):
    """What every file of the data says of itself."""

    document: Text
    """Which of the files this is."""
    title: Text
    """The file's title."""
    notice: Text
    """That this is not medical advice."""
    license: LicenseTerms
    """The license."""
    version: Text
    """The version of the guide: a hash of its data and pages, also shown below each page."""
    date: Day
    """The day of the version."""
    frozen: bool
    """Whether the version stands on the list of versions and can be cited; if not, it is a draft."""
    review: ReviewState
    """The state of review."""
    site: str
    """The site's URL, ending in a slash; empty where it is not known."""
    described_by: Text
    """Address of the JSON Schema of this file."""


class GuideFile(Document):
    """Everything: each entry and each claim once. Entries name their claims by id."""

    document: Literal["guide"] = "guide"
    """Always "guide"."""
    methods: tuple[Method, ...]
    """The ways to treat the nerve."""
    risks: tuple[Risk, ...]
    """The harms that our sources name."""
    alternatives: tuple[Alternative, ...]
    """What can be done instead."""
    conditions: tuple[Condition, ...]
    """What our sources name neurolysis for."""
    disagreements: tuple[Disagreement, ...]
    """On what our sources do not say the same."""
    gaps: tuple[Gap, ...]
    """What no source says."""
    words: tuple[Word, ...]
    """Medical words."""
    sources: tuple[Source, ...]
    """The articles."""
    claims: tuple[Claim, ...]
    """All that we took from the articles."""
    pages: tuple[Page, ...]
    """The pages of the guide."""


class RisksFile(Document):
    """The risks, each with its claims."""

    document: Literal["risks"] = "risks"
    """Always "risks"."""
    risks: tuple[RiskWithClaims, ...]
    """The harms that our sources name. One that is missing here can happen all the same."""
    sources: tuple[Source, ...]
    """The articles that these claims are from."""


class AlternativesFile(Document):
    """The alternatives, each with its claims."""

    document: Literal["alternatives"] = "alternatives"
    """Always "alternatives"."""
    alternatives: tuple[AlternativeWithClaims, ...]
    """What can be done instead."""
    sources: tuple[Source, ...]
    """The articles that these claims are from."""


class MethodsFile(Document):
    """The methods, each with its claims."""

    document: Literal["methods"] = "methods"
    """Always "methods"."""
    methods: tuple[MethodWithClaims, ...]
    """The ways to treat the nerve."""
    sources: tuple[Source, ...]
    """The articles that these claims are from."""


class File(Shape):
    """One of the files."""

    address: Text
    """Where the file stands: a URL, or a path below the site's root if "site" is empty."""
    media_type: Text
    """Its kind."""
    about: Text
    """What is in it."""


class IndexFile(Document):
    """The list of the files."""

    document: Literal["index"] = "index"
    """Always "index"."""
    files: tuple[File, ...]
    """The files."""


AnyFile = Annotated[GuideFile | RisksFile | AlternativesFile | MethodsFile | IndexFile, Field(discriminator="document")]
