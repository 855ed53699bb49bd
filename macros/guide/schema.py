"""What editors complete the data file with: its JSON Schema, made from the model, with the ids of the data.

So an editor completes fields and ids, and underlines mistakes while they are typed. Each build writes it beside the
data file, whose first line names it.
"""

from __future__ import annotations

import json

from . import paths
from .model import NAME, Guide

FILE = paths.DATA.with_name("neurolysis.schema.json")


def schema(guide: Guide) -> dict:
    """The JSON Schema of the data file, with the ids of this guide."""
    made = Guide.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = f"The data of {NAME}"
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


def write(guide: Guide) -> None:
    """Writes the schema of this guide, unless it stands there already. Raises OSError."""
    text = json.dumps(schema(guide), indent=1, ensure_ascii=False) + "\n"
    if not FILE.exists() or FILE.read_text("utf-8") != text:
        FILE.write_text(text, "utf-8")
