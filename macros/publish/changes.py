"""What changed between two versions of the guide, in words for a nurse.

It compares the published guide.json (macros.publish.data) of both as plain values, made without a site's address.
So a version frozen long ago can be compared with what the guide says today: a field that only one of the two has is
told by its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from markdown.extensions.toc import slugify

from ..guide.links import split
from ..guide.model import NOT_REPORTED, PARTS, SILENT
from ..guide.pages import CITATION, items, plain
from ..guide.statements import LABELS
from ..guide.version import Change

NOT_THERE, LEFT_OUT = "Not in the guide.", "No longer in the guide."
#: Each part of the data, and what it is called here.
_PARTS = PARTS | {"sources": "Sources", "claims": "Sources", "review": "This guide"}
#: The field that names an entry: the first of these that it has.
_NAMES = ("called", "name", "publisher", "question", "missing", "word", "title")
#: What says nothing to a reader, or is told of another entry.
_UNTOLD = {"called", "guide_address", "retired", "claims", "risks", "frequency", "together"}
_OFTEN = "how often"

_FENCED = re.compile(r"^(```|~~~).*?^\1", re.S | re.M)
_HEADING = re.compile(r"^#{1,3} +(.+?) *(?:\{:? *#([\w-]+)[^}]*\})? *$", re.M)

#: An entry's part and its id, or its part and today's address.
_Key = tuple[str, str]
#: A text of the guide, and today's addresses of the claims that it rests on.
_Said = tuple[str, tuple[str, ...]]


def changes(old: Mapping, new: Mapping, led: Callable[[str], str] = str) -> list[Change]:
    """What the guide says otherwise, counts of harms first.

    `led` tells where an old address leads now, so that what is renamed is not told as gone.
    """
    both = _flat(old), _flat(new)
    landed = [Counter((part, led(e["guide_address"])) for (part, _), e in flat.items()) for flat in both]
    # Where two of one version lead to, there stands no older name of one of them.
    crowded = {key for counted in landed for key, count in counted.items() if count > 1}
    at, called = ({}, {}), {}
    for flat, here in zip(both, at, strict=True):
        for (part, i), entry in flat.items():
            own, to = entry["guide_address"], led(entry["guide_address"])
            here[part, i] = own if (part, to) in crowded else to
            called[part, here[part, i]] = _name(entry)
    was, now = (_fields(flat, here, called) for flat, here in zip(both, at, strict=True))
    found = [change for key in {**was, **now} for change in _differences(key, was.get(key), now.get(key), called)]
    order = list(_PARTS.values())
    return sorted(found, key=lambda change: (not change.field.startswith(_OFTEN), order.index(change.part)))


def names(document: Mapping) -> dict[str, str]:
    """What stands at each address that a guide.json tells of: the names of entries, and pages' titles and sections."""
    found = {}
    for page, content in document["pages"].items():
        found[page] = content["title"]
        for text, given in _HEADING.findall(_FENCED.sub("", "\n\n".join(content["text"]))):
            found[page + "#" + (given or slugify(plain(text), "-"))] = plain(text)
    kept = {part: document[part] for part in _PARTS if part in document and part not in ("pages", "review")}
    return found | {entry["guide_address"]: _name(entry) for entries in kept.values() for entry in entries.values()}


def _name(entry: Mapping) -> str:
    return next(entry[name] for name in _NAMES if name in entry)


def _flat(document: Mapping) -> dict[_Key, dict]:
    """The entries of all parts. The claims, and what stands on several pages, are parts of their own."""
    parts = {part: document.get(part, {}) for part in _PARTS if part != "review"}
    flat = {(part, i): entry for part, entries in parts.items() for i, entry in entries.items()}
    for source in parts["sources"].values():
        for i, claim in source["claims"].items():
            named = {"called": f"{source['publisher']} ({claim['place']})", "together": claim["methods"]}
            shared = {"methods": "all that its source means"} if set(claim["methods"]) == set(source["methods"]) else {}
            flat["claims", i] = {**named, **claim, **shared, "counts": NOT_REPORTED}  # its source tells the caveat
    state = {"called": "review by a clinician", "guide_address": "about/", "state": document.get("review_state")}
    lines = {field: document[field] for field in ("urgent", "next_steps") if field in document}
    shared = {"called": "lines on several pages", "guide_address": "risks/", **lines}
    return flat | {("review", ""): state, ("review", "lines"): shared}


def _fields(flat: Mapping[_Key, dict], at: Mapping[_Key, str], called: Mapping[_Key, str]) -> dict[_Key, dict]:
    """What one version says of each entry: by part and today's address, its fields' labels and texts."""

    def treatments(ids: list[str]) -> str:
        names = [called.get(("methods", at.get(("methods", i))), i).lower() for i in ids]
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

    def said(field: str, value: object, cites: tuple[str, ...] = ()) -> list[_Said]:
        match value:
            case {"text": str(text), "claims": claims}:
                return said("", text, tuple(claims) if isinstance(claims, list) else ())
            case [*values] if field in ("methods", "beside"):
                return [(treatments(values), ())]
            case [*values]:
                return [each for inner in values for each in said(field, inner)]
            case str(text) if field == "text":  # a paragraph of a page
                return [each for i in items(text) for each in said("", plain(i), tuple(CITATION.findall(i)))]
        return [(SILENT if value == NOT_REPORTED else str(value), tuple(at.get(("claims", i), f"#{i}") for i in cites))]

    found = {}
    for (part, i), entry in flat.items():
        told = [field for field in entry if field not in _UNTOLD]
        labels = [LABELS.get(field, field.replace("_", " ")) for field in told]
        texts = [said(field, entry[field]) for field in told]
        found[part, at[part, i]] = dict(zip(told, zip(labels, texts, strict=True), strict=True))
    for (part, i), claim in flat.items():  # how often a harm happens is told of the harm
        if part == "claims" and "frequency" in claim:
            often = how_often(claim["frequency"], treatments(claim["together"]) if claim["together"][1:] else "")
            for key in [("risks", risk) for risk in claim["risks"] if ("risks", risk) in at] or [(part, i)]:
                told = said("", often, (i,))
                found[key[0], at[key]][at[part, i]] = (f"{_OFTEN}, says {claim['called']}", told)
    return found


def how_often(frequency: object, together: str) -> str:
    """How often a harm happens, in words; `together` are the treatments that a count stands for."""
    match frequency:
        case {"count": count, "out_of": out_of, "of": of}:
            return f"{count:,} out of every {out_of:,} {of}{together and f' ({together} counted together)'}."
        case {"words": words}:
            return f"In words only: “{words}”."
    return str(frequency)


def _differences(at: _Key, was: dict | None, now: dict | None, called: Mapping[_Key, str]) -> Iterator[Change]:
    """What of an entry came, went, or is said otherwise."""
    name = called[at]
    if not (was and now):
        was, now = ({"": ("", _whole(each, name))} for each in (was, now))
    for field, (label, _) in {**was, **now}.items():
        old, new = (each.get(field, ("", []))[1] for each in (was, now))
        gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
        if old != new and not gone and not come:  # only their order, or how often
            gone, come = old, new
        if old != new:
            cites = [[claim for _, claims in each for claim in claims] for each in (gone, come)]
            sources = called if cites[0] != cites[1] else {}
            before, after = (" ".join(_shown(*each, sources) for each in texts) for texts in (gone, come))
            claims = tuple(dict.fromkeys(split(claim)[1] for claim in cites[1] + cites[0]))
            yield Change(_PARTS[at[0]], name, label, before or NOT_THERE, after or LEFT_OUT, at[1], claims)


def _shown(text: str, claims: tuple[str, ...], called: Mapping[_Key, str]) -> str:
    """A text, with the claims that it rests on where their names are given."""
    named = [f"{called['claims', claim]} #{split(claim)[1]}" for claim in claims if ("claims", claim) in called]
    return f"{text} [{'; '.join(named)}]" if named else text


def _whole(fields: dict | None, name: str) -> list[_Said]:
    """All that an entry says, apart from its name; a page's own words are too many."""
    if not fields or "text" in fields:
        return [("A page.", ())] if fields else []
    texts = [each for _, said in fields.values() for each in said]
    return [(text, claims) for text, claims in texts if text != SILENT and text not in name] or [(SILENT, ())]
