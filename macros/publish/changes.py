"""What changed in meaning between two versions of the guide's data, in words for a nurse.

It compares the published shape (macros.publish.outward) as plain JSON, so that a version frozen
long ago can be compared with what the guide says today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import NamedTuple

from .cite import SILENT
from ..guide.model import Method
from .options import AIMS, ASKED, SHARED
from .render import listing, number
from ..guide.version import Version


class Change(NamedTuple):
    """One thing that the guide says otherwise than before, as plain text."""

    part: str
    """The kind of entry: "Risks"."""
    entry: str
    """The entry's name: "Infection"."""
    field: str
    """What of it: "how often, says The Interventional Initiative (a list of risks)"."""
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

    @property
    def nothing(self) -> str:
        """The sentence to show where there is no change to tell; "" where there is one."""
        if self.changes is None and not self.version.frozen:
            return "No version has been published yet. This is a draft."
        if self.changes is None:
            return "It is the first version."
        return "" if self.changes else "Nothing that the guide says has changed."

    @property
    def name(self) -> str:
        """The name of its frozen file without its ending, which is its id on the page of versions; "" for a draft."""
        return self.file.rpartition("/")[2].removesuffix(".json")


NOT_THERE = "Not in the guide."
LEFT_OUT = "No longer in the guide."

PAGES = "pages"
_OFTEN = "how often"


def _asked(fields: Iterable[str]) -> dict[str, str]:
    return {field: Method.model_fields[field].title.lower() for field in fields}


#: Each part of the published data, its name, the field that names an entry, and the fields that mean something.
_PARTS = {
    "risks": ("Risks", "name", {"name": "its name", "says": "what can happen"}),
    "methods": (
        "Treatments",
        "name",
        {"name": "its name", "medical_names": "its medical names", "aim": "what happens to the nerve"}
        | {"steps": "what is done, in order"}
        | _asked(ASKED),
    ),
    "alternatives": ("Alternatives", "name", {"name": "its name", "origin": "who names it"} | _asked(SHARED)),
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
    "words": (
        "Medical words",
        "word",
        {"word": "the word", "forms": "its other forms", "everyday": "what people say instead"}
        | {"say": "how to say it", "meaning": "what it means"},
    ),
    "sources": (
        "Sources",
        "publisher",
        {field: field for field in ("title", "author", "publisher", "date")}
        | {"url": "address", "about": "what it is", "trust": "how far to trust it"}
        | {"about_the_counts": "about its counts"},
    ),
    PAGES: ("Pages", "title", {"title": "its title", "text": "its own words", "shows": "what it shows of the data"}),
}
_CLAIM = {"says": "what it says", "place": "where it says so", "note": "our note", "left_out": "why it is left out"}
#: Published values that are no words for a reader.
_IN_WORDS = {"aim": AIMS, "origin": {"sources": "Our sources name it.", "guide": "No source names it."}}


class _Side:
    """One of the two versions: its entries by part and by today's address, and that address by part and id."""

    def __init__(self, data: Mapping, other: Mapping, led: Callable[[str], str]):
        self.entries, self.address_of, self.by_id = {}, {}, {}
        for part in (*_PARTS, "claims"):
            landed = [Counter(led(entry["address"]) for entry in each.get(part, ())) for each in (data, other)]

            def today(address: str, landed: Sequence[Counter] = landed) -> str:
                # What stood beside the entry that it leads to was another one, and not an older name of it.
                to = led(address)
                return to if all(count[to] < 2 for count in landed) else address

            self.entries[part] = {today(entry["address"]): entry for entry in data.get(part, ())}
            self.address_of[part] = {e["id"]: address for address, e in self.entries[part].items() if "id" in e}
            self.by_id[part] = {e["id"]: e for e in self.entries[part].values() if "id" in e}

    def today(self, part: str, ids: Iterable[str]) -> list[str]:
        """Today's addresses of entries, which tell whether two versions mean the same ones."""
        return [self.address_of[part].get(each, each) for each in ids]

    def methods(self, ids: Iterable[str]) -> str:
        """Names of treatments, as a list in words."""
        named = self.by_id["methods"]
        return listing([named[each]["name"].lower() if each in named else each for each in ids])

    def publisher(self, claim: Mapping) -> str:
        return self.by_id["sources"][claim["source"]]["publisher"]

    def sources(self, claim_ids: Iterable[str]) -> str:
        """Who says it and where, for each claim."""
        found = [self.by_id["claims"][each] for each in claim_ids if each in self.by_id["claims"]]
        return " ".join(f"{self.publisher(claim)}, {claim['place']}: {claim['says']}" for claim in found)


def changes(old: Mapping, new: Mapping, led: Callable[[str], str] = str) -> list[Change]:
    """What the guide says otherwise, counts of harms first.

    Both are the published guide.json as plain data, made without a site's address. `led` tells
    where an old address leads now, so that what is renamed is not told as gone.
    """
    was, now = _Side(old, new, led), _Side(new, old, led)
    found = [*_claims(was, now)]
    for part in _PARTS:
        found += _entries(part, was, now)
    review = Change("This guide", "review by a clinician", "", "", "", "about/")
    found += _field(review, "its state", _statements(old["review"]["state"]), _statements(new["review"]["state"]))
    return sorted(found, key=lambda change: not change.field.startswith(_OFTEN))


def _entries(part: str, old: _Side, new: _Side) -> Iterator[Change]:
    """The entries of a part that came, went, or say something else. Older versions may lack a part or a field."""
    title, named, fields = _PARTS[part]
    was, now = old.entries[part], new.entries[part]
    for address, entry in was.items():
        if address not in now:
            yield Change(title, entry[named], "", _whole(entry, fields), LEFT_OUT, address)
    for address, entry in now.items():
        at = Change(title, entry[named], "", NOT_THERE, _whole(entry, fields), address, tuple(_claim_ids(entry)))
        if address not in was:
            yield at
            continue
        for field, label in fields.items():
            if field in was[address] and field in entry:
                words = _IN_WORDS.get(field, {})
                texts = _statements(was[address][field], words), _statements(entry[field], words)
                yield from _field(at, label, *texts)
                yield from _rests(at, label, texts, (old, new))


def _claims(old: _Side, new: _Side) -> Iterator[Change]:
    """What was taken from the sources otherwise. How often a harm happens is told of the harm."""
    was, now = old.entries["claims"], new.entries["claims"]
    harms: dict[str, list[tuple[str, str]]] = {}
    for address, risk in new.entries["risks"].items():
        for claim_id in _claim_ids(risk):
            harms.setdefault(claim_id, []).append((address, risk["name"]))
    for address, claim in was.items():
        if address not in now:
            yield Change("Sources", old.publisher(claim), claim["place"], claim["says"], LEFT_OUT, address)
    for address, claim in now.items():
        who, place = new.publisher(claim), claim["place"]
        at = Change("Sources", who, place, NOT_THERE, claim["says"], address, (claim["id"],))
        if address not in was:
            yield at
            continue
        before = was[address]
        if _counted(before, old) != _counted(claim, new):
            often = at._replace(before=_frequency(before, old), now=_frequency(claim, new))
            for harm, name in harms.get(claim["id"], ()):
                field = f"{_OFTEN}, says {who} ({place})"
                yield often._replace(part=_PARTS["risks"][0], entry=name, address=harm, field=field)
            if claim["id"] not in harms:
                yield often._replace(field=f"{_OFTEN}: {claim['says']} ({place})")
        for field, label in _CLAIM.items():
            yield from _field(at, f"{label} ({place})", _statements(before[field]), _statements(claim[field]))
        if old.today("methods", before["methods"]) != new.today("methods", claim["methods"]):
            means = old.methods(before["methods"]), new.methods(claim["methods"])
            yield at._replace(field=f"which treatments it means ({place})", before=means[0], now=means[1])


#: The texts of a value, each with the ids of the claims that it rests on.
_Statements = Sequence[tuple[str, Sequence[str]]]


def _statements(value: object, words: Mapping[str, str] = MappingProxyType({})) -> _Statements:
    """A published value, statement by statement; a silence, and what `words` knows, in words."""
    match value:
        case None:
            return []
        case {"text": str(text)}:
            return [(text, _claim_ids(value))]
        case {"kind": "not reported"}:
            return [(SILENT, [])]
        case {"kind": "statements", "statements": found} | {"kind": "names", "names": found}:
            return _statements(found)
        case list() | tuple():
            return [said for each in value for said in _statements(each)]
    return [(words.get(str(value), str(value)), [])]


def _field(at: Change, field: str, before: _Statements, now: _Statements) -> Iterator[Change]:
    """The texts of a field that are gone, and those that are new; nothing where they are the same."""
    was, new = [text for text, _ in before], [text for text, _ in now]
    if was != new:
        gone, come = [text for text in was if text not in new], [text for text in new if text not in was]
        if not gone and not come:  # only their order, or how often
            gone, come = was, new
        yield at._replace(field=field, before=" ".join(gone) or NOT_THERE, now=" ".join(come) or LEFT_OUT)


def _rests(at: Change, field: str, texts: tuple[_Statements, _Statements], sides: tuple[_Side, _Side]):
    """The statements of a field that rest on other claims than before."""
    was, now = map(_by_text, texts)
    same = [text for text in now if text in was]
    pairs = [(text, text) for text in same]
    pairs += zip_longest([text for text in was if text not in same], [text for text in now if text not in same])
    for text, new_text in pairs:
        ids = was.get(text, []), now.get(new_text, [])
        today = [side.today("claims", each) for side, each in zip(sides, ids, strict=True)]
        if today[0] != today[1]:
            told = [side.sources(each) or "No source." for side, each in zip(sides, ids, strict=True)]
            before, after = (NOT_THERE if text is None else told[0]), (LEFT_OUT if new_text is None else told[1])
            yield at._replace(field=f"{field}: the sources of “{new_text or text}”", before=before, now=after)


def _by_text(statements: _Statements) -> dict[str, list[str]]:
    """Ids of the claims of each text."""
    found: dict[str, list[str]] = {}
    for text, ids in statements:
        found.setdefault(text, []).extend(ids)
    return found


def _whole(entry: Mapping, fields: Iterable[str]) -> str:
    """All that an entry says, apart from its name; a page's own words are too many."""
    if "text" in fields:
        return "A page."
    _, *others = fields
    said = [text for field in others for text, _ in _statements(entry.get(field), _IN_WORDS.get(field, {}))]
    return " ".join(text for text in said if text != SILENT) or SILENT


def _counted(claim: Mapping, side: _Side) -> tuple:
    """What tells whether a frequency is the same: the figures or words, and what is counted together."""
    raw = {key: claim["frequency"].get(key) for key in ("kind", "count", "out_of", "of", "words")}
    return raw, raw["kind"] == "count" and side.today("methods", claim["methods"])


def _frequency(claim: Mapping, side: _Side) -> str:
    value, methods = claim["frequency"], claim["methods"]
    match value["kind"]:
        case "count":
            together = f" ({side.methods(methods)} counted together)" if len(methods) > 1 else ""
            return f"{number(value['count'])} out of every {number(value['out_of'])} {value['of']}{together}."
        case "words":
            return f"In words only: “{value['words']}”."
        case "not reported":
            return SILENT
    return "It is not told as a harm."


def _claim_ids(value: object) -> list[str]:
    """Ids of the claims that a published value rests on, each once, in order."""
    match value:
        case {"claims": [*ids]}:
            return list(ids)
        case dict():
            return list(dict.fromkeys(i for each in value.values() for i in _claim_ids(each)))
        case list() | tuple():
            return list(dict.fromkeys(i for each in value for i in _claim_ids(each)))
    return []
