"""What a page says of itself to programs: one JSON-LD object in the words of schema.org.

It says nothing that the data does not say. A figure never stands here: schema.org has no
property for a probability, and a harm's count must not leave the claim that gave it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from ..guide.model import NOT_REPORTED, Guide, Source, Statement

#: The site's name, as in mkdocs.yml; a test holds the two together.
NAME = "The Neurolysis Guide"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"

#: Methods that go through the skin with a needle, and those that are surgery, each with the
#: claim that says so. The data has no field for it.
BY_NEEDLE = {"chemical": "painx-how-guided", "heat": "initiative-how-xray", "cold": "initiative-how-xray"}
BY_SURGERY = {"release": "science-insights-recovery-surgery", "removal": "wisegeek-removal"}

#: Pages whose subject is the guide itself, and its name inside one object.
_OF_THE_GUIDE = {"about.md", "contributing.md", "search.md"}
_GUIDE = "_:guide"

_ESCAPED = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


class PageFacts(NamedTuple):
    """What the generator knows of a page.

    `path` is its path below docs/, such as "methods/heat.md". `address` is its canonical URL and
    `section` the name of its section in the navigation, both "" where there is none. `claims` are
    the ids of the claims that it cites, None where that is not known.
    """

    path: str
    title: str
    description: str
    address: str
    section: str
    claims: Collection[str] | None = None


def site_address(given: str | None) -> str:
    """The site's URL as all else takes it, with a slash at its end; "" where it is not known."""
    return given.rstrip("/") + "/" if given else ""


def structured(guide: Guide, page: PageFacts, site: str) -> dict:
    """The page as JSON-LD: a MedicalWebPage with what it is about, and the way to it.

    `site` is the site's URL, or "" where it is not known; nothing has an address then. Its pages
    are expected at addresses such as methods/heat/ below it. A page whose cited claims are not
    known cites all sources of the guide.
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
    way = _way(page, site)
    return {"@context": "https://schema.org", "@graph": [_filled(web_page), *([way] if way else [])]}


def script_text(data: dict) -> str:
    """`data` as JSON that can stand inside <script type="application/ld+json">.

    No text in it can end the script or begin markup. U+2028 and U+2029 end a line in older
    readers of scripts.
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_ESCAPED)


def _filled(node: Mapping) -> dict:
    """A node without the properties that have no value."""
    return {name: value for name, value in node.items() if value}


def _text(said: Iterable[Statement] | str) -> str:
    """An answer as plain text; "" where it is not reported."""
    return "" if isinstance(said, str) else " ".join(one.text for one in said)


def _review(guide: Guide) -> dict:
    """The newest review, as macros.review counts it; nothing where there was none."""
    if not guide.review.reviews:
        return {}
    last = max(guide.review.reviews, key=lambda review: review.on)
    return {
        "lastReviewed": last.on.isoformat(),
        "reviewedBy": {"@type": "Person", "name": last.by, "jobTitle": last.role},
    }


def _about(guide: Guide, page: PageFacts, site: str) -> dict:
    """The property that says what a page is about."""
    path = PurePosixPath(page.path)
    if path.parent.name == "methods" and path.stem in guide.methods:
        return {"mainEntity": _method(guide, path.stem, site)}
    if page.path == "words.md":
        return {"mainEntity": _words(guide, page)}
    if page.path == "methods/index.md":
        about = [_named(guide, method_id, site) for method_id in guide.methods]
    elif page.path == "risks.md":
        about = _harms(guide, guide.risks)
    elif path.parent.name == "sources":
        about = [{"@id": f"_:{source_id}"} for source_id in _sources_of(guide, page)]
    elif page.path in _OF_THE_GUIDE:
        about = {"@id": _GUIDE}
    else:
        about = {"@type": "TherapeuticProcedure", "name": "Neurolysis"}
    return {"about": about}


def _claimed(guide: Guide, method_id: str, by: Mapping[str, str]) -> bool:
    """Whether the claim that `by` names for a method is in the data and speaks of that method."""
    claim_id = by.get(method_id, "")
    known = any(claim_id in source.claims for source in guide.sources.values())
    return known and method_id in guide.methods_of(claim_id)


def _named(guide: Guide, method_id: str, site: str) -> dict:
    """A method with its name, and the address of its row among all methods as its @id.

    Every method is meant to help, so it is a TherapeuticProcedure, the only kind of procedure that
    can have an adverseOutcome. Surgery is a SurgicalProcedure besides.
    """
    surgical = _claimed(guide, method_id, BY_SURGERY)
    return _filled(
        {
            "@type": ["TherapeuticProcedure", "SurgicalProcedure"] if surgical else "TherapeuticProcedure",
            "@id": site and f"{site}methods/#{method_id}",
            "name": guide.methods[method_id].name,
        }
    )


def _method(guide: Guide, method_id: str, site: str) -> dict:
    """A method with what our sources say of it, and the names of the risks that they name for it."""
    method = guide.methods[method_id]
    by_needle = _claimed(guide, method_id, BY_NEEDLE)
    return _filled(
        {
            **_named(guide, method_id, site),
            "alternateName": [] if method.medical == NOT_REPORTED else list(method.medical),
            "description": _text(method.what),
            "procedureType": "https://schema.org/PercutaneousProcedure" if by_needle else "",
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
    return {
        "@type": "DefinedTermSet",
        "name": page.title,
        "hasDefinedTerm": [
            _filled(
                {
                    "@type": "DefinedTerm",
                    "termCode": word_id,
                    "name": word.word,
                    "description": word.meaning.text,
                    "url": page.address and f"{page.address}#{word_id}",
                }
            )
            for word_id, word in guide.words.items()
        ],
    }


def _sources_of(guide: Guide, page: PageFacts) -> list[str]:
    """Ids of the sources that a page cites: its own on a source's page, all on the list of them."""
    path = PurePosixPath(page.path)
    if path.parent.name == "sources":
        return [path.stem] if path.stem in guide.sources else list(guide.sources)
    if page.claims is None:
        return list(guide.sources)
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


def _way(page: PageFacts, site: str) -> dict | None:
    """The way from the home page, where addresses are known; None on the home page.

    A section is a step only where it has a page to link to, the index of the page's folder. Google's
    page on breadcrumbs wants an address for every step but the last.
    """
    if not (site and page.address) or page.path == "index.md":
        return None
    steps = [{"name": NAME, "item": site}]
    path = PurePosixPath(page.path)
    if page.section and path.parent.name and path.name != "index.md":
        steps.append({"name": page.section, "item": f"{site}{path.parent.as_posix()}/"})
    steps.append({"name": page.title})
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [{"@type": "ListItem", "position": n, **step} for n, step in enumerate(steps, 1)],
    }
