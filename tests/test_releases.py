"""Versions that can be cited: frozen files that never change, and what changed between them."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as etree
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from macros import contract, load, pages, releases
from macros.changes import Change, Step, changes
from macros.publish import data, feeds
from macros.version import Version
from tests.conftest import ROOT, build, run

SITE = "https://example.org/guide/"
ATOM = "{http://www.w3.org/2005/Atom}"
INFECTION = "        says: You can get an infection.\n        frequency: {count: 1, out_of: 1000"
TOLD = [
    "Infection: how often, says The Interventional Initiative.",
    "Before: 1 out of every 1,000 people (chemical injection, heat and cold counted together).",
    "Now: 2 out of every 1,000 people (chemical injection, heat and cold counted together).",
]


def edit(path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def freeze(project, day: str) -> str:
    """Makes a version of a project's content on a day; returns what the command says."""
    epoch = subprocess.run(["date", "-ud", day, "+%s"], capture_output=True, text=True, check=True).stdout.strip()
    done = run("macros.publish.freeze", cwd=project, SOURCE_DATE_EPOCH=epoch)
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
    done = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=site / "data/releases", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and done.stdout.count(": OK") == 2
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
SILENT = {"address", "date", "described_by", "document", "everyday", "forms", "frozen", "id", "kind", "license"}
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
    assert said["Infection", "how often, says The Interventional Initiative"].now == "1 out of every 1,000 people."
    new = copy.deepcopy(old)
    risk = next(risk for risk in new["risks"] if risk["id"] == "infection")
    risk["says"][0]["basis"]["claims"] = ["painx-risk-bruising"]
    (change,) = changes(old, new)
    assert change.field == "what can happen: its sources" and change.now == "No longer in the guide."
    assert "The Interventional Initiative, " in change.before and "PainX" not in change.before


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


@pytest.mark.parametrize("site", ["", SITE, SITE.rstrip("/")])
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


def test_make_release_freezes_on_the_day_and_not_on_that_of_the_last_commit():
    recipe = re.search(r"^release:.*\n\t(.*)", (ROOT / "Makefile").read_text("utf-8"), re.M)[1]
    assert recipe.startswith("@SOURCE_DATE_EPOCH= ")
