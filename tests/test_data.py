"""The data for others: true to the guide, described by its schema, and usable with ten lines."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from macros import contract, load, pages, version
from macros.model import Figure, Guide, InWords, Option, Review
from macros.publish import __main__ as publish
from macros.publish import data
from macros.version import Version
from tests.conftest import ROOT, run

SITE = "https://example.org/guide/"
TEXTS = pages.read_pages(load.DOCS)
VERSION = Version("a1b2c3d4e5", date(2001, 2, 3), True)

#: The example of the page for clinics, which is run here.
SCRIPT = re.search(r"```python\n(.*?)```", (ROOT / "docs/for-clinics.md").read_text("utf-8"), re.S)[1]

#: The fields of v1, which others rely on. Adding one is fine; to rename or remove one needs a v2.
V1 = {
    "Count": "kind count out_of of methods_counted_together about_the_count",
    "Words": "kind words",
    "NotReported": "kind",
    "DoesNotApply": "kind",
    "Claims": "kind claims",
    "NotFromOurSources": "kind",
    "Statement": "text basis",
    "Statements": "kind statements",
    "Names": "kind names",
    "Claim": "id address source place says methods methods_from frequency note left_out",
    "Source": "id address title author publisher date url about trust methods about_the_counts retired_claims",
    "Method": "id address name what helps limits lasts medical_names aim steps chance soon again numbing guided"
    " recovery",
    "MethodWithClaims": "id address name what helps limits lasts medical_names aim steps chance soon again numbing"
    " guided recovery claims",
    "Alternative": "id address name what helps limits lasts origin",
    "AlternativeWithClaims": "id address name what helps limits lasts origin claims",
    "Risk": "id address name says",
    "RiskWithClaims": "id address name says claims",
    "Condition": "id address name says",
    "Disagreement": "id address question sides reader",
    "Gap": "id address missing ask topic",
    "Word": "id address word forms everyday say meaning",
    "LicenseTerms": "name spdx url attribution",
    "Review": "by role on next",
    "ReviewState": "state reviews",
    "File": "address media_type about",
    "GuideFile": "document title notice license version date frozen review site described_by methods risks alternatives"
    " conditions disagreements gaps words sources claims pages",
    "Page": "address title text shows",
    "Paragraph": "text claims",
    "RisksFile": "document title notice license version date frozen review site described_by risks sources",
    "AlternativesFile": "document title notice license version date frozen review site described_by alternatives"
    " sources",
    "MethodsFile": "document title notice license version date frozen review site described_by methods sources",
    "IndexFile": "document title notice license version date frozen review site described_by files",
}
SECTIONS = ("methods", "risks", "alternatives", "conditions", "disagreements", "gaps", "words", "sources")

#: What could break a file, or run in a spreadsheet.
HOSTILE = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.org","x")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "'=1",
    "''@x",
    "' quoted'",
    "＝1+1",
    'He said "no", then\nleft;\r\nthen came back\rtwice',
    "</script><b>",
    "a\u2028b\u0085c",
    "not reported",
    "1,000\t2",
]


@pytest.fixture(scope="module")
def real() -> Guide:
    return load.current()


@pytest.fixture(params=["real", "small"])
def guide(request) -> Guide:
    return request.getfixturevalue(request.param)


def made(guide: Guide, site: str = "") -> dict:
    """Every JSON file as data, by its name."""
    files = data.files(guide, TEXTS, VERSION, site)
    return {name.rpartition("/")[2]: json.loads(text) for name, text in files.items() if name.endswith(".json")}


def rows(guide: Guide, name: str) -> list[dict[str, str]]:
    """A table as its reader sees it, without the shield against formulas."""
    text = data.files(guide, TEXTS, VERSION, "")[f"data/v1/{name}"]
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert all(len(row) == len(read[0]) for row in read)
    return [dict(zip(read[0], map(data.unshielded, row), strict=True)) for row in read[1:]]


def validator(guide: Guide, site: str = "") -> Draft202012Validator:
    return Draft202012Validator(made(guide, site)["schema.json"], format_checker=FormatChecker())


def nodes(value: object) -> Iterator[dict]:
    """Every object inside some JSON."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def texts(value: object) -> Iterator[str]:
    """Every text inside some JSON that is a value."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


def hostile(small: Guide) -> Guide:
    """The small guide with every free text replaced."""
    typed, supply = small.model_dump(mode="json"), iter(HOSTILE * 50)
    for source in typed["sources"].values():
        source.update({field: next(supply) for field in ("title", "author", "publisher", "date", "about", "counts")})
        for claim in source["claims"].values():
            claim.update({field: next(supply) for field in ("place", "says", "note", "left_out")})
            if isinstance(claim["frequency"], dict) and "of" in claim["frequency"]:
                claim["frequency"]["of"] = next(supply)
            elif isinstance(claim["frequency"], dict):
                claim["frequency"]["words"] = "=1+1 @x"
    for part in ("risks", "conditions"):
        for entry in typed[part].values():
            entry["name"] = next(supply)
            for said in entry["says"]:
                said["text"] = next(supply)
    for entry in typed["alternatives"].values():
        entry["name"], entry["what"][0]["text"] = next(supply), next(supply)
    typed["review"]["until_reviewed"] = next(supply)
    return Guide.model_validate(typed)


def test_the_schema_is_valid_and_describes_every_field(guide):
    schema = made(guide)["schema.json"]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in schema
    assert made(guide, SITE)["schema.json"]["$id"] == f"{SITE}data/v1/schema.json"
    for name, kind in schema["$defs"].items():
        assert kind["title"] and kind["description"] and kind["additionalProperties"] is False, name
        assert kind["required"] == list(kind["properties"]), name
        for field, described in kind["properties"].items():
            assert described.get("title") and described.get("description"), f"{name}.{field}"
    assert "discriminator" not in {key for node in nodes(schema) for key in node}


def test_no_field_of_v1_is_gone(real):
    kinds = made(real)["schema.json"]["$defs"]
    assert set(V1) == set(kinds)
    for name, fields in V1.items():
        assert set(fields.split()) <= set(kinds[name]["properties"]), name
    assert {node["const"] for node in nodes(kinds) if "const" in node} == {
        *("count", "words", "not reported", "does not apply"),
        *("claims", "not from our sources", "statements", "names"),
        *("guide", "risks", "alternatives", "methods", "index"),
    }


@pytest.mark.parametrize("site", ["", SITE])
def test_every_file_validates(guide, site):
    check = validator(guide, site)
    documents = made(guide, site)
    del documents["schema.json"]
    assert set(documents) == {"index.json", "guide.json", "risks.json", "alternatives.json", "methods.json"}
    for document in documents.values():
        check.validate(document)


def _frequency(document: dict, kind: str) -> dict:
    return next(node for node in nodes(document) if node.get("kind") == kind)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("license"),
        lambda d: d.pop("notice"),
        lambda d: d.update(document="risk"),
        lambda d: d.update(extra=1),
        lambda d: d["risks"][0].pop("claims"),
        lambda d: d["risks"][0].update(id="Not An Id"),
        lambda d: d["risks"][0].update(id="infection\n x"),
        lambda d: d["risks"][0].update(says=[]),
        lambda d: d["risks"][0]["says"][0].update(basis=None),
        lambda d: d["risks"][0]["says"][0].update(basis={"kind": "claims", "claims": []}),
        lambda d: d["risks"][0]["claims"][0].pop("frequency"),
        lambda d: d["risks"][0]["claims"][0].update(frequency="not reported"),
        lambda d: d["risks"][0]["claims"][0].update(methods=[]),
        lambda d: _frequency(d, "count").pop("of"),
        lambda d: _frequency(d, "count").pop("kind"),
        lambda d: _frequency(d, "count").update(count="1"),
        lambda d: _frequency(d, "count").update(count=0),
        lambda d: _frequency(d, "count").update(out_of=0.5),
        lambda d: _frequency(d, "count").update(kind="words"),
        lambda d: _frequency(d, "count").update(words="rare"),
        lambda d: _frequency(d, "count").update(methods_counted_together=[]),
        lambda d: _frequency(d, "words").update(words=None),
        lambda d: _frequency(d, "not reported").update(kind="unknown"),
        lambda d: d["review"].update(reviews=[{"by": "A", "role": "B", "on": "2030-13-01", "next": "2031-01-01"}]),
        lambda d: d["sources"][0].update(url=""),
    ],
)
def test_a_wrong_file_does_not_validate(guide, spoil):
    document = made(guide)["risks.json"]
    wrong = copy.deepcopy(document)
    spoil(wrong)
    assert wrong != document
    assert not validator(guide).is_valid(wrong)


def test_every_id_is_there_exactly_once_and_in_order(guide):
    whole = made(guide)["guide.json"]
    for section in SECTIONS:
        assert [entry["id"] for entry in whole[section]] == list(getattr(guide, section)), section
    claims = [(source_id, c) for source_id, source in guide.sources.items() for c in source.claims]
    assert [(claim["source"], claim["id"]) for claim in whole["claims"]] == claims
    for section in ("risks", "alternatives", "methods"):
        alone = made(guide)[f"{section}.json"][section]
        assert [entry["id"] for entry in alone] == list(getattr(guide, section))
        for entry, same in zip(alone, whole[section], strict=True):
            ids = [claim["id"] for claim in entry["claims"]]
            assert len(ids) == len(set(ids))
            assert set(ids) == {c for node in nodes(same) if node.get("kind") == "claims" for c in node["claims"]}
            assert all(claim in whole["claims"] for claim in entry["claims"])
            assert {k: v for k, v in entry.items() if k != "claims"} == same


def test_every_frequency_is_the_one_of_the_data(guide):
    kinds = {"count": 0, "words": 0, "not reported": 0, "does not apply": 0}
    for claim in made(guide)["guide.json"]["claims"]:
        _, source, given = guide.claim(claim["id"])
        shown = claim["frequency"]
        kinds[shown["kind"]] += 1
        if isinstance(given.frequency, Figure):
            assert shown == {
                "kind": "count",
                "count": given.frequency.count,
                "out_of": given.frequency.out_of,
                "of": given.frequency.of,
                "methods_counted_together": list(guide.methods_of(claim["id"])),
                "about_the_count": source.counts,
            }
        elif isinstance(given.frequency, InWords):
            assert shown == {"kind": "words", "words": given.frequency.words}
        else:
            assert shown == {"kind": given.frequency or "does not apply"}
        assert claim["methods"] == list(guide.methods_of(claim["id"]))
        assert claim["methods_from"] == ("claim" if given.methods else "source")
    assert all(kinds.values()), kinds


def test_every_answer_is_there_and_each_absence_says_which(guide):
    whole = made(guide)["guide.json"]
    absences = []
    for section, names in (("methods", {"medical": "medical_names"}), ("alternatives", {})):
        for entry in whole[section]:
            for field, given in getattr(guide, section)[entry["id"]]:
                shown = entry[names.get(field, field)]
                if field in ("name", "aim", "origin"):
                    assert shown == given
                elif given == "not reported":
                    assert shown == {"kind": "not reported"}
                    absences.append(given)
                elif field == "medical":
                    assert shown == {"kind": "names", "names": list(given)}
                else:
                    absences += _same_statements(shown["statements"], given)
    for section, field in (("risks", "says"), ("conditions", "says"), ("disagreements", "sides")):
        for entry in whole[section]:
            _same_statements(entry[field], getattr(getattr(guide, section)[entry["id"]], field))
    for entry in whole["words"]:
        _same_statements([entry["meaning"]], [guide.words[entry["id"]].meaning])
    assert {"not reported", "not from our sources"} <= set(absences)


def _same_statements(shown: list[dict], given) -> list[str]:
    """Compares statements, and returns the absences among them."""
    for one, other in zip(shown, given, strict=True):
        kind = "claims" if other.cites else "not from our sources"
        basis = {"kind": kind} | ({"claims": list(other.cites)} if other.cites else {})
        assert one == {"text": other.text, "basis": basis}
    return [one["basis"]["kind"] for one in shown]


def test_nothing_that_the_guide_says_is_left_out(guide, small):
    for one in (guide, hostile(small)):
        absent = {"none given", "none known"}
        assert set(texts(one.model_dump(mode="json"))) - absent <= set(texts(made(one)["guide.json"]))


def test_every_file_carries_license_version_review_state_and_notice(guide):
    for name, text in data.files(guide, TEXTS, VERSION, SITE).items():
        assert text.endswith("\n"), name
        if name.endswith(".csv"):
            for row in csv.DictReader(io.StringIO(text, newline="")):
                head = [row[c] for c in ("license", "license_url", "version", "review_state", "notice")]
                assert head == ["CC BY 4.0", data.LICENSE, VERSION.hash, guide.review.until_reviewed, data.NOTICE]
        elif name.endswith("schema.json"):
            said = json.loads(text)["description"]
            for part in ("CC BY 4.0", data.LICENSE, VERSION.hash, guide.review.until_reviewed, data.NOTICE):
                assert part in said
        else:
            head = json.loads(text)
            assert (head["license"]["name"], head["license"]["url"]) == ("CC BY 4.0", data.LICENSE)
            assert (head["version"], head["notice"]) == (VERSION.hash, data.NOTICE)
            assert head["review"] == {"state": guide.review.until_reviewed, "reviews": []}
            assert head["described_by"] == f"{SITE}data/v1/schema.json"
    assert "not medical advice" in data.NOTICE
    asked = " ".join((ROOT / "LICENSE-CONTENT.md").read_text("utf-8").split())
    assert 'if you name "The Neurolysis Guide"' in asked and "CC-BY-4.0" in asked
    assert data.ATTRIBUTION.startswith('Name "The Neurolysis Guide"')


def test_a_review_shows_with_its_dates_whatever_the_day(small):
    review = Review(by="A. Person", role="nurse", on=date(2001, 1, 2), next=date(2002, 1, 2))
    reviewed = small.model_copy(update={"review": small.review.model_copy(update={"reviews": (review,)})})
    shown = made(reviewed)["risks.json"]
    validator(reviewed).validate(shown)
    assert shown["review"] == {
        "state": "Reviewed by A. Person, nurse, on 2 January 2001. Next review: 2 January 2002.",
        "reviews": [{"by": "A. Person", "role": "nurse", "on": "2001-01-02", "next": "2002-01-02"}],
    }


def test_every_address_exists_in_the_built_site(real, site, tmp_path):
    assert publish.main([str(tmp_path)]) == 0
    ids = {}
    seen = set()
    for base in ("", SITE):
        for name, document in made(real, base).items():
            for node in nodes(document) if name != "schema.json" else ():
                address = node.get("address")
                if address is None:
                    continue
                assert address.startswith(SITE if base else (*"abcdefghijklmnopqrstuvwxyz", "./")), address
                page, _, anchor = address.removeprefix(SITE).partition("#")
                if page.startswith("data/"):
                    assert (tmp_path / page).is_file()
                    continue
                assert page.endswith("/") or address == SITE, address
                html = site / page / "index.html"
                if page not in ids:
                    ids[page] = re.findall(r'\sid="?([^"\s>]+)', html.read_text("utf-8"))
                assert anchor in ids[page] or not anchor, address
                seen.add(page)
    assert {"risks/", "alternatives/", "words/", "not-known/", "disagreements/", "who-it-is-for/"} <= seen
    assert {f"methods/{m}/" for m in real.methods} | {f"sources/{s}/" for s in real.sources} <= seen


def test_the_index_lists_every_other_file(real):
    listed = [file["address"] for file in made(real)["index.json"]["files"]]
    others = {"data/v1/index.json", "data/v1/links.json"}  # the contract is written beside the data
    assert {*listed, *others} == {*data.files(real, TEXTS, VERSION, ""), *others}


def _check_risk_rows(guide: Guide):
    read = iter(rows(guide, "risks.csv"))
    document = made(guide)["risks.json"]
    sources = {source["id"]: source for source in document["sources"]}
    for risk in document["risks"]:
        for claim in risk["claims"]:
            row, source, often = next(read), sources[claim["source"]], claim["frequency"]
            assert list(row) == list(data.RISK_COLUMNS)
            assert all(row.values())
            assert (row["risk_id"], row["risk"], row["risk_address"]) == (risk["id"], risk["name"], risk["address"])
            assert (row["claim_id"], row["claim"], row["place"]) == (claim["id"], claim["says"], claim["place"])
            assert row["claim_address"] == claim["address"]
            assert row["statements"] == " ".join(
                said["text"] for said in risk["says"] if claim["id"] in said["basis"]["claims"]
            )
            assert (row["source_id"], row["publisher"]) == (source["id"], source["publisher"])
            assert (row["source_title"], row["source_url"]) == (source["title"], source["url"] or "none known")
            assert row["methods"].split() == claim["methods"]
            assert row["note"] == (claim["note"] or "none")
            assert row["how_often"] == often["kind"]
            absent = "does not apply" if often["kind"] == "does not apply" else "not reported"
            for field in ("count", "out_of", "of"):
                assert row[field] == str(often.get(field, absent))
            assert row["words"] == often.get("words", "does not apply" if often["kind"] == "count" else absent)
            together = " ".join(often.get("methods_counted_together", ["does not apply"]))
            assert row["methods_counted_together"] == together
            about = (often["about_the_count"] or "nothing known") if often["kind"] == "count" else "does not apply"
            assert row["about_the_count"] == about
    assert next(read, None) is None


def _check_alternative_rows(guide: Guide):
    read = iter(rows(guide, "alternatives.csv"))
    for option in made(guide)["alternatives.json"]["alternatives"]:
        claims = {claim["id"]: claim for claim in option["claims"]}
        for question in ("what", "helps", "limits", "lasts"):
            answer = option[question]
            for said in answer.get("statements", [None]):
                basis = said["basis"] if said else answer
                for claim_id in basis.get("claims", [None]):
                    row = next(read)
                    assert list(row) == list(data.ALTERNATIVE_COLUMNS)
                    assert all(row.values())
                    assert (row["alternative_id"], row["question_id"]) == (option["id"], question)
                    assert row["question"] == Option.model_fields[question].title  # as on the page
                    assert (row["alternative"], row["origin"]) == (option["name"], option["origin"])
                    assert row["statement"] == (said["text"] if said else "not reported")
                    if claim_id:
                        claim = claims[claim_id]
                        assert (row["claim_id"], row["claim"], row["place"]) == (
                            claim_id,
                            claim["says"],
                            claim["place"],
                        )
                        source = guide.sources[claim["source"]]
                        assert (row["publisher"], row["source_title"]) == (source.publisher, source.title)
                    else:
                        assert {row[column] for column in data.CLAIM_COLUMNS} == {basis["kind"]}
    assert next(read, None) is None


def test_the_tables_say_the_same_as_the_json(guide):
    _check_risk_rows(guide)
    _check_alternative_rows(guide)


def test_hostile_texts_survive_and_no_cell_is_a_formula(small):
    guide = hostile(small)
    for name, document in made(guide, SITE).items():
        if name != "schema.json":
            validator(guide, SITE).validate(document)
    _check_risk_rows(guide)
    _check_alternative_rows(guide)
    for name, text in data.files(guide, TEXTS, VERSION, "").items():
        if name.endswith(".csv"):
            for row in csv.reader(io.StringIO(text, newline=""), strict=True):
                assert not [cell for cell in row if cell.lstrip()[:1] in tuple("=+-@＝＋－＠")]
    for text in HOSTILE:
        assert data.unshielded(data.shielded(text)) == text
    assert len(set(map(data.shielded, HOSTILE))) == len(HOSTILE)


def test_a_guide_without_risks_and_alternatives_still_has_its_tables(small):
    guide = small.model_copy(update={"risks": {}, "alternatives": {}})
    assert rows(guide, "risks.csv") == rows(guide, "alternatives.csv") == []
    assert data.files(guide, TEXTS, VERSION, "")["data/v1/risks.csv"].startswith("risk_id,risk,")
    validator(guide).validate(made(guide)["risks.json"])


@pytest.mark.parametrize("address", ["", SITE])
def test_the_command_writes_the_same_whenever_it_runs(real, tmp_path, address):
    made = data.files(real, TEXTS, version.current(), address)
    assert made == data.files(real, TEXTS, version.current(), address)
    made["data/v1/links.json"] = contract.published(contract.current(), address)
    for seed in ("1", "2"):
        done = run("macros.publish", str(tmp_path), SITE_URL=address, PYTHONHASHSEED=seed)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        written = {p.relative_to(tmp_path).as_posix(): p.read_bytes().decode() for p in tmp_path.glob("data/v1/*")}
        assert written == made


def test_the_command_fails_in_clean_lines_and_leaves_what_was_there(project, tmp_path):
    built = tmp_path / "built"
    assert "Usage" in run("macros.publish", str(built), cwd=project).stderr
    built.mkdir()
    file = project / "data/neurolysis.yml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("aim: frees", "aim: fres"), "utf-8")
    done = run("macros.publish", str(built), cwd=project)
    assert done.returncode == 1 and "data/neurolysis.yml:" in done.stderr and "Traceback" not in done.stderr
    assert not list(built.iterdir())
    file.write_text(text, "utf-8")
    (built / "data/v1/risks.csv/in-the-way").mkdir(parents=True)
    done = run("macros.publish", str(built), cwd=project)
    assert done.returncode == 1 and "risks.csv" in done.stderr and "Traceback" not in done.stderr
    assert (built / "data/v1/risks.csv/in-the-way").is_dir()


def test_whoever_reads_a_file_meanwhile_reads_it_whole(tmp_path):
    publish.write(tmp_path, {"data/v1/a.json": "old"})
    with (tmp_path / "data/v1/a.json").open() as reader:
        publish.write(tmp_path, {"data/v1/a.json": "new"})
        assert reader.read() == "old"
    assert {p.name: p.read_text() for p in (tmp_path / "data/v1").iterdir()} == {"a.json": "new"}


def test_the_page_generator_is_not_needed(tmp_path):
    without = (
        "import sys; sys.modules.update(dict.fromkeys(('mkdocs', 'mkdocs_macros', 'material')));"
        "from macros.publish import __main__ as publish; sys.exit(publish.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", without, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data/v1/guide.json").is_file()


def _risks_told(folder, method: str) -> subprocess.CompletedProcess:
    (folder / "risks.py").write_text(SCRIPT, "utf-8")
    command = [sys.executable, "-X", "utf8", str(folder / "risks.py"), str(folder), method]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("method", ["heat", "release"])
def test_ten_lines_print_the_risks_of_a_method(real, tmp_path, method):
    publish.write(tmp_path, data.files(real, TEXTS, VERSION, ""))
    assert len(SCRIPT.rstrip().split("\n")) == 10
    done = _risks_told(tmp_path, method)
    assert done.returncode == 0, done.stderr
    wanted = []
    for risk in real.risks.values():
        claim_ids = dict.fromkeys(c for said in risk.says for c in said.cites if method in real.methods_of(c))
        often = []
        for claim_id in claim_ids:
            _, source, claim = real.claim(claim_id)
            match claim.frequency:
                case Figure(count=count, out_of=out_of, of=of):
                    together = list(real.methods_of(claim_id))
                    often.append(f"{count} out of {out_of} {of} (one count for {together}), says {source.publisher}")
                case InWords(words=words):
                    often.append(f"“{words}”, says {source.publisher}")
        if claim_ids:
            wanted.append(f"{risk.name}: {'; '.join(often) or 'our sources do not say how often'}")
    assert done.stdout.splitlines() == [*wanted, data.NOTICE]
    assert "does not apply" not in done.stdout and len(wanted) > 1


def test_those_lines_do_not_hide_a_wrong_id(real, tmp_path):
    publish.write(tmp_path, data.files(real, TEXTS, VERSION, ""))
    done = _risks_told(tmp_path, "haet")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Our sources name no risk of 'haet'.\n"
