"""What a page says of itself to programs: one JSON-LD object in the words of schema.org.

It says nothing that the data does not say. A figure never stands here: schema.org has no property for a probability,
and a harm's count must not leave the claim that gave it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from ..guide.model import LICENSE, NAME, NOT_REPORTED, Guide, Statement

#: Pages whose subject is the guide itself, and not neurolysis.
_OF_THE_GUIDE = ("about.md", "contributing.md", "for-clinics.md", "versions.md")
_ESCAPED = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


class PageFacts(NamedTuple):
    """What the generator knows of a page.

    `path` is its path below docs/, such as "methods/heat.md". `address` is its canonical URL and `section` the name
    of its section in the navigation, both "" where there is none. `claims` are the ids of the claims that it cites.
    """

    path: str
    title: str
    description: str
    address: str
    section: str
    claims: Collection[str] = ()


def site_address(given: str | None) -> str:
    """The site's URL as all else takes it, with a slash at its end; "" where it is not known."""
    return given.rstrip("/") + "/" if given else ""


def script_text(data: dict) -> str:
    """`data` as JSON that can stand inside <script type="application/ld+json">.

    No text in it can end the script or begin markup. U+2028 and U+2029 end a line in older readers of scripts.
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_ESCAPED)


def structured(guide: Guide, page: PageFacts, site: str) -> dict:
    """The page as JSON-LD: a MedicalWebPage with what it is about, and the way to it.

    `site` is the site's URL with a slash at its end, or "" where it is not known; nothing has an address then.
    """
    web_page = {"@type": "MedicalWebPage", "name": page.title, "description": page.description, "url": page.address}
    web_page |= {"inLanguage": "en-US", "license": LICENSE, "medicalAudience": {"@type": "Patient"}}
    web_page |= {"isPartOf": _filled({"@type": "WebSite", "name": NAME, "url": site}), **_about(guide, page)}
    # A program takes it for a review of the page: one that looked at some parts only is told in words alone.
    if whole := [review for review in guide.review.reviews if not review.of]:
        last = max(whole, key=lambda review: review.on)
        person = {"@type": "Person", "name": last.by, "jobTitle": last.role}
        web_page |= {"lastReviewed": last.on.isoformat(), "reviewedBy": person}
    web_page["citation"] = [
        f"{source.publisher}: {source.title}"
        for source_id, source in guide.sources.items()
        if page.path in (f"sources/{source_id}.md", "sources/index.md") or source.claims.keys() & set(page.claims)
    ]
    return {"@context": "https://schema.org", "@graph": [_filled(web_page), *_way(page, site)]}


def _filled(node: Mapping) -> dict:
    """A node without the properties that have no value."""
    return {name: value for name, value in node.items() if value}


def _about(guide: Guide, page: PageFacts) -> dict:
    """What a page is about: one method, the medical words, or neurolysis; of the risks' page, with all harms."""
    path = PurePosixPath(page.path)
    if path.parent.name == "methods" and path.stem in guide.methods:
        return {"mainEntity": _method(guide, path.stem)}
    if page.path == "words.md":
        terms = [
            {"@type": "DefinedTerm", "termCode": word_id, "name": word.word, "description": word.meaning.text}
            | ({"url": f"{page.address}#{word_id}"} if page.address else {})
            for word_id, word in guide.words.items()
        ]
        return {"mainEntity": {"@type": "DefinedTermSet", "name": page.title, "hasDefinedTerm": terms}}
    harms = _harms(guide, guide.risks) if page.path == "risks.md" else []
    neurolysis = _filled({"@type": "TherapeuticProcedure", "name": "Neurolysis", "adverseOutcome": harms})
    return {} if page.path in _OF_THE_GUIDE else {"about": neurolysis}


def _method(guide: Guide, method_id: str) -> dict:
    """A method with what our sources say of it, and the names of the risks that they name for it.

    Every method is meant to help, so it is a TherapeuticProcedure, the only kind of procedure that can have an
    adverseOutcome.
    """
    method = guide.methods[method_id]
    said = {"description": _text(method.what), "howPerformed": _text(method.steps), "followup": _text(method.recovery)}
    names = [] if method.medical == NOT_REPORTED else list(method.medical)
    harms = _harms(guide, guide.of_method("risks", method_id))
    named = {"@type": "TherapeuticProcedure", "name": method.name, "alternateName": names}
    return _filled({**named, **said, "adverseOutcome": harms})


def _text(said: Iterable[Statement] | str) -> str:
    """An answer as plain text; "" where it is not reported."""
    return "" if isinstance(said, str) else " ".join(one.text for one in said)


def _harms(guide: Guide, risk_ids: Iterable[str]) -> list[dict]:
    """Harms by name. Each is no more than a MedicalEntity: no source says which kind it is."""
    return [{"@type": "MedicalEntity", "name": guide.risks[risk_id].name} for risk_id in risk_ids]


def _way(page: PageFacts, site: str) -> list[dict]:
    """The way from the home page, where addresses are known; none on the home page.

    A section is a step only where it has a page to link to, the index of the page's folder: Google's page on
    breadcrumbs wants an address for every step but the last.
    """
    if not (site and page.address) or page.path == "index.md":
        return []
    steps = [{"name": NAME, "item": site}]
    path = PurePosixPath(page.path)
    if page.section and path.parent.name and path.name != "index.md":
        steps.append({"name": page.section, "item": f"{site}{path.parent.as_posix()}/"})
    steps.append({"name": page.title})
    items = [{"@type": "ListItem", "position": n, **step} for n, step in enumerate(steps, 1)]
    return [{"@type": "BreadcrumbList", "itemListElement": items}]
