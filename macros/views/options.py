"""What can be done, and for what: the methods, the alternatives, the conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from ..guide.model import NOT_FROM_SOURCES, NOT_REPORTED, Guide, Method, Option, Statement, When
from ..guide.problem import MacroError, one, suggestion
from .cite import SCOPE, SILENT, answer, claim_ids_of, statement
from .pictures import time_line
from .render import (
    Row,
    anchored,
    bullets,
    collapsible,
    defined,
    escape,
    link,
    listing,
    macro,
    named,
    numbered,
    paragraph,
    strong,
    table,
)

#: The questions that every option answers, and those that every method does.
SHARED = [name for name, field in Option.model_fields.items() if field.title]
ASKED = [name for name, field in Method.model_fields.items() if field.title]

#: What stands on top of a method's page: the first statement of each of these fields, below these words.
LINES = {
    "nerve": "What becomes of the nerve",
    "helps": "What good it may do",
    "harms": "What harm it may do",
    "soon": "How soon",
    "relief": "How long relief lasts",
    "damage": "How long damage lasts",
    "recovery": "How long to recover",
}
#: All questions about a method, as they are folded on its page.
FOLDS = {
    "What it is": ("what", "nerve"),
    "Before and during": ("before", "guided", "hurts"),
    "What good and harm it may do": ("helps", "chance", "limits", "harms"),
    "How soon, and for how long": ("soon", "relief", "damage", "again"),
    "Afterwards": ("recovery", "afterwards"),
}
#: Fields that tell when something happens, for the time line.
_IN_TIME = ("afterwards", "soon", "recovery")


def method_links(guide: Guide, method_ids: Iterable[str]) -> str:
    """Links to the pages of these methods, in the order of the data, as a list in words."""
    wanted = set(method_ids)
    return listing([_method_link(guide, m) for m in guide.methods if m in wanted])


def _method_link(guide: Guide, method_id: str) -> str:
    return link(escape(guide.methods[method_id].name), f"/methods/{method_id}.md")


def _said(answers: tuple[Statement, ...] | str) -> tuple[Statement, ...]:
    return () if isinstance(answers, str) else answers


def _heading(field: str) -> str:
    return Method.model_fields[field].title


def _medical(method: Method) -> str:
    if method.medical == NOT_REPORTED:
        return SILENT
    names = " or ".join(map(escape, method.medical))
    return names[0].upper() + names[1:]


@macro
def methods_table(guide: Guide) -> str:
    """Every method: its names, and whether the nerve is destroyed or freed."""
    return table(
        "The treatments",
        ["Treatment", "Medical name", "What becomes of the nerve"],
        [
            Row(
                method_id,
                [
                    _method_link(guide, method_id),
                    _medical(method),
                    answer(_said(method.nerve)[:1] or SILENT),
                ],
            )
            for method_id, method in guide.methods.items()
        ],
        "methods",
    )


def _everyday(guide: Guide, method: Method) -> str:
    """What people say instead of a method's medical names, as a sentence; "" where nothing is written down."""
    named = set() if method.medical == NOT_REPORTED else set(method.medical)
    said = [f"“{escape(word.everyday[0])}”" for word in guide.words.values() if word.word in named and word.everyday]
    if not said:
        return ""
    return f"People may also say {' or '.join(dict.fromkeys(said))}."


@macro
def names_list(guide: Guide) -> str:
    """The medical names that our sources give, what people say instead, and the page that tells about it."""
    items = []
    for method_id, method in guide.methods.items():
        if method.medical == NOT_REPORTED:
            continue
        parts = [f"{strong(_medical(method))}: see {_method_link(guide, method_id)}.", _everyday(guide, method)]
        items.append(" ".join(filter(None, parts)))
    return f"{bullets(items)}\n\nThe everyday names are {NOT_FROM_SOURCES}."


@macro
def compare_table(guide: Guide, *fields: str) -> str:
    """The methods by some of their fields, such as "soon" and "relief": a fold for each.

    Raises MacroError for an unknown field, or none.
    """
    for field in fields:
        if field not in ASKED:
            raise MacroError(f"a method has no field '{field}' to compare.", suggestion(str(field), ASKED))
    if not fields:
        raise MacroError("it needs a field to compare.", f"There is: {', '.join(ASKED)}.")
    folds = []
    for field in fields:
        rows = [
            Row(f"{method_id}-{field}", [_method_link(guide, method_id), answer(getattr(method, field))])
            for method_id, method in guide.methods.items()
        ]
        shown = table(_heading(field), ["Treatment", "What our sources say"], rows, "methods")
        folds.append(collapsible("fold", _heading(field), shown))
    return "\n\n".join(folds)


@macro
def steps(guide: Guide, method: str) -> str:
    """What is done in one method, step by step. Raises MacroError for an unknown method."""
    said = one("method", guide.methods, method).steps
    if isinstance(said, str):
        return paragraph(SILENT)
    return numbered(map(statement, said))


@macro
def in_short(guide: Guide, method: str) -> str:
    """One method in a few lines: what becomes of the nerve, the main risk, how soon and for how long.

    Each is the first statement of its field. What no source says stands in one more line. Raises MacroError for an
    unknown method.
    """
    entry = one("method", guide.methods, method)
    said = {label: getattr(entry, field) for field, label in LINES.items()}
    terms = {label: statement(answers[0]) for label, answers in said.items() if answers != NOT_REPORTED}
    if silent := [label for label, answers in said.items() if answers == NOT_REPORTED]:
        terms["Our sources do not say"] = f"{named(silent)}.".capitalize()
    return f'<div class="in-short" markdown="block">\n\n{defined(terms)}\n\n</div>'


@macro
def at_a_glance(guide: Guide, method: str) -> str:
    """All that our sources answer about one method, folded by what it is about.

    Raises MacroError for an unknown method.
    """
    entry = one("method", guide.methods, method)
    folds = []
    for title, fields in FOLDS.items():
        rows = [Row(f, [_heading(f), answer(getattr(entry, f))]) for f in fields if getattr(entry, f) != NOT_REPORTED]
        if "what" in fields:
            said = _everyday(guide, entry)
            ours = f"{said} ({NOT_FROM_SOURCES.capitalize()}.)" if said else ""
            names = f"{_medical(entry).removesuffix('.')}. {ours}".strip()
            rows.append(Row("medical-name", ["Other names", names]))
        if rows:
            caption = f"{entry.name}: {title[0].lower()}{title[1:]}"
            shown = table(caption, ["Question", "What our sources say"], rows, "methods")
            folds.append(collapsible("fold", title, shown))
    silent = {f: escape(_heading(f)) for f in ASKED if getattr(entry, f) == NOT_REPORTED}
    if silent:
        folds.append(collapsible("fold", "What our sources do not say", anchored(silent)))
    return "\n\n".join(folds)


@macro
def timeline(guide: Guide, method: str) -> str:
    """When things happen after one method: each statement that has a time, beside the steps of time that it covers.

    Raises MacroError for an unknown method, or one of which no claim tells a time.
    """
    entry = one("method", guide.methods, method)
    rows = []
    for said in (said for field in _IN_TIME for said in _said(getattr(entry, field))):
        covered = {step for claim_id in said.cites for step in guide.claim(claim_id)[2].when or ()}
        if covered:
            rows.append((covered, statement(said)))
    if not rows:
        raise MacroError(f"no claim tells when something happens after '{method}'.", "Give a claim a 'when'.")
    return time_line(f"{entry.name}: what comes when", get_args(When), rows)


ALTERNATIVES_TITLE = "What can be done instead"


@macro
def alternatives_table(guide: Guide) -> str:
    """Every alternative, each folded below good and bad that it may do. What no source says of it stands once."""
    folds = []
    for option_id, option in guide.alternatives.items():
        told = [field for field in SHARED if getattr(option, field) != NOT_REPORTED]
        rows = [Row(f"{option_id}-{field}", [_heading(field), answer(getattr(option, field))]) for field in told]
        rows[0] = rows[0]._replace(id=option_id)
        parts = [table(option.name, ["Question", "What our sources say"], rows, "alternatives")]
        others = listing([escape(guide.methods[m].name.lower()) for m in option.beside])
        instead = f"Our sources name it as a choice instead of {others}."
        parts.append(paragraph("No source names this option." if option.origin == "guide" else instead))
        if silent := [escape(_heading(field)) for field in SHARED if field not in told]:
            parts += [paragraph("Our sources do not say:"), bullets(silent)]
        good, bad = _said(option.helps)[:1], (_said(option.harms) or _said(option.limits))[:1]
        title = " ".join([strong(f"{escape(option.name)}:"), *(escape(said.text) for said in good + bad)])
        folds.append(collapsible("fold", title, "\n\n".join(parts)))
    return "\n\n".join(folds)


@macro
def options_table(guide: Guide) -> str:
    """Every method and every alternative, folded by question: good beside harm, and last what only methods are asked.

    What an option is stands first: there its row has the option's id, and leads to more of it.
    """
    options = guide.methods | guide.alternatives
    more = {m: f"/methods/{m}.md" for m in guide.methods} | {a: f"/alternatives.md#{a}" for a in guide.alternatives}
    rows: dict[str, list[Row]] = {field: [] for field in ["what", "helps", "harms", *SHARED, *ASKED]}
    for option_id, option in options.items():
        name = escape(option.name)
        said = {field: answer(getattr(option, field)) for field in rows if hasattr(option, field)}
        rows["what"].append(Row(option_id, [link(name, more[option_id]), said.pop("what")]))
        for field, told in said.items():
            rows[field].append(Row(f"{option_id}-{field}", [name, told]))
    folds = []
    for title, found in ((_heading(field), found) for field, found in rows.items()):
        folds.append(collapsible("fold", title, table(title, ["Option", "What our sources say"], found, "methods")))
    folds.insert(len(SHARED), paragraph("We ask these of the treatments only."))
    return '<div class="compare" markdown="block">\n\n' + "\n\n".join(folds) + "\n\n</div>"


@macro
def conditions_table(guide: Guide, method: str | None = None) -> str:
    """The conditions with what our sources say, folded by whether a nerve is freed; or those named for one method.

    How many sources name it is counted, never typed. What a source says of other methods is left out. For one
    method each leads to its row among all, where its notes stand. Raises MacroError for an unknown method.
    """
    if method is not None:
        return _named_for(guide, method)
    columns = ["Illness or pain", "What our sources say", "Who names it", "Treatments named for it"]
    folds: dict[str, list[Row]] = {"Illnesses and pains": [], "A nerve that is pressed, trapped or scarred": []}
    for condition_id, condition in guide.conditions.items():
        claim_ids = claim_ids_of(condition.says)
        treated = {m for c in claim_ids for m in guide.methods_of(c)}
        freed = any(guide.methods[m].aim == "frees" for m in treated)
        cells = [condition.name, answer(condition.says), _backing(guide, claim_ids), method_links(guide, treated)]
        list(folds.values())[freed].append(Row(condition_id, [escape(cells[0]), *cells[1:]]))
    shown = [
        collapsible(
            "fold",
            f"{strong(title + ':')} {named(row.cells[0] for row in rows)}",
            table(title, columns, rows, "conditions"),
        )
        for title, rows in folds.items()
        if rows
    ]
    return "\n\n".join([*shown, paragraph(SCOPE)])


def _named_for(guide: Guide, method: str) -> str:
    of_one = one("method", guide.methods, method)
    rows = []
    for condition_id in guide.of_method("conditions", method):
        condition = guide.conditions[condition_id]
        claim_ids = [c for c in claim_ids_of(condition.says) if method in guide.methods_of(c)]
        name = link(escape(condition.name), f"/who-it-is-for.md#{condition_id}")
        rows.append(Row(condition_id, [name, _backing(guide, claim_ids)]))
    caption = f"What our sources name {of_one.name.lower()} for"
    all_of_them = link("stands in the list of all", "/who-it-is-for.md")
    more = f"What each of them says {all_of_them}."
    count = f"{len(rows)} {'illnesses and pains' if len(rows) > 1 else 'illness or pain'}"
    shown = table(caption, ["Illness or pain", "Who names it"], rows, "conditions")
    return collapsible("fold", count, f"{shown}\n\n{paragraph(more)}")


def _backing(guide: Guide, claim_ids: Iterable[str]) -> str:
    named = sorted({guide.claim(c)[1].publisher for c in claim_ids})
    return f"{len(named)} of our {len(guide.sources)} sources: {escape(listing(named))}."
