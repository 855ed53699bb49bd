"""What can be wrong between files, each with its line and its mend.

Claims that nobody cites, gaps that nobody shows, files that must not be published, the menu, and what MkDocs warns of.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from ..guide.model import Guide
from ..guide.pages import CALL
from ..guide.problem import Problem, suggestion
from ..guide.read import Document
from .built import HOLDS, line_of

#: What docs/ may hold. Anything else would be published unseen. A drawing (.svg) is put into pages and looked at there.
PUBLISHED = {".jpg", ".md", ".png", ".svg", ".webp"}
#: Where drawings stand below docs/.
DRAWINGS = "assets/drawings/"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONFIG = "mkdocs.yml"


def claim_problems(guide: Guide, uses: Mapping[str, Collection[str]], document: Document) -> Iterator[Problem]:
    """Each claim is cited on a page, or says why it is left out; never both.

    `uses` has the paths below docs/ of the pages that cite each claim.
    """
    for source_id, source in guide.sources.items():
        for claim_id, claim in source.claims.items():
            place = ("sources", source_id, "claims", claim_id)
            if claim.left_out and claim_id in uses:
                what = f"the claim '{claim_id}' is left out, but {min(uses[claim_id])} cites it."
                yield document.problem(place, what, "Delete its 'left_out', or the citation.")
            elif not claim.left_out and claim_id not in uses:
                mend = f"Cite it, [^{claim_id}], or say why not: left_out: ..."
                yield document.problem(place, f"no page cites the claim '{claim_id}'.", mend)


def gap_problems(guide: Guide, texts: Mapping[str, str], document: Document) -> Iterator[Problem]:
    """Each gap stands where a reader looks for the answer, not only on the page of all gaps."""
    calls = [call for text in texts.values() for call in CALL.finditer(text) if call[1] == "gap"]
    shown = {gap_id for call in calls for gap_id in re.findall(r"""["']([\w-]+)["']""", call[2])}
    for gap_id in guide.gaps:
        if gap_id not in shown:
            mend = f'Write {{{{ gap("{gap_id}") }}}} where a reader would look for the answer.'
            yield document.problem(("gaps", gap_id), f"no page shows the gap '{gap_id}'.", mend)


def source_problems(guide: Guide, texts: Mapping[str, str], document: Document) -> Iterator[Problem]:
    """Each source and each method has its page."""
    for part, folder, call in (("sources", "sources", "source"), ("methods", "methods", "at_a_glance")):
        for entry_id in getattr(guide, part):
            path = f"{folder}/{entry_id}.md"
            if path not in texts:
                what = f"'{entry_id}' has no page docs/{path}, to which its name leads."
                mend = f'Add that page: copy one beside it, and write {{{{ {call}("{entry_id}") }}}} in it.'
                yield document.problem((part, entry_id), what, mend)


def file_problems(paths: Iterable[str], linked: Collection[str] = ()) -> Iterator[Problem]:
    """Files below docs/ that must not be published. `linked` are those that are links to other files."""
    for path in paths:
        pure = PurePosixPath(path)
        if pure.suffix not in PUBLISHED or (pure.suffix == ".svg" and not path.startswith(DRAWINGS)):
            allowed = ", ".join(sorted(PUBLISHED))
            mend = f"Make it a page, a picture, or a drawing in docs/{DRAWINGS}, or take it away. Allowed: {allowed}."
            yield Problem(f"docs/{path}", 1, "this kind of file is not published.", mend)
        if not all(_NAME.fullmatch(part) for part in pure.with_suffix("").parts):
            mend = "Use small letters, digits and hyphens only, such as on-the-day.md."
            yield Problem(f"docs/{path}", 1, f"the name '{path}' would make an address that is hard to write.", mend)
        if path in linked:
            mend = "Put the file itself there."
            yield Problem(f"docs/{path}", 1, "this is a link to a file elsewhere, which would be published.", mend)


def nav_problems(nav: object, settings: str) -> Iterator[Problem]:
    """Names in the menu that YAML reads as something else than text. `settings` is the text of mkdocs.yml."""
    for item in nav if isinstance(nav, list) else ():
        for name, inner in item.items() if isinstance(item, dict) else ():
            if not isinstance(name, str):
                words = {True: "(yes|true|on)", False: "(no|false|off)"}.get(name, re.escape(str(name)))
                typed = re.search(rf"^\s*- *{words}\s*:", settings, re.I | re.M)
                line = settings[: typed.end()].count("\n") + 1 if typed else 1
                shown = typed[0].strip(" \n-:") if typed else str(name)
                what = f"'{shown}' in the menu is read as {name!r}."
                yield Problem(_CONFIG, line, what, f'Write "{shown}" in quotes.')
            yield from nav_problems(inner, settings)


_LINK = re.compile(r"Doc file '(?P<page>.+?)' contains (?:a|an) [\w ]*link '(?P<link>.*?)'(?P<rest>.*)", re.S)
_ANCHOR = re.compile(r"(?:the doc '(?P<doc>.+?)' does not contain|there is no such) (?:an )?anchor")
_NOT_IN_NAV = re.compile(r"^  - (.+)$", re.M)
_NOT_FOUND = re.compile(r"A reference to '(.+?)' is included in the 'nav' configuration, which is not found")


def warned(
    message: str, texts: Mapping[str, str], settings: str, anchors: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    """A warning of MkDocs or of an extension as problems with file, line and mend.

    `texts` has each page's text by its path, `settings` is the text of mkdocs.yml, and `anchors` has the ids of each
    page by its path, as far as they are known. What is not known by its form is told as it is.
    """
    if found := _LINK.match(message):
        page, link = found["page"], found["link"]
        line = line_of(texts.get(page, ""), f"]({link}")
        if link.startswith("#fnref:"):
            return  # a note that somebody typed, which is told where it stands
        if anchor := _ANCHOR.search(found["rest"]):
            there, sought = anchor["doc"] or page, link.partition("#")[2]
            if sought in anchors.get(there, ()):
                return  # it stands there once the data can be read
            near = {each for each in anchors.get(there, ()) if not each.startswith(("fn", "__"))}
            yield Problem(f"docs/{page}", line, f"there is no '#{sought}' in {there}.", suggestion(sought, near))
        else:
            up = "../" * page.count("/")
            near = suggestion(link, [up + each for each in texts])
            yield Problem(f"docs/{page}", line, f"the link '{link}' leads nowhere.", near)
    elif 'not included in the "nav" configuration' in message:
        for path in _NOT_IN_NAV.findall(message):
            mend = f"Add a line '- {path}' to nav in {_CONFIG}, where a reader would look for it."
            yield Problem(f"docs/{path}", 1, "no menu lists this page.", mend)
    elif found := _NOT_FOUND.match(message):
        what = f"the menu lists '{found[1]}', which is not there."
        yield Problem(_CONFIG, line_of(settings, found[1]), what, suggestion(found[1], texts))
    else:
        yield Problem(_CONFIG, 1, message.strip(), "Read what it names, and undo the last change to it.")


def told(problems: Iterable[Problem]) -> list[Problem]:
    """All problems, sorted. What a line would have made of a page is not told beside what is wrong in the line."""
    found = sorted(set(problems))
    typed = {(problem.file, problem.line) for problem in found if not problem.what.startswith(HOLDS)}
    return [each for each in found if not each.what.startswith(HOLDS) or (each.file, each.line) not in typed]
