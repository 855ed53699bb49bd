"""`python -m bench`: the guide beside its peers, in one table. `quick` has one visit, and Lighthouse one page."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from macros.load import ROOT
from macros.publish.browser import ARGUMENTS, installed

from . import content, peers
from .browse import CATEGORIES, KINDS, Scores, Server, Visit, lighthouse, served, typical, visit
from .run import SITE, WORK, Cost, cost, load_now, ratio, repeated, table, written

OURS, FLOOR = "the guide", "by hand (floor)"
PEERS = {
    FLOOR: peers.floor,
    "Material": peers.material,
    "Zensical": peers.zensical,
    "furo": peers.furo,
    "Starlight": peers.starlight,
}
_VISITS, _BUILDS = 7, 3


def parts(texts: Mapping[str, str]) -> peers.Parts:
    """The guide's menu, and every page that it leaves out in a part of its own."""
    from mkdocs.config import load_config  # noqa: PLC0415 (only here)

    nav = load_config(str(ROOT / "mkdocs.yml"), hooks=[], plugins=[]).nav
    named = [("", [path for path in nav if isinstance(path, str)])]
    named += [(name, paths) for part in nav if isinstance(part, dict) for name, paths in part.items()]
    listed = {path for _, paths in named for path in paths}
    return [*named, ("More", [path for path in texts if path not in listed])]


def ours(builds: int) -> tuple[Path, Cost]:
    """Builds the guide as it is published, pictures for sharing and data for others included."""
    site = WORK / "guide"

    def build() -> Cost:
        shutil.rmtree(site, ignore_errors=True)
        return cost([sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", site], ROOT, SITE_URL=SITE)

    took = repeated(build, builds)
    cost([sys.executable, "-m", "macros.publish", site], ROOT, SITE_URL=SITE)
    return site, took


def row(name: str, seen: Visit, floor: Visit) -> list[str]:
    """One line of the table: what a visit took, and how many times the floor that is."""
    return [
        name,
        *(f"{seen.bytes[kind] / 1000:.1f}" for kind in KINDS),
        f"{seen.total / 1000:.1f} ({ratio(seen.total, floor.total)})",
        str(seen.requests),
        f"{seen.blocking / 1000:.1f} ({ratio(seen.blocking, floor.blocking)})",
        f"{seen.first:.0f} ({ratio(seen.first, floor.first)})",
        f"{seen.largest:.0f} ({ratio(seen.largest, floor.largest)})",
    ]


HEAD = ["Site", *(f"{kind} kB" for kind in KINDS), "all kB", "requests", "blocking kB", "first paint ms", "largest ms"]


def report(
    seen: Mapping[str, Mapping[str, Visit]],
    built: Mapping[str, Cost],
    scores: Mapping[str, Mapping[str, Scores]],
    missing: Sequence[str],
) -> str:
    """The whole report. `seen` and `scores` have each site's pages; `built` what a build took."""
    lines = ["# The guide and its peers", "", load_now(), *missing]
    lines += ["One first visit on a phone, gzip 9, throttled; medians; in brackets: times the floor."]
    for page in seen[OURS]:
        rows = [row(name, visits[page], seen[FLOOR][page]) for name, visits in seen.items()]
        lines += ["", f"## /{page}", "", table(HEAD, rows)]
    rows = [
        [
            name,
            *(min((s.of[n] for s in scores.get(name, {}).values()), default="-") for n in range(len(CATEGORIES))),
            len(scores.get(name, {})),
            f"{built[name].processor:.1f} ({ratio(built[name].processor, built['Material'].processor)})"
            if name in built and "Material" in built
            else "-",
            f"{built[name].memory:.0f}" if name in built else "-",
        ]
        for name in seen
    ]
    head = ["Site", *CATEGORIES, "pages judged", "build: processor s (times Material)", "MiB"]
    lines += ["", "## Lighthouse, the lowest score of any page, and the build", "", table(head, rows)]
    below = [f"- /{page}: {s.of}: {'; '.join(s.lost)}" for page, s in scores.get(OURS, {}).items() if min(s.of) < 100]
    lines += ["", "Pages of the guide below 100:", *(below or ["none."])]
    return "\n".join(lines) + "\n"


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def measured(sites: Mapping[str, Path], pages: Sequence[str], everywhere: Sequence[str], quick: bool):
    """Visits of `pages` on each site, in turns so that a busy moment hits all alike, and the scores.

    Lighthouse judges `everywhere` on the guide and `pages` on the others.
    """
    port, program = _port(), installed()
    with sync_playwright() as playwright, ExitStack() as stack:
        arguments = [*ARGUMENTS, f"--remote-debugging-port={port}"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        servers: dict[str, Server] = {name: stack.enter_context(served(site)) for name, site in sites.items()}
        visits: dict[str, dict[str, list[Visit]]] = {name: {page: [] for page in pages} for name in sites}
        for _ in range(1 if quick else _VISITS):
            for page in pages:
                for name, server in servers.items():
                    visits[name][page].append(visit(browser, server, page))
        scores = {}
        for name, server in servers.items():
            judged = pages[:1] if quick else everywhere if name == OURS else pages
            scores[name] = {page: lighthouse(port, server.address + page) for page in judged}
        browser.close()
    return {name: {page: typical(v) for page, v in found.items()} for name, found in visits.items()}, scores


def main(argv: Sequence[str]) -> int:
    """Measures and writes the table. Returns the exit status."""
    texts, built, missing, quick = content.now(), {}, [], "quick" in argv
    builds = 1 if quick else _BUILDS
    site, built[OURS] = ours(builds)
    sites = {OURS: site}
    for name, make in PEERS.items():
        try:
            peer = make(WORK / "peers" / make.__name__, texts, parts(texts))
            if name != FLOOR:
                built[name] = repeated(peer.build, builds)
            sites[name] = peer.site
        except (RuntimeError, OSError) as error:
            missing.append(f"Left out: {name}. {str(error).strip().splitlines()[-1]}")
    everywhere = [peers.url(path) for path in texts]

    def weight(page: str) -> int:
        return (site / page / "index.html").stat().st_size

    treatments = [page for page in everywhere if page.startswith("methods/") and page != "methods/"]
    pages = dict.fromkeys(["", "risks/", max(treatments, key=weight), "sources/painx/", max(everywhere, key=weight)])
    seen, scores = measured(sites, list(pages), everywhere, quick)
    written("table.md", report(seen, built, scores, missing))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
