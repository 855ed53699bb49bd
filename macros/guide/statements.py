"""Every statement of the guide as a row, for whoever reviews it: where it shows, and the claims that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import BaseModel

from .model import PARTS, Guide, Method, Statement
from .pages import address_of, cited, items, paragraphs, plain, title

#: Where the entries of each part stand below the site's root.
STANDS = {
    **{"methods": "methods/{}/", "risks": "risks/#{}", "alternatives": "alternatives/#{}", "gaps": "not-known/#{}"},
    **{"conditions": "who-it-is-for/#{}", "disagreements": "disagreements/#{}", "words": "words/#{}"},
    **{"sources": "sources/{}/"},
}
#: What a field is called, where not by its own name.
LABELS = {name: field.title.lower() for name, field in Method.model_fields.items() if field.title} | {
    **{
        "medical": "medical names",
        "steps": "what is done",
        "aim": "what happens to the nerve",
        "origin": "named by",
        "beside": "beside which treatments",
    },
    **{"says": "what is said", "sides": "what each side says", "reader": "what you can make of it"},
    **{"missing": "what is missing", "ask": "what to ask", "topic": "when it matters", "say": "how to say it"},
    **{"forms": "other forms", "everyday": "everyday words", "meaning": "what it means", "note": "our note"},
    **{"trust": "how far to trust it", "methods": "which treatments it means", "text": "its own words"},
    **{"noticed": "how somebody would notice it"},
}
#: Fields whose text says something by itself, and rests on no claim.
_OWN = ("ask", "missing", "noticed", "reader")
#: How somebody notices a harm stands in the list of whom to call.
_ELSEWHERE = {"noticed": "recovery/#whom-to-call"}
_NAMES = ("name", "question", "missing", "word")


class Asked(NamedTuple):
    """One statement: its entry, what of it the statement tells, and its address below the site's root."""

    part: str
    entry: str
    name: str
    field: str
    text: str
    cites: tuple[str, ...]
    address: str


def asked(guide: Guide, texts: Mapping[str, str]) -> Iterator[Asked]:
    """Every statement of the data, and of the pages' own words those that cite a claim.

    `texts` has each page's text by its path below docs/.
    """
    for part in (part for part in PARTS if part != "pages"):
        for entry_id, entry in getattr(guide, part).items():
            name = next(getattr(entry, field) for field in _NAMES if hasattr(entry, field))
            for field in type(entry).model_fields:
                value, address = getattr(entry, field), _ELSEWHERE.get(field) or STANDS[part].format(entry_id)
                said = [(each.text, each.cites) for _, each in statements(value, ())]
                if field in _OWN and isinstance(value, str):
                    said = [(value, ())]
                for text, cites in said:
                    yield Asked(part, entry_id, name, LABELS.get(field, field).capitalize(), text, cites, address)
    own = LABELS["text"].capitalize()
    for field in (field for field in Guide.model_fields if field not in (*PARTS, "review", "sources")):
        for _, said in statements(getattr(guide, field), ()):  # on several pages, that of the risks among them
            yield Asked("pages", field, "Lines on several pages", own, said.text, said.cites, "risks/")
    for path, text in texts.items():
        for item in (item for paragraph in paragraphs(text) for item in items(paragraph)):
            if cites := tuple(filter(guide.knows, cited(item))):
                yield Asked("pages", path.removesuffix(".md"), title(text), own, plain(item), cites, address_of(path))


def statements(value: object, path: tuple) -> Iterator[tuple[tuple, Statement]]:
    """Every statement in a part of the data, with its place, such as ("risks", "bleeding", "says", 0)."""
    if isinstance(value, Statement):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from statements(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from statements(inner, (*path, key))
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from statements(inner, (*path, number))
