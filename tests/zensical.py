"""Whether Zensical makes the same pages as MkDocs: `python -m tests.zensical` builds both and tells.

With two folders of built sites it compares them. Exit status 1 where they differ in a way that
KNOWN does not explain.
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
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from tests.conftest import copied

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".cache/zensical"
#: As if the guide were published, so that all that depends on an address is there. Nothing is sent there.
SITE = "https://example.org/guide/"
_SETTINGS = {
    "SITE_URL": SITE,
    "REPOSITORY": "https://example.org/repository",
    "EDIT_URI": "https://example.org/repository/edit/main/docs/",
    "ON_ERROR_FAIL": "true",  # without it Zensical puts a failed macro's traceback in the page
}
#: How many differences of a kind are shown.
_SHOWN = 5

#: Elements that do not break a line of text.
_INLINE = {"a", "abbr", "b", "button", "code", "em", "i", "input", "kbd", "label", "s", "small", "span", "strong"}
_INLINE |= {"sub", "sup", "u"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Difference(NamedTuple):
    """One entry that one of the sites has and the other has not.

    `kind` is text, link, anchor or table, which stand in the article, frame for what is around it,
    head, or file. `page` is a path below the site. `sign` is "-" for what MkDocs alone has, else "+".
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


#: What is lost today. MAINTAINING.md tells how to win it back.
KNOWN: tuple[Known, ...] = ()


class _Page(HTMLParser):
    """What a page says, in lists by kind."""

    def __init__(self, address: str):
        super().__init__()
        self.address = address
        self.kinds: dict[str, list[str]] = {kind: [] for kind in ("text", "link", "anchor", "table", "frame", "head")}
        self.open: list[str] = []
        self.line = ""
        self.script = ""
        self.tables: list[list[list[str]]] = []
        self.count = 0

    def _part(self) -> str:
        if "article" in self.open:
            return "text"
        return "head" if "head" in self.open else "frame"

    def _break(self) -> None:
        """Ends a line of text."""
        if words := " ".join(self.line.split()):
            self.kinds[self._part()].append(f"title: {words}" if "title" in self.open else words)
        self.line = ""

    def handle_starttag(self, tag, attrs):
        has = {name: value or "" for name, value in attrs}
        if tag not in _INLINE:
            self._break()
        if tag not in _VOID:
            self.open.append(tag)
        part = self._part()
        address = has.get("href", has.get("src"))
        to = None if address is None else urljoin(self.address, address)
        if part == "text" and "id" in has:
            self.kinds["anchor"].append(has["id"])
        if to is not None and tag != "link" and part != "head":
            self.kinds["link" if part == "text" else "frame"].append(f"{tag} {to}")
        if tag == "link":
            self.kinds["head"].append(f"link {has.get('rel', '')}: {to}")
        elif tag == "meta":
            name = has.get("name", has.get("property", has.get("http-equiv", "charset")))
            self.kinds["head"].append(f"meta {name}: {has.get('content', has.get('charset', ''))}")
        elif tag == "body":
            self.kinds["head"].append(f"body class: {has.get('class', '')}")
        elif tag == "script":
            self.script = f"script {has.get('type', 'here') if to is None else to}: "
        elif tag == "table":
            self.tables.append([])
            self.count += 1
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        if tag not in self.open:
            return
        if tag not in _INLINE:
            self._break()
        while self.open and self.open.pop() != tag:
            pass
        if tag == "script":
            self.kinds["head"].append(self.script.strip())
        elif tag == "table" and self.tables:
            for number, row in enumerate(self.tables.pop(), 1):
                cells = " | ".join(" ".join(cell.split()) for cell in row)
                self.kinds["table"].append(f"table {self.count}, row {number}: {cells}")

    def handle_data(self, data):
        if "script" in self.open:
            self.script += data
        elif "style" not in self.open:
            self.line += data
            if self.tables and self.tables[-1] and self.tables[-1][-1] and {"td", "th"} & set(self.open):
                self.tables[-1][-1][-1] += data


def parts(html: str, address: str) -> dict[str, list[str]]:
    """What a page says, in lists by kind. `address` is the page's own, which links are resolved against."""
    page = _Page(address)
    page.feed(html)
    page.close()
    return page.kinds


def _read(site: Path, name: str) -> dict[str, list[str]]:
    return parts((site / name).read_text("utf-8"), SITE + name.removesuffix("index.html"))


def _files(site: Path) -> set[str]:
    return {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}


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
    return next(
        (
            one
            for one in known
            if (one.kind, one.sign) == (difference.kind, difference.sign)
            and fnmatch(difference.page, one.page)
            and fnmatch(difference.entry, one.entry)
        ),
        None,
    )


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
    environment = now | os.environ | _SETTINGS

    def run(python: Path, *command: str, cwd: Path) -> float:
        start = time.perf_counter()
        subprocess.run([python, "-m", *command], cwd=cwd, env=environment, check=True)
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
    pages = sum(name.endswith(".html") for name in _files(mkdocs))
    print(f"{pages} pages compared: {'they differ' if new else 'no difference that is not known'}.")
    return int(new)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
