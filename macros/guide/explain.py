"""What pydantic finds wrong, in words for people who know no code."""

from __future__ import annotations

import difflib
import math
import re
from fractions import Fraction
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from .model import NOT_FROM_SOURCES, NOT_REPORTED, Guide
from .problem import Problem, short, suggestion, trail
from .read import Document


class _Known(NamedTuple):
    """What an explanation can point to: the file, the ids by kind, the schema."""

    document: Document
    ids: dict
    schema: dict

    def fields(self, path: tuple) -> list[str]:
        """Names of the fields that an entry at this path may have."""
        return _fields(self.schema, path, self.schema.get("$defs", {}))


def explain(error: ValidationError, document: Document, ids: dict, model: type[BaseModel] = Guide) -> list[Problem]:
    """Each error as a problem at its line; `ids` are the known ids by kind, `model` the schema.

    What lies inside a value that was already told as a problem is left out.
    """
    errors, known = error.errors(), _Known(document, ids, model.model_json_schema())
    inside = {e["loc"][:n] for e in errors for n in range(len(e["loc"]))}
    missing: dict[tuple, list[str]] = {}
    found = []
    for e in errors:
        if e["type"] == "too_short" and e["loc"] in inside:
            continue  # a list is not short for its bad items
        path, value = _locate(e["loc"], document.data)
        if any(path[: len(told)] == told for told in document.doubtful if told):
            continue
        if e["type"] == "missing":
            missing.setdefault(path, []).append(e["loc"][-1])
            continue
        place = path[:-1] if e["type"] == "extra_forbidden" else path
        what, mend = _words(e, path, value, known)
        found.append(document.problem(path, trail(place) + what, mend))
    for path, fields in missing.items():
        one = len(fields) == 1
        names = ", ".join(f"'{field}'" for field in fields)
        what = f"the field {names} is missing." if one else f"the fields {names} are missing."
        mend = f"Add a line '{fields[0]}: ...'." if one else "Add a line for each."
        found.append(document.problem(path, trail(path) + what, f"{mend} {_silent(fields[-1], known.schema)}".rstrip()))
    return found


def _locate(location: tuple, data) -> tuple[tuple, object]:
    """pydantic's location without the names of union members, and the value found there."""
    path, value = (), data
    for part in location:
        if (isinstance(value, dict) and part in value) or (isinstance(value, list) and isinstance(part, int)):
            path, value = (*path, part), value[part]
    return path, value


def _fields(node: object, path: tuple, kinds: dict) -> list[str]:
    """Names of the fields at a path below a node of the JSON Schema; `kinds` are its $defs."""
    if not isinstance(node, dict):
        return []
    if "$ref" in node:
        return _fields(kinds[node["$ref"].split("/")[-1]], path, kinds)
    if options := node.get("anyOf") or node.get("oneOf"):
        return [name for option in options for name in _fields(option, path, kinds)]
    fields, others = node.get("properties", {}), [*node.get("patternProperties", {}).values()]
    if not path:
        return list(fields)
    inner = fields.get(path[0]) or node.get("items") or node.get("additionalProperties") or (others and others[0])
    return _fields(inner, path[1:], kinds)


def _words(error: dict, path: tuple, value: object, known: _Known) -> tuple[str, str]:
    """What is wrong, and its mend."""
    kind, context, last = error["type"], error.get("ctx", {}), error["loc"][-1] if error["loc"] else ""
    shown = "a list" if isinstance(value, list) else "an entry" if isinstance(value, dict) else f"'{short(value)}'"
    if last == "[key]":
        shown = f"'{path[-1]}'"
    if "mend" in context:  # the model's own rules bring their words
        return context["what"].format(value=shown), context["mend"]
    match kind:
        case "extra_forbidden":
            return f"there is no field '{last}' here.", suggestion(str(last), known.fields(path[:-1]))
        case "unknown_id":
            wanted = context["kind"]
            listed = f" The {wanted} are listed from line {known.document.line((context['part'],))}."
            mend = suggestion(str(value), known.ids[wanted])
            return f"there is no {wanted.removesuffix('s')} {shown}.", mend + listed
        case "literal_error" if last == "phrase" and path[-1:] == ("claims",):
            listed = ", ".join(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", str(value)))
            mend = f"Write [{listed}], with square brackets." if listed else f"List ids, or write: {NOT_FROM_SOURCES}"
            return f"{shown} is not a list of claims.", mend
        case "literal_error" if path[-1:] == ("frequency",):
            mend = "Write {count: 2, out_of: 500, of: people}, or the source's words as {words: in rare cases}."
            return f"{shown} is no frequency.", f"{mend} Only where the source says nothing: {NOT_REPORTED}"
        case "literal_error":
            near = difflib.get_close_matches(str(value), re.findall(r"'([^']*)'", context["expected"]), n=1)
            mend = f"Did you mean '{near[0]}'? " if near else ""
            return f"{shown} is not one of the words allowed here.", f"{mend}Write {context['expected']}."
        case "string_too_short":
            return "there is nothing between the quotes.", f"Write a text, or '{NOT_REPORTED}' where that is allowed."
        case "string_type":
            mend = f'Put it in quotes: "{value}".' if isinstance(value, int) else _ONE_TEXT
            return f"{shown} is not a text.", mend
        case "int_type" | "int_parsing":
            entry = _locate(path[:-1], known.document.data)[1]
            return f"{shown} is not a whole number.", _whole(str(last), entry if isinstance(entry, dict) else {})
        case "greater_than_equal":
            return f"{shown} is too small.", f"Write a whole number from {context['ge']} up."
        case "too_short":
            least, has = context["min_length"], context["actual_length"]
            return f"the list has {has} of at least {least} entries.", "Add what is missing."
        case "tuple_type" | "list_type":
            fields = ", ".join(known.fields((*path, 0)))
            mend = f"Begin each entry with a hyphen and a space. Its fields: {fields}."
            return f"{shown} is not a list.", mend if fields else f"Write it in square brackets: [{short(value)}]"
        case "model_type" | "dict_type" | "model_attributes_type":
            fields = ", ".join(known.fields(path))
            mend = f"Write these fields below it: {fields}." if fields else "Write entries below it, each with its id."
            return f"{shown} stands where fields should.", mend
        case _ if kind.startswith("date_"):
            return f"{shown} is not a date.", "Write year-month-day, such as 2026-02-26."
    return f"{shown}: {error['msg']}.", "Compare it with its neighbors, and with the head of this file."


_ONE_TEXT = "Write one text here. If it begins with [ or {, put the whole of it in quotes."


def _whole(field: str, entry: dict) -> str:
    """How to write the number in a field of a figure as a whole one; never as another than was typed."""
    typed = str(entry.get(field)).strip()
    both = {name: _number(entry.get(name)) for name in ("count", "out_of")}
    number = both[field]
    if number is None:
        mend = "Write the number in plain digits, without quotes, 12 at most."
    elif number.denominator == 1:
        mend = f"Write plain digits, without quotes: {number}"
    elif None in both.values():
        mend = "Count more people, until both numbers are whole."
    else:
        times = math.lcm(*(each.denominator for each in both.values()))
        mend = f"Count more people, such as count: {both['count'] * times}, out_of: {both['out_of'] * times}"
    if re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", typed):  # in much of Europe, 1.000 is a thousand
        return f"Write {typed.replace('.', '')} if the point stands between thousands. If decimals follow it: {mend}"
    return mend


def _number(value: object) -> Fraction | None:
    """What somebody counted, 0 or more, from how it was typed; None where that could mean several numbers or none."""
    text = str(value).strip()
    if re.fullmatch(r"[1-9][0-9]{0,2}(?:([ ,_'’])[0-9]{3})(?:\1[0-9]{3})*|[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}", text):
        text = re.sub(r"[^0-9]", "", text)
    plain = re.fullmatch(r"[0-9]{1,12}(?:[.,][0-9]{1,6})?|[.,][0-9]{1,6}", text)
    return Fraction(text.replace(",", ".")) if plain else None


def _silent(field: str, schema: dict) -> str:
    """How to say that there is nothing to say, where the schema has words for it."""
    if field == "claims":
        return f"List the ids of the claims that this rests on, or write: {NOT_FROM_SOURCES}"
    kinds = str([entry.get("properties", {}).get(field) for entry in schema.get("$defs", {}).values()])
    return f"Where our sources are silent, write: {NOT_REPORTED}" if NOT_REPORTED in kinds else ""
