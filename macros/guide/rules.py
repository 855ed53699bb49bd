"""Rules between entries of the data. They hold what the guide promises about figures and ids."""

from __future__ import annotations

from collections.abc import Iterator

from . import prose
from .model import Figure, Guide
from .problem import Problem, trail
from .read import Document


def broken(guide: Guide, document: Document) -> Iterator[Problem]:
    """Every broken rule of a guide whose entries are each right by themselves."""

    def problem(path: tuple, what: str, mend: str) -> Problem:
        return Problem(document.file, document.line(path), trail(path) + what, mend)

    for source_id, source in guide.sources.items():
        for claim_id, claim in source.claims.items():
            path = ("sources", source_id, "claims", claim_id)
            if not claim_id.startswith(source_id + "-"):
                yield problem(
                    path,
                    f"the id '{claim_id}' does not begin with its source's id.",
                    f"Write {source_id}-... so that a citation shows where it comes from.",
                )
            if claim_id in source.retired:
                yield problem(
                    path,
                    f"the id '{claim_id}' was used before for another claim.",
                    "Give the new claim a new id: somebody may have linked the old one.",
                )
            for method in claim.methods or ():
                if method not in source.methods and claim.note is None:
                    yield problem(
                        (*path, "methods"),
                        f"'{method}' is not among the methods of this source: {', '.join(source.methods)}.",
                        "Take it away, or say in a 'note' why it stands here.",
                    )
    for number, review in enumerate(guide.review.reviews):
        if review.next <= review.on:
            path = ("review", "reviews", number, "next")
            yield problem(path, f"'{review.next}' is not after the review.", "Write when the next one is due.")
    anchors: dict[str, str] = {}
    for part in ("methods", "risks", "alternatives", "conditions", "disagreements", "words"):
        for entry_id in getattr(guide, part):
            if entry_id in anchors:
                yield problem(
                    (part, entry_id),
                    f"the id '{entry_id}' stands in {anchors[entry_id]} too.",
                    "Give one of them another id: both would be the same address on a page.",
                )
            anchors.setdefault(entry_id, part)
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
            yield problem(
                ("risks", risk_id),
                "none of its claims says how often it happens.",
                "Give one of its claims a 'frequency': a count, the source's words, or: not reported",
            )
        counts = [c for s in risk.says for c in s.cites if isinstance(guide.claim(c)[2].frequency, Figure)]
        if (risk.group == "counted") != bool(counts) and risk.group != "serious":
            yield problem(
                ("risks", risk_id, "group"),
                f"'{risk.group}' does not fit: {'a claim' if counts else 'no claim'} has a count.",
                "Write counted where a source counted the harm, and serious or common where none did.",
            )
    for claim_id, risk_ids in cited.items():
        source_id, _, claim = guide.claim(claim_id)
        if isinstance(claim.frequency, Figure) and len(risk_ids) > 1:
            yield problem(
                ("sources", source_id, "claims", claim_id),
                f"it has a count, but {len(risk_ids)} risks cite it: {', '.join(risk_ids)}.",
                "A count belongs to the one harm that the source gave it for. Cite it there only.",
            )


def unwanted_wording(document: Document) -> Iterator[Problem]:
    """Every sentence that is too long, and wording that the guide does not use."""
    for path, text in _texts(document.data, ()):
        for what, mend in prose.wording(text):
            yield Problem(document.file, document.line(path), trail(path) + what, mend)


#: Fields whose text readers read as sentences.
_SENTENCES = {
    "about",
    "ask",
    "counts",
    "left_out",
    "missing",
    "note",
    "question",
    "reader",
    "says",
    "text",
    "trust",
    "until_reviewed",
}


def _texts(value: object, path: tuple) -> Iterator[tuple[tuple, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))
    elif isinstance(value, str) and path[-1] in _SENTENCES:
        yield path, value
