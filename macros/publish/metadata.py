"""What a page says of itself to programs: one JSON-LD object in the words of schema.org.

It says nothing that the data does not say. A figure never stands here: schema.org has no property for a probability,
and a harm's count must not leave the claim that gave it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from ..guide.model import LICENSE, NAME, NOT_REPORTED, Guide, Source, Statement

#: Pages whose subject is the guide itself, and its name inside one object.
_OF_THE_GUIDE = {"about.md", "contributing.md", "search.md"}
_GUIDE = "_:guide"

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


def structured(guide: Guide, page: PageFacts, site: str) -> dict:
    """The page as JSON-LD: a MedicalWebPage with what it is about, and the way to it.

    `site` is the site's URL with a slash at its end, or "" where it is not known; nothing has an address then.
    """
    web_page = {
        "@type": "MedicalWebPage",
        "name": page.title,
        "description": page.description,
        "url": page.address,
        "inLanguage": "en-US",
        "license": LICENSE,
        "isPartOf": _filled({"@type": "WebSite", "@id": _GUIDE, "name": NAME, "url": site}),
        "medicalAudience": {"@type": "Patient"},
        **_review(guide),
        **_about(guide, page, site),
        "citation": _citation(guide, page),
    }
    return {"@context": "https://schema.org", "@graph": [_filled(web_page), *_way(page, site)]}


def script_text(data: dict) -> str:
    """`data` as JSON that can stand inside <script type="application/ld+json">.

    No text in it can end the script or begin markup. U+2028 and U+2029 end a line in older readers of scripts.
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_ESCAPED)


def _filled(node: Mapping) -> dict:
    """A node without the properties that have no value."""
    return {name: value for name, value in node.items() if value}


def _text(said: Iterable[Statement] | str) -> str:
    """An answer as plain text; "" where it is not reported."""
    return "" if isinstance(said, str) else " ".join(one.text for one in said)


def _review(guide: Guide) -> dict:
    """The newest review; nothing where there was none."""
    if not guide.review.reviews:
        return {}
    last = max(guide.review.reviews, key=lambda review: review.on)
    person = {"@type": "Person", "name": last.by, "jobTitle": last.role}
    return {"lastReviewed": last.on.isoformat(), "reviewedBy": person}


def _about(guide: Guide, page: PageFacts, site: str) -> dict:
    """The property that says what a page is about."""
    path = PurePosixPath(page.path)
    if path.parent.name == "methods" and path.stem in guide.methods:
        return {"mainEntity": _method(guide, path.stem, site)}
    if page.path == "words.md":
        return {"mainEntity": _words(guide, page)}
    if page.path == "methods/index.md":
        return {"about": [_named(guide, method_id, site) for method_id in guide.methods]}
    if page.path == "risks.md":
        return {"about": _harms(guide, guide.risks)}
    if path.parent.name == "sources":
        return {"about": [{"@id": f"_:{source_id}"} for source_id in _sources_of(guide, page)]}
    neurolysis = {"@type": "TherapeuticProcedure", "name": "Neurolysis"}
    return {"about": {"@id": _GUIDE} if page.path in _OF_THE_GUIDE else neurolysis}


def _named(guide: Guide, method_id: str, site: str) -> dict:
    """A method with its name, and the address of its page as its @id.

    Every method is meant to help, so it is a TherapeuticProcedure, the only kind of procedure that can have an
    adverseOutcome.
    """
    of = {"@type": "TherapeuticProcedure", "@id": site and f"{site}methods/{method_id}/"}
    return _filled({**of, "name": guide.methods[method_id].name})


def _method(guide: Guide, method_id: str, site: str) -> dict:
    """A method with what our sources say of it, and the names of the risks that they name for it."""
    method = guide.methods[method_id]
    return _filled(
        {
            **_named(guide, method_id, site),
            "alternateName": [] if method.medical == NOT_REPORTED else list(method.medical),
            "description": _text(method.what),
            "howPerformed": _text(method.steps),
            "followup": _text(method.recovery),
            "adverseOutcome": _harms(guide, guide.of_method("risks", method_id)),
        }
    )


def _harms(guide: Guide, risk_ids: Iterable[str]) -> list[dict]:
    """Harms by name. Each is no more than a MedicalEntity: no source says which kind it is."""
    return [{"@type": "MedicalEntity", "name": guide.risks[risk_id].name} for risk_id in risk_ids]


def _words(guide: Guide, page: PageFacts) -> dict:
    """The glossary, each word with the address of its row."""
    terms = []
    for word_id, word in guide.words.items():
        said = {"termCode": word_id, "name": word.word, "description": word.meaning.text}
        terms.append(_filled({"@type": "DefinedTerm", **said, "url": page.address and f"{page.address}#{word_id}"}))
    return {"@type": "DefinedTermSet", "name": page.title, "hasDefinedTerm": terms}


def _sources_of(guide: Guide, page: PageFacts) -> list[str]:
    """Ids of the sources that a page cites: its own on a source's page, all on the list of them."""
    path = PurePosixPath(page.path)
    if path.parent.name == "sources":
        return [path.stem] if path.stem in guide.sources else list(guide.sources)
    return [s for s, source in guide.sources.items() if not source.claims.keys().isdisjoint(page.claims)]


def _citation(guide: Guide, page: PageFacts) -> list[dict | str]:
    """The sources that a page cites: all that is known of them on pages about sources, elsewhere in short."""
    sources = {source_id: guide.sources[source_id] for source_id in _sources_of(guide, page)}
    if page.path.startswith("sources/"):
        return [_source(source_id, source) for source_id, source in sources.items()]
    return [f"{source.publisher}: {source.title}" for source in sources.values()]


def _source(source_id: str, source: Source) -> dict:
    """An article; what the data says is not given or not known is left out."""
    address = "" if source.address == "none known" else source.address
    author = "" if source.author == "none given" else source.author
    return _filled(
        {
            "@type": "WebPage" if address else "CreativeWork",
            "@id": f"_:{source_id}",
            "name": source.title,
            "author": author and {"@type": "Person", "name": author},
            "publisher": {"@type": "Organization", "name": source.publisher},
            "url": address,
        }
    )


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
