"""Statements with their citations, and what a citation shows.

A citation is a footnote: `[^claim-id]` in a page and in what a macro answers. macros.extension adds the text behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..guide.model import NOT_FROM_SOURCES, SILENT, Claim, Figure, Guide, InWords, Statement
from .render import escape, link, listing, number, strong

SCOPE = "Some sources speak of several treatments at once. We show that at each of them."


def cite(*claim_ids: str) -> str:
    """Citations of these claims."""
    return "".join(f"[^{claim_id}]" for claim_id in claim_ids)


def statement(said: Statement, keep: Callable[[str], bool] = lambda claim_id: True) -> str:
    """A statement with those of its citations that `keep` lets through, as one line of Markdown."""
    if not said.cites:
        return f"{escape(said.text)} ({NOT_FROM_SOURCES.capitalize()}.)"
    return escape(said.text) + cite(*filter(keep, said.cites))


def claim_ids_of(said: Iterable[Statement]) -> list[str]:
    """Ids of the claims that these statements rest on, each once, in order."""
    return list(dict.fromkeys(claim_id for one in said for claim_id in one.cites))


def answer(said: tuple[Statement, ...] | str) -> str:
    """What our sources say, or that they say nothing, as one line of Markdown; of several, each is marked by itself."""
    if isinstance(said, str):
        return SILENT
    return " ".join(f'<span class="said">{statement(each)}</span>' if said[1:] else statement(each) for each in said)


def figure(given: Figure, out_of: int | None = None) -> str:
    """A count both ways: who has it, and who does not.

    `out_of` is the number of people that a table counts all its figures in, a multiple of the
    source's own; without it, the source's own.
    """
    out_of = out_of or given.out_of
    count = given.count * out_of // given.out_of
    text = (
        f"{strong(f'{number(count)} out of every {number(out_of)} {escape(given.of)}')}. "
        f"The other {number(out_of - count)} do not have this harm."
    )
    if out_of != given.out_of:
        text += f" The source counts {number(given.count)} out of {number(given.out_of)}."
    return text


def claim_text(claim: Claim) -> str:
    """A claim with its figure or its source's own words, as one line of Markdown."""
    said = escape(claim.says)
    if isinstance(claim.frequency, Figure):
        return f"{said} {figure(claim.frequency)}"
    if isinstance(claim.frequency, InWords):
        return f"{said} How often, in the source's words: “{escape(claim.frequency.words)}”."
    return said


def footnote(guide: Guide, claim_id: str) -> str:
    """What stands behind a citation: the claim, and the way to it among our sources.

    Raises KeyError for an unknown id.
    """
    source_id, source, claim = guide.claim(claim_id)
    place = f"{escape(source.publisher)}, {escape(claim.place)}"
    return f"{claim_text(claim)} {link(place, f'/sources/{source_id}.md#{claim_id}')}"


def pooled(guide: Guide, claim_id: str) -> str:
    """For a count over several methods, the sentence that says so; else nothing."""
    names = [escape(guide.methods[m].name.lower()) for m in guide.methods_of(claim_id)]
    return f"One count for {listing(names)} together." if len(names) > 1 else ""
