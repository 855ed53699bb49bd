"""`python -m macros.schema`: writes data/neurolysis.schema.json, which editors use.

It is made from macros.model, with the ids of the data file, so that an editor completes fields
and ids and underlines mistakes while they are typed.
"""

from __future__ import annotations

import json
import sys

from . import load
from .model import Guide
from .problem import DataError

FILE = load.DATA.with_name("neurolysis.schema.json")


def schema(guide: Guide) -> dict:
    """The JSON Schema of the data file, with the ids of this guide."""
    made = Guide.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "The data of The Neurolysis Guide"
    _with_ids(made, _ids(guide))
    return made


def _ids(guide: Guide) -> dict[str, list[str]]:
    parts = ("methods", "risks", "alternatives", "conditions", "disagreements", "gaps", "words", "sources")
    ids = {part: list(getattr(guide, part)) for part in parts}
    ids["claims"] = [claim_id for source in guide.sources.values() for claim_id in source.claims]
    return ids


def _with_ids(node: object, ids: dict[str, list[str]], name: str = "") -> None:
    """Turns the mark of a reference ("ids") into a list, and offers the keys of a part."""
    if isinstance(node, list):
        for inner in node:
            _with_ids(inner, ids, name)
    if not isinstance(node, dict):
        return
    kind = node.pop("ids", None)
    if kind in ids:
        node["enum"] = ids[kind]
    keyed = "patternProperties" in node or ("additionalProperties" in node and "propertyNames" in node)
    if keyed and name in ids:
        node["propertyNames"] = {"anyOf": [{"enum": ids[name]}, {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}]}
    for key, inner in list(node.items()):
        _with_ids(inner, ids, key)


def text(made: dict) -> str:
    """A schema as the file holds it."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    try:
        made = text(schema(load.current()))
    except DataError as error:
        print(error)
        return 1
    if not FILE.exists() or FILE.read_text("utf-8") != made:
        FILE.write_text(made, "utf-8")
        print(f"{FILE.relative_to(load.ROOT)} is new.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
