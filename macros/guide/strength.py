"""Rules that hold a statement to its claims: said of the same treatments, as absolute, of as many sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .model import Guide, Method, Side
from .problem import Problem, trail
from .read import Document
from .statements import statements

#: Words that leave no exception. "At all" and "above all" are no such words.
_ABSOLUTE = re.compile(r"(?<!at )(?<!above )\b(all|always|every|everybody|everyone|never|nobody|none)\b", re.I)
_COUNTED = re.compile(r"\b(two|three|four|five|six|seven|eight|nine) (?:of our )?(?:sources|articles)\b", re.I)
_MORE = re.compile(
    r"\b(?:another|a (?:third|fourth|fifth|sixth)) (?:source|article|says|counts|adds|names)\b|\bsays another\b", re.I
)
_NUMBERS = dict(zip(["two", "three", "four", "five", "six", "seven", "eight", "nine"], range(2, 10), strict=True))


def weak_or_strong(guide: Guide, document: Document) -> Iterator[Problem]:
    """Every statement that says more than its claims, less, or of other treatments."""

    def problem(path: tuple, what: str, mend: str) -> Problem:
        return Problem(document.file, document.line(path), trail(path) + what, mend)

    for path, said in statements(guide, ()):
        for what, mend in wording(guide, said.text, said.cites):
            yield problem((*path, "text"), what, mend)
        if isinstance(said, Side) and not said.of:
            for what, mend in _union(guide, said):
                yield problem((*path, "claims"), what, mend)
    for path, what, mend in _answers(guide):
        yield problem(path, what, mend)
    for option_id, option in guide.alternatives.items():
        cites = [c for path, said in statements(option, ()) for c in said.cites]
        for method in dict.fromkeys(m for c in cites for m in guide.methods_of(c) if m not in option.beside):
            what = f"a claim of this option speaks of '{method}', which is not in the list."
            yield problem(("alternatives", option_id, "beside"), what, f"Add {method}: our sources name it there.")


def wording(guide: Guide, text: str, claim_ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Absolute words, and numbers of sources, that the claims do not bear out: what is wrong, and the mend.

    `text` rests on these claims; where it rests on none, nothing of it is looked at but a number of sources.
    """
    cited = [guide.claim(claim_id) for claim_id in claim_ids]
    claims = " ".join(claim.says for _, _, claim in cited).lower()
    for word in dict.fromkeys(found.lower() for found in _ABSOLUTE.findall(text) if cited):
        if not re.search(rf"\b{word}\b", claims):
            yield f"'{word}' leaves no exception, and none of its claims says so.", f"Say it without '{word}'."
    if counted := _COUNTED.findall(text):
        told = sum(_NUMBERS[number.lower()] for number in counted) + len(_MORE.findall(text))
        sources = {source_id for source_id, _, _ in cited}
        if told != len(sources):
            yield (
                f"it speaks of {told} sources, but its claims are of {', '.join(sorted(sources)) or 'none'}.",
                "Write the number of sources that its claims are of, or list the claims that are missing.",
            )


def _union(guide: Guide, side: Side) -> Iterator[tuple[str, str]]:
    """Claims of one source on one side that speak of different treatments."""
    of: dict[str, dict[tuple, str]] = {}
    for claim_id in side.cites:
        of.setdefault(guide.claim(claim_id)[0], {}).setdefault(guide.methods_of(claim_id), claim_id)
    for kinds in of.values():
        if len(kinds) > 1:
            one, other = list(kinds.values())[:2]
            yield (
                f"'{one}' and '{other}' speak of different treatments.",
                "Make a side of each; or, where the text itself tells which treatment it means, write: of: told",
            )


def _answers(guide: Guide) -> Iterator[tuple[tuple, str, str]]:
    """Claims that answer a question for one treatment and not for each that they speak of."""
    for field in Method.model_fields:
        cited: dict[str, dict[str, tuple]] = {}
        for method_id, method in guide.methods.items():
            for path, said in statements(getattr(method, field), ("methods", method_id, field)):
                for claim_id in said.cites:
                    cited.setdefault(claim_id, {}).setdefault(method_id, (*path, "claims"))
        for claim_id, places in cited.items():
            meant, first = guide.methods_of(claim_id), next(iter(places.values()))
            for method_id in [m for m in places if m not in meant]:
                what = f"'{claim_id}' does not speak of '{method_id}', only of: {', '.join(meant)}."
                yield places[method_id], what, f"Take it away, or add {method_id} to the claim's 'methods'."
            if missing := [m for m in meant if m not in places]:
                yield (
                    first,
                    f"'{claim_id}' speaks of '{missing[0]}' too, and '{field}' there does not cite it.",
                    f"Cite it there too. If it does not mean {missing[0]}, give the claim 'methods', and a 'note' why.",
                )
