"""The macros: one function each, from the guide's data and a page's arguments to Markdown.

A macro is named for what appears, and stands alone on its line in a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from inspect import signature
from typing import get_args

from .cite import SILENT, answer, cite, cited, claim_text, figure, pooled, statement
from .model import NOT_REPORTED, Claim, Condition, Disagreement, Figure, Guide, InWords, Method, Option, Risk, Topic
from .problem import suggestion
from .render import Row, escape, listing, table

#: For each claim's id, the pages that cite it: their path below docs/ and their title.
Uses = Mapping[str, Sequence[tuple[str, str]]]

#: The questions that every option answers.
SHARED = [name for name, field in Option.model_fields.items() if field.title]

AIMS = {"destroys": "Destroys the nerve", "frees": "Frees the nerve"}
ORIGINS = {"sources": "", "guide": " (not an option that our sources name)"}


class MacroError(ValueError):
    """A call in a page that cannot be answered: what is wrong, and its `mend`."""

    def __init__(self, what: str, mend: str):
        super().__init__(f"{what} {mend}")
        self.what, self.mend = what, mend


def _one(kind: str, entries: dict, entry_id: str):
    if entry_id not in entries:
        raise MacroError(f"there is no {kind} '{entry_id}'.", suggestion(str(entry_id), entries))
    return entries[entry_id]


def _method_link(guide: Guide, method_id: str) -> str:
    return f"[{escape(guide.methods[method_id].name)}](/methods/{method_id}.md)"


def risk_table(guide: Guide, method: str | None = None) -> str:
    """All risks, or those that our sources name for one method.

    `method` is a method's id. What a source says of other methods is left out, its figure
    too. Raises MacroError for an unknown method.
    """
    of_one = None if method is None else _one("method", guide.methods, method)
    caption = f"Risks of {of_one.name.lower()}" if of_one else "All risks that our sources name"

    def concerns(claim_id: str) -> bool:
        return method is None or method in guide.methods_of(claim_id)

    columns = ["Risk", "What can happen", "How often"]
    if of_one is None:
        columns.append("Named for")
    rows, counts = [], {}
    for risk_id, risk in guide.risks.items():
        said = [s for s in risk.says if any(map(concerns, s.cites))]
        if not said:
            continue
        claim_ids = [c for c in _claims(risk) if concerns(c)]
        cells = [escape(risk.name), " ".join(statement(s, concerns) for s in said), _how_often(guide, claim_ids)]
        if of_one is None:
            named = {m for c in claim_ids for m in guide.methods_of(c)}
            cells.append(listing([_method_link(guide, m) for m in guide.methods if m in named]))
        rows.append(Row(risk_id, cells))
        for claim_id in claim_ids:
            _, source, claim = guide.claim(claim_id)
            if isinstance(claim.frequency, Figure) and source.counts:
                counts[source.publisher] = source.counts
    notes = [f"About the counts by {escape(who)}: {escape(note)}" for who, note in counts.items()]
    return "\n\n".join([table(caption, columns, rows), *notes])


def _claims(entry: Risk | Condition) -> list[str]:
    return list(dict.fromkeys(claim_id for said in entry.says for claim_id in said.cites))


def _how_often(guide: Guide, claim_ids: list[str]) -> str:
    """Every figure that these claims give, then the sources' own words; else that they are silent."""
    figures, words = [], []
    for claim_id in claim_ids:
        frequency = guide.claim(claim_id)[2].frequency
        if isinstance(frequency, Figure):
            figures.append(f"{figure(frequency)} {pooled(guide, claim_id)}".strip() + cite(claim_id))
        elif isinstance(frequency, InWords):
            words.append(f"“{escape(frequency.words)}”{cite(claim_id)}")
    if words:
        figures.append(f"In words only: {', '.join(words)}.")
    return " ".join(figures) or SILENT


def _heading(field: str) -> str:
    return Method.model_fields[field].title


def _answers(option: Option, fields: Sequence[str]) -> list[str]:
    return [answer(getattr(option, field)) for field in fields]


def _alternative_rows(guide: Guide) -> list[Row]:
    return [
        Row(option_id, [escape(option.name + ORIGINS[option.origin]), *_answers(option, SHARED)])
        for option_id, option in guide.alternatives.items()
    ]


def alternatives_table(guide: Guide) -> str:
    """Every alternative, with the same fields for each."""
    return table("What can be done instead", ["Option", *map(_heading, SHARED)], _alternative_rows(guide))


def options_table(guide: Guide) -> str:
    """Every method and every alternative, side by side in the same fields."""
    methods = [
        Row(method_id, [_method_link(guide, method_id), *_answers(method, SHARED)])
        for method_id, method in guide.methods.items()
    ]
    rows = [*methods, *_alternative_rows(guide)]
    return table("All options, with the same questions answered for each", ["Option", *map(_heading, SHARED)], rows)


def compare_table(guide: Guide, *fields: str) -> str:
    """The five methods by some of their fields, such as "soon" and "lasts".

    Raises MacroError for an unknown field, or none.
    """
    known = [name for name in Method.model_fields if Method.model_fields[name].title]
    for field in fields:
        if field not in known:
            raise MacroError(f"a method has no field '{field}' to compare.", suggestion(str(field), known))
    if not fields:
        raise MacroError("it needs a field to compare.", f"There is: {', '.join(known)}.")
    return table(
        f"The five treatments: {listing([_heading(field).lower() for field in fields])}",
        ["Treatment", *map(_heading, fields)],
        [
            Row(f"{method_id}-{fields[0]}", [_method_link(guide, method_id), *_answers(method, fields)])
            for method_id, method in guide.methods.items()
        ],
    )


def at_a_glance(guide: Guide, method: str) -> str:
    """All that our sources answer about one method. Raises MacroError for an unknown method."""
    entry = _one("method", guide.methods, method)
    medical = SILENT if entry.medical == NOT_REPORTED else f"{escape(entry.medical[0].upper() + entry.medical[1:])}."
    fields = [name for name in Method.model_fields if Method.model_fields[name].title]
    rows = [Row("medical-name", ["Medical name", medical])]
    rows += [Row(field, [_heading(field), answer(getattr(entry, field))]) for field in fields]
    return table(f"{entry.name} at a glance", ["Question", "What our sources say"], rows)


def conditions_table(guide: Guide, method: str | None = None) -> str:
    """Every condition with what our sources say; or, in short, those that they name for one method.

    How many sources name it is counted, never typed. What a source says of other methods is
    left out. Raises MacroError for an unknown method.
    """
    of_one = None if method is None else _one("method", guide.methods, method)
    rows = []
    for condition_id, condition in guide.conditions.items():
        claim_ids = [c for c in _claims(condition) if method is None or method in guide.methods_of(c)]
        if not claim_ids:
            continue
        named = listing(sorted({guide.claim(c)[1].publisher for c in claim_ids}))
        backing = f"{len({guide.claim(c)[0] for c in claim_ids})} of our {len(guide.sources)} sources: {escape(named)}."
        if of_one:
            link = f"[{escape(condition.name)}](/who-it-is-for.md#{condition_id})"
            rows.append(Row(condition_id, [link, backing + cite(*claim_ids)]))
        else:
            treated = {m for c in claim_ids for m in guide.methods_of(c)}
            links = listing([_method_link(guide, m) for m in guide.methods if m in treated])
            rows.append(Row(condition_id, [escape(condition.name), answer(condition.says), backing, links]))
    if of_one:
        return table(f"What {of_one.name.lower()} is named for", ["Illness or pain", "Who names it"], rows)
    columns = ["Illness or pain", "What our sources say", "Who names it", "Treatments named for it"]
    return table("What neurolysis is named for", columns, rows)


def _claims(entry: Risk | Condition) -> list[str]:
    return list(dict.fromkeys(claim_id for said in entry.says for claim_id in said.cites))


def _how_often(guide: Guide, claim_ids: list[str]) -> str:
    """Every figure that these claims give, then the sources' own words; else that they are silent."""
    figures, words = [], []
    for claim_id in claim_ids:
        frequency = guide.claim(claim_id)[2].frequency
        if isinstance(frequency, Figure):
            figures.append(f"{figure(frequency)} {pooled(guide, claim_id)}".strip() + cite(claim_id))
        elif isinstance(frequency, InWords):
            words.append(f"“{escape(frequency.words)}”{cite(claim_id)}")
    if words:
        figures.append(f"In words only: {', '.join(words)}.")
    return " ".join(figures) or SILENT


def _heading(field: str) -> str:
    return Method.model_fields[field].title


def _answers(option: Option, fields: Sequence[str]) -> list[str]:
    return [answer(getattr(option, field)) for field in fields]


def _alternative_rows(guide: Guide) -> list[Row]:
    return [
        Row(option_id, [escape(option.name + ORIGINS[option.origin]), *_answers(option, SHARED)])
        for option_id, option in guide.alternatives.items()
    ]


def alternatives_table(guide: Guide) -> str:
    """Every alternative, with the same fields for each."""
    return table("What can be done instead", ["Option", *map(_heading, SHARED)], _alternative_rows(guide))


def options_table(guide: Guide) -> str:
    """Every method and every alternative, side by side in the same fields."""
    methods = [
        Row(method_id, [_method_link(guide, method_id), *_answers(method, SHARED)])
        for method_id, method in guide.methods.items()
    ]
    rows = [*methods, *_alternative_rows(guide)]
    return table("All options, with the same questions answered for each", ["Option", *map(_heading, SHARED)], rows)


def compare_table(guide: Guide, *fields: str) -> str:
    """The five methods by some of their fields, such as "soon" and "lasts".

    Raises MacroError for an unknown field, or none.
    """
    known = [name for name in Method.model_fields if Method.model_fields[name].title]
    for field in fields:
        if field not in known:
            raise MacroError(f"a method has no field '{field}' to compare.", suggestion(str(field), known))
    if not fields:
        raise MacroError("it needs a field to compare.", f"There is: {', '.join(known)}.")
    return table(
        f"The five treatments: {listing([_heading(field).lower() for field in fields])}",
        ["Treatment", *map(_heading, fields)],
        [
            Row(f"{method_id}-{fields[0]}", [_method_link(guide, method_id), *_answers(method, fields)])
            for method_id, method in guide.methods.items()
        ],
    )


def at_a_glance(guide: Guide, method: str) -> str:
    """All that our sources answer about one method. Raises MacroError for an unknown method."""
    entry = _one("method", guide.methods, method)
    medical = SILENT if entry.medical == NOT_REPORTED else f"{escape(entry.medical[0].upper() + entry.medical[1:])}."
    fields = [name for name in Method.model_fields if Method.model_fields[name].title]
    rows = [Row("medical-name", ["Medical name", medical])]
    rows += [Row(field, [_heading(field), answer(getattr(entry, field))]) for field in fields]
    return table(f"{entry.name} at a glance", ["Question", "What our sources say"], rows)


def conditions_table(guide: Guide, method: str | None = None) -> str:
    """Every condition, or those that our sources name for one method, and how many sources do.

    What a source says of other methods is left out. Raises MacroError for an unknown method.
    """
    of_one = None if method is None else _one("method", guide.methods, method)

    def concerns(claim_id: str) -> bool:
        return method is None or method in guide.methods_of(claim_id)

    columns = ["Illness or pain", "What our sources say", "Who says so"]
    if of_one is None:
        columns.append("Treatments named for it")
    rows = []
    for condition_id, condition in guide.conditions.items():
        said = [s for s in condition.says if any(map(concerns, s.cites))]
        claim_ids = [c for c in _claims(condition) if concerns(c)]
        if not said:
            continue
        named = {guide.claim(c)[1].publisher for c in claim_ids}
        backing = f"{len(named)} of our {len(guide.sources)} sources: {escape(listing(sorted(named)))}"
        cells = [escape(condition.name), " ".join(statement(s, concerns) for s in said), backing]
        if of_one is None:
            treated = {m for c in claim_ids for m in guide.methods_of(c)}
            cells.append(listing([_method_link(guide, m) for m in guide.methods if m in treated]))
        rows.append(Row(condition_id, cells))
    if not rows:
        return f"Our sources name no illness or pain for {escape(of_one.name.lower())} alone."
    caption = f"What {of_one.name.lower()} is named for" if of_one else "What neurolysis is named for"
    return table(caption, columns, rows)


def methods_table(guide: Guide) -> str:
    """Every method: its names, what is done, and whether the nerve is destroyed or freed."""
    return table(
        "The five ways",
        ["Treatment", "Medical name", "What is done", "What becomes of the nerve"],
        [
            Row(
                method_id,
                [
                    _method_link(guide, method_id),
                    SILENT if method.medical == NOT_REPORTED else escape(method.medical.capitalize()),
                    answer(method.what),
                    AIMS[method.aim],
                ],
            )
            for method_id, method in guide.methods.items()
        ],
    )


def in_short(guide: Guide, method: str) -> str:
    """What one method is, in a sentence or two. Raises MacroError for an unknown method."""
    return answer(_one("method", guide.methods, method).what)


def disagreement(guide: Guide, disagreement: str) -> str:
    """A question on which our sources do not say the same, as a box with all sides."""
    entry = _one("disagreement", guide.disagreements, disagreement)
    return _box("disagreement", disagreement, f"**Our sources disagree: {escape(entry.question)}**", _sides(entry))


def _sides(entry: Disagreement) -> str:
    sides = "\n".join(f"- {statement(side)}" for side in entry.sides)
    return f"{sides}\n\n{escape(entry.reader)}"


def touched(guide: Guide, markdown: str) -> list[str]:
    """Ids of the disagreements that a page touches and does not show itself.

    A page touches a question when it cites claims of two sides at least.
    """
    claims = set(cited(markdown))
    return [
        entry_id
        for entry_id, entry in guide.disagreements.items()
        if sum(not claims.isdisjoint(side.cites) for side in entry.sides) > 1 and f'id="{entry_id}"' not in markdown
    ]


def disagreements_touched(guide: Guide, markdown: str) -> str:
    """The section about the disagreements that a page touches: questions that open. "" for none."""
    ids = touched(guide, markdown)
    if not ids:
        return ""
    parts = ["## Where our sources disagree", "Open a question to see what each side says."]
    for entry_id in ids:
        entry = guide.disagreements[entry_id]
        parts.append(
            f'<details class="disagreement" id="{entry_id}" markdown="block">\n'
            f"<summary>{escape(entry.question)}</summary>\n\n{_sides(entry)}\n\n</details>"
        )
    return "\n\n".join(parts)


def disagreements(guide: Guide) -> str:
    """Every disagreement, each under a heading with its question."""
    return "\n\n".join(
        f"## {escape(entry.question)} {{ #{entry_id} }}\n\n{_sides(entry)}"
        for entry_id, entry in guide.disagreements.items()
    )


def gap(guide: Guide, *gaps: str) -> str:
    """What no source says about one thing or several, with the questions to ask instead, as a box."""
    if not gaps:
        raise MacroError("it needs the id of a gap.", suggestion("", guide.gaps))
    entries = [_one("gap", guide.gaps, gap_id) for gap_id in gaps]
    items = "\n".join(f"- {escape(entry.missing)} Ask: “{escape(entry.ask)}”" for entry in entries)
    return _box("gap", f"gap-{gaps[0]}", "**What our sources do not say**", items)


def gaps(guide: Guide) -> str:
    """Every gap, under a heading for each time at which it matters."""
    parts = []
    for topic in _topics(guide):
        rows = [
            Row(gap_id, [escape(entry.missing), f"“{escape(entry.ask)}”"])
            for gap_id, entry in guide.gaps.items()
            if entry.topic == topic
        ]
        caption = f"{topic.rstrip('?')}: what no source says"
        parts.append(f"## {topic}\n\n{table(caption, ['What is missing', 'What to ask'], rows)}")
    return "\n\n".join(parts)


def _topics(guide: Guide) -> list[str]:
    used = {entry.topic for entry in guide.gaps.values()}
    return [topic for topic in get_args(Topic) if topic in used]


def questions(guide: Guide, *topics: str) -> str:
    """The questions to ask, as lists to take along: all of them, or those of some topics.

    Raises MacroError for a topic that no gap has.
    """
    known = _topics(guide)
    for topic in topics:
        if topic not in known:
            raise MacroError(f"no gap has the topic '{topic}'.", suggestion(str(topic), known))
    parts = []
    for topic in topics or known:
        items = [f"- {escape(entry.ask)}" for entry in guide.gaps.values() if entry.topic == topic]
        parts.append("\n".join([f"**{escape(topic)}**", "", *items]))
    return "\n\n".join(parts)


def glossary(guide: Guide) -> str:
    """Every medical word, how to say it and what it means."""
    rows = [
        Row(word_id, [escape(entry.word), escape(entry.say), statement(entry.meaning)])
        for word_id, entry in sorted(guide.words.items(), key=lambda item: item[1].word.lower())
    ]
    return table("Medical words in this guide", ["Word", "How to say it", "What it means"], rows)


def _box(kind: str, box_id: str, title: str, body: str) -> str:
    return f'<div class="box {kind}" id="{escape(box_id)}" markdown="block">\n\n{title}\n\n{body}\n\n</div>'


def sources_table(guide: Guide) -> str:
    """Every source, with what is known of it."""
    return table(
        "The five articles",
        ["Article", "What it is", "Author", "Date"],
        [
            Row(
                source_id,
                [
                    f"[{escape(source.publisher)}: {escape(source.title)}](/sources/{source_id}.md)",
                    escape(source.about),
                    escape(source.author.capitalize() if source.author == "none given" else source.author),
                    escape(source.date[0].upper() + source.date[1:]),
                ],
            )
            for source_id, source in guide.sources.items()
        ],
    )


def source(guide: Guide, source: str, *, uses: Uses) -> str:
    """One source: what is known of it, and each of its claims with its place and where it is used.

    `source` is its id; `uses` are the pages that cite each claim. Raises MacroError for an
    unknown source.
    """
    entry = _one("source", guide.sources, source)
    address = "None known." if entry.address == "none known" else f"[{escape(entry.address)}]({entry.address})"
    facts = [
        ("Title", escape(entry.title)),
        ("Author", escape(entry.author)),
        ("Publisher", escape(entry.publisher)),
        ("Date", escape(entry.date)),
        ("Address", address),
        ("What it is", escape(entry.about)),
        ("How far to trust it", escape(entry.trust)),
    ]
    claims = [
        Row(claim_id, [escape(claim.place), _claim_cell(claim), _use_cell(claim, uses.get(claim_id, ()))])
        for claim_id, claim in entry.claims.items()
    ]
    columns = ["Place in the article", "What it says, in our words", "Where we use it"]
    return "\n".join(
        [
            *(f"- **{name}:** {value}" for name, value in facts),
            "",
            table(f"What {entry.publisher} says", columns, claims),
        ]
    )


def _use_cell(claim: Claim, pages: Sequence[tuple[str, str]]) -> str:
    if claim.left_out:
        return f"Left out: {escape(claim.left_out)}"
    return listing([f"[{escape(title)}](/{path})" for path, title in pages]) or "Nowhere yet."


def _claim_cell(claim: Claim) -> str:
    parts = [claim_text(claim)]
    if claim.note:
        parts.append(f"*Our note:* {escape(claim.note)}")
    return " <br>".join(parts)


#: Every macro by the name that pages call it by.
MACROS = {
    function.__name__: function
    for function in (
        alternatives_table,
        at_a_glance,
        compare_table,
        conditions_table,
        disagreement,
        disagreements,
        gap,
        gaps,
        glossary,
        in_short,
        methods_table,
        options_table,
        questions,
        risk_table,
        source,
        sources_table,
    )
}


def bound(guide: Guide, uses: Uses) -> dict[str, Callable[..., str]]:
    """Every macro with the guide's data bound to it, as pages call it."""
    ready = {}
    for name, function in MACROS.items():
        wanted = {"uses": uses} if "uses" in signature(function).parameters else {}
        ready[name] = wraps(function)(partial(function, guide, **wanted))
    return ready
