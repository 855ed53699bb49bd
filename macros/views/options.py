"""What can be done, and for what: the methods, the alternatives, the conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..guide.model import NOT_FROM_SOURCES, NOT_REPORTED, Guide, Method, Option
from ..guide.problem import MacroError, one, suggestion
from .cite import SCOPE, SILENT, answer, claim_ids_of, statement
from .render import Row, bullets, escape, link, listing, numbered, paragraph, strong, table

#: The questions that every option answers, and those that every method does.
SHARED = [name for name, field in Option.model_fields.items() if field.title]
ASKED = [name for name, field in Method.model_fields.items() if field.title]

AIMS = {"destroys": "Destroys the nerve, or stops it", "frees": "Frees the nerve"}


ORIGINS = {"sources": "", "guide": " No source names this option."}


def method_links(guide: Guide, method_ids: Iterable[str]) -> str:
    """Links to the pages of these methods, in the order of the data, as a list in words."""
    wanted = set(method_ids)
    return listing([_method_link(guide, m) for m in guide.methods if m in wanted])


def _method_link(guide: Guide, method_id: str) -> str:
    return link(escape(guide.methods[method_id].name), f"/methods/{method_id}.md")


def _heading(field: str) -> str:
    return Method.model_fields[field].title


def _answers(option: Option, fields: Sequence[str]) -> list[str]:
    return [answer(getattr(option, field)) for field in fields]


def _medical(method: Method) -> str:
    if method.medical == NOT_REPORTED:
        return SILENT
    names = " or ".join(map(escape, method.medical))
    return names[0].upper() + names[1:]


def methods_table(guide: Guide) -> str:
    """Every method: its names, what is done, and whether the nerve is destroyed or freed."""
    return table(
        "The treatments",
        ["Treatment", "Medical name", "What is done", "What happens to the nerve"],
        [
            Row(
                method_id,
                [
                    _method_link(guide, method_id),
                    _medical(method),
                    answer(method.what),
                    AIMS[method.aim],
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
    return f"People may also say {' or '.join(dict.fromkeys(said))}. ({NOT_FROM_SOURCES.capitalize()}.)"


def names_list(guide: Guide) -> str:
    """The medical names that our sources give, what people say instead, and the page that tells about it."""
    items = []
    for method_id, method in guide.methods.items():
        if method.medical == NOT_REPORTED:
            continue
        parts = [f"{strong(_medical(method))}: see {_method_link(guide, method_id)}.", _everyday(guide, method)]
        items.append(" ".join(filter(None, parts)))
    return bullets(items)


def compare_table(guide: Guide, *fields: str) -> str:
    """The five methods by some of their fields, such as "soon" and "lasts".

    Raises MacroError for an unknown field, or none.
    """
    for field in fields:
        if field not in ASKED:
            raise MacroError(f"a method has no field '{field}' to compare.", suggestion(str(field), ASKED))
    if not fields:
        raise MacroError("it needs a field to compare.", f"There is: {', '.join(ASKED)}.")
    return table(
        f"The treatments: {listing([_heading(field).lower() for field in fields])}",
        ["Treatment", *map(_heading, fields)],
        [
            Row(f"{method_id}-{fields[0]}", [_method_link(guide, method_id), *_answers(method, fields)])
            for method_id, method in guide.methods.items()
        ],
        "methods",
    )


def steps(guide: Guide, method: str) -> str:
    """What is done in one method, step by step. Raises MacroError for an unknown method."""
    said = one("method", guide.methods, method).steps
    if isinstance(said, str):
        return paragraph(SILENT)
    return numbered(map(statement, said))


def at_a_glance(guide: Guide, method: str) -> str:
    """All that our sources answer about one method. Raises MacroError for an unknown method."""
    entry = one("method", guide.methods, method)
    names = " ".join(filter(None, [_medical(entry).removesuffix(".") + ".", _everyday(guide, entry)]))
    rows = [Row("medical-name", ["Other names", names])]
    rows += [Row(field, [_heading(field), answer(getattr(entry, field))]) for field in ASKED]
    return table(f"{entry.name} at a glance", ["Question", "What our sources say"], rows, "methods")


def _alternative_rows(guide: Guide) -> list[Row]:
    rows = []
    for option_id, option in guide.alternatives.items():
        first, *others = _answers(option, SHARED)
        rows.append(Row(option_id, [escape(option.name), first + ORIGINS[option.origin], *others]))
    return rows


ALTERNATIVES_TITLE = "What can be done instead"


def alternatives_table(guide: Guide) -> str:
    """Every alternative, with the same fields for each."""
    columns = ["Option", *map(_heading, SHARED)]
    return table(ALTERNATIVES_TITLE, columns, _alternative_rows(guide), "alternatives")


def options_table(guide: Guide) -> str:
    """Every method and every alternative, side by side in the same fields."""
    methods = [
        Row(method_id, [_method_link(guide, method_id), *_answers(method, SHARED)])
        for method_id, method in guide.methods.items()
    ]
    rows = [*methods, *_alternative_rows(guide)]
    columns = ["Option", *map(_heading, SHARED)]
    shown = table("All options, with the same questions answered for each", columns, rows, "methods")
    return f'<div class="compare" markdown="block">\n\n{shown}\n\n</div>'


def conditions_table(guide: Guide, method: str | None = None) -> str:
    """Every condition with what our sources say; or, in short, those that they name for one method.

    How many sources name it is counted, never typed. What a source says of other methods is
    left out. In short, each leads to its row among all, where its notes stand: a page of one
    method would have a third more of them. Raises MacroError for an unknown method.
    """
    of_one = None if method is None else one("method", guide.methods, method)
    rows = []
    for condition_id in guide.conditions if method is None else guide.of_method("conditions", method):
        condition = guide.conditions[condition_id]
        claim_ids = [c for c in claim_ids_of(condition.says) if method is None or method in guide.methods_of(c)]
        if not claim_ids:
            continue
        named = sorted({guide.claim(c)[1].publisher for c in claim_ids})
        backing = f"{len(named)} of our {len(guide.sources)} sources: {escape(listing(named))}."
        if of_one:
            name = link(escape(condition.name), f"/who-it-is-for.md#{condition_id}")
            rows.append(Row(condition_id, [name, backing]))
        else:
            treated = {m for c in claim_ids for m in guide.methods_of(c)}
            cells = [escape(condition.name), answer(condition.says), backing, method_links(guide, treated)]
            rows.append(Row(condition_id, cells))
    if of_one:
        caption = f"What {of_one.name.lower()} is named for"
        shown = table(caption, ["Illness or pain", "Who names it"], rows, "conditions")
        all_of_them = link("stands in the list of all", "/who-it-is-for.md")
        more = f"What each of them says, and where they disagree, {all_of_them}."
        return f"{shown}\n\n{paragraph(more)}"
    columns = ["Illness or pain", "What our sources say", "Who names it", "Treatments named for it"]
    return table("What neurolysis is named for", columns, rows, "conditions") + f"\n\n{paragraph(SCOPE)}"
