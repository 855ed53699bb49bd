"""The copy to take along: one zip whose pages open from a folder, without a network.

`python -m macros.offline COPY SITE` makes it of COPY, the site as Material's offline plugin builds it, and of the
leaflets of SITE, the site as it is published; it writes the zip and its checksum below SITE/offline/.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import re
import sys
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from lxml import html

from .guide import version
from .guide.model import NAME
from .paper import FOLDER as LEAFLETS

#: Where the zip stands below the site's root, and the folder that it holds.
ZIP, INSIDE = "offline/neurolysis-guide.zip", "neurolysis-guide/"

#: What servers and search engines ask for; no page does.
_LEFT_OUT = {"404.html", "sitemap.xml", "sitemap.xml.gz", "search/search_index.json"}
_MOVED = b'http-equiv="refresh"'
_LINK = re.compile(r'(?:(?<= href=")|(?<= src="))(?![a-z]+:|#)([^"#]*)')
_POLICY = re.compile(r'(?<=http-equiv="Content-Security-Policy" content=")[^"]*')
_OLDEST = date(1980, 1, 1)  # a zip knows no day before


def opened(path: str, page: str, names: Collection[str]) -> str:
    """A page as it opens from a folder; `path` is its place below the copy's root, `names` are those of all files.

    Raises ValueError for a link to what the copy has not.
    """

    here, folder = posixpath.dirname(path), path.removesuffix("index.html").removesuffix(".html")

    def leading(link: re.Match[str]) -> str:
        # HTML inside a page links as on a server, where each page stands in a folder of its own.
        for base in (here, folder):
            there = posixpath.normpath(posixpath.join(base, link[1]))
            for name in (there, f"{there}.html", posixpath.normpath(f"{there}/index.html")):
                if name in names:
                    return posixpath.relpath(name, here or ".")
        raise ValueError(f"{path} links to '{link[1]}', which is not there.")

    # A page from a folder has no origin, and not every browser takes 'self' for files then.
    page = _POLICY.sub(lambda policy: policy[0].replace("'self'", "'self' file:"), page)
    return _LINK.sub(leading, page)


def about(page: str) -> str:
    """What stands beside the pages for whoever unpacks the copy, in the words of its first page."""
    parts = html.document_fromstring(page).xpath("//p[@class='copy'] | //*[@class='md-copyright']/p")
    said = "\n".join(" ".join(part.text_content().split()) for part in parts)
    return f"{NAME}: a copy to use without a network\n\nUnpack the whole folder. Then open index.html.\n\n{said}\n"


def files(copy: Path, site: Path) -> dict[str, bytes]:
    """The files of the zip by path. Raises OSError and ValueError."""
    paths = {path.relative_to(copy).as_posix(): path for path in copy.rglob("*") if path.is_file()}
    paths |= {f"{LEAFLETS}{path.name}": path for path in (site / LEAFLETS).glob("*.pdf")}
    found = {path: file.read_bytes() for path, file in paths.items() if path not in _LEFT_OUT}
    pages = {path: text.decode() for path, text in found.items() if path.endswith(".html") and _MOVED not in text}
    others = {path: content for path, content in found.items() if not path.endswith(".html")}
    texts = {path: opened(path, page, found) for path, page in pages.items()}
    texts["README.txt"] = about(pages["index.html"])
    return others | {path: text.encode() for path, text in texts.items()}


def zipped(files: Mapping[str, bytes], on: date) -> bytes:
    """A zip with all files in one folder, the same bytes for the same files and day."""
    made, stamp = io.BytesIO(), max(on, _OLDEST)
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(INSIDE + name, (stamp.year, stamp.month, stamp.day, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # a plain file, as Unix writes it
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def main(argv: Sequence[str]) -> str | None:
    """Writes the zip and its checksum. Returns what went wrong, as `sys.exit` takes it."""
    copy, site = map(Path, argv)
    try:
        made = zipped(files(copy, site), version.today())
        target = site / ZIP
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(made)
        checksum = f"{hashlib.sha256(made).hexdigest()}  {target.name}\n"  # as sha256sum --check reads it
        target.with_name(f"{target.name}.sha256").write_text(checksum, "ascii")
    except (OSError, ValueError) as error:
        return f"The copy to take along cannot be made: {error}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
