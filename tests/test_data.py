"""The data for others: the guide as it is kept, described by its schema, and usable with a few lines."""

from __future__ import annotations

import copy
import csv
import io
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from macros.guide import links, load, pages, paths
from macros.guide.model import LICENSE, Figure, Guide, InWords, Review
from macros.guide.version import Version
from macros.publish import data
from tests.conftest import ROOT

SITE = "https://example.org/guide/"
TEXTS = pages.read_pages(paths.DOCS)
VERSION = Version("a1b2c3d4e5", date(2001, 2, 3), True)
PARTS = ("methods", "risks", "alternatives", "conditions", "disagreements", "gaps", "words", "sources")
#: What could break a file, or run in a spreadsheet.
HOSTILE = [
    *("=cmd|' /C calc'!A0", '=HYPERLINK("https://example.org","x")', "+1+1", "-2", "@SUM(A1)", "'=1", "''@x"),
    *("' quoted'", "＝1+1", 'He said "no", then\nleft;\r\nthen came back\rtwice', "</script><b>", "a\u2028b\u0085c"),
    *("not reported", "1,000\t2"),
]


@pytest.fixture(scope="module")
def real() -> Guide:
    return load.current()


@pytest.fixture(params=["real", "small"])
def guide(request) -> Guide:
    return request.getfixturevalue(request.param)


def files(guide: Guide, site: str = "") -> dict[str, str]:
    """Every file's text by its name."""
    made = data.files(guide, TEXTS, VERSION, site, links.current())
    return {name.removeprefix("data/v2/"): text for name, text in made.items()}


def made(guide: Guide, site: str = "") -> dict:
    """Every JSON file as data, by its name."""
    return {name: json.loads(text) for name, text in files(guide, site).items() if name.endswith(".json")}


def rows(guide: Guide, name: str) -> list[dict[str, str]]:
    """A table as its reader sees it, without the shield against formulas."""
    read = list(csv.reader(io.StringIO(files(guide)[name], newline=""), strict=True))
    assert all(len(row) == len(read[0]) for row in read)
    return [dict(zip(read[0], map(unshielded, row), strict=True)) for row in read[1:]]


def unshielded(cell: str) -> str:
    """The text that `shielded` made this cell of."""
    return cell[1:] if cell.startswith("'") and data.shielded(cell) != cell else cell


def validator(guide: Guide, site: str = "") -> Draft202012Validator:
    return Draft202012Validator(made(guide, site)["schema.json"], format_checker=FormatChecker())


def nodes(value: object) -> Iterator[dict]:
    """Every object inside some JSON."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def claims(document: dict) -> dict[str, dict]:
    return {claim_id: claim for source in document["sources"].values() for claim_id, claim in source["claims"].items()}


#: The fields that hold free text.
FREE = {"title", "author", "publisher", "date", "about", "counts", "place", "says", "note", "left_out"}
FREE |= {"name", "noticed", "text", "until_reviewed"}


def hostile(small: Guide) -> Guide:
    """The small guide with every free text replaced."""
    supply = itertools.cycle(HOSTILE)

    def replaced(node: object, key: str = "") -> object:
        if isinstance(node, dict):
            of_whom = {"of": next(supply)} if "count" in node else {}
            return {inner: replaced(value, inner) for inner, value in node.items()} | of_whom
        if isinstance(node, list):
            return [replaced(value, key) for value in node]
        return "=1+1 @x" if key == "words" else next(supply) if key in FREE else node

    return Guide.model_validate(replaced(small.model_dump(mode="json")))


# ---- The shape ----


def test_the_data_have_the_shape_in_which_they_are_kept_and_no_count_leaves_what_belongs_to_it(guide):
    document = made(guide)["guide.json"]
    kept = guide.model_dump(mode="json", exclude_none=True)
    counted = 0
    for claim_id, claim in claims(document).items():
        _, source, given = guide.claim(claim_id)
        assert claim.pop("guide_address").endswith(f"#{claim_id}")
        assert claim.pop("methods") == list(guide.methods_of(claim_id))
        assert claim.pop("risks") == [
            r for r, risk in guide.risks.items() if any(claim_id in s.cites for s in risk.says)
        ]
        if isinstance(given.frequency, Figure):
            counted += 1
            assert claim.pop("counts", None) == source.counts
        claims(kept)[claim_id].pop("methods", None)
    for part in PARTS:
        assert list(document[part]) == list(getattr(guide, part))
        for entry in document[part].values():
            assert entry.pop("guide_address")
        assert document[part] == kept[part]
    assert counted and document["review"] == kept["review"]


def test_the_pages_stand_in_it_as_they_are_typed(real):
    shown = made(real, SITE)["guide.json"]["pages"]
    assert set(shown) == {pages.address_of(path) for path in TEXTS}
    assert shown["risks/"]["title"] == pages.title(TEXTS["risks.md"])
    assert shown["risks/"]["text"] == pages.paragraphs(TEXTS["risks.md"])
    assert (shown["risks/"]["guide_address"], shown["./"]["guide_address"]) == (f"{SITE}risks/", SITE)
    assert made(real)["guide.json"]["pages"]["./"]["guide_address"] == "./"


def test_the_schema_is_valid_and_says_version_and_license(guide):
    schema = made(guide)["schema.json"]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in schema and made(guide, SITE)["schema.json"]["$id"] == f"{SITE}data/v2/schema.json"
    for part in ("CC BY 4.0", LICENSE, VERSION.hash, guide.review.until_reviewed, data.NOTICE):
        assert part in schema["description"]
    assert not {"discriminator", "ids"} & {key for node in nodes(schema) for key in node}  # no words of 2020-12
    for kind in [*schema["anyOf"], *schema["$defs"].values()]:
        assert kind["additionalProperties"] is False


@pytest.mark.parametrize("site", ["", SITE])
def test_every_file_validates(guide, small, site):
    for one in (guide, hostile(small)):
        documents = made(one, site)
        for name in ("guide.json", "index.json", "links.json"):
            validator(one, site).validate(documents[name])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("license"),
        lambda d: d.pop("notice"),
        lambda d: d.update(extra=1),
        lambda d: d.update(date="2030-13-01"),
        lambda d: d["risks"]["infection"].pop("guide_address"),
        lambda d: d["risks"].update({"Not An Id": d["risks"]["infection"]}),
        lambda d: d["risks"]["infection"]["says"][0].update(claims=[]),
        lambda d: d["methods"]["heat"].update(aim="other"),
        lambda d: _counted(d).pop("methods"),
        lambda d: _counted(d).update(methods=[]),
        lambda d: _counted(d).pop("risks"),
        lambda d: _counted(d)["frequency"].pop("of"),
        lambda d: _counted(d)["frequency"].update(count="1"),
        lambda d: _counted(d)["frequency"].update(words="rare"),
        lambda d: d["pages"]["./"].pop("text"),
    ],
)
def test_a_wrong_file_does_not_validate(guide, spoil):
    document = made(guide)["guide.json"]
    wrong = copy.deepcopy(document)
    spoil(wrong)
    assert wrong != document
    assert not validator(guide).is_valid(wrong)


def _counted(document: dict) -> dict:
    return next(claim for claim in claims(document).values() if "count" in (claim.get("frequency") or ""))


def test_every_file_carries_license_version_review_state_and_notice(guide):
    for name, text in files(guide, SITE).items():
        assert text.endswith("\n"), name
        if name.endswith(".csv"):
            for row in csv.DictReader(io.StringIO(text, newline="")):
                head = [row[c] for c in ("license", "license_url", "version", "review_state", "notice")]
                assert head == ["CC BY 4.0", LICENSE, VERSION.hash, guide.review.until_reviewed, data.NOTICE]
        elif name != "schema.json":
            head = json.loads(text)
            assert (head["license"]["name"], head["license"]["url"]) == ("CC BY 4.0", LICENSE)
            assert (head["version"], head["date"], head["frozen"]) == (VERSION.hash, "2001-02-03", True)
            assert (head["review_state"], head["notice"]) == (guide.review.until_reviewed, data.NOTICE)
            assert (head["site"], head["described_by"]) == (SITE, f"{SITE}data/v2/schema.json")
    assert "not medical advice" in data.NOTICE
    asked = " ".join((ROOT / "LICENSE-CONTENT.md").read_text("utf-8").split())
    assert 'if you name "The Neurolysis Guide"' in asked and "CC-BY-4.0" in asked
    assert data.ATTRIBUTION.startswith('Name "The Neurolysis Guide"')


def test_a_review_shows_with_its_dates_whatever_the_day(small):
    review = Review(by="A. Person", role="nurse", on=date(2001, 1, 2), next=date(2002, 1, 2))
    reviewed = small.model_copy(update={"review": small.review.model_copy(update={"reviews": (review,)})})
    shown = made(reviewed)["guide.json"]
    validator(reviewed).validate(shown)
    assert shown["review_state"] == "Reviewed by A. Person, nurse, on 2 January 2001. Next review: 2 January 2002."
    assert shown["review"]["reviews"] == [
        {"by": "A. Person", "role": "nurse", "on": "2001-01-02", "next": "2002-01-02"}
    ]


def test_the_index_lists_every_file_and_the_links_are_those_of_the_contract(real):
    listed = made(real, SITE)["index.json"]["files"]
    assert {file["name"]: file["about"] for file in listed} == data.FILES
    assert {file["address"] for file in listed} == {f"{SITE}data/v2/{name}" for name in files(real)}
    shown, contract = made(real)["links.json"], links.current()
    assert {page: tuple(sorted(anchors)) for page, anchors in contract.promised.items()} == {
        page: tuple(anchors) for page, anchors in shown["promised"].items()
    }
    assert shown["moved"] == dict(contract.led_on)


def test_every_address_exists_in_the_built_site(real, site):
    ids = {}
    for base in ("", SITE):
        for node in nodes(made(real, base)["guide.json"]):
            if address := node.get("guide_address"):
                assert address.startswith(base or (*"abcdefghijklmnopqrstuvwxyz", "./")), address
                page, _, anchor = address.removeprefix(SITE).partition("#")
                if page not in ids:
                    html = (site / page / "index.html").read_text("utf-8")
                    ids[page] = re.findall(r'\sid="?([^"\s>]+)', html)
                assert anchor in ids[page] or not anchor, address
        for file in made(real, base)["index.json"]["files"]:
            assert (site / file["address"].removeprefix(SITE)).is_file()
    assert {"risks/", "alternatives/", "words/", "not-known/", "disagreements/", "who-it-is-for/"} <= set(ids)
    assert {f"methods/{m}/" for m in real.methods} | {f"sources/{s}/" for s in real.sources} <= set(ids)


# ---- The tables ----

#: Fields of an entry that are a column of their own, and no statements.
OF_ITS_OWN = {"name", "origin", "group", "noticed", "beside"}


@pytest.mark.parametrize("part", ["risks", "alternatives"])
def test_the_tables_say_what_the_data_say_also_where_it_is_hostile(guide, small, part):
    for one in (guide, hostile(small)):
        read = iter(rows(one, f"{part}.csv"))
        for entry_id, entry in getattr(one, part).items():
            for field, answer in entry:
                if field in OF_ITS_OWN:
                    continue
                told = [(answer, answer)] if isinstance(answer, str) else []
                for said in answer if not told else ():
                    told += [(said.text, claim_id) for claim_id in said.cites or ("not from our sources",)]
                for text, claim_id in told:
                    row = next(read)
                    assert all(row.values())
                    named = (row["id"], row["name"], row["field"], row["statement"], row["claim_id"])
                    assert named == (entry_id, entry.name, field, text, claim_id)
                    assert row["guide_address"] == f"{part}/#{entry_id}"
                    own = {f: getattr(entry, f) or "none" for f in OF_ITS_OWN if hasattr(entry, f)}
                    assert own.keys() == OF_ITS_OWN & row.keys()
                    assert all(row[f] == (v if isinstance(v, str) else " ".join(v)) for f, v in own.items())
                    _check_claim(one, row)
        assert next(read, None) is None
        for row in csv.reader(io.StringIO(files(one)[f"{part}.csv"], newline=""), strict=True):
            assert not [cell for cell in row if cell.lstrip()[:1] in tuple("=+-@＝＋－＠")]


def _check_claim(guide: Guide, row: dict[str, str]) -> None:
    """A row's cells are those of its claim; its count has what belongs to it."""
    if not guide.knows(row["claim_id"]):
        assert {row["claim"], row["source_id"], row["count"], row["note"]} == {row["claim_id"]}
        return
    source_id, source, claim = guide.claim(row["claim_id"])
    absent = "not reported" if claim.frequency else "does not apply"
    often = dict.fromkeys(("count", "out_of", "of", "words"), absent) | {"about_the_count": "does not apply"}
    if isinstance(claim.frequency, Figure):
        often |= {name: str(value) for name, value in claim.frequency}
        often |= {"about_the_count": source.counts or "nothing known"}
    elif isinstance(claim.frequency, InWords):
        often |= {"words": claim.frequency.words}
    cells = {
        **{"claim": claim.says, "claim_address": f"sources/{source_id}/#{row['claim_id']}", "place": claim.place},
        **{"source_id": source_id, "publisher": source.publisher, "source_title": source.title},
        **{"source_url": source.address, **often, "note": claim.note or "none"},
        **{"methods_counted_together": " ".join(guide.methods_of(row["claim_id"]))},
    }
    assert cells.items() <= row.items()


def test_texts_that_a_spreadsheet_would_run_stay_apart():
    assert [unshielded(data.shielded(text)) for text in HOSTILE] == HOSTILE
    assert len(set(map(data.shielded, HOSTILE))) == len(HOSTILE)


# ---- The example of the page for clinics ----


def _risks_told(folder, method: str) -> subprocess.CompletedProcess:
    script = re.search(r"```python\n(.*?)```", TEXTS["for-clinics.md"], re.S)[1]
    (folder / "risks.py").write_text(script, "utf-8")
    command = [sys.executable, "-X", "utf8", str(folder / "risks.py"), str(folder), method]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def published(real, tmp_path):
    """A folder that holds the data as the site does."""
    (tmp_path / data.FOLDER).mkdir(parents=True)
    for name, text in files(real).items():
        (tmp_path / data.FOLDER / name).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize("method", ["heat", "release"])
def test_a_few_lines_print_the_risks_of_a_method(real, published, method):
    done = _risks_told(published, method)
    assert done.returncode == 0, done.stderr
    for risk in real.risks.values():
        for claim_id in (c for said in risk.says for c in said.cites if method in real.methods_of(c)):
            _, source, claim = real.claim(claim_id)
            line = next(line for line in done.stdout.splitlines() if risk.name in line and source.publisher in line)
            if isinstance(claim.frequency, Figure):
                assert f"{claim.frequency.count} out of {claim.frequency.out_of} {claim.frequency.of}" in done.stdout
                assert ", ".join(real.methods_of(claim_id)) in line
            elif isinstance(claim.frequency, InWords):
                assert f"“{claim.frequency.words}”" in done.stdout
    assert done.stdout.endswith(data.NOTICE + "\n")


def test_those_lines_do_not_hide_a_wrong_id(published):
    done = _risks_told(published, "haet")
    assert (done.returncode, done.stdout, "haet" in done.stderr) == (1, "", True)
