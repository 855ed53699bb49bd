"""`python -m macros.weekly SITE`: what time alone may have broken, as Markdown for an issue.

That is links to other sites, and a review whose next one is due. Every outside link of the built
site is asked for once. Nothing here is part of a build or of the tests: a site that is down is no
contributor's fault. Exit status 0 where all is well, else 1.
"""

from __future__ import annotations

import os
import string
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urldefrag, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from . import load
from .problem import DataError
from .review import day

AGENT = "neurolysis-guide link check, once a week"
#: How long to wait for an answer, between two tries, and between two links; in seconds.
PATIENCE, PAUSE, STEP = 20.0, 5.0, 1.0
_TRIES = 3
#: What a server answers that lives but does not want programs: a person can follow the link.
_REFUSES_PROGRAMS = {401, 403, 429, 999}
_NOT_HEAD = {400, 403, 404, 405, 501}


def outside(site: Path, own: Sequence[str] = ()) -> dict[str, list[str]]:
    """Every https link of a built site to somewhere else, with the pages that have it.

    `own` are beginnings of addresses to leave out: the site's own and those of its repository.
    """
    found = defaultdict(set)
    for path in sorted(site.rglob("*.html")):
        for link in _Links(path.read_text("utf-8")).found:
            if urlsplit(link).scheme in ("http", "https") and not link.startswith(tuple(own)):
                found[urldefrag(link).url].add(path.relative_to(site).as_posix())
    return {link: sorted(pages) for link, pages in sorted(found.items())}


class _Links(HTMLParser):
    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def trouble(link: str, patience: float = PATIENCE, pause: float = PAUSE) -> str:
    """What is wrong with a link, or "". Asks for its head, then for itself, and again where nobody answers."""
    said = ""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(pause)
        try:
            try:
                return _asked(link, "HEAD", patience)
            except HTTPError as error:
                if error.code not in _NOT_HEAD:
                    raise
                return _asked(link, "GET", patience)
        except HTTPError as error:
            if error.code in _REFUSES_PROGRAMS:
                return ""
            said = f"answers {error.code}"
            if error.code < 500:
                break  # asking again would not change it
        # No such host, no answer in time, a bad certificate, an answer that is no HTTP, a link that is no address.
        except (OSError, ValueError, HTTPException) as error:
            said = f"does not answer: {_code(error.reason if isinstance(error, URLError) else error)}"
    return said


def _code(text: object) -> str:
    """What another site chose, so that it is no Markdown in an issue."""
    return "`" + " ".join(str(text).replace("`", "").split()) + "`"


class _Follow(HTTPRedirectHandler):
    """Follows where a server leads, and remembers whether it says that the page has moved for good."""

    moved = False

    def redirect_request(self, req, fp, code, *rest):
        self.moved = self.moved or code in (301, 308)
        return super().redirect_request(req, fp, code, *rest)


def request(link: str, method: str, agent: str) -> Request:
    """What asks for an address, also one with letters beyond ASCII, which HTTP does not know.

    `agent` says who asks. Raises ValueError for an address that makes no sense.
    """
    host = urlsplit(link).netloc
    plain = link.replace(host, host.encode("idna").decode(), 1)
    return Request(quote(plain, safe=string.punctuation), method=method, headers={"User-Agent": agent})


def _asked(link: str, method: str, patience: float) -> str:
    """Where a link leads for good, if that is elsewhere, else "".

    Raises OSError, HTTPError among them, and ValueError or HTTPException for a link or an answer that makes no sense.
    """
    follow = _Follow()
    with build_opener(follow).open(request(link, method, AGENT), timeout=patience) as answer:
        return f"has moved to {_code(answer.url)}" if follow.moved else ""


def overdue(guide, on: date) -> str:
    """The review that was due again before a day, or "". Where nobody has reviewed the guide, none is due."""
    if not guide.review.reviews:
        return ""
    last = max(guide.review.reviews, key=lambda review: review.on)
    return f"The review by {last.by} was to be made again by {day(last.next)}." if last.next < on else ""


def report(broken: Mapping[str, tuple[str, Sequence[str]]], due: str) -> str:
    """The Markdown of an issue, "" if all is well: `broken` has what is wrong with a link, and its pages."""
    parts = []
    if due:
        parts.append(f"## A review is due\n\n{due} Ask for a new one, and record it in `data/neurolysis.yml`.\n")
    if broken:
        lines = (f"- <{link}> {what}. On: {_first(pages)}" for link, (what, pages) in broken.items())
        text = "Look at each in a browser first. A site that is down today may be back tomorrow."
        parts.append("## Links that lead nowhere, or elsewhere\n\n" + text + "\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _first(pages: Sequence[str]) -> str:
    more = f" and {len(pages) - 3} more" if len(pages) > 3 else ""
    return ", ".join(f"`{page}`" for page in pages[:3]) + more


def main(argv: Sequence[str]) -> int:
    """Prints the report; what is being asked goes to standard error. Returns the exit status."""
    if len(argv) != 1 or not Path(argv[0]).is_dir():
        print("Usage: python -m macros.weekly SITE, where SITE is the built site.", file=sys.stderr)
        return 2
    own = [address for name in ("SITE_URL", "REPOSITORY") if (address := os.environ.get(name))]
    broken = {}
    for link, pages in outside(Path(argv[0]), own).items():
        print(f"Asking {link}", file=sys.stderr)
        if what := trouble(link):
            broken[link] = what, pages
        time.sleep(STEP)
    try:
        due = overdue(load.current(), datetime.now(UTC).date())  # not the commit's day, as in a build
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    found = report(broken, due)
    print(found or "All outside links answer, and no review is due.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
