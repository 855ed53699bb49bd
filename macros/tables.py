"""The macros: one function each, from the guide's data and a page's arguments to Markdown.

A macro is named for what appears, and stands alone on its line in a page.
"""

from __future__ import annotations

from .cite import SILENT, answer, cite, claim_text, figure, pooled, statement
from .model import NOT_REPORTED, Figure, Guide, InWords, Risk
from .problem import suggestion
from .render import Row, escape, listing, table

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


def _claims(risk: Risk) -> list[str]:
    return list(dict.fromkeys(claim_id for said in risk.says for claim_id in said.cites))


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


def alternatives_table(guide: Guide) -> str:
    """Every alternative, with the same fields for each."""
    return table(
        "What can be done instead",
        ["Option", "What it is", "What it may do", "Limits and harms", "How long it lasts"],
        [
            Row(
                alternative_id,
                [
                    escape(alternative.name + ORIGINS[alternative.origin]),
                    answer(alternative.what),
                    answer(alternative.helps),
                    answer(alternative.limits),
                    answer(alternative.lasts),
                ],
            )
            for alternative_id, alternative in guide.alternatives.items()
        ],
    )


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
                    statement(method.in_short),
                    AIMS[method.aim],
                ],
            )
            for method_id, method in guide.methods.items()
        ],
    )


def in_short(guide: Guide, method: str) -> str:
    """What one method is, in a sentence or two. Raises MacroError for an unknown method."""
    return statement(_one("method", guide.methods, method).in_short)


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


def source(guide: Guide, source: str) -> str:
    """One source: what is known of it, and each of its claims with the place it stands in.

    `source` is its id. Raises MacroError for an unknown one.
    """
    entry = _one("source", guide.sources, source)
    address = "None known" if entry.address == "none known" else f"[{escape(entry.address)}]({entry.address})"
    facts = [
        ("Title", escape(entry.title)),
        ("Author", escape(entry.author)),
        ("Publisher", escape(entry.publisher)),
        ("Date", escape(entry.date)),
        ("Address", address),
        ("What it is", escape(entry.about)),
    ]
    claims = [Row(claim_id, [escape(claim.place), _claim_cell(claim)]) for claim_id, claim in entry.claims.items()]
    return "\n".join(
        [
            *(f"- **{name}:** {value}" for name, value in facts),
            "",
            table(f"What {entry.publisher} says", ["Place in the article", "What it says, in our words"], claims),
        ]
    )


def _claim_cell(claim) -> str:
    parts = [claim_text(claim)]
    if claim.note:
        parts.append(f"*Our note:* {escape(claim.note)}")
    if claim.left_out:
        parts.append(f"*Left out of the guide:* {escape(claim.left_out)}")
    return "<br>".join(parts)


#: Every macro by the name that pages call it by.
MACROS = {
    function.__name__: function
    for function in (alternatives_table, in_short, methods_table, risk_table, source, sources_table)
}
