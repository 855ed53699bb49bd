"""`python -m bench.growth`: how build time, memory and the weight of a page grow, and how soon an edit shows.

`quick` stops at 100 pages; numbers, such as `16 100 400`, are the sizes to measure.
"""

from __future__ import annotations

import gzip
import math
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from macros import load, pages

from . import content, grown, peers, serving
from .run import WORK, Cost, cost, load_now, ratio, table, typical, written

#: A page that guides of every size have, with the same text.
_PAGE = "methods/heat"
_NAMED = re.compile(r'<(?:link[^>]* rel="?(?:stylesheet|icon)"?[^>]*|script[^>]* src=[^>]*)>')
_ADDRESS = re.compile(r'(?:href|src)="?([^"> ]+)')

OURS, IDLE, DOKS = "the guide", "the guide, macros idle", "hugo, Doks"
#: Whose growth is looked at only so far: what comes after would take minutes and tell no more.
_LARGEST = {"Material": 400, "Material, menu pruned": 400}


def exponent(costs: Mapping[int, float]) -> float:
    """The slope of the best line through log(pages) and log(cost): 1 is a cost for each page that stays the same."""
    points = [(math.log(pages), math.log(cost)) for pages, cost in costs.items()]
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


#: How often each is built; of guides that are not listed, once.
_TURNS = {16: 7, 100: 5, 400: 3}


class Built(NamedTuple):
    """What a build cost, and the bytes of a first visit of one page of it."""

    cost: Cost
    weight: int


def weight(site: Path, page: str = _PAGE) -> int:
    """Bytes of a page and of the styles, scripts and icons that it names, each compressed by gzip at level 9.

    0 for a site without the page, such as that of Doks, whose build is not the one that readers get.
    """
    path = site / page / "index.html"
    if not path.is_file():
        return 0
    html = path.read_text("utf-8")
    named = {_ADDRESS.search(tag)[1].partition("?")[0] for tag in _NAMED.findall(html)}
    files = [site / name.lstrip("/") if name.startswith("/") else path.parent / name for name in named]
    return sum(len(gzip.compress(each.read_bytes(), 9, mtime=0)) for each in (path, *files) if each.is_file())


def _built(project: Path) -> Cost:
    shutil.rmtree(project / "site", ignore_errors=True)
    return cost([sys.executable, "-m", "mkdocs", "build", "--quiet"], project, NO_MKDOCS_2_WARNING="1")


def measured(size: int) -> dict[str, Built]:
    """What each builder takes for so many pages."""
    project, parts = grown.make(WORK / f"grown/{size}", size)
    guide = load.parse((project / "data/neurolysis.yml").read_bytes(), "data/neurolysis.yml")
    texts = pages.read_pages(project / "docs")
    idle = grown.make_idle(WORK / f"grown/{size}-idle", project, content.answered(guide, texts))
    plain = content.plain(guide, texts)
    made = {
        "Material": peers.material(WORK / f"grown/{size}-material", plain, parts),
        "Material, menu pruned": peers.material(WORK / f"grown/{size}-pruned", plain, parts, ["navigation.prune"]),
        DOKS: peers.doks(WORK / f"grown/{size}-doks", plain, parts),
        "hugo, a bare template": peers.hugo(WORK / f"grown/{size}-hugo", plain, parts),
    }
    builders = {
        OURS: (lambda: _built(project), project / "site"),
        IDLE: (lambda: _built(idle), idle / "site"),
        **{name: (peer.build, peer.site) for name, peer in made.items()},
    }
    wanted = {name: both for name, both in builders.items() if size <= _LARGEST.get(name, size)}
    runs: dict[str, list[Cost]] = {name: [] for name in wanted}
    for _ in range(_TURNS.get(size, 1)):  # in turns, so that a busy moment hits all alike
        for name, (build, _) in wanted.items():
            runs[name].append(build())
    return {name: Built(typical(runs[name]), weight(site)) for name, (_, site) in wanted.items()}


def _of(costs: Mapping[str, Built], name: str, field: str) -> float:
    return getattr(costs[name].cost, field) if name in costs else 0


def report(found: Mapping[int, Mapping[str, Built]]) -> str:
    """The tables, from what each builder took by number of pages."""
    lines = ["# How the build grows", "", load_now()]
    names = list(dict.fromkeys(name for costs in found.values() for name in costs))
    for title, field in (("Processor time in seconds", "processor"), ("Peak memory in MiB", "memory")):
        rows = []
        for name in names:
            values = {size: getattr(costs[name].cost, field) for size, costs in found.items() if name in costs}
            cells = [
                f"{values[size]:.1f} ({ratio(values[size], _of(costs, 'Material', field))})" if size in values else "-"
                for size, costs in found.items()
            ]
            tail = dict(list(values.items())[-2:])
            rows.append([name, *cells, *(f"{exponent(v):.2f}" if len(v) > 1 else "-" for v in (values, tail))])
        head = ["Builder", *(f"{size} pages" for size in found), "exponent", "of the last two"]
        lines += ["", f"## {title} (times Material)", "", table(head, rows)]
    rows = [
        [name, *(f"{costs[name].weight / 1024:.2f}" if name in costs else "-" for costs in found.values())]
        for name in names
        if name != DOKS
    ]
    lines += ["", f"## A first visit of /{_PAGE}/, in KiB, gzip 9", ""]
    lines += [table(["Builder", *(f"{size} pages" for size in found)], rows)]
    shares = [
        f"{size} pages: {100 * (c[OURS].cost.processor / c[IDLE].cost.processor - 1):.0f} %"
        for size, c in found.items()
    ]
    lines += ["", f"Our macros cost, over the same build with macros idle: {', '.join(shares)}."]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str]) -> int:
    """Measures and writes the tables. Returns the exit status."""
    sizes = [int(each) for each in argv if each.isdigit()] or ([16, 100] if "quick" in argv else [16, 100, 400, 1600])
    written("growth.md", report({size: measured(size) for size in sizes}))
    written("serving.md", serving.report())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
