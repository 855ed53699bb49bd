"""`python -m macros.check`: every mistake in the data file and in the pages, without a build.

Exit status 0 where there is none, else 1. Under GitHub Actions the problems are annotations.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import contract, load, prose, releases
from .calls import Context, bound
from .drawings import DRAWN, drawing
from .extension import Measures, converted
from .history import steps
from .model import Guide
from .pagecheck import built_problems, front_matter, link_problems, page_problems
from .pages import CALL, answered, body, read_pages
from .pages import uses as all_uses
from .problem import DataError, Problem
from .render import number as thousands
from .sources import Uses


def measure_problems(measures: Measures, file: str, collection: bool) -> tuple[str, list[Problem]]:
    """A page's measures, with and without medical words, as a line of a report, and what is over its limit.

    A page has a least number of words with its tables and a most without them: a table that grows
    with the data is nobody's fault. A page that only collects entries may have any length.
    """
    with_terms, without, own_words = measures
    found = []
    if with_terms.grade > prose.MOST_GRADE_WITH_TERMS or without.grade > prose.MOST_GRADE:
        found.append(
            Problem(
                file,
                1,
                f"the page has reading grade {with_terms.grade}, and {without.grade} without medical words.",
                f"Bring it to {prose.MOST_GRADE_WITH_TERMS} and {prose.MOST_GRADE}: shorter sentences and words. "
                f"The longest sentence: '{with_terms.longest}'",
            )
        )
    if not collection and (with_terms.words < prose.FEWEST_WORDS or own_words > prose.MOST_WORDS):
        most = thousands(prose.MOST_WORDS)
        mend = f"Bring it to {prose.FEWEST_WORDS} words at least, and {most} outside tables at most."
        found.append(Problem(file, 1, f"the page has {with_terms.words} words, {own_words} outside tables.", mend))
    longest = len(prose.words(with_terms.longest))
    if longest > prose.MOST_WORDS_IN_SENTENCE:
        found.append(
            Problem(
                file,
                1,
                f"a sentence has {longest} words: '{with_terms.longest}'",
                f"Make two of it: {prose.MOST_WORDS_IN_SENTENCE} words at most.",
            )
        )
    report = f"{with_terms.grade:5} {without.grade:7} {longest:8} {with_terms.words:6}  {file}"
    return report, found


def claim_problems(guide: Guide, uses: Uses, line_of: Callable[[tuple], int], file: str) -> Iterator[Problem]:
    """Each claim is cited on a page, or says why it is left out; never both."""
    for source_id, source in guide.sources.items():
        for claim_id, claim in source.claims.items():
            line = line_of(("sources", source_id, "claims", claim_id))
            if claim.left_out and claim_id in uses:
                yield Problem(
                    file,
                    line,
                    f"the claim '{claim_id}' is left out, but {uses[claim_id][0][0]} cites it.",
                    "Delete its 'left_out', or the citation.",
                )
            elif not claim.left_out and claim_id not in uses:
                yield Problem(
                    file,
                    line,
                    f"no page cites the claim '{claim_id}'.",
                    f"Cite it, [^{claim_id}], or say why not: left_out: ...",
                )


def shown_problems(
    guide: Guide, texts: Mapping[str, str], line_of: Callable[[tuple], int], file: str
) -> Iterator[Problem]:
    """Each gap stands where a reader looks for the answer, not only on the page of all gaps."""
    calls = [call for text in texts.values() for call in CALL.finditer(text) if call[1] == "gap"]
    shown = {gap_id for call in calls for gap_id in re.findall(r"""["']([\w-]+)["']""", call[2])}
    for gap_id in guide.gaps:
        if gap_id not in shown:
            yield Problem(
                file,
                line_of(("gaps", gap_id)),
                f"no page shows the gap '{gap_id}'.",
                f'Write {{{{ gap("{gap_id}") }}}} where a reader would look for the answer.',
            )


#: What docs/ may hold. Anything else would be published unseen; a drawing (.svg) can hold scripts.
PUBLISHED = {".jpg", ".md", ".png", ".webp"}


_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Checked:
    """What a check found: `problems`, sorted, and the `report` to print where there is none."""

    problems: list[Problem]
    report: list[str]


def check(docs: Path = load.DOCS, data: Path = load.DATA, links: Path = contract.LINKS) -> Checked:
    """Checks the data, the pages and the promised addresses. The pages wait for valid data, the totals for
    valid pages.
    """
    try:
        guide, promised = load.current(data), contract.current(links)
    except DataError as error:
        return Checked(error.problems, [])
    texts = read_pages(docs)
    names = {path: f"{docs.name}/{path}" for path in texts}
    found = [problem for path, text in texts.items() for problem in page_problems(text, names[path], guide)]
    found += [
        Problem(
            f"{docs.name}/{path.relative_to(docs).as_posix()}",
            1,
            "this kind of file is not published.",
            f"Make it a page (.md) or a picture, or take it away. Allowed: {', '.join(sorted(PUBLISHED))}.",
        )
        for path in load.files(docs)
        if path.suffix not in PUBLISHED
    ]
    found += [
        Problem(
            f"{docs.name}/{path.relative_to(docs).as_posix()}",
            1,
            f"the name '{path.relative_to(docs).as_posix()}' would make an address that is hard to write.",
            "Use small letters, digits and hyphens only, such as on-the-day.md.",
        )
        for path in load.files(docs)
        if not all(_NAME.fullmatch(part) for part in path.relative_to(docs).with_suffix("").parts)
    ]
    if found:
        return Checked(sorted(set(found)), [])

    if found := list(releases.problems()):
        return Checked(sorted(found), [])

    uses = all_uses(guide, texts)
    macros = bound(guide, Context(uses, steps(guide, texts)))
    report = ["Grade without longest  words  page   (grade: with and without medical words)"]
    anchors, linkable = {}, {}
    drawn = [drawing(guide, method) for method in DRAWN if method in guide.methods]
    for path, text in texts.items():
        page, measures = converted(answered(body(text), macros), path)
        kind = front_matter(text, path)[0].kind
        line, over = measure_problems(measures, names[path], kind is not None)
        if kind != "gallery":  # it is for editors, and promises nothing
            linkable[path] = page
        anchors[path], unsafe = built_problems(page, names[path], drawn)
        report.append(line)
        found += [*over, *unsafe]

    def is_asset(path: str) -> bool:
        return ".." not in path and (docs / path).is_file()

    for path, text in texts.items():
        found += link_problems(text, path, names[path], anchors, is_asset)
    offered = contract.offered(linkable)
    found += contract.problems(promised, offered)

    document = load.lines(data)
    line_of, file = document.line, document.file
    found += [*claim_problems(guide, uses, line_of, file), *shown_problems(guide, texts, line_of, file)]
    report += ["", "Claims  cited  left out  source"]
    for source_id, source in guide.sources.items():
        left_out = sum(claim.left_out is not None for claim in source.claims.values())
        cited = sum(claim_id in uses for claim_id in source.claims)
        report.append(f"{len(source.claims):6} {cited:6} {left_out:9}  {source_id}")
    if new := contract.unrecorded(promised, offered):
        report += ["", f"New addresses, which `make links` promises before a release: {len(new)}, such as {new[0]}"]
    return Checked(sorted(set(found)), report)


def main() -> int:
    checked = check()
    if not checked.problems:
        print("\n".join([*checked.report, "", "No problem found."]))
        return 0
    for problem in checked.problems:
        print(problem.annotation() if os.environ.get("GITHUB_ACTIONS") else problem)
    count = len(checked.problems)
    print(f"{count} problem{'s' if count > 1 else ''} found.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
