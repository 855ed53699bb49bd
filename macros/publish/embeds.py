"""Small pages of their own, which a clinic shows inside its page: embed/<name>/ below the site's root.

They say what the guide's pages say, made by the same functions. Each is one file without a script, and
asks for nothing but itself.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache

import jinja2
from markupsafe import Markup

from ..guide import contract, load
from ..cite import CITATION
from ..clinics import EMBEDS, listed
from ..metadata import LICENSE, NAME
from ..guide.model import Guide
from ..render import csp_hash, escape, link
from ..guide.review import review_line
from ..guide.version import Version

TEMPLATES = load.ROOT / "overrides"
#: The way from an embed to the site's root; relative, so that it needs no address of the site.
_ROOT = "../../"

#: Citations in a row, as they stand behind one statement.
_CITATIONS = re.compile(rf"(?:{CITATION.pattern})+")
#: The target of a link to a page of the guide. Text from the data has no quotation mark left.
_TO_PAGE = re.compile(r'<a href="/([\w/-]+\.md)(#[\w-]+)?"')


def files(
    guide: Guide, version: Version, promised: contract.Contract, today: date, frozen: Sequence[str] = ()
) -> dict[str, str]:
    """Every embed's path below the site's root, and its HTML; those at old addresses too.

    `today` decides whether a review is overdue. `frozen` has the data of each frozen version as JSON text.
    """
    page = _template()
    about = {
        "guide": NAME,
        "license": LICENSE,
        "version": str(version),
        "review": review_line(guide, today),
        "root": _ROOT,
    }
    made = {
        embed.name: page.render(about, title=embed.title, page=embed.page, body=Markup(_html(guide, embed.html)))
        for embed in listed(guide)
    }
    # What was renamed stands under its old name too: a frame cannot lead on where no script runs.
    for old, new in promised.led_on:
        name = _name(old)
        if name and name not in made and _was_entry(old, promised, frozen):
            same = made.get(_name(new)) if _renamed(old, new, promised, frozen) else None
            gone = {"title": contract.name(old), "page": new.removeprefix("./"), "nearest": contract.name(new)}
            made[name] = same or page.render(about, **gone)
    return {f"{EMBEDS}{name}/index.html": text for name, text in made.items()}


def _name(address: str) -> str:
    """The name of the embed for a risk's row or a method's page, or ""."""
    found = re.fullmatch(r"(?:(risk)s/#|methods/)([\w-]+)/?", address)
    return f"{found[1] or 'risks'}-{found[2]}" if found else ""


def _holds(text: str, address: str) -> bool:
    """Whether the data of a frozen version have an entry at this address."""
    return f'"address": {json.dumps(address)}' in text


def _was_entry(old: str, promised: contract.Contract, frozen: Sequence[str]) -> bool:
    """Whether a risk or a method stood at this address, and not a heading: a risk's row is on a method's page too."""
    anchor = old.partition("#")[2]
    elsewhere = any(anchor in has for other, has in promised.promised.items() if other.startswith("methods/"))
    return not anchor or elsewhere or any(_holds(text, old) for text in frozen)


def _renamed(old: str, new: str, promised: contract.Contract, frozen: Sequence[str]) -> bool:
    """Whether what stands at the new address is the same thing under another name.

    It is not where both stood beside each other: then the old one is gone, and the new one only nearest to it. A
    clinic's page must not show another harm to patients. The frozen versions tell it; before the
    first that had the old address, what was promised does.
    """
    had = [text for text in frozen if _holds(text, old)]
    if had:
        return not any(_holds(text, new) for text in had)
    page, _, anchor = new.partition("#")
    return anchor not in promised.promised.get(page, ()) if anchor else page not in promised.promised


@cache
def _template() -> jinja2.Template:
    style = (TEMPLATES / "assets/embed.css").read_text("utf-8")
    style = re.sub(r"\s*/\*.*?\*/|^\s+", "", style, flags=re.S | re.M)
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return templates.get_template("embed.html", globals={"style": Markup(style), "style_hash": csp_hash(style)})


def _html(guide: Guide, answer: str) -> str:
    """What macros answer, with each citation as a link to its claim among our sources."""

    def sources(run: re.Match) -> str:
        claims = [(claim_id, *guide.claim(claim_id)) for claim_id in CITATION.findall(run[0])]
        count = Counter(source.publisher for _, _, source, _ in claims)
        links = {}
        for claim_id, source_id, source, claim in claims:
            # The name of the source, and the place where one statement rests on several of its claims.
            place = f", {claim.place}" if count[source.publisher] > 1 else ""
            links.setdefault(escape(source.publisher + place), f"/sources/{source_id}.md#{claim_id}")
        return f" <small>({'; '.join(link(text, to) for text, to in links.items())})</small>"

    def to_page(found: re.Match) -> str:
        return f'<a rel="noopener" href="{_ROOT}{contract.address_of(found[1])}{found[2] or ""}"'

    return _TO_PAGE.sub(to_page, _CITATIONS.sub(sources, answer))
