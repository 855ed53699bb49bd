"""From the bytes of the data file to the model, or to a list of problems with their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from .model import NOT_FROM_SOURCES, NOT_REPORTED, Figure, Guide
from .problem import Problem, suggestion

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data" / "neurolysis.yml"

# Unquoted words that YAML 1.1, which many programs still speak, turns into something else
# than text (yaml.org/type: bool, null, int, float, timestamp's time part, value).
_YAML_1_1 = re.compile(
    r"(?ix) y|yes|n|no|on|off|true|false|null|~|=|<<"
    r"|[-+]?(0b[01_]+|0x[0-9a-f_]+|0[0-7_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)"
    r"|[-+]?(\.inf|[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?|\.[0-9][0-9_]*(e[-+]?[0-9]+)?)|\.nan"
)
_DEEPEST = 30  # the model has 12 levels; reading hundreds would take minutes
# A value that opens a quote and does not close it in its line.
_OPEN_QUOTE = re.compile(r"""\s*(- )?([\w-]+: +)?("[^"]*|'[^']*)$""")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,11}")


class DataError(Exception):
    """The data file has problems: `problems` is the sorted list, `str()` prints them all."""

    def __init__(self, problems: list[Problem]):
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


_AGAIN = object()  # stands in the path of a doubled key, whose first value is still checked


@dataclass
class _Reader:
    """Turns YAML nodes into plain values, and keeps the line of each key and value."""

    file: str
    lines: dict[tuple, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    doubtful: set[tuple] = field(default_factory=set)

    def problem(self, path: tuple, line: int, what: str, mend: str) -> None:
        trail = _trail(tuple(step for step in path if step != _AGAIN))
        self.problems.append(Problem(self.file, line, f"{trail}{what}", mend))
        self.doubtful.add(path)

    def value(self, node, path: tuple):
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: MappingNode, path: tuple) -> dict:
        found: dict = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.problem(path, line, "a name is missing before the colon.", "Write name: value.")
                continue
            key = key_node.value
            here = (*path, key)
            if key in found:
                first = self.lines[here]
                self.problem(
                    (*here, _AGAIN), line, f"'{key}' stands here twice, first in line {first}.",
                    "Keep one of the two, or give the second a name of its own.",
                )
                continue
            self.lines[here] = line
            empty = isinstance(value_node, ScalarNode) and value_node.style is None and not value_node.value
            if empty and node.flow_style and key.isdigit():
                self.problem(
                    path, line, f"the comma before '{key}' ends the entry inside {{ }}.",
                    f'Put the whole text in quotes ("... ,{key}"), or write a number without a comma (1000).',
                )
                continue
            if empty and node.flow_style and self._two_entries(key_node, path, line):
                continue
            found[key] = self.value(value_node, here)
        return found

    def _two_entries(self, key_node, path, line) -> bool:
        # {count 1} and {count:1} are read as one name without a value
        match = re.fullmatch(r"(\w+)\s*[: ]\s*(\S.*)", key_node.value)
        if not match:
            return False
        self.problem(
            path, line, f"'{key_node.value}' has no colon and space after its name.",
            f"Write {match[1]}: {match[2]}",
        )
        return True

    def scalar(self, node: ScalarNode, path: tuple):
        text, line = node.value, self.lines[path]
        if node.style is not None:
            return text
        if not text:
            self.problem(
                path, line, "there is nothing after the colon.",
                f"Write a value, or take the line away. Where our sources are silent, write: {NOT_REPORTED}",
            )
            return None
        if _WHOLE.fullmatch(text):
            return int(text)
        if _YAML_1_1.fullmatch(text):
            digits = text.replace("_", "").lstrip("0")
            whole = f" For a number, write plain digits: {digits}." if _WHOLE.fullmatch(digits) else ""
            self.problem(
                path, line, f"'{_short(text)}' without quotes means something else than text to many programs.",
                f'Put it in quotes: "{_short(text)}".{whole}',
            )
        return text


def parse(raw: bytes, file: str) -> Guide:
    """The guide's data.

    `raw` is the file's bytes, `file` its name for messages. Raises DataError with every
    problem that could be found; a syntax error hides those behind it, and says so.
    """
    text = _decode(raw, file)
    reader = _Reader(file)
    data = reader.value(_compose(text, file), ())
    if not isinstance(data, dict):
        raise DataError([Problem(file, 1, "the file holds no named parts.", _parts())])
    context = {"ids": _ids(data)}
    try:
        guide = Guide.model_validate(data, context=context)
    except ValidationError as error:
        errors = error.errors()
        inside = {e["loc"][:n] for e in errors for n in range(len(e["loc"]))}  # a list is not empty for its bad items
        errors = [e for e in errors if not (e["type"] == "too_short" and e["loc"] in inside)]
        found = [_translate(e, data, reader, context["ids"]) for e in errors]
        raise DataError(reader.problems + [p for p in found if p]) from None
    problems = reader.problems + list(_cross_check(guide, reader))
    if problems:
        raise DataError(problems)
    return guide


def current(path: Path = DATA) -> Guide:
    """The guide's data as it stands on disk, parsed again only when the file has changed.

    Raises DataError, also for a file that is missing or cannot be read.
    """
    name = _name(path)
    try:
        state = path.stat()
    except OSError as error:
        raise DataError([Problem(name, 1, f"the file cannot be read ({error.strerror}).",
                                 "Restore it: git checkout -- " + name)]) from None
    return _cached(path, name, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1)
def _cached(path: Path, name: str, changed: int, size: int) -> Guide:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError([Problem(name, 1, f"the file cannot be read ({error.strerror}).",
                                 "Make it a readable file.")]) from None
    return parse(raw, name)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def _decode(raw: bytes, file: str) -> str:
    problems = []
    lines = raw.removeprefix(b"\xef\xbb\xbf").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            decoded = line.decode("utf-8")
        except UnicodeDecodeError as error:
            bad = " ".join(f"{byte:02x}" for byte in line[error.start:error.end])
            problems.append(Problem(
                file, number, f"the bytes {bad} are not UTF-8 text.",
                "Type the character again, and save the file as UTF-8.",
            ))
            continue
        if match := re.match(r"(<{7}|={7}|>{7}|\|{7})( |$)", decoded):
            problems.append(Problem(
                file, number, f"'{match[1]}' is left over from a merge conflict.",
                "Keep one of the two versions, and delete the lines with <<<<<<<, ======= and >>>>>>>.",
            ))
        elif "\t" in decoded:
            problems.append(Problem(file, number, "there is a tab in this line.", "Use spaces instead, two for each step."))
        elif match := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\u2028\u2029]", decoded):
            problems.append(Problem(
                file, number, f"there is an invisible character (code {ord(match[0]):04x}).",
                "Delete it: often it comes along when text is pasted.",
            ))
    if problems:
        raise DataError(problems)
    return raw.decode("utf-8-sig")


def _compose(text: str, file: str):
    yaml = YAML(typ="rt", pure=True)
    problems = []
    documents = depth = 0
    try:
        for event in yaml.parse(text):
            line = event.start_mark.line + 1
            depth += type(event).__name__.endswith("StartEvent") - type(event).__name__.endswith("EndEvent")
            if depth > _DEEPEST:
                problems.append(Problem(file, line, "too many [ or { stand inside each other.", "Close what you opened."))
                break
            documents += type(event).__name__ == "DocumentStartEvent"
            if isinstance(event, AliasEvent):
                problems.append(Problem(
                    file, line, f"'*{event.anchor}' stands for text from elsewhere in the file.",
                    "Write the value itself. If it starts with a *, put it in quotes.",
                ))
            elif getattr(event, "anchor", None):
                problems.append(Problem(
                    file, line, f"'&{event.anchor}' marks text to be used again.",
                    "Take it away. If the value starts with a &, put it in quotes.",
                ))
            elif getattr(event, "tag", None):
                problems.append(Problem(
                    file, line, f"'{event.tag.replace('tag:yaml.org,2002:', '!!')}' is a YAML tag, which this file does not use.",
                    "Take it away. If the value starts with a !, put it in quotes.",
                ))
            elif documents > 1:
                problems.append(Problem(file, line, "'---' starts a second file inside this one.", "Delete this line."))
                documents = 0
        if problems:
            raise DataError(problems)
        node = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise DataError([_syntax(error, text, file)]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError([Problem(file, 1, f"the file is not YAML: {what}.", "Undo the last change.")]) from None
    if node is None:
        raise DataError([Problem(file, 1, "the file is empty.", _parts())])
    return node


def _parts() -> str:
    return f"It needs these parts: {', '.join(Guide.model_fields)}."


def _syntax(error: MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines() or [""]
    number = min(mark.line, len(lines) - 1) if mark else 0
    reason = error.problem or error.context or "it cannot be read"
    # What never ends is noticed far below: show where it began.
    open_quote = next((i for i in range(number, -1, -1) if _OPEN_QUOTE.match(lines[i])), None)
    if open_quote is not None:
        number, reason = open_quote, "a quote is opened and not closed"
    elif error.context_mark and "flow" in (error.context or ""):
        number = error.context_mark.line
    shown = lines[number].strip()
    mend = _syntax_mend(shown, reason) + " What comes after it could not be checked yet."
    return Problem(file, number + 1, f"'{_short(shown)}' cannot be read: {reason}.", mend)


def _syntax_mend(shown: str, reason: str) -> str:
    if "quote" in reason:
        return "Close the quotes at the end of the text."
    closed = shown.count("[") == shown.count("]") and shown.count("{") == shown.count("}")
    if ("{" in shown or "[" in shown) and not (closed and "mapping values" in reason):
        return "Inside [ ] and { }, put a comma between two entries, and close what you opened."
    if "mapping values" in reason and shown.count(": ") + shown.endswith(":") > 1:
        return "A text with a colon in it needs quotes around the whole of it."
    return (
        "Look at this line and the one above it: each begins with as many spaces as its neighbors, "
        "and has a name, a colon and a space."
    )


def _ids(data: dict) -> dict[str, dict]:
    """The ids that the file defines, by kind, even where the rest of it is wrong."""

    def keys(part) -> dict:
        return part if isinstance(part, dict) else {}

    ids = {kind: keys(data.get(kind)) for kind in ("methods", "risks", "alternatives", "sources")}
    ids["claims"] = {
        claim: None for source in ids["sources"].values() for claim in keys(keys(source).get("claims"))
    }
    return ids


def _trail(path: tuple) -> str:
    shown = " › ".join(str(part + 1) if isinstance(part, int) else part for part in path)
    return f"{shown}: " if shown else ""


def _short(value, most: int = 60) -> str:
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _locate(location: tuple, data) -> tuple[tuple, object]:
    """pydantic's location without the names of union members, and the value found there."""
    path, value = (), data
    for part in location:
        if isinstance(value, dict) and part in value or isinstance(value, list) and isinstance(part, int):
            path, value = (*path, part), value[part]
    return path, value


def _fields(part: tuple) -> list[str]:
    """Names of the fields that an entry at this path may have, read off the JSON Schema."""
    schema = Guide.model_json_schema()
    defs, node = schema["$defs"], schema
    for step in (*part, None):
        options = [node]
        while any("$ref" in o or "anyOf" in o or "oneOf" in o for o in options):
            options = [
                inner
                for o in options
                for inner in (o.get("anyOf") or o.get("oneOf") or [defs[o["$ref"].split("/")[-1]] if "$ref" in o else o])
            ]
        if step is None:
            return [name for o in options for name in o.get("properties", {})]
        following = [
            o.get("properties", {}).get(step)
            or o.get("items")
            or o.get("additionalProperties")
            or next(iter(o.get("patternProperties", {}).values()), None)
            for o in options
        ]
        node = next((f for f in following if isinstance(f, dict)), {})
    return []


def _translate(error: dict, data: dict, reader: _Reader, ids: dict) -> Problem | None:
    """One pydantic error as a problem, in words for people who know no code."""
    path, value = _locate(error["loc"], data)
    if any(path[: len(d)] == d for d in reader.doubtful if d):
        return None  # already told, nearer to the mistake
    kind, context, last = error["type"], error.get("ctx", {}), error["loc"][-1]
    line, name = reader.lines.get(path, 1), _trail(path)

    def problem(what: str, mend: str) -> Problem:
        return Problem(reader.file, line, name + what, mend)

    if kind == "missing":
        return problem(f"the field '{last}' is missing.", f"Add a line '{last}: ...'. {_silent(last)}".rstrip())
    if kind == "extra_forbidden":
        parent = path[:-1]
        name = _trail(parent)
        return problem(f"there is no field '{last}' here.", suggestion(str(last), _fields(parent)))
    if kind == "unknown_id":
        wanted = context["kind"]
        at = reader.lines.get((wanted,)) or reader.lines.get(("sources",), 1)
        return problem(
            f"there is no {wanted.removesuffix('s')} '{_short(value)}'.",
            f"{suggestion(str(value), ids[wanted])} The {wanted} are listed from line {at}.",
        )
    if kind == "bad_figure":
        return problem(
            f"{context['count']} out of {context['out_of']} is more than all of them.",
            "Write the smaller number as 'count', the larger as 'out_of'.",
        )
    shown = "a list" if isinstance(value, list) else "an entry" if isinstance(value, dict) else f"'{_short(value)}'"
    if kind == "literal_error":
        return problem(f"{shown} is not one of the words allowed here.", f"Write {context['expected']}.")
    if last == "[key]":
        return problem(f"'{path[-1]}' does not have the right form.", _form("^[a-z0-9]"))
    if kind == "string_pattern_mismatch":
        return problem(f"{shown} does not have the right form.", _form(context["pattern"]))
    if kind == "string_too_short":
        return problem("there is nothing between the quotes.", f"Write a text, or '{NOT_REPORTED}' where that is allowed.")
    if kind == "string_type":
        mend = f'Put it in quotes: "{value}".' if isinstance(value, int) else "Write one text here."
        return problem(f"{shown} is not a text.", mend)
    if kind in ("int_type", "int_parsing", "int_from_float"):
        digits = re.sub(r"[ ,._]", "", str(value))
        mend = f"Write plain digits, without quotes: {digits}" if digits.isdigit() else "Write plain digits, such as 1000."
        return problem(f"{shown} is not a whole number.", mend)
    if kind.startswith("greater_than"):
        return problem(f"{shown} is too small.", "Write a whole number from 1 up.")
    if kind in ("too_short",):
        return problem("the list is empty.", "Give it one entry at least.")
    if kind in ("tuple_type", "list_type"):
        if fields := _fields((*path, 0)):
            mend = f"Write each entry below it after a hyphen and a space, with these fields: {', '.join(fields)}."
        else:
            mend = f"Write it in square brackets: [{_short(value)}]"
        return problem(f"{shown} is not a list.", mend)
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        names = ", ".join(_fields(path))
        return problem(f"{shown} stands where fields should.", f"Write these fields below it: {names}." if names else "Write entries below it, each with its id.")
    if kind.startswith("date_"):
        return problem(f"{shown} is not a date.", "Write year-month-day, such as 2026-02-26.")
    return problem(f"{shown}: {error['msg']}.", "Compare it with its neighbors, and with the head of this file.")


def _silent(field_name: str) -> str:
    if field_name == "claims":
        return f"List the ids of the claims that this rests on, or write: {NOT_FROM_SOURCES}"
    return f"Where our sources are silent, write: {NOT_REPORTED}" if field_name in ("what", "helps", "limits", "lasts", "medical") else ""


def _form(pattern: str) -> str:
    if pattern.startswith("^(https"):
        return "Write the whole address, beginning with https://, or: none known"
    if pattern.startswith("^[a-z0-9]"):
        return "An id has small letters, digits and hyphens only, such as nerve-block."
    return "Write at most five words, as the source has them."


def _cross_check(guide: Guide, reader: _Reader):
    """Rules between entries. They hold what the guide promises about figures and ids."""

    def problem(path: tuple, what: str, mend: str) -> Problem:
        return Problem(reader.file, reader.lines.get(path, 1), _trail(path) + what, mend)

    for source_id, source in guide.sources.items():
        for claim_id, claim in source.claims.items():
            path = ("sources", source_id, "claims", claim_id)
            if not claim_id.startswith(source_id + "-"):
                yield problem(path, f"the id '{claim_id}' does not begin with its source's id.",
                              f"Write {source_id}-... so that a citation shows where it comes from.")
            if claim_id in source.retired:
                yield problem(path, f"the id '{claim_id}' was used before for another claim.",
                              "Give the new claim a new id: somebody may have linked the old one.")
            for method in claim.methods or ():
                if method not in source.methods and claim.note is None:
                    yield problem((*path, "methods"), f"'{method}' is not a method that this source speaks of.",
                                  f"Take it away, or say in a 'note' why it stands here. The source: {', '.join(source.methods)}.")
    cited: dict[str, list[str]] = {}
    for risk_id, risk in guide.risks.items():
        for number, statement in enumerate(risk.says):
            path = ("risks", risk_id, "says", number, "claims")
            if not statement.cites:
                yield problem(path, "a risk needs a claim of a source.", "List the ids of the claims it rests on.")
            for claim_id in statement.cites:
                if risk_id not in cited.setdefault(claim_id, []):
                    cited[claim_id].append(risk_id)
        if not any(guide.claim(c)[2].frequency for s in risk.says for c in s.cites):
            yield problem(("risks", risk_id), "none of its claims says how often it happens.",
                          "Give one of its claims a 'frequency': a count, the source's words, or: not reported")
    for claim_id, risk_ids in cited.items():
        source_id, _, claim = guide.claim(claim_id)
        if isinstance(claim.frequency, Figure) and len(risk_ids) > 1:
            yield problem(("sources", source_id, "claims", claim_id),
                          f"it has a count, but {len(risk_ids)} risks cite it: {', '.join(risk_ids)}.",
                          "A count belongs to the one harm that the source gave it for. Cite it there only.")
