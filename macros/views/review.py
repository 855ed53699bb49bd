"""What a reviewer needs: the sheet of all statements beside their claims, and when the guide is looked at again."""

from __future__ import annotations

from collections.abc import Mapping

from ..guide.model import PARTS, Guide
from ..guide.statements import Asked, asked
from .cite import claim_text
from .render import Row, bullets, collapsible, escape, macro, strong, table

#: What a reviewer ticks on paper.
_VERDICT = " ".join(f"<span>{each}</span>" for each in ("right", "too strong", "too weak", "wrong", "missing"))


@macro
def review_policy(guide: Guide) -> str:
    """When the guide is looked at again."""
    return bullets(map(escape, guide.review.policy))


@macro
def review_sheet(guide: Guide, *, texts: Mapping[str, str]) -> str:
    """Every statement beside its claims, folded by part; on paper, with boxes to tick and room for words.

    It has no notes: what each claim says, and where, stands in the row. `texts` has each page's text by its path.
    """
    rows: dict[str, list[Row]] = {}
    for each in asked(guide, texts):
        rows.setdefault(each.part, []).append(Row("", [_said(each), _claims(guide, each), _VERDICT]))
    columns = ["What the guide says", "What its claims say", "Your verdict"]
    return "\n\n".join(
        collapsible("fold sheet", f"{PARTS[part]} ({len(of)})", table(PARTS[part], columns, of, ""), f"sheet-{part}")
        for part, of in rows.items()
    )


def _said(each: Asked) -> str:
    head = each.field if each.name == each.text else f"{each.name.rstrip('.?!')}: {each.field.lower()}"
    return f"{strong(escape(head))}<br>{escape(each.text)}"


def _claims(guide: Guide, each: Asked) -> str:
    told = []
    for _, source, claim in map(guide.claim, each.cites):
        note = f" *Our note:* {escape(claim.note)}" if claim.note else ""
        told.append(f"{claim_text(claim)} ({escape(f'{source.publisher}, {claim.place}')}){note}")
    return "<br>".join(told) or "No claim."
