"""The guide's data for others, below data/v2/: in the shape in which it is kept, with what a copied part must not lose.

Each entry and claim has its `guide_address`. Each claim has the `methods` that it speaks of, the `risks` that rest on
it and, where it gives a figure, what to know about its source's `counts`: so no count leaves its harm, its
treatments or its caveat. Data that is not there is a field that is not there, as in the data file.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from ..guide.links import Contract
from ..guide.model import LICENSE, NAME, NOT_REPORTED, Guide
from ..guide.pages import address_of, paragraphs, title
from ..guide.review import review_line
from ..guide.schema import of_model
from ..guide.statements import STANDS, asked
from ..guide.version import Version
from .changes import how_often

#: Where the files stand below the site's root. A change that breaks readers gets a new folder.
FOLDER = "data/v2/"
#: The files below it and what is in each: what index.json and the page for clinics list.
FILES = {
    "index.json": "This list, for programs.",
    "guide.json": "Everything: each entry, each claim and the text of each page.",
    "risks.csv": "The risks as a table: one row for each claim of each statement.",
    "alternatives.csv": "What can be done instead, as the same table.",
    "review.csv": "The sheet for a review: one row for each statement, with its claims and room for a verdict.",
    "links.json": "Every address that we promise to keep, and where what moved is now.",
    "schema.json": "The JSON Schema of the JSON files.",
}

NOTICE = (
    "This is not medical advice. It tells what a few web articles say, and cannot know anybody's body or illness. "
    "Whoever shows a count should show with it of whom, which methods it counts together, and the source."
)
ATTRIBUTION = f'Name "{NAME}", link to the license, and say what you changed.'

#: The columns that a reviewer fills in.
VERDICT = ("right", "too strong", "too weak", "wrong", "missing", "words")
#: What a spreadsheet could take for a formula (OWASP, CSV injection: wide signs too).
_FORMULA = re.compile(r"['\s]*[=+\-@＝＋－＠]")


def files(guide: Guide, pages: Mapping[str, str], version: Version, site: str, contract: Contract) -> dict[str, str]:
    """Every file's path below the site's root, and its text.

    `pages` has each page's text by its path below docs/. `site` is the site's URL with a slash at its end, or ""
    where it is not known; addresses are paths below its root then.
    """
    whole, head = document(guide, pages, version, site), _head(guide, version, site)
    listed = [{"address": f"{site}{FOLDER}{name}", "name": name, "about": about} for name, about in FILES.items()]
    promised = {page: sorted(anchors) for page, anchors in sorted(contract.promised.items())}
    index = head | {"title": f"{NAME}: the data", "files": listed}
    links = head | {"title": f"{NAME}: addresses", "promised": promised, "moved": dict(contract.led_on)}
    made = {
        "index.json": _json(index),
        "guide.json": _json(whole),
        "risks.csv": _csv(whole, _rows(whole, "risks")),
        "alternatives.csv": _csv(whole, _rows(whole, "alternatives")),
        "review.csv": _csv(whole, _asked(guide, pages, whole)),
        "links.json": _json(links),
        "schema.json": _json(_schema(whole, index, links)),
    }
    return {FOLDER + name: text for name, text in made.items()}


def whole(guide: Guide, pages: Mapping[str, str], version: Version) -> str:
    """The text of guide.json made without a site's address: what a version freezes."""
    return _json(document(guide, pages, version))


def document(guide: Guide, pages: Mapping[str, str], version: Version, site: str = "") -> dict:
    """The content of guide.json as plain values: what it says of itself, the guide as it is kept, the pages' texts."""
    kept = guide.model_dump(mode="json", exclude_none=True)
    for part, stands in STANDS.items():
        for entry_id, entry in kept[part].items():
            entry["guide_address"] = site + stands.format(entry_id)
    for source in kept["sources"].values():
        for claim_id, claim in source["claims"].items():
            claim["guide_address"] = f"{source['guide_address']}#{claim_id}"
            claim["methods"] = list(guide.methods_of(claim_id))
            claim["risks"] = [r for r, risk in guide.risks.items() if any(claim_id in s.cites for s in risk.says)]
            if "counts" in source and "count" in claim.get("frequency", ""):
                claim["counts"] = source["counts"]
    texts = {}
    for path, text in pages.items():
        address = site + address_of(path).removeprefix("./") or "./"
        texts[address_of(path)] = {"title": title(text), "text": paragraphs(text), "guide_address": address}
    return {**_head(guide, version, site), **kept, "pages": texts}


def _head(guide: Guide, version: Version, site: str) -> dict:
    """What every JSON file says of itself."""
    licensed = {"name": "CC BY 4.0", "spdx": "CC-BY-4.0", "url": LICENSE, "attribution": ATTRIBUTION}
    # Before the first day of all, no review is overdue: a file must not depend on when it is written.
    state = review_line(guide, date.min)
    return {
        "title": f"{NAME}: everything",
        "notice": NOTICE,
        **{"license": licensed, "version": version.hash, "date": version.on.isoformat(), "frozen": version.frozen},
        **{"review_state": state, "site": site},
        "described_by": f"{site}{FOLDER}schema.json",
    }


# ---- The schema: that of the model, with what is added ----


def _schema(whole: Mapping, *others: Mapping) -> dict:
    """The JSON Schema (2020-12) of guide.json, which holds `whole`, and of the other files."""
    made = of_model("serialization", {})
    kinds, example = made.pop("$defs"), next(iter(whole["sources"].values()))
    for kind in ("Method", "Risk", "Alternative", "Condition", "Disagreement", "Gap", "Word", "Source", "Claim"):
        _with(kinds[kind], _shape({"guide_address": example["guide_address"]}))
    _with(kinds["Claim"], _shape({"methods": example["methods"], "risks": [""]}))
    kinds["Claim"]["properties"] |= {"counts": _shape(""), "methods": _shape(example["methods"]) | {"minItems": 1}}
    _with(made, _shape({name: value for name, value in whole.items() if name not in Guide.model_fields}))
    made["properties"]["date"]["format"] = "date"
    license_ = f"License: {whole['license']['name']} ({LICENSE}). {ATTRIBUTION}"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"$id": whole["described_by"]} if whole["site"] else {}),  # an $id is a whole address, or better none
        "title": f"The data of {NAME}",
        "description": f"Version {whole['version']}. {license_} {whole['review_state']} {NOTICE}",
        "anyOf": [made, *map(_shape, others)],
        "$defs": kinds,
    }


def _shape(value: object) -> dict:
    """The schema of what looks like this: an object has all of these fields and no other, or addresses as keys."""
    match value:
        case dict() if not value or "/" in next(iter(value)):
            return {"type": "object", "additionalProperties": _shape(next(iter(value.values()), ""))}
        case dict():
            fields = {name: _shape(inner) for name, inner in value.items()}
            return {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}
        case [first, *_]:
            return {"type": "array", "items": _shape(first)}
    return {"type": "boolean" if isinstance(value, bool) else "string"}


def _with(kind: dict, added: dict) -> None:
    """Adds the fields of one schema to another."""
    kind["properties"] |= added["properties"]
    kind["required"] = list(dict.fromkeys([*kind["required"], *added["required"]]))


# ---- The tables. Within v2 no column is renamed, moved or removed; a new one stands at the end. ----


#: What an entry of a part says of itself; its other fields hold statements.
_OWN = {
    "risks": ("name", "group", "noticed", "guide_address"),
    "alternatives": ("name", "origin", "beside", "guide_address"),
}


def _rows(whole: Mapping, part: str) -> Iterator[dict]:
    """One row for each claim of each statement of a part; one for a statement or an answer that has none.

    A cell that its source leaves open is "not reported"; one that no source could fill "does not apply".
    """
    claims = {i: (s, claim) for s, source in whole["sources"].items() for i, claim in source["claims"].items()}
    for entry_id, entry in whole[part].items():
        own = {key: entry.get(key, "none") for key in _OWN[part]}
        if "beside" in own:
            own["beside"] = " ".join(own["beside"])
        for field in [key for key in entry if key not in own]:
            answer = entry[field]
            for each in answer if isinstance(answer, list) else [{"text": answer, "claims": answer}]:
                for claim_id in [each["claims"]] if isinstance(each["claims"], str) else each["claims"]:
                    cells = _claim(whole, *claims[claim_id]) if claim_id in claims else {}
                    said = {"field": field, "statement": each["text"], "claim_id": claim_id}
                    yield {"id": entry_id, **own, **said, **cells}


def _claim(whole: Mapping, source_id: str, claim: Mapping) -> dict:
    """The cells that tell of a claim: what it says, where, how often, and of which treatments."""
    source, given, absent = whole["sources"][source_id], claim.get("frequency"), "does not apply"
    often = dict.fromkeys(("count", "out_of", "of", "words"), NOT_REPORTED if given else absent)
    often |= {"about_the_count": claim.get("counts", "nothing known") if "count" in (given or "") else absent}
    return {
        **{"claim": claim["says"], "claim_address": claim["guide_address"], "place": claim["place"]},
        **{"source_id": source_id, "publisher": source["publisher"], "source_title": source["title"]},
        **{"source_url": source["address"], **often, **(given if isinstance(given, dict) else {})},
        **{"methods_counted_together": " ".join(claim["methods"]), "note": claim.get("note", "none")},
    }


def _asked(guide: Guide, pages: Mapping[str, str], whole: Mapping) -> Iterator[dict]:
    """One row for each statement, with all of its claims in one cell, and empty cells for the verdict."""
    claims = {i: (s, claim) for s in whole["sources"].values() for i, claim in s["claims"].items()}
    for each in asked(guide, pages):
        told = []
        for source, claim in (claims[claim_id] for claim_id in each.cites):
            often = f" {how_often(claim['frequency'], '')}" if isinstance(claim.get("frequency"), dict) else ""
            note = f" Our note: {claim['note']}" if "note" in claim else ""
            told.append(f"{claim['says']}{often} ({source['publisher']}, {claim['place']}){note}")
        yield {
            **{"part": each.part, "id": each.entry, "name": each.name, "field": each.field, "statement": each.text},
            **{"claim_ids": " ".join(each.cites) or "no claim", "claims": "\n".join(told) or "no claim"},
            **{"guide_address": whole["site"] + each.address, **dict.fromkeys(VERDICT, "")},
        }


def shielded(cell: str | int) -> str:
    """A cell that no spreadsheet takes for a formula: such a one gets an apostrophe before it."""
    return f"'{cell}" if _FORMULA.match(str(cell)) else str(cell)


def _csv(whole: Mapping, rows: Iterable[dict]) -> str:
    """Rows as CSV (RFC 4180); each row says of itself what the files say, so that a copied row keeps it."""
    about = {"version": whole["version"], "license": whole["license"]["name"], "license_url": LICENSE}
    about |= {"review_state": whole["review_state"], "notice": NOTICE}
    rows = list(rows)
    columns = dict.fromkeys(column for row in rows for column in row)  # the phrase of a row without a claim fills it
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*columns, *about])
    for row in rows:
        cells = [row.get(column, row.get("claim_id")) for column in columns]
        writer.writerow(map(shielded, [*cells, *about.values()]))
    return out.getvalue()


def _json(made: Mapping) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
