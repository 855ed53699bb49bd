"""What changed between two versions of the guide, in words for a nurse.

It compares the published guide.json (macros.publish.data) of both as plain values, made without a site's address.
So a version frozen long ago can be compared with what the guide says today: a field that only one of the two has is
told by its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple, get_args

from markdown.extensions.toc import slugify

from ..guide.model import NOT_REPORTED, Guide
from ..guide.pages import CALL, CITATION
from ..guide.version import Version


class Change(NamedTuple):
    """One thing that the guide says otherwise than before, as plain text."""

    part: str
    """The kind of entry: "Risks"."""
    entry: str
    """The entry's name: "Infection"."""
    field: str
    """What of it: "how often, says The Interventional Initiative (a list of risks)"; "" for all of it."""
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


NOT_THERE, LEFT_OUT = "Not in the guide.", "No longer in the guide."
_SILENT = "Our sources do not say."
_OFTEN = "how often"

#: Each part of the data: what it is called here, and the field that names an entry.
_PARTS = {
    "risks": ("Risks", "name"),
    "methods": ("Treatments", "name"),
    "alternatives": ("Alternatives", "name"),
    "conditions": ("Illnesses and pains", "name"),
    "disagreements": ("Where our sources disagree", "question"),
    "gaps": ("What our sources do not say", "missing"),
    "words": ("Medical words", "word"),
    "sources": ("Sources", "publisher"),
    "pages": ("Pages", "title"),
}
#: What a field is called where the model has no title for it, or a part has words of its own.
_LABELS = {
    **{"name": "its name", "medical": "its medical names", "aim": "what happens to the nerve"},
    **{"steps": "what is done, in order", "origin": "who names it", "says": "what our sources say"},
    **{"question": "the question", "sides": "what each side says", "reader": "what you can make of it"},
    **{"missing": "what is missing", "ask": "what to ask", "topic": "when it matters"},
    **{"word": "the word", "forms": "its other forms", "everyday": "what people say instead"},
    **{"say": "how to say it", "meaning": "what it means"},
    **{"about": "what it is", "trust": "how far to trust it", "counts": "about its counts"},
    **{"title": "its title", "text": "its own words"},
}
_CLAIM = {"says": "what it says", "place": "where it says so", "note": "our note", "left_out": "why it is left out"}
#: Values that are no words for a reader.
_IN_WORDS = {
    "aim": {"destroys": "Destroys the nerve, or stops it.", "frees": "Frees the nerve."},
    "origin": {"sources": "Our sources name it.", "guide": "No source names it."},
}
#: What is told elsewhere, or says nothing to a reader.
_UNTOLD = {"id", "guide_address", "retired", "claims", "methods"}
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")
_ITEM = re.compile(r"\n(?=[-*] |\d+\. )")
_MARKS = re.compile(r"^(#+|[-*]( \[[ x]\])?|\d+\.) +|\*{1,2}|`")
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.S | re.M)
_HEADING = re.compile(r"^#{1,3} +(.+?) *(?:\{:? *#([\w-]+)[^}]*\})? *$", re.M)


def changes(old: Mapping, new: Mapping, led: Callable[[str], str] = str) -> list[Change]:
    """What the guide says otherwise, counts of harms first.

    `led` tells where an old address leads now, so that what is renamed is not told as gone.
    """
    was, now = _Side(old, new, led), _Side(new, old, led)
    found = [*_claims(was, now)]
    for part in _PARTS:
        found += _entries(part, was, now)
    review = Change("This guide", "review by a clinician", "", "", "", "about/")
    found += _field(review, "its state", _said("", old.get("review_state")), _said("", new.get("review_state")))
    return sorted(found, key=lambda change: not change.field.startswith(_OFTEN))


def names(document: Mapping) -> dict[str, str]:
    """What stands at each address that a guide.json tells of: the names of entries, and pages' titles and sections."""
    found = {}
    for page, content in document.get("pages", {}).items():
        found[page] = content["title"]
        for text, given in _HEADING.findall(_FENCED.sub("", "\n\n".join(content["text"]))):
            found[page + "#" + (given or slugify(_plain(text), "-"))] = _plain(text)
    for part, (_, named) in _PARTS.items():
        if part != "pages":  # an entry with a page of its own keeps its own name
            found |= {address: entry[named] for address, entry in _by_address(document, part).items()}
    return found


def _by_address(document: Mapping, part: str) -> dict[str, dict]:
    """The entries of a part by their address, each with its id; a claim has its source's name as well."""
    if part != "claims":
        entries = document.get(part, {})
        return {entry["guide_address"]: {"id": entry_id, **entry} for entry_id, entry in entries.items()}
    return {
        claim["guide_address"]: {"id": claim_id, "who": source["publisher"], "source": source, **claim}
        for source in document.get("sources", {}).values()
        for claim_id, claim in source["claims"].items()
    }


class _Side:
    """One of the two: its entries by part and by today's address, and what an id stands for."""

    def __init__(self, document: Mapping, other: Mapping, led: Callable[[str], str]):
        self.entries, self.address_of, self.by_id = {}, {}, {}
        for part in (*_PARTS, "claims"):
            mine, others = _by_address(document, part), _by_address(other, part)
            landed = [Counter(map(led, each)) for each in (mine, others)]
            # What stood beside the entry that it leads to was another one, and not an older name of it.
            alone = {address for address in mine if all(count[led(address)] < 2 for count in landed)}
            self.entries[part] = {led(a) if a in alone else a: entry for a, entry in mine.items()}
            self.address_of[part] = {entry["id"]: address for address, entry in self.entries[part].items()}
            self.by_id[part] = {entry["id"]: entry for entry in mine.values()}

    def today(self, part: str, ids: Iterable[str]) -> list[str]:
        """Today's addresses of entries, which tell whether two versions mean the same ones."""
        return [self.address_of[part].get(each, each) for each in ids]

    def methods(self, ids: Sequence[str]) -> str:
        """Names of treatments, as a list in words."""
        named = self.by_id["methods"]
        shown = [named[each]["name"].lower() if each in named else each for each in ids]
        return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))

    def sources(self, ids: Iterable[str]) -> str:
        """Who says it and where, for each claim."""
        found = [self.by_id["claims"][each] for each in ids if each in self.by_id["claims"]]
        return " ".join(f"{claim['who']}, {claim['place']}: {claim['says']}" for claim in found) or "No source."

    def often(self, claim: Mapping) -> str:
        """How often a claim's harm happens, in words, with the treatments that a count stands for."""
        match claim.get("frequency"):
            case {"count": count, "out_of": out_of, "of": of}:
                together = f" ({self.methods(claim['methods'])} counted together)" if len(claim["methods"]) > 1 else ""
                return f"{count:,} out of every {out_of:,} {of}{together}."
            case {"words": words}:
                return f"In words only: “{words}”."
            case None:
                return "It is not told as a harm."
            case other:
                return _SILENT if other == NOT_REPORTED else str(other)


def _entries(part: str, old: _Side, new: _Side) -> Iterator[Change]:
    """The entries of a part that came, went, or say something else."""
    title, named = _PARTS[part]
    was, now = old.entries[part], new.entries[part]
    for address, entry in was.items():
        if address not in now:
            yield Change(title, entry[named], "", _whole(part, entry), LEFT_OUT, address)
    for address, entry in now.items():
        at = Change(title, entry[named], "", NOT_THERE, _whole(part, entry), address, tuple(_cites(entry)))
        if address not in was:
            yield at
            continue
        before = was[address]
        for field in dict.fromkeys([*entry, *before]):
            if field not in _UNTOLD:
                texts = _said(field, before.get(field)), _said(field, entry.get(field))
                yield from _field(at, _label(part, field), *texts)
                yield from _rests(at, _label(part, field), texts, (old, new))
        if part == "sources" and old.today("methods", before["methods"]) != new.today("methods", entry["methods"]):
            means = old.methods(before["methods"]), new.methods(entry["methods"])
            yield at._replace(field="what it uses the word neurolysis for", before=means[0], now=means[1])


def _label(part: str, field: str) -> str:
    if part != "pages":
        kind = get_args(Guide.model_fields[part].annotation)[1]
        if field in kind.model_fields and kind.model_fields[field].title:
            return kind.model_fields[field].title.lower()
    return _LABELS.get(field, field.replace("_", " "))


def _claims(old: _Side, new: _Side) -> Iterator[Change]:
    """What was taken from the sources otherwise. How often a harm happens is told of the harm."""
    was, now = old.entries["claims"], new.entries["claims"]
    for address, claim in was.items():
        if address not in now:
            yield Change("Sources", claim["who"], claim["place"], claim["says"], LEFT_OUT, address)
    for address, claim in now.items():
        who, place = claim["who"], claim["place"]
        at = Change("Sources", who, place, NOT_THERE, claim["says"], address, (claim["id"],))
        if address not in was:
            yield at
            continue
        before = was[address]
        same_methods = old.today("methods", before["methods"]) == new.today("methods", claim["methods"])
        counted = isinstance(claim.get("frequency"), dict) and "count" in claim["frequency"]
        if before.get("frequency") != claim.get("frequency") or (counted and not same_methods):
            often = at._replace(before=old.often(before), now=new.often(claim))
            for risk_id in claim["risks"]:
                risk = new.by_id["risks"][risk_id]
                field = f"{_OFTEN}, says {who} ({place})"
                yield often._replace(part="Risks", entry=risk["name"], address=risk["guide_address"], field=field)
            if not claim["risks"]:
                yield often._replace(field=f"{_OFTEN}: {claim['says']} ({place})")
        for field, label in _CLAIM.items():
            yield from _field(at, f"{label} ({place})", _said("", before.get(field)), _said("", claim.get(field)))
        # What a claim only takes from its source is told of the source.
        own = any(set(each["methods"]) != set(each["source"]["methods"]) for each in (before, claim))
        if own and not same_methods:
            means = old.methods(before["methods"]), new.methods(claim["methods"])
            yield at._replace(field=f"which treatments it means ({place})", before=means[0], now=means[1])


#: The texts of a value, each with the ids of the claims that it rests on.
_Statements = Sequence[tuple[str, Sequence[str]]]


def _said(field: str, value: object) -> _Statements:
    """A value of the data, statement by statement; a silence, and what _IN_WORDS knows, in words."""
    match value:
        case None:
            return []
        case {"text": str(text)}:
            return [(text, _cites(value))]
        case [*values]:
            return [said for each in values for said in _said(field, each)]
        case str(text) if field == "text":  # a paragraph of a page
            return [(_plain(item), CITATION.findall(item)) for item in _ITEM.split(text)]
    value = str(value)
    return [(_SILENT if value == NOT_REPORTED else _IN_WORDS.get(field, {}).get(value, value), [])]


def _plain(text: str) -> str:
    """What is typed on a page in one line, without citations, links and marks; a call of a macro in words."""
    text = CALL.sub(lambda call: f"(Shown here: {call[1].replace('_', ' ')} {call[2]})".replace(" )", ")"), text)
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", CITATION.sub("", text))).split())


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
    was, now = ({text: [i for t, ids in each if t == text for i in ids] for text, _ in each} for each in texts)
    same = [text for text in now if text in was]
    pairs = [(text, text) for text in same]
    pairs += zip_longest([text for text in was if text not in same], [text for text in now if text not in same])
    for text, new_text in pairs:
        ids = was.get(text, []), now.get(new_text, [])
        today = [side.today("claims", each) for side, each in zip(sides, ids, strict=True)]
        if today[0] != today[1]:
            before = NOT_THERE if text is None else sides[0].sources(ids[0])
            after = LEFT_OUT if new_text is None else sides[1].sources(ids[1])
            yield at._replace(field=f"{field}: the sources of “{new_text or text}”", before=before, now=after)


def _whole(part: str, entry: Mapping) -> str:
    """All that an entry says, apart from its name; a page's own words are too many."""
    if part == "pages":
        return "A page."
    told = [field for field in entry if field not in _UNTOLD and field != _PARTS[part][1]]
    said = [text for field in told for text, _ in _said(field, entry[field]) if text != _SILENT]
    return " ".join(said) or _SILENT


def _cites(value: object) -> list[str]:
    """Ids of the claims that a part of an entry rests on, each once, in order."""
    match value:
        case {"claims": [*ids]}:
            return list(ids)
        case {"claims": _}:  # not from our sources; or a source, which holds its claims
            return []
        case dict():
            return list(dict.fromkeys(i for each in value.values() for i in _cites(each)))
        case [*values]:
            return list(dict.fromkeys(i for each in values for i in _cites(each)))
    return []
