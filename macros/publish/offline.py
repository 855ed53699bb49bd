"""A copy of the site to take along: one zip whose pages open from a folder, without a network.

`python -m macros.publish.offline FOLDER` makes it from a built site, and writes it and its checksum
below FOLDER/offline/. It needs the site's files alone, so it runs after all that writes some.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import posixpath
import re
import sys
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from ..guide import load, metadata, sums, version
from ..guide.problem import DataError
from ..guide.review import day, review_line
from ..guide.version import Version
from .data import ATTRIBUTION

#: Where the zip stands below the site's root, and the folder that it holds.
OFFLINE = "offline/"
NAME = "neurolysis-guide"
#: Files that servers, search engines and other sites ask for; no page does.
_LEFT_OUT = re.compile(rf"{OFFLINE}.*|404\.html|sitemap\.xml(\.gz)?|(.*/)?card\.png")
_SEARCH = "search/search_index.js"
_REFRESH = re.compile(r"(\s*\d+\s*;\s*url=)(.*)", re.I)
_PAGE = "index.html"  # what a server shows of a folder
_OLDEST = date(1980, 1, 1)  # a zip knows no day before


class _Tags(HTMLParser):
    """The start tags of a page: where each begins and ends in its text, its name and its attributes."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[int, int, str, dict[str, str | None]]] = []
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        self.found.append((start, start + len(self.get_starttag_text()), tag, dict(attrs)))


def opened(html: str, path: str, names: Collection[str], site: str, on: date) -> str:
    """A page of the site as it stands in the copy: its links lead to files, and it says that it is a copy.

    `path` is the page's place below the site's root, and `names` are the paths of all files of the
    copy. `site` is the site's URL with a slash at its end, or "": a link to what the copy has not
    leads there, or nowhere. `on` is the day of the copy. Raises ValueError where the page loads a
    file that the copy has not.
    """
    made, done = [], 0
    tags = _Tags(html).found
    within = next((name for name in ("main", "body") if any(tag == name for _, _, tag, _ in tags)), None)
    for start, end, tag, given in tags:
        changed = _changed(tag, given, path, names, site)
        if changed != given:
            kept = ((name, value) for name, value in changed.items())
            text = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in kept)
            made += [html[done:start], f"<{tag}{text}{'/' if html[end - 2] == '/' else ''}>"]
            done = end
        if tag == within:
            made += [html[done:end], "\n", _notice(path, site, on)]
            done, within = end, None
    return "".join([*made, html[done:]])


def _changed(tag: str, given: dict[str, str | None], path: str, names: Collection[str], site: str) -> dict:
    """The attributes of a tag in the copy."""
    changed = dict(given)
    for name in ("href", "src"):
        if given.get(name):
            changed[name] = _leading(given[name], path, names)
            if changed[name] is None and tag != "a":
                raise ValueError(f"{path}: the copy to take along has no '{given[name]}'")
            if changed[name] is None:
                del changed[name]
                changed |= {name: urljoin(site + path, given[name])} if site else {}
    kind, content = (given.get("http-equiv") or "").lower(), given.get("content") or ""
    if kind == "content-security-policy":  # a page from a folder has no origin that 'self' could stand for
        changed["content"] = content.replace("'self'", "file:")
    if kind == "refresh" and (parts := _REFRESH.fullmatch(content)):
        changed["content"] = parts[1] + (_leading(parts[2], path, names) or parts[2])
    return changed


def _leading(address: str, path: str, names: Collection[str]) -> str | None:
    """An address on the page at `path` as one that leads to a file; None where the copy has no such file."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return address
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
    if target in names:
        return address
    if posixpath.normpath(posixpath.join(target, _PAGE)) in names:
        return parts._replace(path=posixpath.join(parts.path, _PAGE)).geturl()
    return None


def _notice(path: str, site: str, on: date) -> str:
    newest = escape(site + path.removesuffix(_PAGE))
    where = f'The newest: <a href="{newest}">{newest}</a>' if site else "There may be a newer one."
    return f'<p class="copy">Copy of {day(on)} to use without a network. {where}</p>'


def searched(script: str) -> str:
    """The search index, as macros.hooks writes it, with places that lead to files."""
    start, _, text = script.partition("=")
    index = json.loads(text)
    for entry in index["docs"]:
        page, *anchor = entry["location"].split("#")
        entry["location"] = "#".join([page + _PAGE, *anchor])
    return f"{start}= {json.dumps(index, ensure_ascii=False, separators=(',', ':'))}\n"


def about(now: Version, review: str, site: str, on: date) -> str:
    """What stands beside the pages for whoever unpacks the copy; arguments as of `opened`."""
    lines = [
        f"{metadata.NAME}: a copy to use without a network",
        "",
        f"Unpack the whole folder. Then open {_PAGE} in a browser.",
        "",
        f"{now}",
        f"Copied on {day(on)}.",
        *([f"The newest: {site}"] if site else []),
        "",
        review,
        "Not medical advice. In an emergency, call your emergency number.",
        "",
        f"License of text and data: {metadata.LICENSE}",
        ATTRIBUTION,
    ]
    return "\n".join(lines) + "\n"


def copied(files: Mapping[str, bytes], now: Version, review: str, site: str, on: date) -> dict[str, bytes]:
    """The files of the copy, by path below its folder, from the files of the site; other arguments as of `opened`."""
    kept = {name: content for name, content in files.items() if not _LEFT_OUT.fullmatch(name)}
    pages = {name: content.decode() for name, content in kept.items() if name.endswith(".html")}
    made = {name: opened(html, name, kept.keys(), site, on) for name, html in pages.items()}
    made[_SEARCH] = searched(kept[_SEARCH].decode())
    made["README.txt"] = about(now, review, site, on)
    return kept | {name: text.encode() for name, text in made.items()}


def zipped(files: Mapping[str, bytes], on: date) -> bytes:
    """A zip with all files in one folder, the same bytes for the same files and day."""
    made, stamp = io.BytesIO(), max(on, _OLDEST)
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", (stamp.year, stamp.month, stamp.day, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # a plain file, as Unix writes it
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def main(argv: Sequence[str]) -> int:
    """Writes the zip and its checksum below a built site. Returns the exit status, after telling what went wrong."""
    folder = Path(argv[0]) if len(argv) == 1 else None
    if not folder or not (folder / _SEARCH).is_file():
        print("Usage: python -m macros.publish.offline FOLDER, where FOLDER is a built site.", file=sys.stderr)
        return 2
    site, on = metadata.site_address(os.environ.get("SITE_URL")), version.today()
    try:
        review = review_line(load.current(), on)
        copy = zipped(copied(sums.files(folder), version.current(), review, site, on), on)
        target = folder / OFFLINE / f"{NAME}.zip"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(copy)
        checksum = f"{hashlib.sha256(copy).hexdigest()}  {target.name}\n"  # as sha256sum --check reads it
        target.with_name(f"{target.name}.sha256").write_bytes(checksum.encode())
    except (DataError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
