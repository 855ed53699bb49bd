"""What is not known: disagreements of our sources, gaps, and the questions to ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import get_args

from ..guide.model import Disagreement, Guide, Side, Topic
from ..guide.problem import MacroError, one, suggestion
from .cite import statement
from .render import (
    Row,
    box,
    boxes,
    bullets,
    collapsible,
    escape,
    heading,
    link,
    listing,
    macro,
    numbered,
    paragraph,
    strong,
    table,
)


@macro
def disagreement(guide: Guide, disagreement: str, folded: bool = False) -> str:
    """A question on which our sources do not say the same, as a box with all sides. It can be folded."""
    entry = one("disagreement", guide.disagreements, disagreement)
    title = f"Our sources disagree: {escape(entry.question)}"
    if folded:
        return collapsible("disagreement", title, _sides(guide, entry), disagreement)
    return box("disagreement", disagreement, title, _sides(guide, entry))


@macro
def disagreements(guide: Guide) -> str:
    """Every disagreement: a heading with its question, what to ask, and all sides folded below."""
    parts = []
    for entry_id, entry in guide.disagreements.items():
        title = f"What each source says ({len(entry.sides)} sides)"
        parts += [heading(2, entry.question, entry_id), paragraph(escape(entry.reader))]
        parts.append(collapsible("fold", title, _said(guide, entry, statement)))
    return "\n\n".join(parts)


def touched(guide: Guide, claim_ids: Iterable[str], markdown: str) -> list[str]:
    """Ids of the disagreements that a page touches, which cites these claims, and does not show itself.

    A page touches a question when it cites claims of two sides at least.
    """
    sides: dict[tuple[int, str], set[int]] = {}
    for claim_id in claim_ids:
        for number, entry_id, side in guide.sides_of(claim_id):
            sides.setdefault((number, entry_id), set()).add(side)
    return [
        entry_id
        for (_, entry_id), found in sorted(sides.items())
        if len(found) > 1 and f'id="{entry_id}"' not in markdown and f"#{entry_id} }}" not in markdown
    ]


def disagreements_touched(guide: Guide, claim_ids: Iterable[str], markdown: str) -> str:
    """The section about the disagreements that a page touches, which cites these claims; "" for none.

    They are one fold, for they can be many, and each question opens in it. Each side is named. Where it says so
    stands on the page of all disagreements, so that this page stays light.
    """
    ids = touched(guide, claim_ids, markdown)
    if not ids:
        return ""
    own_page = link("on a page of their own", f"/disagreements.md#{ids[0]}")
    parts = [paragraph(f"See who says what {own_page}.")]
    for entry_id in ids:
        entry = guide.disagreements[entry_id]
        parts.append(collapsible("disagreement", escape(entry.question), _sides(guide, entry, _unnoted), entry_id))
    title = f"{len(ids)} question{'s' if len(ids) > 1 else ''}, with what each source says"
    return "\n\n".join([heading(2, "Where our sources disagree"), collapsible("fold", title, "\n\n".join(parts))])


def _speakers(guide: Guide, side: Side) -> str:
    """Who says this: the publishers of its claims."""
    return listing(list(dict.fromkeys(guide.claim(claim_id)[1].publisher for claim_id in side.cites))) or "We"


def _unnoted(side: Side) -> str:
    return statement(side, lambda claim_id: False)


def _scope(guide: Guide, side: Side) -> str:
    """Of which treatments each source says it: it may not hold for the reader's own.

    What two sources say of different treatments is told of each by itself, so that neither is given the other's.
    """
    if side.of:
        return ""
    said: dict[tuple[str, ...], dict[str, None]] = {}
    for claim_id in side.cites:
        said.setdefault(guide.methods_of(claim_id), {})[guide.claim(claim_id)[1].publisher] = None
    names = {methods: listing([escape(guide.methods[m].name.lower()) for m in methods]) for methods in said}
    if len(said) == 1:
        return f" (About {next(iter(names.values()))}.)"
    return f" ({' '.join(f'{escape(listing(list(who)))}: of {names[of]}.' for of, who in said.items())})"


def _sides(guide: Guide, entry: Disagreement, shown: Callable[[Side], str] = statement) -> str:
    return f"{_said(guide, entry, shown)}\n\n{escape(entry.reader)}"


def _said(guide: Guide, entry: Disagreement, shown: Callable[[Side], str]) -> str:
    return bullets(
        f"{strong(f'{escape(_speakers(guide, side))}:')} {shown(side)}{_scope(guide, side)}" for side in entry.sides
    )


@macro
def gap(guide: Guide, *gaps: str) -> str:
    """What no source says about one thing or several, with the questions to ask instead, as a box."""
    if not gaps:
        raise MacroError("it needs the id of a gap.", suggestion("", guide.gaps))
    entries = [one("gap", guide.gaps, gap_id) for gap_id in gaps]
    items = bullets(f"{escape(entry.missing)} Ask: “{escape(entry.ask)}”" for entry in entries)
    return box("gap", f"gap-{gaps[0]}", "No answer in our sources: ask", items)


@macro
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
        parts.append(f"{heading(2, topic)}\n\n{table(caption, ['What is missing', 'What to ask'], rows, 'gaps')}")
    return "\n\n".join(parts)


@macro
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
        items = boxes(escape(entry.ask) for entry in guide.gaps.values() if entry.topic == topic)
        anchor = "ask-" + re.sub(r"\W+", "-", topic.lower()).strip("-")
        parts.append(f"{heading(3, topic, anchor)}\n\n{items}")
    return "\n\n".join(parts)


@macro
def next_steps(guide: Guide) -> str:
    """What to do next, in order, and the two lists to take along. The page "About this guide" says that it is ours."""
    treatment, ready = link("the page of your treatment", "/methods/index.md"), link("get ready", "/getting-ready.md")
    asked, calls = link("your questions", "/questions.md"), link("whom to call", "/recovery.md#whom-to-call")
    first = f"Show your team {treatment} and its drawing. Ask what is true for you."
    last = f"Read how to {ready}. Take along {asked}, and the list of {calls}."
    return numbered([first, *(escape(step.text) for step in guide.next_steps), last])


@macro
def my_notes(guide: Guide, about: str, lines: int = 4) -> str:
    """A field for the reader's own notes, which stay on the device; on paper, room to write.

    `about` is what stands above it, such as "What matters most to me"; `lines` is its height.
    """
    if not isinstance(about, str) or not about.strip():
        raise MacroError("it needs what stands above the field.", 'Write {{ my_notes("What I want to ask") }}.')
    return f'<div class="own"><label>{escape(about)}<textarea rows="{int(lines)}"></textarea></label></div>'


def _topics(guide: Guide) -> list[str]:
    used = {entry.topic for entry in guide.gaps.values()}
    return [topic for topic in get_args(Topic) if topic in used]
