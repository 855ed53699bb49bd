"""The table of risks, and one of them by itself."""

from __future__ import annotations

from ..guide.model import Figure, Guide, InWords, Source
from ..guide.problem import one
from .cite import SCOPE, SILENT, cite, claim_ids_of, figure, pooled, statement
from .options import method_links
from .pictures import icon_array
from .render import Row, escape, heading, listing, paragraph, strong, table

#: What stands below the pictures.
_DOTS = "Each dot is one person."
_PICTURED = f"{_DOTS} A harm that nobody counted has no picture. That does not make it less likely."

_TOO_MANY = "So many people cannot be drawn."

#: What stands above the risks of one treatment, so that a short list does not look like a safe treatment.
_MAY_MISS = "This list may not be complete. A harm that is not listed can still happen."
#: The same below the treatments of one risk.
_TREATMENT_MAY_MISS = "If a treatment is missing here, it may still do this harm."
_, _WHAT, _OFTEN, _TREATMENTS = _COLUMNS = ("Risk", "What can happen", "How often", "Treatments")


def risks_title(guide: Guide, method: str | None = None) -> str:
    """What a table of risks is called, as plain text. Raises MacroError for an unknown method."""
    if method is None:
        return "All risks that our sources name"
    return f"Risks of {one('method', guide.methods, method).name.lower()}"


def risk_table(guide: Guide, method: str | None = None) -> str:
    """All risks, or those that our sources name for one method.

    `method` is a method's id. What a source says of other methods is left out, its figure
    too. Raises MacroError for an unknown method.
    """
    caption = risks_title(guide, method)

    def concerns(claim_id: str) -> bool:
        return method is None or method in guide.methods_of(claim_id)

    columns = _COLUMNS if method is None else _COLUMNS[:-1]
    rows, notes, counted = [], {}, {}
    out_of = guide.counted_in
    for risk_id in guide.risks if method is None else guide.of_method("risks", method):
        risk = guide.risks[risk_id]
        said = [s for s in risk.says if any(map(concerns, s.cites))]
        if not said:  # it rests on no claim
            continue
        claim_ids = [c for c in claim_ids_of(risk.says) if concerns(c)]
        cells = [
            escape(risk.name),
            " ".join(statement(s, concerns) for s in said),
            _how_often(guide, claim_ids, out_of, tell_uncounted=method is None),
        ]
        if method is None:
            cells.append(_treatments(guide, claim_ids))
        rows.append(Row(risk_id, cells))
        for claim_id in claim_ids:
            _, source, claim = guide.claim(claim_id)
            if isinstance(claim.frequency, Figure):
                count = claim.frequency.count * out_of // claim.frequency.out_of
                counted.setdefault((count, claim.frequency.of, pooled(guide, claim_id)), []).append(
                    (risk.name, claim_id)
                )
                notes |= _about_the_counts(source)
    if not rows:
        return paragraph(SILENT)  # an empty table would look like no risk
    pictures = [_picture(*key, out_of, harms) for key, harms in counted.items()]
    if pictures:
        pictures.append(paragraph(_PICTURED))
    above = [paragraph(_MAY_MISS)] if method else []
    below = map(paragraph, [SCOPE, *notes.values()])
    return "\n\n".join([*above, table(caption, columns, rows, "risks"), *below, *pictures])


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
        paragraph(_how_often(guide, claim_ids, out_of, tell_uncounted=True)),
        *pictures,
        *([paragraph(_DOTS)] if pictures else []),
        *map(paragraph, notes.values()),
        heading(2, _TREATMENTS),
        paragraph(_treatments(guide, claim_ids) + "."),
        paragraph(_TREATMENT_MAY_MISS),
        paragraph(SCOPE),
    ]
    return "\n\n".join(parts)


def _treatments(guide: Guide, claim_ids: list[str]) -> str:
    return method_links(guide, {m for c in claim_ids for m in guide.methods_of(c)})


def _about_the_counts(source: Source) -> dict[str, str]:
    """What to know about a source's counts, by its publisher; empty where we know of nothing."""
    if not source.counts:
        return {}
    return {source.publisher: f"About the counts by {escape(source.publisher)}: {escape(source.counts)}"}


def _picture(count: int, of: str, together: str, out_of: int, harms: list[tuple[str, str]]) -> str:
    """One picture for all harms that are counted alike, with the same in words."""
    names = listing([escape(name.lower() if index else name) for index, (name, _) in enumerate(harms)])
    each = ", each" if len(harms) > 1 else ""
    words = f"{strong(f'{names}{each}:')} {figure(Figure(count=count, out_of=out_of, of=of))} {together}".strip()
    words += cite(*dict.fromkeys(claim_id for _, claim_id in harms))
    drawn = icon_array(count, out_of) or _TOO_MANY
    return f'<div class="counted" markdown="block">\n\n{words}\n\n<div>{drawn}</div>\n\n</div>'


def _how_often(guide: Guide, claim_ids: list[str], out_of: int, *, tell_uncounted: bool) -> str:
    """Every figure that these claims give, then the sources' own words; else that they are silent.

    `tell_uncounted` adds to a figure the treatments of these claims that it is not for.
    """
    figures, words, counted = [], [], set()
    for claim_id in claim_ids:
        frequency = guide.claim(claim_id)[2].frequency
        if isinstance(frequency, Figure):
            figures.append(f"{figure(frequency, out_of)} {pooled(guide, claim_id)}".strip() + cite(claim_id))
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
