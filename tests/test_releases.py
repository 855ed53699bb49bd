"""Versions that can be cited: frozen files that never change, what changed between them, and the feed that tells it."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import shutil
import xml.etree.ElementTree as etree
from datetime import date, datetime

import pytest
from jsonschema import Draft202012Validator

from macros.guide import links, load, pages, paths
from macros.guide.version import Change, Step, Version
from macros.publish import data, feeds, releases
from macros.publish.changes import changes, names
from tests.conftest import edit, run

SITE = "https://example.org/guide/"
ATOM = "{http://www.w3.org/2005/Atom}"
COUNTED = "initiative-risk-infection"
INFECTION = "        says: You can get an infection.\n        frequency: {count: 1, out_of: 1000"
TOLD = Change(
    part="Risks",
    entry="Infection",
    field="how often, says The Interventional Initiative (What are the risks?, the count)",
    before="1 out of every 1,000 people (chemical injection, heat and cold counted together).",
    now="2 out of every 1,000 people (chemical injection, heat and cold counted together).",
    address="risks/#infection",
    claims=(COUNTED,),
)


def epoch(day: str) -> str:
    return str(int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()))


def freeze(project, day: str):
    """Tries to make a version of a project's content on a day."""
    return run("macros.release", cwd=project, SOURCE_DATE_EPOCH=epoch(day))


def frozen(project, day: str) -> str:
    done = freeze(project, day)
    assert done.returncode == 0, done.stderr
    return done.stdout


def history(project, day: str) -> list[dict]:
    """The steps of a project as plain values, from a process of its own."""
    code = (
        "import json; from macros.guide import links, load, pages; from macros.publish import releases;"
        "print(json.dumps([{**step._asdict(), 'frozen': step.version.frozen, 'version': str(step.version)}"
        " for step in releases.steps(load.current(), pages.read_pages(), links.current())]))"
    )
    done = run("timeit", "-n1", "-r1", code, cwd=project, SOURCE_DATE_EPOCH=epoch(day))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[0])


@pytest.fixture
def fresh(project):
    """A project without any version yet."""
    shutil.rmtree(project / "data/releases", ignore_errors=True)
    return project


def whole(guide=None, texts=None) -> dict:
    return data.document(guide or load.current(), texts or {}, Version("0", date.min, False))


# ---- Freezing ----


def test_a_number_changed_after_a_release_is_told_and_the_frozen_file_stays(fresh):
    said = frozen(fresh, "2031-01-02")
    assert said.startswith("Version of 2 January 2031 (") and "is frozen in data/releases/2031-01-02-" in said
    assert frozen(fresh, "2031-01-03").startswith("Nothing to freeze: this is the Version of 2 January 2031 (")
    folder = fresh / "data/releases"
    (first,) = releases.listed(folder)
    kept = (folder / first.file).read_bytes()
    assert (json.loads(kept)["frozen"], json.loads(kept)["date"]) == (True, "2031-01-02")
    assert history(fresh, "2031-01-02")[0]["changes"] is None

    edit(fresh / "data/neurolysis.yml", INFECTION, INFECTION.replace("count: 1", "count: 2"))
    draft, before = history(fresh, "2031-01-04")
    assert draft["version"].startswith("Draft of 4 January 2031") and not draft["frozen"] and draft["file"] == ""
    (change,) = draft["changes"]
    assert Change(**dict(zip(Change._fields, change, strict=True)))[:6] == TOLD[:6] and COUNTED in change[-1]
    assert before["file"] == f"data/releases/{first.file}"
    frozen(fresh, "2031-02-03")
    assert (folder / first.file).read_bytes() == kept
    assert [step["changes"] and step["changes"][0][1] for step in history(fresh, "2031-02-03")] == ["Infection", None]
    for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines():
        sha256, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256
    published = releases.files(folder)
    assert published["data/releases/SHA256SUMS"] == (folder / "SHA256SUMS").read_text("utf-8")
    assert published[f"data/releases/{first.file}"].encode() == kept


def test_what_is_said_as_once_before_is_a_draft_and_a_version_of_its_own(fresh):
    cost = fresh / "docs/cost.md"
    frozen(fresh, "2031-01-02")
    edit(cost, "# Cost and insurance", "# Cost, and insurance")
    frozen(fresh, "2031-01-03")
    edit(cost, "# Cost, and insurance", "# Cost and insurance")
    frozen(fresh, "2031-01-03")  # a second one on the same day
    edit(cost, "# Cost and insurance", "# Cost, and insurance")
    repeated = freeze(fresh, "2031-01-03")
    assert repeated.returncode == 1 and "this was a version today, before another" in repeated.stderr
    told = history(fresh, "2031-01-03")
    assert [step["version"].partition(" (")[0] for step in told] == [
        "Draft of 3 January 2031",
        *["Version of 3 January 2031"] * 2,
        "Version of 2 January 2031",
    ]
    assert told[0]["changes"][0][4] == "Cost, and insurance"
    assert list(releases.problems(fresh / "data/releases"))  # it is not 2031 yet


def test_every_frozen_version_of_the_guide_is_whole_and_fits_the_schema_of_today():
    assert list(releases.problems()) == []
    made = data.files(load.current(), {}, Version("0", date.min, False), "", links.current())
    for release in releases.listed():
        text, document = releases.read(release)
        Draft202012Validator(json.loads(made["data/v2/schema.json"])).validate(document)
        assert hashlib.sha256(text.encode()).hexdigest() == release.sha256


# ---- What is refused ----


@pytest.fixture
def folder(tmp_path, small, monkeypatch):
    """Three versions, two of them on one day; today is the day of the last."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch("2031-01-03"))
    for content, day in (("a" * 10, 2), ("b" * 10, 3), ("c" * 10, 3)):
        now = Version(content, date(2031, 1, day), True)
        releases.freeze(data.whole(small, {}, now), now, tmp_path)
    assert list(releases.problems(tmp_path)) == [] and len(releases.listed(tmp_path)) == 3
    return tmp_path


def lines(folder) -> list[str]:
    return (folder / "SHA256SUMS").read_text("utf-8").splitlines()


def write(folder, listed: list[str]) -> None:
    (folder / "SHA256SUMS").write_text("".join(f"{line}\n" for line in listed), "utf-8")


def forged(folder, name: str, content: str) -> None:
    """Puts other content into a file, with the right sum of it."""
    (folder / name).write_text(content, "utf-8")
    sums = [line for line in lines(folder) if not line.endswith(name)]
    write(folder, sorted([*sums, f"{hashlib.sha256(content.encode()).hexdigest()}  {name}"], key=lambda s: s[66:]))


def first(folder) -> str:
    return f"2031-01-02-{'a' * 10}.json"


def swap(folder, key: str, value: object) -> str:
    return json.dumps(json.loads((folder / first(folder)).read_text("utf-8")) | {key: value})


@pytest.mark.parametrize(
    ("spoil", "place", "what", "mend"),
    [
        (lambda f: edit(f / first(f), '"frozen"', '"frosen"'), first(None) + ":1", "has changed", "git checkout"),
        (lambda f: (f / first(f)).unlink(), "SHA256SUMS:1", "is gone", "git checkout"),
        (lambda f: (f / "notes.txt").write_text("x"), "notes.txt:1", "is not on the list", "Delete it"),
        (lambda f: write(f, [*lines(f), "0123  x.json"]), "SHA256SUMS:4", "is not a line of this list", "git checkout"),
        (lambda f: write(f, lines(f)[::-1]), "SHA256SUMS:3", "or is older than", "in the order of their days"),
        (lambda f: write(f, [*lines(f), lines(f)[2]]), "SHA256SUMS:4", "stands above already", "each once"),
        (lambda f: forged(f, f"2099-01-01-{'d' * 10}.json", "{}"), "SHA256SUMS:4", "of a day to come", "on the day"),
        *(
            (lambda f, told=told: forged(f, first(f), told(f)), first(None) + ":1", "does not hold the data", "git")
            for told in (
                *(lambda f: "{1}", lambda f: "[" * 99999, lambda f: "[]", lambda f: swap(f, "risks", [1])),
                *(lambda f: swap(f, "sources", {"a": 1}), lambda f: swap(f, "version", "b" * 10)),
                *(lambda f: swap(f, "date", "2031-01-01"), lambda f: swap(f, "frozen", False)),
            )
        ),
    ],
)
def test_a_frozen_version_that_somebody_touched_is_told_with_its_place_and_mend(folder, spoil, place, what, mend):
    spoil(folder)
    found = [str(problem) for problem in releases.problems(folder)]
    assert any(one.startswith(place) and what in one and mend in one for one in found), found


def test_a_version_that_cannot_be_read_stops_a_release_without_a_traceback(fresh):
    frozen(fresh, "2031-01-02")
    (file,) = (fresh / "data/releases").glob("*.json")
    file.write_text("{", "utf-8")
    done = freeze(fresh, "2031-01-03")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.startswith(f"data/releases/{file.name}:1: the frozen file '{file.name}' has changed.")


def test_what_a_system_or_a_stopped_release_leaves_behind_is_no_version(folder):
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "SHA256SUMS").write_bytes((folder / "SHA256SUMS").read_bytes().rstrip(b"\n"))
    assert list(releases.problems(folder)) == []
    (folder / f"2031-01-03-{'d' * 10}.json").write_text("{}", "utf-8")
    (problem,) = releases.problems(folder)
    assert problem.mend == "Delete it. Only `make release` adds a file."


# ---- What changed, in words ----

#: What means nothing to a reader when it changes: what a file says of itself, and what names or follows from something.
OF_THE_FILE = {"title", "notice", "license", "version", "date", "frozen", "review", "site", "described_by"}
SILENT = {"guide_address", "retired", "methods", "risks"}


def leaves(node: object, path: tuple = ()):
    """The path of every text and number that a reader could miss."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        of_claim = path[:1] == ("sources",) and len(path) == 4
        references = key == "claims" and not isinstance(value, dict)
        if references or key in (SILENT if path else OF_THE_FILE) or (of_claim and key == "counts"):
            continue
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def test_whatever_the_guide_says_otherwise_is_told(small):
    old = whole(small, {"risks.md": pages.read_pages(paths.DOCS)["risks.md"]})
    assert changes(old, copy.deepcopy(old)) == []
    parts = set()
    for path in leaves(old):
        new = copy.deepcopy(old)
        node = new
        for step in path[:-1]:
            node = node[step]
        was = node[path[-1]]
        node[path[-1]] = was + 71 if isinstance(was, int) else f"{was} and more"
        found = changes(old, new)
        assert all(change.now and change.before and change.now != change.before for change in found), (path, found)
        assert any(re.search("7|and more", change.now) for change in found), path
        parts.add(path[0])
    assert parts >= {"risks", "methods", "alternatives", "conditions", "disagreements", "gaps", "words", "sources"}
    assert parts >= {"pages", "review_state"}


def claim_of(document: dict, claim_id: str) -> dict:
    return next(source["claims"][claim_id] for source in document["sources"].values() if claim_id in source["claims"])


def test_other_treatments_and_other_sources_for_the_same_words_are_told(small):
    old, new = whole(), whole()
    claim_of(new, COUNTED)["methods"] = ["heat"]
    found = {(c.entry, c.field): c for c in changes(old, new)}
    assert found["Infection", TOLD.field].now == "1 out of every 1,000 people."
    new = whole()
    says = new["risks"]["infection"]["says"]
    says[0]["claims"] = ["painx-risk-bruising"]
    (change,) = changes(old, new)
    assert change.before.startswith(f"{says[0]['text']} [") and f"the count) #{COUNTED};" in change.before
    assert change.now.startswith(f"{says[0]['text']} [PainX India (") and "#painx-risk-bruising]" in change.now
    new = whole()
    first_said, second = new["risks"]["infection"]["says"][:2]
    first_said["claims"], second["claims"] = second["claims"], first_said["claims"]
    assert len(changes(old, new)) == 1
    new = whole()
    new["risks"]["infection"]["says"].reverse()  # their order alone
    (change,) = changes(old, new)
    assert change.before.startswith(says[0]["text"]) and says[0]["text"] in change.now[1:]
    old, new = whole(small), whole(small)  # what all of a source's claims mean is told once
    new["sources"]["two"]["methods"] = ["heat", "release"]
    for claim in new["sources"]["two"]["claims"].values():
        claim["methods"] = ["heat", "release"]
    (change,) = changes(old, new)
    assert (change.entry, change.before, change.now) == ("Two Press", "nerve release", "heat and nerve release")


def test_silences_what_is_new_and_what_goes_are_told_with_counts_first():
    old, new = whole(), whole()
    heat = new["methods"]["heat"]
    heat["aim"], heat["what"], heat["name"] = "frees", "not reported", "Warmth"
    heat["a_new_field"] = "Something new."
    gone = new["risks"].pop("bruising")
    new["gaps"]["more"] = next(iter(new["gaps"].values())) | {"guide_address": "not-known/#more", "missing": "More."}
    claim_of(new, COUNTED)["frequency"]["count"] = 2
    told = changes(old, new)
    assert told[0].field == TOLD.field and told[0].now.startswith("2 out of every 1,000 people (chemical")
    found = {(c.entry, c.field): (c.before, c.now) for c in told}
    assert found["Warmth", "what it is"][1] == "Our sources do not say."
    assert found["Warmth", "what happens to the nerve"] == ("destroys", "frees")
    assert found["Warmth", "a new field"] == ("Not in the guide.", "Something new.")
    assert found[gone["name"], ""][1] == "No longer in the guide."
    assert found["More.", ""][0] == "Not in the guide."


def test_a_page_that_shows_less_or_cites_another_claim_is_told():
    before = f'# Risks\n\n{{{{ risk_table("heat") }}}}\n\nIt may hurt.[^{COUNTED}]\n\n- It may bleed.\n- So.\n'
    after = "# Risks\n\nIt may hurt.\n\n- It may bleed.[^painx-risk-bruising]\n- So.\n"
    (change,) = changes(whole(texts={"risks.md": before}), whole(texts={"risks.md": after}))
    assert change.field == "its own words" and set(change.claims) == {COUNTED, "painx-risk-bruising"}
    assert change.before.startswith('(Shown here: risk_table "heat") It may hurt. [The Interventional Initiative (')
    assert change.now.startswith("It may hurt. It may bleed. [PainX India (")


def leading(*moved: tuple[str, str]):
    lines_of = {f"{links.EVERY}#{old}": f"{links.EVERY}#{new}" for old, new in moved}
    return lambda address: links.final(address, lines_of)


def renamed(document: dict, part: str, old: str, new: str, **fields: str) -> dict:
    entry = document[part].pop(old)
    document[part][new] = entry | fields | {"guide_address": entry["guide_address"].replace(old, new)}
    return document


def test_what_is_renamed_is_told_as_a_new_name_not_as_gone():
    old, new = whole(), renamed(whole(), "risks", "bruising", "blue-mark", name="A blue mark")
    for claim in (claim for source in new["sources"].values() for claim in source["claims"].values()):
        claim["risks"] = [risk.replace("bruising", "blue-mark") for risk in claim["risks"]]
    (change,) = changes(old, new, leading(("bruising", "blue-mark")))
    assert (change.field, change.before, change.now) == ("name", "Bruising", "A blue mark")
    assert {c.now for c in changes(old, new)} >= {"No longer in the guide."}
    later = whole()  # a rename after both changes nothing of what the second changed
    later["risks"]["bruising"]["name"] = "A bruise"
    (change,) = changes(old, later, leading(("bruising", "blue-mark")))
    assert (change.before, change.now, change.address) == ("Bruising", "A bruise", "risks/#blue-mark")
    warm = json.loads(json.dumps(whole()).replace('"heat"', '"warmth"').replace("methods/heat/", "methods/warmth/"))
    assert changes(old, warm, lambda address: address.replace("methods/heat/", "methods/warmth/")) == []


def test_what_is_led_on_to_its_neighbor_is_told_as_gone():
    old, new = whole(), whole()
    del new["risks"]["bruising"]
    found = changes(old, new, leading(("bruising", "bleeding")))
    assert {(c.entry, c.now) for c in found if c.part == "Risks"} == {("Bruising", "No longer in the guide.")}
    new = renamed(new, "risks", "bleeding", "blood", name="Blood")
    found = changes(old, new, leading(("bruising", "blood"), ("bleeding", "blood")))
    gone = {(c.entry, c.now) for c in found if c.part == "Risks" and not c.field}
    assert gone >= {(name, "No longer in the guide.") for name in ("Bruising", "Bleeding")}


def test_names_tell_what_stands_at_every_promised_section_and_entry():
    found = names(whole(texts=pages.read_pages(paths.DOCS)))
    assert found["risks/#infection"] == "Infection" and found["methods/heat/"] == "Heat"
    assert found["risks/"] == found["risks/#risks-of-neurolysis"] == "Risks of neurolysis"
    for page, anchors in links.current().promised.items():
        typed = [anchor for anchor in anchors if f"{page}#{anchor}" in found]
        # The others are rows of shared tables, and headings that macros write.
        assert page in found or page in links.current().moved
        assert typed or page in links.current().moved, page


# ---- The feed ----

HOSTILE = '<img src=x onerror=alert(1)> & "]]> {{ x }} [a](javascript:b)'
HISTORY = [
    Step(
        Version("b" * 10, date(2031, 2, 3), True),
        "data/releases/2031-02-03-bbbbbbbbbb.json",
        [Change("Risks", HOSTILE, HOSTILE, HOSTILE, HOSTILE, "risks/#infection")],
    ),
    Step(Version("a" * 10, date(2031, 2, 3), True), "data/releases/2031-02-03-aaaaaaaaaa.json", []),
    Step(Version("c" * 10, date(2031, 1, 2), True), "data/releases/2031-01-02-cccccccccc.json", None),
]


def feed(history, site="", review="") -> etree.Element:
    (text,) = feeds.files(history, site, review).values()
    return etree.fromstring(text.encode())


@pytest.mark.parametrize("site", ["", SITE])
def test_the_feed_is_whole_in_order_and_holds_text_only(site):
    made = feed(HISTORY, site, HOSTILE)
    for name in ("id", "title", "updated", f"author/{ATOM}name"):  # RFC 4287, section 4.1.1
        assert made.find(f"{ATOM}{name}").text
    rels = {link.get("rel"): link.get("href") for link in made.findall(f"{ATOM}link")}
    assert rels == {"alternate": f"{site}versions/", "self": f"{site}feed.xml"}
    assert data.LICENSE in made.find(f"{ATOM}rights").text
    entries = made.findall(f"{ATOM}entry")
    updated = [entry.find(f"{ATOM}updated").text for entry in entries]
    assert updated == ["2031-02-03T00:01:00+00:00", "2031-02-03T00:00:00+00:00", "2031-01-02T00:00:00+00:00"]
    assert made.find(f"{ATOM}updated").text == updated[0]
    assert entries[0].find(f"{ATOM}link").get("href") == f"{site}versions/#2031-02-03-bbbbbbbbbb"
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(set(ids)) == 3 and all(each.startswith("urn:uuid:") for each in ids)
    content = entries[0].find(f"{ATOM}content")
    assert content.get("type") == "html" and f'href="{site}risks/#infection"' in content.text
    assert not re.search(r"<(?!/?(ul|li|a|b|br|p)\b)", content.text) and content.text.count("onerror") == 5
    assert feeds.files(HISTORY, site, HOSTILE) == feeds.files(HISTORY, site, HOSTILE)


def test_a_draft_has_one_entry_in_the_feed_until_it_is_a_version():
    on = date(2031, 3, 5)
    draft, later = (Step(Version(content * 10, on, False), "", []) for content in "cd")
    release = Step(Version("d" * 10, on, True), "data/releases/2031-03-05-dddddddddd.json", [])
    ids = [feed([step, *HISTORY]).find(f"{ATOM}entry/{ATOM}id").text for step in (draft, later, release)]
    assert ids[0] == ids[1] != ids[2]


def test_where_no_version_was_published_the_feed_says_so():
    draft = Step(Version("c" * 10, date(2031, 3, 4), False), "", None)
    told = "No version has been published yet. This is a draft."
    assert told in feed([draft]).find(f"{ATOM}entry/{ATOM}content").text
    contents = [content.text for content in feed(HISTORY).iter(f"{ATOM}content")]
    assert "It is the first version." in contents[2] and "Nothing that the guide says has changed." in contents[1]


def test_the_feed_links_to_what_is_there(site):
    html = (site / "versions/index.html").read_text("utf-8")
    for entry in etree.fromstring((site / "feed.xml").read_bytes()).iter(f"{ATOM}entry"):
        page, anchor = entry.find(f"{ATOM}link").get("href").split("#")
        assert page == "versions/" and f'id="{anchor}"' in html
