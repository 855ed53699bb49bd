"""The table of risks."""

from __future__ import annotations

import math

from .cite import SCOPE, SILENT, cite, claim_ids_of, figure, pooled, statement
from .model import Figure, Guide, InWords
from .options import method_links
from .pictures import icon_array
from .problem import one
from .render import Row, escape, listing, table

#: What stands below the pictures.
_PICTURED = "Each dot is one person. A harm that nobody counted has no picture. That does not make it less likely."


def risk_table(guide: Guide, method: str | None = None) -> str:
    """All risks, or those that our sources name for one method.

    `method` is a method's id. What a source says of other methods is left out, its figure
    too. Raises MacroError for an unknown method.
    """
    of_one = None if method is None else one("method", guide.methods, method)
    caption = f"Risks of {of_one.name.lower()}" if of_one else "All risks that our sources name"

    def concerns(claim_id: str) -> bool:
        return method is None or method in guide.methods_of(claim_id)

    columns = ["Risk", "What can happen", "How often"]
    if of_one is None:
        columns.append("Treatments")
    rows, notes, counted = [], {}, {}
    out_of = _people(guide)
    for risk_id, risk in guide.risks.items():
        said = [s for s in risk.says if any(map(concerns, s.cites))]
        if not said:
            continue
        claim_ids = [c for c in claim_ids_of(risk.says) if concerns(c)]
        cells = [
            escape(risk.name),
            " ".join(statement(s, concerns) for s in said),
            _how_often(guide, claim_ids, out_of),
        ]
        if of_one is None:
            named = {m for c in claim_ids for m in guide.methods_of(c)}
            cells.append(method_links(guide, named))
        rows.append(Row(risk_id, cells))
        for claim_id in claim_ids:
            _, source, claim = guide.claim(claim_id)
            if isinstance(claim.frequency, Figure):
                count = claim.frequency.count * out_of // claim.frequency.out_of
                counted.setdefault((count, claim.frequency.of, pooled(guide, claim_id)), []).append(
                    (risk.name, claim_id)
                )
                if source.counts:
                    notes[source.publisher] = f"About the counts by {escape(source.publisher)}: {escape(source.counts)}"
    pictures = [_picture(*key, out_of, harms) for key, harms in counted.items()]
    if pictures:
        pictures.append(_PICTURED)
    return "\n\n".join([table(caption, columns, rows, "risks"), SCOPE, *notes.values(), *pictures])


def _picture(count: int, of: str, together: str, out_of: int, harms: list[tuple[str, str]]) -> str:
    """One picture for all harms that are counted alike, with the same in words."""
    names = listing([escape(name.lower() if index else name) for index, (name, _) in enumerate(harms)])
    each = ", each" if len(harms) > 1 else ""
    words = f"**{names}{each}:** {figure(Figure(count=count, out_of=out_of, of=of))} {together}".strip()
    words += cite(*dict.fromkeys(claim_id for _, claim_id in harms))
    drawn = icon_array(count, out_of) or "So many people cannot be drawn."
    return f'<div class="counted" markdown="block">\n\n{words}\n\n<div>{drawn}</div>\n\n</div>'


def _people(guide: Guide) -> int:
    """The number of people that every figure is counted in, so that all can be compared.

    It is the least one that fits each source's own; 1 where no source counts.
    """
    claims = (claim for source in guide.sources.values() for claim in source.claims.values())
    return math.lcm(*(claim.frequency.out_of for claim in claims if isinstance(claim.frequency, Figure)))


def _how_often(guide: Guide, claim_ids: list[str], out_of: int) -> str:
    """Every figure that these claims give, then the sources' own words; else that they are silent."""
    figures, words = [], []
    for claim_id in claim_ids:
        frequency = guide.claim(claim_id)[2].frequency
        if isinstance(frequency, Figure):
            figures.append(f"{figure(frequency, out_of)} {pooled(guide, claim_id)}".strip() + cite(claim_id))
        elif isinstance(frequency, InWords):
            words.append(f"“{escape(frequency.words)}”{cite(claim_id)}")
    if words:
        figures.append(f"In words only: {', '.join(words)}.")
    return " ".join(figures) or SILENT
