"""Whether Zensical makes the same articles as MkDocs: `python -m tests.zensical` builds both and tells.

What is around the articles (head, menu, search) is each program's own and not compared. Exit status 1 where an article
or the list of files differs in a way that KNOWN does not explain.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from lxml.html import fromstring

from tests.conftest import ROOT, copied

WORK = ROOT / ".cache/zensical"
#: As if the guide were published, so that all that depends on an address is there. Nothing is sent there.
SITE = "https://example.org/guide/"
_SETTINGS = {
    "SITE_URL": SITE,
    "REPOSITORY": "https://example.org/repository",
    "EDIT_URI": "https://example.org/repository/edit/main/docs/",
    "ON_ERROR_FAIL": "true",  # without it Zensical puts a failed macro's traceback in the page
    "NO_MKDOCS_2_WARNING": "1",
}
#: How many differences of a kind are shown.
_SHOWN = 5
#: Elements that do not break a line of text.
_INLINE = {"a", "abbr", "b", "code", "del", "em", "i", "input", "label", "span", "strong", "sub", "sup", "svg"}


class Difference(NamedTuple):
    """One entry that one of the sites has and the other has not.

    `kind` is text, link, anchor or table, which stand in the article, or file. `page` is a path below the site.
    `sign` is "-" for what MkDocs alone has, else "+".
    """

    kind: str
    page: str
    sign: str
    entry: str


class Known(NamedTuple):
    """A difference that is explained. `page` and `entry` are patterns, as of a shell."""

    kind: str
    page: str
    sign: str
    entry: str
    why: str


#: What stands in the article and comes from the templates: each program hands them other things.
AROUND = {
    "__skip": "the way past the menu stands in the article under Zensical",
    "sections": "its list of sections needs a method of a string, which Zensical's templates have not",
    "part": "Zensical's pages do not know the part of the menu that they stand in",
    "md-tags": "Zensical shows a page's questions, which the search alone reads under MkDocs",
    "help": "edit links need more settings under Zensical",
}
#: What is lost today. MAINTAINING.md tells how to win it back.
KNOWN = (
    Known("link", "for-clinics/*", "*", "*", "Zensical leads what stands beside the pages one folder too high"),
    Known("link", "versions/*", "*", "*", "the same"),
    Known("link", "review/*", "*", "*data/v2/review.csv", "the same"),
    Known("anchor", "for-clinics/*", "-", "file-*", "hooks.py keeps the addresses of files that have other names now"),
    Known("anchor", "methods/*", "-", "*numbing", "and of fields"),
    Known("anchor", "methods/*", "-", "lasts", "and of fields"),
    Known("anchor", "who-it-is-for/*", "-", "where-they-do-not-agree", "and of headings"),
    Known("file", "embed/*", "-", "", "hooks.py makes the small pages"),
    Known("file", "data/*", "-", "", "hooks.py writes the data for others"),
    Known("file", "*qr.svg", "-", "", "hooks.py draws the codes for paper"),
    Known("file", "feed.xml", "-", "", "hooks.py writes the feed"),
    Known("file", "search/*", "-", "", "hooks.py leads on from old addresses, and MkDocs writes another index"),
    Known("file", "search.json", "+", "", "its own index"),
    Known("file", "sitemap.xml.gz", "-", "", "MkDocs compresses it too"),
)


def parts(html: str, address: str) -> dict[str, list[str]]:
    """What a page's article says, in lists by kind. `address` is the page's own, which links are resolved against."""
    found: dict[str, list[str]] = {"text": [], "link": [], "anchor": [], "table": []}
    for article in fromstring(html).xpath("//article"):
        for each in article.xpath(
            " | ".join(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]" for name in AROUND)
        ):
            each.drop_tree()
        for each in article.xpath(".//*[@id='__skip']"):
            each.drop_tree()
        found["anchor"] += article.xpath(".//@id")
        for each in article.xpath(".//*[@href or @src]"):
            found["link"].append(f"{each.tag} {urljoin(address, each.get('href', each.get('src')))}")
        for number, row in enumerate(article.xpath(".//tr"), 1):
            cells = [" ".join(cell.text_content().split()) for cell in row.xpath("th|td")]
            found["table"].append(f"row {number}: {' | '.join(cells)}")
        for each in article.iter():
            if isinstance(each.tag, str) and each.tag not in _INLINE:
                each.text, each.tail = f"\n{each.text or ''}", f"\n{each.tail or ''}"
        lines = (" ".join(line.split()) for line in article.text_content().split("\n"))
        found["text"] += filter(None, lines)
    return found


def _read(site: Path, name: str) -> dict[str, list[str]]:
    return parts((site / name).read_text("utf-8"), SITE + name.removesuffix("index.html"))


def _files(site: Path) -> set[str]:
    """The files of a built site but for those of its theme."""
    names = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    return {name for name in names if not name.startswith("assets/")}


def differences(mkdocs: Path, zensical: Path) -> Iterator[Difference]:
    """How two built sites differ, by page and kind. Files that are no pages are compared by name alone."""
    ours, theirs = _files(mkdocs), _files(zensical)
    for name in sorted(ours ^ theirs):
        yield Difference("file", name, "-" if name in ours else "+", "")
    for name in sorted(name for name in ours & theirs if name.endswith(".html")):
        before, after = _read(mkdocs, name), _read(zensical, name)
        for kind, one in before.items():
            other = after[kind]
            for what, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
                if what != "equal":
                    yield from (Difference(kind, name, "-", entry) for entry in one[a:b])
                    yield from (Difference(kind, name, "+", entry) for entry in other[c:d])


def explained(difference: Difference, known: Sequence[Known] = KNOWN) -> Known | None:
    """The known difference that this one is, if it is one."""
    return next((one for one in known if all(map(fnmatch, difference, one[:4]))), None)


def report(found: Sequence[Difference], known: Sequence[Known] = KNOWN) -> tuple[list[str], bool]:
    """The differences in lines to read, and whether one of them is not known."""
    lines, new, old = [], defaultdict(list), Counter()
    for difference in found:
        if one := explained(difference, known):
            old[one] += 1
        else:
            new[difference.kind].append(difference)
    for kind, several in new.items():
        pages = len({difference.page for difference in several})
        lines.append(f"DIFFERENT {kind}: {len(several)} on {pages} page(s)")
        lines += [f"    {d.sign} {d.page}: {d.entry[:160]}".rstrip(": ") for d in several[:_SHOWN]]
    for one in known:
        name = f"{one.kind} {one.sign} {one.page} {one.entry}".rstrip()
        lines.append(f"known, {old[one]} times: {name} ({one.why})" if old[one] else f"no longer there: {name}")
    return lines, bool(new)


def build(mkdocs: Path, zensical: Path) -> tuple[float, float]:
    """Builds the guide with both. Returns the seconds that each took.

    Zensical works in a copy, for it keeps a `.cache/` of its own beside its settings. Raises CalledProcessError.
    """
    copy = WORK / "project"
    for folder in (copy, mkdocs, zensical):
        shutil.rmtree(folder, ignore_errors=True)
    copied(copy)
    now = {"SOURCE_DATE_EPOCH": str(int(time.time()))}  # the same day for both

    def run(python: Path, *command: str, cwd: Path) -> float:
        start = time.perf_counter()
        subprocess.run([python, "-m", *command], cwd=cwd, env=now | os.environ | _SETTINGS, check=True)
        return time.perf_counter() - start

    seconds = (
        run(Path(sys.executable), "mkdocs", "--quiet", "build", "--site-dir", str(mkdocs), cwd=ROOT),
        run(WORK / "venv/bin/python", "zensical", "build", "--strict", cwd=copy),
    )
    (copy / "site").rename(zensical)
    return seconds


def main(argv: Sequence[str]) -> int:
    """Builds and compares, or compares two built sites. Returns the exit status."""
    if len(argv) not in (0, 2):
        print("Usage: python -m tests.zensical [MKDOCS_SITE ZENSICAL_SITE]", file=sys.stderr)
        return 2
    mkdocs, zensical = map(Path, argv) if argv else (WORK / "mkdocs-site", WORK / "zensical-site")
    if not argv:
        try:
            ours, theirs = build(mkdocs, zensical)
        except subprocess.CalledProcessError as error:
            print(f"A build failed: {error}", file=sys.stderr)
            return 1
        print(f"MkDocs took {ours:.1f} s, Zensical {theirs:.1f} s.")
    lines, new = report(list(differences(mkdocs, zensical)))
    print(*lines, sep="\n")
    print(*(f"not compared: {name} ({why})" for name, why in AROUND.items()), sep="\n")
    pages = sum(name.endswith(".html") for name in _files(mkdocs))
    print(f"{pages} pages compared: {'they differ' if new else 'no difference that is not known'}.")
    return int(new)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
