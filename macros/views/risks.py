"""The table of risks, and one of them by itself."""

from __future__ import annotations

from ..guide.model import Figure, Guide, InWords, Source
from ..guide.problem import one
from .cite import SCOPE, SILENT, cite, claim_ids_of, figure, pooled, statement
from .options import method_links
from .pictures import icon_array
from .render import (
    Row,
    boxes,
    bullets,
    collapsible,
    escape,
    heading,
    link,
    listing,
    macro,
    named,
    paragraph,
    strong,
    table,
)

#: What stands below the pictures.
_DOTS = "Each dot is one person. Ask your team: with my nerve, how many would be marked?"
_PICTURED = f"{_DOTS} A harm that nobody counted has no picture. That does not make it less likely."

#: What stands in a row whose figure stands above the table.
_ABOVE = "As counted above."
_TOO_MANY = "So many people cannot be drawn."

#: What stands above the risks of one treatment, so that a short list does not look like a safe treatment.
_MAY_MISS = "This list may not be complete. A harm that is not listed can still happen."
#: The same below the treatments of one risk.
_TREATMENT_MAY_MISS = "If a treatment is missing here, it may still do this harm."
#: The groups of risks, in our own order and words: what each is called, and what is in it.
GROUPS = {
    "serious": (
        "Serious, or not known how serious",
        "Called severe or the main risk, or they may stay. Of some, no source says how bad they can be.",
    ),
    "common": (
        "Common, or said to pass",
        "These are called common, are said to pass, or are named next to such a harm.",
    ),
    "counted": ("Counted", "Somebody counted these. A count does not make a harm small."),
}
_, _WHAT, _OFTEN, _TREATMENTS = _COLUMNS = ("Risk", "What can happen", "How often", "Treatments")


def risks_title(guide: Guide, method: str | None = None) -> str:
    """What a table of risks is called, as plain text. Raises MacroError for an unknown method."""
    if method is None:
        return "All risks that our sources name"
    return f"Risks of {one('method', guide.methods, method).name.lower()}"


@macro
def risk_table(guide: Guide, method: str | None = None) -> str:
    """All risks, or those that our sources name for one method, in groups: serious, common, counted.

    Each group is folded below the names of its harms. What is counted stands once in its group, above the rows, with
    the people whom it was counted of. `method` is a method's id. What a source says of other methods is left out,
    its figure too. Raises MacroError for an unknown method.
    """
    caption = risks_title(guide, method)
    columns = _COLUMNS if method is None else _COLUMNS[:-1]
    rows: dict[str, list[Row]] = {group: [] for group in GROUPS}
    counted, notes = {}, {}
    for risk_id in guide.risks if method is None else guide.of_method("risks", method):
        risk = guide.risks[risk_id]
        claim_ids = [c for c in claim_ids_of(risk.says) if method is None or method in guide.methods_of(c)]
        group = risk.group
        figures = {c: guide.claim(c)[2].frequency for c in claim_ids}
        figures = {c: given for c, given in figures.items() if isinstance(given, Figure)}
        if group == "counted" and not figures:
            group = "serious"  # it was counted for other methods only: how bad it is for this one, nobody says
        for claim_id, given in figures.items():
            key = (given.count * guide.counted_in // given.out_of, given.of, pooled(guide, claim_id))
            counted.setdefault(group, {}).setdefault(key, []).append((risk.name, claim_id))
            notes |= _about_the_counts(guide.claim(claim_id)[1])
        said = [statement(s, claim_ids.__contains__) for s in risk.says if set(s.cites) & set(claim_ids)]
        often = _how_often(guide, claim_ids, tell_uncounted=method is None, above=True)
        cells = [escape(risk.name), " ".join(said), often, _treatments(guide, claim_ids)]
        if said:  # else it rests on no claim
            rows[group].append(Row(risk_id, cells[: len(columns)]))
    folds = []
    for group, (title, told) in GROUPS.items():
        if rows[group]:
            pictures = [_picture(guide, *key, harms) for key, harms in counted.get(group, {}).items()]
            pictures += [*map(paragraph, notes.values()), paragraph(_PICTURED)] if pictures else []
            shown = table(f"{caption}: {title[0].lower()}{title[1:]}", columns, rows[group], "risks")
            names = named(row.cells[0] for row in rows[group])
            body = [paragraph(told), *pictures, shown, *([] if folds or method else [paragraph(SCOPE)])]
            folds.append(collapsible("fold", f"{strong(title + ':')} {names}", "\n\n".join(body)))
    if not folds:
        return paragraph(SILENT)  # an empty table would look like no risk
    return "\n\n".join([*([paragraph(_MAY_MISS)] if method else []), *folds])


@macro
def risk(guide: Guide, risk: str) -> str:
    """One risk as sections of a page, with its own picture.

    `risk` is its id. Raises MacroError for an unknown one.
    """
    entry = one("risk", guide.risks, risk)
    claim_ids, out_of = claim_ids_of(entry.says), guide.counted_in
    counts, notes = {}, {}
    for claim_id in claim_ids:
        _, source, claim = guide.claim(claim_id)
        if isinstance(claim.frequency, Figure):
            counts[claim.frequency.count * out_of // claim.frequency.out_of] = None
            notes |= _about_the_counts(source)
    pictures = [f'<div class="counted">{icon_array(count, out_of) or _TOO_MANY}</div>' for count in counts]
    parts = [
        heading(2, _WHAT),
        paragraph(" ".join(map(statement, entry.says))),
        heading(2, _OFTEN),
        paragraph(_how_often(guide, claim_ids, tell_uncounted=True)),
        *pictures,
        *([paragraph(_DOTS)] if pictures else []),
        *map(paragraph, notes.values()),
        heading(2, _TREATMENTS),
        paragraph(_treatments(guide, claim_ids) + "."),
        paragraph(_TREATMENT_MAY_MISS),
        paragraph(SCOPE),
    ]
    return "\n\n".join(parts)


@macro
def urgent(guide: Guide) -> str:
    """What whoever has a harm now should do, as the first line of a page."""
    text = escape(guide.urgent.text)
    return paragraph(strong(text) + statement(guide.urgent).removeprefix(text), "urgent")


@macro
def call_list(guide: Guide) -> str:
    """The harms as a reader would notice them, to tick those for which to call; the others are named below."""
    noticed = dict.fromkeys(escape(risk.noticed) for risk in guide.risks.values() if risk.noticed)
    others = [link(escape(risk.name), f"/risks.md#{i}") for i, risk in guide.risks.items() if not risk.noticed]
    more = [paragraph("Ask also about these:"), bullets(others)] if others else []
    return "\n\n".join([boxes(noticed), *more])


def _treatments(guide: Guide, claim_ids: list[str]) -> str:
    return method_links(guide, {m for c in claim_ids for m in guide.methods_of(c)})


def _about_the_counts(source: Source) -> dict[str, str]:
    """What to know about a source's counts, by its publisher; empty where we know of nothing."""
    if not source.counts:
        return {}
    return {source.publisher: f"About the counts by {escape(source.publisher)}: {escape(source.counts)}"}


def _picture(guide: Guide, count: int, of: str, together: str, harms: list[tuple[str, str]]) -> str:
    """One picture for all harms that are counted alike, with the same in words."""
    out_of = guide.counted_in
    names = listing([escape(name.lower() if index else name) for index, (name, _) in enumerate(harms)])
    each = ", each" if len(harms) > 1 else ""
    words = f"{strong(f'{names}{each}:')} {figure(Figure(count=count, out_of=out_of, of=of))} {together}".strip()
    words += cite(*dict.fromkeys(claim_id for _, claim_id in harms))
    drawn = icon_array(count, out_of) or _TOO_MANY
    return f'<div class="counted" markdown="block">\n\n{words}\n\n<div>{drawn}</div>\n\n</div>'


def _how_often(guide: Guide, claim_ids: list[str], *, tell_uncounted: bool, above: bool = False) -> str:
    """Every figure that these claims give, then the sources' own words; else that they are silent.

    `tell_uncounted` adds to a figure the treatments of these claims that it is not for. `above`: the figure stands
    above the table already, with all that belongs to it.
    """
    figures, words, counted = [], [], set()
    for claim_id in claim_ids:
        frequency = guide.claim(claim_id)[2].frequency
        if isinstance(frequency, Figure):
            said = _ABOVE if above else f"{figure(frequency, guide.counted_in)} {pooled(guide, claim_id)}".strip()
            figures.append(said + cite(claim_id))
            counted |= set(guide.methods_of(claim_id))
        elif isinstance(frequency, InWords):
            words.append(f"“{escape(frequency.words)}”{cite(claim_id)}")
    named = {m for claim_id in claim_ids for m in guide.methods_of(claim_id)}
    if figures and tell_uncounted and (rest := [m for m in guide.methods if m in named - counted]):
        names = listing([escape(guide.methods[m].name.lower()) for m in rest])
        figures.append(f"No source counted it for {names}.")
    if words:
        figures.append(f"In words only: {', '.join(words)}.")
    return " ".join(figures) or SILENT
