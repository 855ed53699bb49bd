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
from ..guide.model import LICENSE, NAME, NOT_FROM_SOURCES, NOT_REPORTED, Alternative, Figure, Guide, InWords
from ..guide.pages import address_of, paragraphs, title
from ..guide.review import review_line
from ..guide.version import Version

#: Where the files stand below the site's root. A change that breaks readers gets a new folder.
FOLDER = "data/v2/"
#: The files below it and what is in each: what index.json and the page for clinics list.
FILES = {
    "index.json": "This list, for programs.",
    "guide.json": "Everything: each entry, each claim and the text of each page.",
    "risks.csv": "The risks as a table: one row for each claim of a risk.",
    "alternatives.csv": "What can be done instead, as a table: one row for each claim.",
    "links.json": "Every address that we promise to keep, and where what moved is now.",
    "schema.json": "The JSON Schema of the JSON files.",
}

NOTICE = (
    "This is not medical advice. It tells what a few web articles say, and cannot know anybody's body or illness. "
    "Whoever shows a count should show with it of whom, which methods it counts together, and the source."
)
ATTRIBUTION = f'Name "{NAME}", link to the license, and say what you changed.'
DOES_NOT_APPLY = "does not apply"

#: Where the entries of each part stand below the site's root.
_STANDS = {
    "methods": "methods/{}/",
    "risks": "risks/#{}",
    "alternatives": "alternatives/#{}",
    "conditions": "who-it-is-for/#{}",
    "disagreements": "disagreements/#{}",
    "gaps": "not-known/#{}",
    "words": "words/#{}",
    "sources": "sources/{}/",
}

#: The columns of the tables. Within v2 none is renamed, moved or removed; a new one stands at the end.
_CLAIM_COLUMNS = ("claim_id", "claim", "claim_address", "source_id", "publisher", "source_title", "source_url", "place")
_HEAD_COLUMNS = ("version", "license", "license_url", "review_state", "notice")
RISK_COLUMNS = (
    *("risk_id", "risk", "risk_address", "statements"),
    *("how_often", "count", "out_of", "of", "words", "methods_counted_together", "about_the_count", "methods"),
    *(*_CLAIM_COLUMNS, "note", *_HEAD_COLUMNS),
)
ALTERNATIVE_COLUMNS = (
    *("alternative_id", "alternative", "alternative_address", "origin", "question_id", "question", "statement"),
    *(*_CLAIM_COLUMNS, *_HEAD_COLUMNS),
)
#: What a spreadsheet could take for a formula (OWASP, CSV injection: wide signs too). Spaces and apostrophes before
#: it count, so that `shielded` can be undone.
_FORMULA = re.compile(r"['\s]*[=+\-@＝＋－＠]")


def files(guide: Guide, pages: Mapping[str, str], version: Version, site: str, contract: Contract) -> dict[str, str]:
    """Every file's path below the site's root, and its text.

    `pages` has each page's text by its path below docs/. `site` is the site's URL with a slash at its end, or ""
    where it is not known; addresses are paths below its root then.
    """
    head = _head(guide, version, site)
    listed = [{"address": f"{site}{FOLDER}{name}", "name": name, "about": about} for name, about in FILES.items()]
    promised = {page: sorted(anchors) for page, anchors in sorted(contract.promised.items())}
    made = {
        "index.json": _json({**head, "title": f"{NAME}: the data", "files": listed}),
        "guide.json": _json(document(guide, pages, version, site)),
        "risks.csv": _csv(RISK_COLUMNS, _risk_rows(guide, site), head),
        "alternatives.csv": _csv(ALTERNATIVE_COLUMNS, _alternative_rows(guide, site), head),
        "links.json": _json(
            {**head, "title": f"{NAME}: addresses", "promised": promised, "moved": dict(contract.led_on)}
        ),
        "schema.json": _json(_schema(head)),
    }
    return {FOLDER + name: text for name, text in made.items()}


def whole(guide: Guide, pages: Mapping[str, str], version: Version) -> str:
    """The text of guide.json made without a site's address: what a version freezes."""
    return _json(document(guide, pages, version))


def document(guide: Guide, pages: Mapping[str, str], version: Version, site: str = "") -> dict:
    """The content of guide.json as plain values: what it says of itself, the guide as it is kept, the pages' texts."""
    kept = guide.model_dump(mode="json", exclude_none=True)
    for part, stands in _STANDS.items():
        for entry_id, entry in kept[part].items():
            entry["guide_address"] = site + stands.format(entry_id)
    for source_id, source in kept["sources"].items():
        for claim_id, claim in source["claims"].items():
            claim["guide_address"] = _claim_address(source_id, claim_id, site)
            claim["methods"] = list(guide.methods_of(claim_id))
            claim["risks"] = [r for r, risk in guide.risks.items() if any(claim_id in s.cites for s in risk.says)]
            if "counts" in source and isinstance(guide.claim(claim_id)[2].frequency, Figure):
                claim["counts"] = source["counts"]
    texts = {
        address_of(path): {
            "title": title(text),
            "text": paragraphs(text),
            "guide_address": site + address_of(path).removeprefix("./") or "./",
        }
        for path, text in pages.items()
    }
    return {**_head(guide, version, site), "title": f"{NAME}: everything", **kept, "pages": texts}


def _claim_address(source_id: str, claim_id: str, site: str) -> str:
    return f"{site}{_STANDS['sources'].format(source_id)}#{claim_id}"


def _head(guide: Guide, version: Version, site: str) -> dict:
    """What every JSON file says of itself."""
    return {
        "title": "",
        "notice": NOTICE,
        "license": {"name": "CC BY 4.0", "spdx": "CC-BY-4.0", "url": LICENSE, "attribution": ATTRIBUTION},
        "version": version.hash,
        "date": version.on.isoformat(),
        "frozen": version.frozen,
        # Before the first day of all, no review is overdue: a file must not depend on when it is written.
        "review_state": review_line(guide, date.min),
        "site": site,
        "described_by": f"{site}{FOLDER}schema.json",
    }


# ---- The schema: that of the model, with what is added ----

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_ADDRESS = {**_TEXT, "description": "Where it stands: a URL, or a path below the root where the site is not known."}


def _object(**properties: dict) -> dict:
    """An object that has all of these fields and no other."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _by_key(values: dict) -> dict:
    return {"type": "object", "additionalProperties": values}


_HEAD = dict.fromkeys(("title", "notice", "version", "review_state", "described_by"), _TEXT) | {
    "date": {"type": "string", "format": "date"},
    "frozen": {"type": "boolean", "description": "Whether it is a version that can be cited; if not, it is a draft."},
    "license": _object(name=_TEXT, spdx=_TEXT, url=_TEXT, attribution=_TEXT),
    "site": {"type": "string", "description": "The URL of the site, or empty where it is not known."},
}


def _schema(head: Mapping) -> dict:
    """The JSON Schema (2020-12) of the JSON files: a file is one of the three that it lists."""
    made = Guide.model_json_schema(mode="serialization")
    made = json.loads(json.dumps(made), object_hook=_plain)
    kinds = made.pop("$defs")
    for kind in ("Method", "Risk", "Alternative", "Condition", "Disagreement", "Gap", "Word", "Source", "Claim"):
        _with(kinds[kind], guide_address=_ADDRESS)
    spoken_of = {**_TEXTS, "minItems": 1, "description": "Ids of all methods that it speaks of, counted together."}
    _with(kinds["Claim"], methods=spoken_of, risks={**_TEXTS, "description": "Ids of the risks that rest on it."})
    kinds["Claim"]["properties"]["counts"] = {**_TEXT, "description": "What to know about its figure."}
    page = _object(title={"type": "string"}, text=_TEXTS, guide_address=_ADDRESS)
    _with(made, **_HEAD, pages=_by_key(page))
    listed = _object(address=_ADDRESS, name=_TEXT, about=_TEXT)
    kinds |= {
        "GuideFile": made,
        "IndexFile": _object(**_HEAD, files={"type": "array", "items": listed}),
        "LinksFile": _object(**_HEAD, promised=_by_key(_TEXTS), moved=_by_key(_TEXT)),
    }
    licensed = f"License: {head['license']['name']} ({LICENSE}). {ATTRIBUTION}"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"$id": head["described_by"]} if head["site"] else {}),  # an $id is a whole address, or better none
        "title": f"The data of {NAME}",
        "description": f"Version {head['version']}. {licensed} {head['review_state']} {NOTICE}",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in ("GuideFile", "IndexFile", "LinksFile")],
        "$defs": kinds,
    }


def _plain(node: dict) -> dict:
    """A part of the schema without our own editors' mark, which strict validators refuse, and with no key but ids."""
    closed = {"additionalProperties": False} if "patternProperties" in node else {}
    return {key: value for key, value in node.items() if key != "ids"} | closed


def _with(kind: dict, **properties: dict) -> None:
    kind["properties"] |= properties
    kind["required"] = list(dict.fromkeys([*kind["required"], *properties]))


# ---- The tables ----


def _risk_rows(guide: Guide, site: str) -> Iterator[dict]:
    """One row for each claim of each risk."""
    for risk_id, risk in guide.risks.items():
        for claim_id in dict.fromkeys(claim_id for said in risk.says for claim_id in said.cites):
            yield {
                "risk_id": risk_id,
                "risk": risk.name,
                "risk_address": site + _STANDS["risks"].format(risk_id),
                "statements": " ".join(said.text for said in risk.says if claim_id in said.cites),
                **_often(guide, claim_id),
                "methods": " ".join(guide.methods_of(claim_id)),
                **_claim_cells(guide, claim_id, site),
                "note": guide.claim(claim_id)[2].note or "none",
            }


def _often(guide: Guide, claim_id: str) -> dict:
    """How often a claim's harm happens, as cells. What its source does not give is "not reported"."""
    _, source, claim = guide.claim(claim_id)
    missing = DOES_NOT_APPLY if claim.frequency is None else NOT_REPORTED
    cells = {"how_often": missing} | dict.fromkeys(("count", "out_of", "of", "words"), missing)
    cells |= dict.fromkeys(("methods_counted_together", "about_the_count"), DOES_NOT_APPLY)
    match claim.frequency:
        case InWords(words=words):
            cells |= {"how_often": "words", "words": words}
        case Figure() as figure:
            together, about = " ".join(guide.methods_of(claim_id)), source.counts or "nothing known"
            cells |= {"how_often": "count", **figure.model_dump(), "words": DOES_NOT_APPLY}
            cells |= {"methods_counted_together": together, "about_the_count": about}
    return cells


def _alternative_rows(guide: Guide, site: str) -> Iterator[dict]:
    """One row for each claim of each statement; one for a statement or an answer that has none."""
    titles = {name: field.title for name, field in Alternative.model_fields.items() if field.title}
    for option_id, option in guide.alternatives.items():
        address = site + _STANDS["alternatives"].format(option_id)
        named = {"alternative_id": option_id, "alternative": option.name, "alternative_address": address}
        for field, question in titles.items():
            asked = {**named, "origin": option.origin, "question_id": field, "question": question}
            answer = getattr(option, field)
            if isinstance(answer, str):
                yield asked | dict.fromkeys(("statement", *_CLAIM_COLUMNS), answer)
                continue
            for said in answer:
                based = [_claim_cells(guide, claim_id, site) for claim_id in said.cites]
                for cells in based or [dict.fromkeys(_CLAIM_COLUMNS, NOT_FROM_SOURCES)]:
                    yield asked | {"statement": said.text} | cells


def _claim_cells(guide: Guide, claim_id: str, site: str) -> dict:
    source_id, source, claim = guide.claim(claim_id)
    said = (claim_id, claim.says, _claim_address(source_id, claim_id, site))
    cells = (*said, source_id, source.publisher, source.title, source.address, claim.place)
    return dict(zip(_CLAIM_COLUMNS, cells, strict=True))


def shielded(cell: str | int) -> str:
    """A cell that no spreadsheet takes for a formula: such a one gets an apostrophe before it."""
    text = str(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def unshielded(cell: str) -> str:
    """The text that `shielded` made this cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _csv(columns: tuple[str, ...], rows: Iterable[dict], head: Mapping) -> str:
    """Rows as CSV (RFC 4180) with a header; each says of itself what the files say, so that a copied row keeps it."""
    said = (head["version"], head["license"]["name"], LICENSE, head["review_state"], NOTICE)
    about = dict(zip(_HEAD_COLUMNS, said, strict=True))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        cells = row | about
        writer.writerow([shielded(cells[column]) for column in columns])
    return out.getvalue()


def _json(made: Mapping) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
