"""What changed in meaning between two versions of the guide's data, in words for a nurse.

It compares the published shape (macros.publish.outward) as plain JSON, so that a version frozen
long ago can be compared with what the guide says today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .cite import SILENT
from .publish.outward import Method
from .render import listing, number
from .version import Version


class Change(NamedTuple):
    """One thing that the guide says otherwise than before, as plain text."""

    part: str
    """The kind of entry: "Risks"."""
    entry: str
    """The entry's name: "Infection"."""
    field: str
    """What of it: "how often, says The Interventional Initiative"."""
    before: str
    now: str
    address: str
    """Where the entry stands, as a path below the site's root."""
    claims: tuple[str, ...] = ()
    """Ids of the claims that the entry rests on."""


class Step(NamedTuple):
    """A version, and what it changed."""

    version: Version
    file: str
    """Address of its frozen file as a path below the site's root; "" for a draft."""
    changes: list[Change] | None
    """What it changed since the version before it; None for the first."""


NOT_THERE = "Not in the guide."
LEFT_OUT = "No longer in the guide."

PAGES = "pages"
#: Each part of the published data, its name, the field that names an entry, and the fields that mean something.
_PARTS = {
    "risks": ("Risks", "name", {"name": "its name", "says": "what can happen"}),
    "methods": (
        "Treatments",
        "name",
        {"name": "its name", "medical_names": "its medical names", "aim": "what happens to the nerve"}
        | {"steps": "what is done, in order"}
        | {field: of.title.lower() for field, of in Method.model_fields.items() if of.title},
    ),
    "alternatives": (
        "Alternatives",
        "name",
        {"name": "its name", "origin": "who names it"}
        | {field: Method.model_fields[field].title.lower() for field in ("what", "helps", "limits", "lasts")},
    ),
    "conditions": ("Illnesses and pains", "name", {"name": "its name", "says": "what our sources say"}),
    "disagreements": (
        "Where our sources disagree",
        "question",
        {"question": "the question", "sides": "what each side says", "reader": "what you can make of it"},
    ),
    "gaps": (
        "What our sources do not say",
        "missing",
        {"missing": "what is missing", "ask": "what to ask", "topic": "when it matters"},
    ),
    "words": ("Medical words", "word", {"word": "the word", "say": "how to say it", "meaning": "what it means"}),
    "sources": (
        "Sources",
        "publisher",
        {field: field for field in ("title", "author", "publisher", "date")}
        | {"url": "address", "about": "what it is", "trust": "how far to trust it"}
        | {"about_the_counts": "about its counts"},
    ),
    PAGES: ("Pages", "title", {"title": "its title", "text": "its own words"}),
}
_CLAIM = {"says": "what it says", "place": "where it says so", "note": "our note", "left_out": "why it is left out"}


def changes(old: Mapping, new: Mapping, led: Callable[[str], str] = str) -> list[Change]:
    """What the guide says otherwise, counts of harms first.

    Both are the published guide.json as plain data, made without a site's address. `led` tells
    where an old address leads now, so that what is renamed is not told as gone.
    """
    found = [*_claims(old, new, led)]
    for part in _PARTS:
        found += _entries(part, old, new, led)
    review = Change("This guide", "review by a clinician", "", "", "", "about/")
    found += _field(review, "its state", old["review"]["state"], new["review"]["state"])
    return sorted(found, key=lambda change: not change.field.startswith(_OFTEN))


_OFTEN = "how often"


def _entries(part: str, old: Mapping, new: Mapping, led: Callable[[str], str]) -> Iterator[Change]:
    """The entries of a part that came, went, or say something else. Older versions may lack the part."""
    title, named, fields = _PARTS[part]
    was = {led(entry["address"]): entry for entry in old.get(part, ())}
    now = {entry["address"]: entry for entry in new[part]}
    for address, entry in was.items():
        if address not in now:
            yield Change(title, entry[named], "", _whole(entry, fields), LEFT_OUT, address)
    for address, entry in now.items():
        at = Change(title, entry[named], "", NOT_THERE, _whole(entry, fields), address, tuple(_claim_ids(entry)))
        if address not in was:
            yield at
            continue
        before = was[address]
        for field, label in fields.items():
            if field not in before:
                continue
            yield from _field(at, label, before[field], entry[field])
            rests = _claim_ids(before[field]), _claim_ids(entry[field])
            if rests[0] != rests[1]:
                yield from _field(at, f"{label}: its sources", _sources(rests[0], old), _sources(rests[1], new))


def _claims(old: Mapping, new: Mapping, led: Callable[[str], str]) -> Iterator[Change]:
    """What was taken from the sources otherwise. How often a harm happens is told of the harm."""
    publishers = {source["id"]: source["publisher"] for each in (old, new) for source in each["sources"]}
    was = {led(claim["address"]): claim for claim in old["claims"]}
    now = {claim["address"]: claim for claim in new["claims"]}
    for address, claim in was.items():
        if address not in now:
            yield Change("Sources", publishers[claim["source"]], claim["place"], claim["says"], LEFT_OUT, address)
    for address, claim in now.items():
        who = publishers[claim["source"]]
        at = Change("Sources", who, claim["place"], NOT_THERE, claim["says"], address, (claim["id"],))
        if address not in was:
            yield at
            continue
        before = was[address]
        often = [_frequency(each["frequency"], each["methods"], data) for each, data in ((before, old), (claim, new))]
        harms = [risk for risk in new["risks"] if claim["id"] in _claim_ids(risk)]
        for harm in harms:
            of_harm = at._replace(part=_PARTS["risks"][0], entry=harm["name"], address=harm["address"])
            yield from _field(of_harm, f"{_OFTEN}, says {who}", *often)
        if not harms:
            yield from _field(at, f"{_OFTEN}: {claim['says']}", *often)
        for field, label in _CLAIM.items():
            yield from _field(at, f"{label} ({claim['place']})", before[field], claim[field])
        treated = [_methods(each["methods"], data) for each, data in ((before, old), (claim, new))]
        yield from _field(at, f"which treatments it means ({claim['place']})", *treated)


def _field(at: Change, field: str, before: object, now: object) -> Iterator[Change]:
    """The texts of a field that are gone, and those that are new; nothing where it is the same."""
    was, new = _texts(before), _texts(now)
    if was != new:
        gone, come = [text for text in was if text not in new], [text for text in new if text not in was]
        if not gone and not come:  # only their order
            gone, come = was, new
        yield at._replace(field=field, before=" ".join(gone) or NOT_THERE, now=" ".join(come) or LEFT_OUT)


def _texts(value: object) -> list[str]:
    """The texts of a published value, one for each statement; a silence in words."""
    match value:
        case None:
            return []
        case {"text": str(text)}:
            return [text]
        case {"kind": "not reported"}:
            return [SILENT]
        case {"kind": "statements", "statements": found} | {"kind": "names", "names": found}:
            return _texts(found)
        case list() | tuple():
            return [text for each in value for text in _texts(each)]
    return [str(value)]


def _whole(entry: Mapping, fields: Iterable[str]) -> str:
    """All that an entry says, apart from its name; a page's own words are too many."""
    if "text" in fields:
        return "A page."
    skipped = {next(iter(fields)), "origin", "aim"}
    texts = [text for field in fields if field not in skipped for text in _texts(entry.get(field))]
    return " ".join(text for text in texts if text != SILENT) or SILENT


def _frequency(value: Mapping, methods: Sequence[str], data: Mapping) -> str:
    match value["kind"]:
        case "count":
            together = f" ({_methods(methods, data)} counted together)" if len(methods) > 1 else ""
            return f"{number(value['count'])} out of every {number(value['out_of'])} {value['of']}{together}."
        case "words":
            return f"In words only: “{value['words']}”."
        case "not reported":
            return SILENT
    return "It is not told as a harm."


def _methods(ids: Sequence[str], data: Mapping) -> str:
    """Names of treatments, as a list in words."""
    names = {method["id"]: method["name"] for method in data["methods"]}
    return listing([names.get(each, each).lower() for each in ids])


def _sources(claim_ids: Sequence[str], data: Mapping) -> list[str]:
    """Who says it and where, for each claim."""
    claims = {claim["id"]: claim for claim in data["claims"]}
    names = {source["id"]: source["publisher"] for source in data["sources"]}
    return [f"{names[claims[i]['source']]}, {claims[i]['place']}." for i in claim_ids if i in claims]


def _claim_ids(value: object) -> list[str]:
    """Ids of the claims that a published value rests on, each once, in order."""
    match value:
        case {"kind": "claims", "claims": ids}:
            return list(ids)
        case dict():
            return list(dict.fromkeys(i for each in value.values() for i in _claim_ids(each)))
        case list() | tuple():
            return list(dict.fromkeys(i for each in value for i in _claim_ids(each)))
    return []
