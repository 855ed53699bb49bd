"""Versions that can be cited: frozen files that never change, and what changed between them."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as etree
from datetime import date, datetime

import pytest
from jsonschema import Draft202012Validator

from macros import clinics, contract, load, pages, releases
from macros.changes import Change, Step, changes
from macros.publish import data, feeds
from macros.version import Version
from tests.conftest import ROOT, build, run

SITE = "https://example.org/guide/"
ATOM = "{http://www.w3.org/2005/Atom}"
INFECTION = "        says: You can get an infection.\n        frequency: {count: 1, out_of: 1000"
TOLD = [
    "Infection: how often, says The Interventional Initiative (What are the risks?, the count).",
    "Before: 1 out of every 1,000 people (chemical injection, heat and cold counted together).",
    "Now: 2 out of every 1,000 people (chemical injection, heat and cold counted together).",
]


def edit(path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def epoch(day: str) -> str:
    return str(int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()))


def freeze(project, day: str) -> str:
    """Makes a version of a project's content on a day; returns what the command says."""
    done = run("macros.publish.freeze", cwd=project, SOURCE_DATE_EPOCH=epoch(day))
    assert done.returncode == 0, done.stderr
    return done.stdout


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html.replace("<br>", " ")).split()).replace(" :", ":").replace(" .", ".")


@pytest.fixture
def fresh(project):
    """A project without any version yet."""
    shutil.rmtree(project / "data/releases", ignore_errors=True)
    return project


def test_a_number_changed_after_a_release_is_told_and_the_frozen_file_stays(fresh, tab):
    said = freeze(fresh, "2031-01-02")
    assert said.startswith("Version of 2 January 2031 (") and "is frozen in data/releases/2031-01-02-" in said
    assert freeze(fresh, "2031-01-03").startswith("Nothing to freeze: this is the Version of 2 January 2031 (")
    (first,) = releases.listed(fresh / "data/releases")
    frozen = (fresh / "data/releases" / first.file).read_bytes()
    assert json.loads(frozen)["frozen"] and json.loads(frozen)["date"] == "2031-01-02"

    edit(fresh / "data/neurolysis.yml", INFECTION, INFECTION.replace("count: 1", "count: 2"))
    site = fresh / "site"
    assert build(fresh, site).returncode == 0
    assert (site / "data/releases" / first.file).read_bytes() == frozen
    tab.goto((site / "versions/index.html").as_uri())
    draft = " ".join(tab.locator("#since-the-last-version ~ div").first.inner_text().split())
    assert all(part in draft for part in TOLD), draft
    assert tab.locator(".changes li a[href='../risks/#infection']").count() == 1
    assert "Draft of" in tab.locator("footer").inner_text()
    entry = etree.fromstring((site / "feed.xml").read_text("utf-8")).find(f"{ATOM}entry")
    item = json.loads((site / "feed.json").read_text("utf-8"))["items"][0]
    for told in (entry.find(f"{ATOM}content").text, item["content_html"]):
        assert all(part in plain(told) for part in TOLD), told
    assert item["_neurolysis_guide"]["changes"][0]["address"] == "risks/#infection"

    freeze(fresh, "2031-02-03")
    assert build(fresh, site).returncode == 0
    assert (site / "data/releases" / first.file).read_bytes() == frozen
    sums = [line.split("  ") for line in (site / "data/releases/SHA256SUMS").read_text("utf-8").splitlines()]
    assert len(sums) == 2
    for sha256, name in sums:
        assert hashlib.sha256((site / "data/releases" / name).read_bytes()).hexdigest() == sha256
    tab.goto((site / "versions/index.html").as_uri())
    text = " ".join(tab.locator("article").inner_text().split())
    assert "Nothing has changed. What you read here is the last version." in text
    assert all(part in text for part in TOLD)
    newest, oldest = tab.locator("h2[id^='2031']").all()
    assert "Version of 3 February 2031" in newest.inner_text() and "2 January 2031" in oldest.inner_text()
    assert "Version of 3 February 2031" in tab.locator("footer").inner_text()
    ids = [
        e.find(f"{ATOM}id").text for e in etree.fromstring((site / "feed.xml").read_text("utf-8")).iter(f"{ATOM}entry")
    ]
    assert len(ids) == len(set(ids)) == 2


def test_a_frozen_file_that_changed_is_gone_or_stray_is_refused(fresh):
    freeze(fresh, "2031-01-02")
    folder = fresh / "data/releases"
    assert list(releases.problems(folder)) == []
    path = folder / releases.listed(folder)[0].file
    edit(path, '"count": 1,', '"count": 2,')
    done = run("macros.check", cwd=fresh)
    assert done.returncode == 1
    assert f"data/releases/{path.name}:1: the frozen file '{path.name}' has changed." in done.stdout
    assert f"git checkout origin/main -- data/releases/{path.name}" in done.stdout
    assert run("macros.publish.freeze", cwd=fresh).returncode == 1
    path.unlink()
    (folder / "notes.txt").write_text("x")
    done = run("macros.check", cwd=fresh)
    assert "data/releases/SHA256SUMS:1: the frozen file" in done.stdout and "is gone" in done.stdout
    assert "data/releases/notes.txt:1: 'notes.txt' is not on the list of versions." in done.stdout
    (folder / "SHA256SUMS").write_text("0123  what.json\n")
    done = run("macros.check", cwd=fresh)
    assert "data/releases/SHA256SUMS:1: '0123  what.json' is not a line of this list." in done.stdout
    built = run("mkdocs", "build", "--site-dir", str(fresh / "site"), cwd=fresh)
    assert built.returncode == 1 and "SHA256SUMS:1" in built.stderr and "Traceback" not in built.stderr


def test_every_frozen_version_of_the_guide_is_whole_and_fits_the_schema_of_today():
    assert list(releases.problems()) == []
    schema = data.files(load.current(), {}, Version("0", date.min, False), "")["data/v1/schema.json"]
    for release in releases.listed():
        text = releases.text_of(release)
        Draft202012Validator(json.loads(schema)).validate(json.loads(text))
        assert hashlib.sha256(text.encode()).hexdigest() == release.sha256
        assert (json.loads(text)["version"], json.loads(text)["date"]) == (release.hash, release.on.isoformat())


#: What means nothing to a reader when it changes: what names the file and its entries, helps a search, or is derived.
SILENT = {"address", "date", "described_by", "document", "frozen", "id", "kind", "license"}
SILENT |= {"methods_from", "notice", "retired_claims", "reviews", "site", "version"}
SILENT |= {"about_the_count", "methods_counted_together"}  # follow from the source and from the claim's methods
REFERENCES = {"claims", "methods", "source"}  # ids, which cannot be any text


def leaves(node: object, path: tuple = ()):
    """The path of every text and number that a reader could miss."""
    if isinstance(node, dict):
        for key, value in node.items():
            reference = key in REFERENCES and path
            if key not in SILENT and not reference and not (key == "title" and not path):
                yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from leaves(value, (*path, index))
    elif node is not None:
        yield path


def test_whatever_the_guide_says_otherwise_is_told(small):
    texts = {"risks.md": pages.read_pages(load.DOCS)["risks.md"]}
    old = json.loads(data.whole(small, texts, Version("0", date.min, False)))
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
        assert all(change.now and change.before and change.now != change.before for change in found)
        assert any(re.search("7|and more", change.now) for change in found), path
        parts.add(path[0])
    assert parts >= {"risks", "methods", "alternatives", "conditions", "disagreements", "gaps", "words", "sources"}
    assert parts >= {"claims", "pages", "review"}


def test_other_treatments_and_other_sources_for_the_same_words_are_told():
    old = json.loads(data.whole(load.current(), {}, Version("0", date.min, False)))
    new = copy.deepcopy(old)
    claim = next(claim for claim in new["claims"] if claim["id"] == "initiative-risk-infection")
    claim["methods"] = ["heat"]
    said = {(c.entry, c.field): c for c in changes(old, new)}
    assert said["Infection", TOLD[0][len("Infection: ") : -1]].now == "1 out of every 1,000 people."
    new = copy.deepcopy(old)
    risk = next(risk for risk in new["risks"] if risk["id"] == "infection")
    risk["says"][0]["basis"]["claims"] = ["painx-risk-bruising"]
    (change,) = changes(old, new)
    assert change.field == f"what can happen: the sources of “{risk['says'][0]['text']}”"
    assert "The Interventional Initiative, " in change.before
    assert change.now.startswith("PainX India, ") and "Initiative" not in change.now


def test_a_silence_that_ends_a_source_that_is_added_and_a_risk_that_goes_are_told():
    guide = load.current()
    old = json.loads(data.whole(guide, {}, Version("0", date.min, False)))
    new = copy.deepcopy(old)
    (silent,) = [(m, f) for m in new["methods"] for f in ("chance",) if m["id"] == "heat"]
    before = silent[0]["chance"]
    silent[0]["chance"] = {"kind": "not reported"} if before["kind"] != "not reported" else old["methods"][0]["what"]
    gone = new["risks"].pop(0)
    found = {(c.part, c.entry, c.field): c for c in changes(old, new)}
    changed = found["Treatments", silent[0]["name"], "the chance that it works"]
    assert "Our sources do not say." in (changed.before, changed.now)
    assert found["Risks", gone["name"], ""].now == "No longer in the guide."


def test_what_is_renamed_is_told_as_a_new_name_not_as_gone():
    old = json.loads(data.whole(load.current(), {}, Version("0", date.min, False)))
    new = copy.deepcopy(old)
    risk = next(risk for risk in new["risks"] if risk["id"] == "bruising")
    risk |= {"id": "blue-mark", "address": "risks/#blue-mark", "name": "A blue mark"}
    moved = {f"{contract.EVERY}#bruising": f"{contract.EVERY}#blue-mark"}
    (change,) = changes(old, new, lambda address: contract.final(address, moved))
    assert (change.field, change.before, change.now) == ("its name", "Bruising", "A blue mark")
    assert {c.now for c in changes(old, new)} >= {"No longer in the guide."}


HOSTILE = '<img src=x onerror=alert(1)> & "]]> {{ x }} [a](javascript:b)'
HISTORY = [
    Step(
        Version("b" * 10, date(2031, 2, 3), True),
        "data/releases/2031-02-03-bbbbbbbbbb.json",
        [Change("Risks", HOSTILE, HOSTILE, HOSTILE, HOSTILE, "risks/#infection")],
    ),
    Step(Version("a" * 10, date(2031, 1, 2), True), "data/releases/2031-01-02-aaaaaaaaaa.json", None),
]


@pytest.mark.parametrize("site", ["", SITE])
def test_the_feeds_are_whole_and_hold_text_only(site, tab):
    made = feeds.files(HISTORY, site, HOSTILE)
    base = site and SITE
    feed = etree.fromstring(made["feed.xml"])
    for name in ("id", "title", "updated", "author/{http://www.w3.org/2005/Atom}name"):  # RFC 4287, section 4.1.1
        assert feed.find(f"{ATOM}{name}").text
    entries = feed.findall(f"{ATOM}entry")
    assert [e.find(f"{ATOM}updated").text for e in entries] == ["2031-02-03T00:00:00Z", "2031-01-02T00:00:00Z"]
    assert entries[0].find(f"{ATOM}link").get("href") == f"{base}versions/#2031-02-03-bbbbbbbbbb"
    items = json.loads(made["feed.json"])["items"]
    assert [item["id"] for item in items] == [e.find(f"{ATOM}id").text for e in entries]
    assert items[0]["_neurolysis_guide"]["data"] == f"{base}data/releases/2031-02-03-bbbbbbbbbb.json"
    for html in (entries[0].find(f"{ATOM}content").text, items[0]["content_html"]):
        tab.set_content(html)
        assert tab.locator("img, script").count() == 0
        assert tab.locator("li").inner_text().count(HOSTILE) == 4
        assert tab.locator("a").get_attribute("href") == f"{base}risks/#infection"
    assert made == feeds.files(HISTORY, site, HOSTILE)


@pytest.fixture
def checkout(fresh):
    """A project as a git repository with one commit, where make finds what it has installed."""
    shutil.copy(ROOT / "Makefile", fresh)
    (fresh / ".venv").symlink_to((ROOT / ".venv").resolve())
    (fresh / ".gitignore").write_text(".venv\nsite\n", "utf-8")
    git(fresh, "init", "-q")
    commit(fresh)
    return fresh


def git(project, *command: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    return subprocess.run(["git", *who, *command], cwd=project, capture_output=True, text=True, check=True).stdout


def commit(project) -> None:
    git(project, "add", "-A")
    git(project, "commit", "-qm", "A change", "--date", "2031-01-01T00:00:00Z")


def make(project, *command: str) -> subprocess.CompletedProcess:
    # Nothing of a make that runs the tests: a make within another says which folder it enters.
    strange = ("SOURCE_DATE_EPOCH", "COMMIT", "MAKEFLAGS", "MAKELEVEL")
    kept = {name: value for name, value in os.environ.items() if name not in strange}
    return subprocess.run(
        ["make", "-o", ".venv/ready", *command], cwd=project, env=kept, capture_output=True, text=True, check=False
    )


def test_make_release_tells_what_is_not_committed_and_promises_the_headings_that_clinics_cite(checkout):
    edit(checkout / "docs/cost.md", "\n# Cost", "\n\n# Cost")
    done = make(checkout, "release")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Not committed, but part of the version:  M docs/cost.md" in done.stdout
    (release,) = releases.listed(checkout / "data/releases")
    assert release.on >= date.today()  # not the day of the commit
    heading = release.file.removesuffix(".json")
    assert f'    - "{heading}"\n' in (checkout / "data/links.yml").read_text("utf-8")
    commit(checkout)
    again = make(checkout, "release")
    assert "Nothing to freeze" in again.stdout and "Not committed" not in again.stdout


def test_the_commit_is_named_only_where_all_of_it_is_committed(checkout, tmp_path):
    def named(folder) -> list[str]:
        (folder / "show.mk").write_text("show: ; @echo $(COMMIT) $$SOURCE_DATE_EPOCH\ninclude Makefile\n", "utf-8")
        return make(folder, "--silent", "-f", "show.mk", "show").stdout.split()

    assert named(checkout) == []  # show.mk is new
    commit(checkout)
    assert named(checkout) == git(checkout, "log", "-1", "--format=%H %ct").split()
    inner = checkout / "site/copy"
    inner.mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", inner)
    assert named(inner) == []  # it has no commit of its own
    edit(checkout / "docs/cost.md", "\n# Cost", "\n\n# Cost")
    assert named(checkout) == []


def test_what_takes_back_a_promise_or_a_version_is_refused(checkout):
    freeze(checkout, "2031-01-02")
    assert run("macros.contract", cwd=checkout).returncode == 0
    commit(checkout)
    base = git(checkout, "rev-parse", "HEAD").strip()
    assert make(checkout, "kept", f"BASE={base}").stdout == "Every promise and every version is kept.\n"
    links, listing = checkout / "data/links.yml", checkout / "data/releases/SHA256SUMS"
    (file,) = (checkout / "data/releases").glob("*.json")
    edit(links, "    - bruising\n", "")
    edit(file, '"count": 1,', '"count": 2,')
    listing.write_text(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n", "utf-8")
    commit(checkout)
    assert list(releases.problems(checkout / "data/releases")) == []  # which is why the base is asked
    done = make(checkout, "kept", f"BASE={base}")
    assert done.returncode != 0
    assert re.search(r"data/links.yml:1: the promise of '[\w/.-]+#bruising' is gone.", done.stdout)
    assert f"data/releases/SHA256SUMS:1: the version '{file.name}' is gone or was changed." in done.stdout
    listing.unlink()
    file.unlink()
    assert "SHA256SUMS:1" in make(checkout, "kept", f"BASE={base}").stdout
    git(checkout, "checkout", base, "--", ".")
    assert make(checkout, "kept", f"BASE={base}").returncode == 0
    unknown = run("macros.kept", "nothing-of-that-name", cwd=checkout)
    assert unknown.returncode == 2 and "cannot be compared" in unknown.stdout
    workflow = (ROOT / ".github/workflows/check.yml").read_text("utf-8")
    assert "continue-on-error" not in workflow.split("run: make kept")[0].rpartition("- name")[2]
    assert "run: make kept" in workflow


def published(guide=None, texts=None) -> dict:
    return json.loads(data.whole(guide or load.current(), texts or {}, Version("0", date.min, False)))


def entry(part: str, of: dict, entry_id: str) -> dict:
    return next(each for each in of[part] if each["id"] == entry_id)


def leading(*lines: tuple[str, str]):
    moved = {f"{contract.EVERY}#{old}": f"{contract.EVERY}#{new}" for old, new in lines}
    return lambda address: contract.final(address, moved)


def test_a_later_rename_changes_nothing_of_what_older_versions_changed():
    first, second = published(), published()
    entry("risks", second, "bruising")["name"] = "A bruise"
    led = leading(("bruising", "blue-mark"))
    (change,) = changes(first, second, led)
    assert (change.before, change.now, change.address) == ("Bruising", "A bruise", "risks/#blue-mark")


def test_what_is_led_on_to_its_neighbor_is_told_as_gone():
    old, new = published(), published()
    new["risks"].remove(entry("risks", new, "bruising"))
    led = leading(("bruising", "bleeding"), ("painx-risk-bruising", "painx-risk-infection"))
    new["claims"].remove(entry("claims", new, "painx-risk-bruising"))
    found = changes(old, new, led)
    assert {(c.entry, c.now) for c in found if c.part == "Risks"} == {("Bruising", "No longer in the guide.")}
    gone = [c for c in found if c.part == "Sources" and c.now == "No longer in the guide."]
    assert [c.before for c in gone] == [entry("claims", old, "painx-risk-bruising")["says"]]
    two_in_one = leading(("bruising", "blood"), ("bleeding", "blood"))
    entry("risks", new, "bleeding").update(id="blood", address="risks/#blood", name="Blood")
    told = {(c.entry, c.now) for c in changes(old, new, two_in_one) if c.part == "Risks" and not c.field}
    assert told >= {(name, "No longer in the guide.") for name in ("Bruising", "Bleeding")}


def test_the_fields_of_treatments_have_the_words_of_the_pages():
    old, new = published(), published()
    heat = entry("methods", new, "heat")
    heat["aim"], heat["name"] = "frees", "Warmth"
    heat["steps"]["statements"][0]["text"] = "Nothing."
    found = {c.field: c for c in changes(old, new)}
    assert set(found) == {"its name", "what happens to the nerve", "what is done, in order"}
    aim = found["what happens to the nerve"]
    assert (aim.before, aim.now) == ("Destroys the nerve, or stops it", "Frees the nerve")
    assert (found["its name"].before, found["its name"].now) == (entry("methods", old, "heat")["name"], "Warmth")


def test_a_treatment_with_another_id_and_name_is_one_change():
    old = published()
    text = json.dumps(old).replace('"heat"', '"warmth"').replace("methods/heat/", "methods/warmth/")
    new = json.loads(text)
    entry("methods", new, "warmth")["name"] = "Warmth"
    (change,) = changes(old, new, lambda address: address.replace("methods/heat/", "methods/warmth/"))
    assert (change.field, change.now) == ("its name", "Warmth")


def test_a_source_that_moves_from_one_statement_to_another_is_told():
    old, new = published(), published()
    (first, second, *_) = says = entry("risks", new, "infection")["says"]
    assert len(says) > 1
    first["basis"], second["basis"] = second["basis"], first["basis"]
    found = changes(old, new)
    assert [c.field for c in found] == [f"what can happen: the sources of “{one['text']}”" for one in (first, second)]
    assert (found[0].before, found[0].now) == (found[1].now, found[1].before)


def test_counts_of_one_source_for_one_risk_are_told_apart():
    old = published()
    twin = entry("claims", old, "initiative-risk-infection") | {
        "id": "twin", "place": "elsewhere", "address": "sources/initiative/#twin"
    }  # fmt: skip
    old["claims"].append(twin)
    entry("risks", old, "infection")["says"][0]["basis"]["claims"].append("twin")
    new = copy.deepcopy(old)
    for claim_id in ("initiative-risk-infection", "twin"):
        entry("claims", new, claim_id)["frequency"]["count"] = 2
    fields = [c.field for c in changes(old, new)]
    assert sorted(f.rpartition("(")[2] for f in fields) == ["What are the risks?, the count)", "elsewhere)"]


def test_a_page_that_shows_less_or_cites_another_claim_is_told(small):
    before = '# Risks\n\n{{ risk_table("heat") }}\n\nIt may hurt.[^initiative-risk-infection]\n\n- It may bleed.\n'
    after = "# Risks\n\nIt may hurt.\n\n- It may bleed.[^painx-risk-bruising]\n"
    old, new = published(texts={"risks.md": before}), published(texts={"risks.md": after})
    assert old["pages"][0]["shows"] == ["risk table: heat"]
    assert old["pages"][0]["text"][1] == {"text": "It may hurt.", "claims": ["initiative-risk-infection"]}
    found = {c.field: c for c in changes(old, new)}
    shows = found.pop("what it shows of the data")
    assert (shows.before, shows.now) == ("risk table: heat", "No longer in the guide.")
    hurt, bleed = found.values()
    assert hurt.field == "its own words: the sources of “It may hurt.”" and hurt.now == "No source."
    assert bleed.before == "No source." and bleed.now.startswith("PainX India, ")


def test_what_is_said_as_once_before_is_a_draft_and_a_version_of_its_own(fresh, monkeypatch):
    folder, cost = fresh / "data/releases", fresh / "docs/cost.md"
    freeze(fresh, "2031-01-02")
    edit(cost, "# Cost and insurance", "# Cost, and insurance")
    freeze(fresh, "2031-01-03")
    edit(cost, "# Cost, and insurance", "# Cost and insurance")
    refused = run("macros.publish.freeze", cwd=fresh, SOURCE_DATE_EPOCH=epoch("2031-01-02"))
    assert refused.returncode == 0 and "Version of 3 January 2031" in refused.stdout  # never before the newest
    assert freeze(fresh, "2031-01-04").startswith("Nothing to freeze: this is the Version of 3 January 2031")
    edit(cost, "# Cost and insurance", "# Cost, and insurance")
    repeated = run("macros.publish.freeze", cwd=fresh, SOURCE_DATE_EPOCH=epoch("2031-01-03"))
    assert repeated.returncode == 1 and "this was a version today, before another" in repeated.stderr
    site = fresh / "site"
    site.mkdir()
    assert run("macros.publish", str(site), cwd=fresh, SOURCE_DATE_EPOCH=epoch("2031-01-01")).returncode == 0
    items = json.loads((site / "feed.json").read_text("utf-8"))["items"]
    assert [item["date_published"][:10] for item in items] == ["2031-01-03", "2031-01-03", "2031-01-03", "2031-01-02"]
    assert [item["_neurolysis_guide"]["frozen"] for item in items] == [False, True, True, True]
    assert len({item["id"] for item in items}) == 4
    assert items[0]["_neurolysis_guide"]["changes"][0]["now"] == "Cost, and insurance"
    assert items[1]["_neurolysis_guide"]["version"] == items[3]["_neurolysis_guide"]["version"]
    assert list(releases.problems(folder)) == []


def test_a_draft_has_one_entry_in_the_feeds_until_it_is_a_version():
    on = date(2031, 3, 5)
    draft, later = (Step(Version(content * 10, on, False), "", []) for content in "cd")
    release = Step(Version("d" * 10, on, True), "data/releases/2031-03-05-dddddddddd.json", [])
    made = [json.loads(feeds.files([step, *HISTORY], "", "")["feed.json"]) for step in (draft, later, release)]
    ids = [feed["items"][0]["id"] for feed in made]
    assert ids[0] == ids[1] != ids[2]


def test_the_feeds_link_to_what_is_there(site):
    html = (site / "versions/index.html").read_text("utf-8")
    for item in json.loads((site / "feed.json").read_text("utf-8"))["items"]:
        for address in (item["url"], item["_neurolysis_guide"]["about"]):
            page, anchor = address.split("#")
            assert page == "versions/" and f'id="{anchor}"' in html, address


def test_where_no_version_was_published_the_page_and_the_feeds_say_so():
    told = "No version has been published yet. This is a draft."
    draft = Step(Version("c" * 10, date(2031, 3, 4), False), "", None)
    page = clinics.versions(load.current(), history=[draft])
    assert told in page and "last version." not in page and "first version" not in page
    assert all(told in text for text in feeds.files([draft], "", "").values())
    assert "It is the first version." in feeds.files(HISTORY, "", "")["feed.xml"]


def test_a_list_that_was_touched_by_hand_is_told_and_mended(fresh):
    folder = fresh / "data/releases"
    freeze(fresh, "2031-01-02")
    listing = folder / "SHA256SUMS"
    listing.write_bytes(listing.read_bytes().rstrip(b"\n"))
    (folder / ".DS_Store").write_bytes(b"\0")
    (fresh / "docs/.DS_Store").write_bytes(b"\0")
    assert "Nothing to freeze" in freeze(fresh, "2031-01-03")
    edit(fresh / "docs/cost.md", "# Cost and insurance", "# Cost, and insurance")
    freeze(fresh, "2031-01-03")
    assert len(releases.listed(folder)) == 2 and list(releases.problems(folder)) == []
    done = run("macros.check", cwd=fresh)
    assert done.returncode == 0, done.stdout
    stray = folder / "2031-01-04-0123456789.json"  # what a freeze leaves that was killed before its line
    stray.write_text("{}", "utf-8")
    (problem,) = releases.problems(folder)
    assert "is not on the list" in problem.what and problem.mend.startswith("Delete it.")
    stray.unlink()
    listing.write_bytes(listing.read_bytes().replace(b"2031-01-03", b"2031-\xff1-03"))
    (problem, *_) = releases.problems(folder)
    assert problem.line == 2 and "is not a line of this list" in problem.what


def test_the_versions_are_read_again_only_when_something_changed(fresh):
    freeze(fresh, "2031-01-02")
    said = run(
        "timeit", "-n1", "-r1", "-s", "from macros import history; first = history.current()",
        "assert history.current() is first", cwd=fresh,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
