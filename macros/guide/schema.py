"""What editors complete the data file with: its JSON Schema, made from the model, with the ids of the data.

So an editor completes fields and ids, and underlines mistakes while they are typed. Each build writes it beside the
data file, whose first line names it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic.json_schema import JsonSchemaMode

from . import paths
from .model import NAME, Guide

FILE = paths.DATA.with_name("neurolysis.schema.json")


def of_model(mode: JsonSchemaMode, ids: Mapping[str, Sequence[str]]) -> dict:
    """The JSON Schema (2020-12) of the model; `mode` is pydantic's.

    The mark of a reference ("ids"), which is ours alone, becomes a list where `ids` has the ids of that kind. A part
    has no other keys than ids.
    """

    def plain(node: dict) -> dict:
        kind = node.pop("ids", None)
        listed = {"enum": ids[kind]} if kind in ids else {}
        return node | listed | ({"additionalProperties": False} if "patternProperties" in node else {})

    return json.loads(json.dumps(Guide.model_json_schema(mode=mode)), object_hook=plain)


def schema(guide: Guide) -> dict:
    """The JSON Schema of the data file, with the ids of this guide."""
    parts = {name: [*entries] for name, entries in guide if isinstance(entries, dict)}
    ids = parts | {"claims": [claim_id for source in guide.sources.values() for claim_id in source.claims]}
    made = of_model("validation", ids)
    keyed = {name: made["properties"][name] for name in parts}
    for name, node in (keyed | {"claims": made["$defs"]["Source"]["properties"]["claims"]}).items():
        node["propertyNames"] = {"anyOf": [{"enum": ids[name]}, {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}]}
    return made | {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"The data of {NAME}"}


def write(guide: Guide) -> None:
    """Writes the schema of this guide, unless it stands there already. Raises OSError."""
    text = json.dumps(schema(guide), indent=1, ensure_ascii=False) + "\n"
    if not FILE.exists() or FILE.read_text("utf-8") != text:
        FILE.write_text(text, "utf-8")
