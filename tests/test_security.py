"""What protects readers: no page runs or tells what it should not; what builds the site is listed; the weekly check."""

from __future__ import annotations

import http.server
import json
import re
import subprocess
import threading
import time
from datetime import date
from html.parser import HTMLParser
from unittest.mock import ANY

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement

from macros import contract, load, weekly
from macros.model import Review
from macros.problem import DataError
from macros.publish import materials
from macros.render import csp_hash
from macros.version import Version
from tests.conftest import ROOT

VERSION = Version("0123456789", date(2026, 2, 3), False)


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the texts of its scripts and styles."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.cdata_elem:
            self.inside.append(data)


def wrongs(html: str) -> list[str]:
    """What a page has that no page may have, or has not and every page must have."""
    page, found = Elements(html), []
    metas = [given for tag, given in page.elements if tag == "meta"]
    policies = [m["content"] for m in metas if m.get("http-equiv", "").lower() == "content-security-policy"]
    if len(policies) != 1 or not policies[0].startswith("default-src 'none'; "):
        return [f"policies: {policies}"]
    found += re.findall(r"'unsafe-[\w-]+'|https?:|\*|blob:", policies[0])
    found += [f"no {part}" for part in ("base-uri 'none'", "form-action 'none'") if part not in policies[0]]
    if [m["content"] for m in metas if m.get("name") == "referrer"] != ["no-referrer"]:
        found.append("no referrer policy")
    for position, (tag, given) in enumerate(page.elements):
        found += [f"<{tag} {name}>" for name in given if name.startswith("on") or name == "style"]
        found += [
            f"<{tag} {name}={value}>"
            for name, value in given.items()
            if re.match(r"\s*(javascript|vbscript|data):", value or "", re.I) and name != "content"
        ]
        if given.get("http-equiv", "").lower() == "content-security-policy":
            earlier = {tag for tag, _ in page.elements[:position]}
            found += sorted(earlier & {"script", "style", "link", "img"})  # what it would come too late for
    hashes = set(re.findall(r"sha256-[\w+/=]+", policies[0]))
    found += sorted(hashes - {csp_hash(text) for text in page.inside})  # one that allows nothing that is here
    return found


MOVED = b"moved:\n  old/: risks/\npromised:\n  old/:\n    - bruising\n  risks/:\n    - bruising\n"


def test_no_page_runs_or_tells_what_it_should_not(site):
    pages = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.html")}
    assert len(pages) > 30
    pages |= contract.redirects(contract.parse(MOVED, "links.yml"), "https://example.org/")
    assert "old/index.html" in pages
    assert {name: found for name, html in pages.items() if (found := wrongs(html))} == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<main", "<main onclick='x()'"),
        ("<main", "<main style='color: red'"),
        ('<a class="skip" href="#text"', '<a href=" JavaScript:x()"'),
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("img-src 'self'", "img-src 'self' https://example.org"),
        ('<meta name="referrer" content="no-referrer">', ""),
        ('http-equiv="Content-Security-Policy"', 'name="policy"'),
        ("base-uri 'none'; ", ""),
        ("dataset.scheme=", "dataset.scheme ="),  # no longer the script of the hash
        ('<meta charset="utf-8">', '<script src="x.js"></script>'),
    ],
)
def test_each_such_thing_would_be_seen(site, old, new):
    html = (site / "risks/index.html").read_text("utf-8")
    assert html.count(old)
    assert wrongs(html) == []
    assert wrongs(html.replace(old, new)) != []


# ---------------------------------------------------------------------------
# The bill of materials
# ---------------------------------------------------------------------------


def test_the_site_carries_what_built_it(site):
    text = (site / materials.FILE).read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    lines = (ROOT / "requirements.txt").read_text("utf-8").replace("\\\n", "").splitlines()
    wanted = {}
    for line in lines:
        requirement, *hashes = line.split("--hash=sha256:")
        parsed = Requirement(requirement)
        wanted[parsed.name, str(parsed.specifier).removeprefix("==")] = {each.strip() for each in hashes}
    listed = {(c["name"], c["version"]): {each["content"] for each in c["hashes"]} for c in bill["components"]}
    assert listed == wanted
    assert ("mkdocs", "1.6.1") in listed
    # What makes the leaflets is not listed, and the bill says so.
    assert bill["compositions"] == [{"aggregate": "incomplete", "dependencies": ["guide"]}]
    about = json.loads((site / "data/v1/guide.json").read_text("utf-8"))
    assert bill["metadata"]["component"]["version"] == about["version"]


def test_the_bill_is_the_same_each_time_and_another_for_another_site():
    requirements = (ROOT / "requirements.txt").read_text("utf-8")
    commit = "0123456789012345678901234567890123456789"
    told = {"SITE_URL": "https://example.org/", "COMMIT": commit}
    made = materials.bill(requirements, VERSION, told)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made) is None
    assert made == materials.bill(requirements, VERSION, told)
    bill = json.loads(made)
    assert bill["metadata"]["component"]["properties"] == [{"name": "commit", "value": commit}]
    numbers = {json.loads(materials.bill(requirements, VERSION, {"COMMIT": c}))["serialNumber"] for c in ("", commit)}
    assert len(numbers | {bill["serialNumber"]}) == 3


def test_the_bill_says_all_that_the_build_was_told():
    repository = "https://github.com/o/r"
    told = {"SITE_URL": "https://example.org/", "REPOSITORY": repository, "EDIT_URI": f"{repository}/edit/main/docs/"}
    told |= {"COMMIT": "0123456789" * 4, "LEAFLETS": "1", "OFFLINE": "1"}
    assert told.keys() == set(materials.TOLD)
    made = materials.bill("", VERSION, told | {"HOME": "/somewhere"})
    assert materials.told(made.encode()) == (told, "")
    printed = materials.printed(made, "Chromium 150.0.1")
    assert materials.told(printed.encode()) == (told, "Chromium 150.0.1")
    assert materials.printed(materials.printed(made, "Chromium 149"), "Chromium 150.0.1") == printed
    assert json.loads(printed)["serialNumber"] != json.loads(made)["serialNumber"]
    for each in (made, printed):
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(each) is None and "somewhere" not in each


@pytest.mark.parametrize("line", ["mkdocs>=1 \\\n    --hash=sha256:" + "0" * 64, "mkdocs==1", "-e ."])
def test_a_requirement_that_is_not_locked_is_told(line):
    good = "a==1 \\\n    --hash=sha256:" + "1" * 64 + "\n# a note\n"
    with pytest.raises(DataError) as told:
        materials.bill(good + line + "\n", VERSION, {})
    assert [(problem.file, problem.line) for problem in told.value.problems] == [("requirements.txt", 4)]


# ---------------------------------------------------------------------------
# What is asked each week
# ---------------------------------------------------------------------------


@pytest.fixture
def asked():
    """A server that answers as its path says; gives its address and what it was asked."""
    seen: list[tuple[str, str, str]] = []

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            seen.append((self.command, self.path, self.headers["User-Agent"]))
            what = self.path.strip("/")
            if what == "slow":
                time.sleep(1)
            if what == "later" and len(seen) < 3:
                what = "503"
            if what == "no-head":
                what = "405" if self.command == "HEAD" else "200"
            if what == "odd":
                self.wfile.write(b"what?\r\n\r\n")
                return
            self.send_response(int(what) if what.isdigit() else 200, "@everyone")
            if what in ("301", "302"):
                self.send_header("Location", "/new`[x](y)")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", seen
    server.shutdown()


@pytest.mark.parametrize(
    ("path", "told", "requests"),
    [
        ("200", "", ["HEAD"]),
        ("no-head", "", ["HEAD", "GET"]),
        ("404", "answers 404", ["HEAD", "GET"]),
        ("410", "answers 410", ["HEAD"]),
        ("403", "", ["HEAD", "GET"]),  # it wants no programs; a person may be let in
        ("302", "", ["HEAD", ANY]),
        ("301", "has moved to `{address}new[x](y)`", ["HEAD", ANY]),
        ("503", "answers 503", ["HEAD"] * 3),
        ("later", "", ["HEAD"] * 3),
        ("slow", "does not answer: `timed out`", ["HEAD"] * 3),
        ("odd", "does not answer: `what?`", ["HEAD"] * 3),
        ("naïve?q=%20ü#ö", "", ["HEAD"]),
        ("a b", "", ["HEAD"]),
    ],
)
def test_what_a_link_answers_is_told(asked, path, told, requests):
    address, seen = asked
    assert weekly.trouble(address + path, patience=0.3, pause=0.01) == told.format(address=address)
    assert [method for method, *_ in seen] == requests
    assert {agent for *_, agent in seen} == {weekly.AGENT}


@pytest.mark.parametrize("link", ["http://127.0.0.1:port/", "https://[::1/", "https://a..b/", "https://a\n.example/"])
def test_a_link_that_is_no_address_is_told(link):
    assert weekly.trouble(link, 1, 0).startswith("does not answer: `")


def test_a_server_that_is_gone_is_told():
    assert weekly.trouble("http://127.0.0.1:9/", 1, 0).startswith("does not answer: `")


def test_every_outside_link_is_asked_once_and_told_with_its_pages(asked, tmp_path, monkeypatch, capsys):
    address, seen = asked
    for name in "abcd":
        (tmp_path / f"{name}.html").write_text(
            f'<a href="{address}404#x">x</a><a href="{address}404#y">y</a><a href="{address}200">z</a>'
            '<a href="other/">here</a><a href="https://example.org/guide/risks/">own</a>'
        )
    monkeypatch.setattr(weekly, "STEP", 0)
    monkeypatch.setenv("SITE_URL", "https://example.org/guide/")
    assert weekly.main([str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert f"- <{address}404> answers 404. On: `a.html`, `b.html`, `c.html` and 1 more\n" in told
    assert "200" not in told
    assert [path for _, path, _ in seen] == ["/200", "/404", "/404"]


def test_the_sources_are_among_the_links_that_are_asked(site):
    found = weekly.outside(site)
    addresses = {source.address for source in load.current().sources.values()} - {"none known"}
    assert len(addresses) > 3
    assert addresses <= set(found)
    assert all(link.startswith("https://") for link in found)


def test_a_review_is_overdue_the_day_after_it_was_due(small):
    def reviewed(*reviews):
        return small.model_copy(update={"review": small.review.model_copy(update={"reviews": reviews})})

    first = Review.model_construct(by="A", role="nurse", on=date(2024, 1, 1), next=date(2025, 1, 1))
    last = Review.model_construct(by="B", role="nurse", on=date(2025, 6, 1), next=date(2026, 6, 1))
    assert weekly.overdue(reviewed(), date(2099, 1, 1)) == ""
    assert weekly.overdue(reviewed(last, first), date(2026, 6, 1)) == ""
    assert (
        weekly.overdue(reviewed(last, first), date(2026, 6, 2))
        == "The review by B was to be made again by 1 June 2026."
    )


@pytest.mark.parametrize(
    ("audit", "weekly", "found"),
    [
        ("exit 0", "echo All outside links answer", ""),
        ("exit 0", "echo '## A review is due'; echo Asking x >&2; exit 2", "## A review is due\n"),
        (
            "exit 0",
            "echo Traceback: odd >&2; exit 2",
            "## The weekly check itself failed\n\n```\nTraceback: odd\n```\n",
        ),
        ("echo A weakness; exit 2", "exit 0", "## What we depend on\n\n```\nA weakness\n```\n\n"),
    ],
)
def test_the_weekly_workflow_tells_what_it_finds_and_that_it_failed(tmp_path, audit, weekly, found):
    """The workflow's own commands, with a program in place of make."""
    steps = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text("utf-8"))["jobs"]["ask"]["steps"]
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\ncase "$*" in *audit) {audit};; *) {weekly};; esac\n')
    make.chmod(0o755)
    (tmp_path / ".cache").mkdir()
    given = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    subprocess.run(
        ["bash", "-e", "-c", steps[-1]["run"]],
        cwd=tmp_path,
        env=given | {"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_SHA": "0123"},
        check=True,
        capture_output=True,
    )
    output = tmp_path / "GITHUB_OUTPUT"
    assert (output.read_text() if output.exists() else "") == (found and f"found<<0123\n{found}\n0123\n")


@pytest.mark.parametrize(("opened", "does"), [("", "issue create"), ("7", "issue edit 7")])
def test_the_weekly_workflow_keeps_one_issue(tmp_path, opened, does):
    """The workflow's own commands, with a program in place of GitHub's that writes down what it is told."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text("utf-8"))["jobs"]
    gh = tmp_path / "gh"
    gh.write_text(f'#!/bin/sh\necho "$*" >> "{tmp_path}/told"\ncase "$*" in "issue list"*) echo "{opened}";; esac\n')
    gh.chmod(0o755)
    found = "## A `review` is due $(false)"
    subprocess.run(
        ["bash", "-e", "-c", jobs["tell"]["steps"][0]["run"]],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "FOUND": found},
        check=True,
    )
    told = (tmp_path / "told").read_text().splitlines()
    assert [line.split(" --")[0] for line in told] == ["label create weekly", "issue list", does]
    assert told[-1].endswith(f"--body {found}")
