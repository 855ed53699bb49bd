"""The sources, their claims, and where the guide uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..guide.model import Claim, Guide
from ..guide.problem import one
from .cite import claim_text
from .render import Row, bullets, escape, link, listing, macro, strong, table

#: For each claim's id, the pages that cite it: their path below docs/ and their title.
Uses = Mapping[str, Sequence[tuple[str, str]]]


#: Numbers as words, as they stand in a sentence.
_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


@macro
def sources_in_short(guide: Guide) -> str:
    """How many articles the guide is curated from, and which: with a link to each."""
    count = len(guide.sources)
    links = [link(escape(source.publisher), f"/sources/{source_id}.md") for source_id, source in guide.sources.items()]
    number = _WORDS[count] if count < len(_WORDS) else str(count)
    said = f"All that this guide says about treatment comes from {number} articles on the web."
    return f"{said} They are by {listing(links)}."


@macro
def sources_table(guide: Guide) -> str:
    """Every source, with what is known of it."""
    return table(
        "The articles",
        ["Article", "What it is", "Author", "Date"],
        [
            Row(
                source_id,
                [
                    link(f"{escape(source.publisher)}: {escape(source.title)}", f"/sources/{source_id}.md"),
                    escape(source.about),
                    escape(source.author.capitalize() if source.author == "none given" else source.author),
                    escape(source.date[0].upper() + source.date[1:]),
                ],
            )
            for source_id, source in guide.sources.items()
        ],
        "sources",
    )


@macro
def source(guide: Guide, source: str, *, uses: Uses) -> str:
    """One source: what is known of it, and each of its claims with its place and where it is used.

    `source` is its id; `uses` are the pages that cite each claim. Raises MacroError for an
    unknown source.
    """
    entry = one("source", guide.sources, source)
    address = "None known." if entry.address == "none known" else link(escape(entry.address), entry.address)
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
    shown = bullets(f"{strong(f'{name}:')} {value}" for name, value in facts)
    return f"{shown}\n\n{table(f'What {entry.publisher} says', columns, claims, 'sources')}"


def _use_cell(claim: Claim, pages: Sequence[tuple[str, str]]) -> str:
    if claim.left_out:
        return f"Left out: {escape(claim.left_out)}"
    return listing([link(escape(title), f"/{path}") for path, title in pages]) or "Nowhere yet."


def _claim_cell(claim: Claim) -> str:
    parts = [claim_text(claim)]
    if claim.note:
        parts.append(f"*Our note:* {escape(claim.note)}")
    return " <br>".join(parts)
