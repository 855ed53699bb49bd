"""Two builds of one commit are the same bytes, and anybody can verify a published site with that."""

from __future__ import annotations

import fcntl
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from macros import verify
from macros.publish import materials, sums
from macros.publish.browser import installed
from macros.version import Version
from tests.conftest import copied, served
from tests.test_releases import git

SITE = "https://example.org/guide/"
#: Nothing of a make that runs the tests, and no address of this checkout.
STRANGE = (*materials.TOLD, "SOURCE_DATE_EPOCH", "MAKEFLAGS", "MAKELEVEL", "LANG", "LC_ALL", "LANGUAGE")
#: A clock that is 400 days ahead, for all programs of a build.
CLOCK = """
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, id, now);
    if (!failed && id == CLOCK_REALTIME) now->tv_sec += 400 * 24 * 60 * 60;
    return failed;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""


def make(project: Path, *command: str, umask: int = -1, **environment: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name not in STRANGE}
    return subprocess.run(
        ["make", "-o", ".venv/ready", "-o", ".venv/test-ready", *command],
        cwd=project,
        env=kept | {"CHROMIUM": installed() or ""} | environment,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def ahead(folder: Path) -> dict[str, str]:
    """The environment in which the clock is ahead; nothing where this machine has no compiler for it."""
    if sys.platform != "linux" or not shutil.which("cc"):
        return {}
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(CLOCK)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    environment = {"LD_PRELOAD": str(library)}
    command = [sys.executable, "-c", "import datetime; print(datetime.datetime.now().timestamp())"]
    told = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True).stdout
    assert float(told) - time.time() > 399 * 24 * 60 * 60
    return environment


class Built(NamedTuple):
    """A project with one commit, and what two clones of it make."""

    project: Path
    site: Path
    """The site that the first clone has built, to be published."""
    made: Path
    """The site that the other has made to verify it."""
    said: str
    """What the other said of it."""

    @property
    def verifier(self) -> Path:
        """The other clone."""
        return self.made.parent.parent


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Built:
    """The two clones of the project as it stands, made once for all processes that run tests.

    They differ in all that must not matter: the folder's name and depth, the files' times, the clock, the
    time zone, the language, the rights of new files, the home, the order of sets.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "reproducible"
    one, other = folder / "one", folder / "a deeper/Ordner für/the other"
    done = Built(folder / "project", one / "site", other / ".cache/verify", "")
    told = folder / "told.txt"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            told.write_text(_built(done.project, one, other), "utf-8")
    return done._replace(said=told.read_text("utf-8"))


def _built(project: Path, one: Path, other: Path) -> str:
    """Makes all that; returns what is said of the first site."""
    copied(project, "Makefile", "requirements-test.txt", ".gitignore")
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "A change")
    for clone in (one, other):
        cloned(project, clone)
    for number, path in enumerate(sorted(one.glob("[!.]*/**/*.*"))):
        os.utime(path, (978_307_200 + number,) * 2)
    homes = project.parent / "homes"
    homes.mkdir()
    first = {"TZ": "EAST-14", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONHASHSEED": "1", "HOME": str(homes / "one")}
    second = {"TZ": "WEST12", "LANG": "C.UTF-8", "PYTHONHASHSEED": "77", "HOME": str(homes / "other"), **ahead(homes)}
    done = make(one, "offline", umask=0o022, SITE_URL=SITE, REPOSITORY="https://github.com/o/r", **first)
    assert done.returncode == 0, done.stdout + done.stderr
    with served(one / "site") as address:
        done = make(other, "verify", f"SITE={address}", umask=0o077, **second)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cloned(project: Path, clone: Path) -> Path:
    git(project, "clone", "-q", str(project), str(clone))
    (clone / ".venv").symlink_to(sys.prefix)
    return clone


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# ---- The same bytes ----


def test_two_builds_of_one_commit_are_the_same(built):
    one, other = built.site, built.made
    assert {name: (one / name).read_bytes() for name in names(one)} == {
        name: (other / name).read_bytes() for name in names(other)
    }
    kinds = {Path(name).suffix for name in names(one)}
    assert kinds >= {".html", ".css", ".js", ".json", ".csv", ".xml", ".gz", ".png", ".svg", ".pdf", ".zip"}
    if shutil.which("diff"):
        assert subprocess.run(["diff", "-r", one, other], capture_output=True, check=False).stdout == b""


def test_the_site_lists_all_its_files(built):
    site = built.site
    listed = sums.listed((site / sums.FILE).read_text("utf-8"))
    assert [*listed, sums.FILE] == sorted([*listed, sums.FILE], key=lambda name: (name == sums.FILE, name))
    assert sorted([*listed, sums.FILE]) == names(site)
    assert listed == {name: hashlib.sha256((site / name).read_bytes()).hexdigest() for name in listed}
    if shutil.which("sha256sum"):
        command = ["sha256sum", "--check", "--strict", "--quiet", sums.FILE]
        assert subprocess.run(command, cwd=site, check=False).returncode == 0


# ---- The command ----


def test_a_site_that_came_from_its_commit_is_verified(built):
    commit = git(built.project, "rev-parse", "HEAD").strip()
    assert f"The site says that it was built from the commit {commit}.\nIt is part of " in built.said
    assert f"It says that it was built for {SITE}; this is another place.\n" in built.said
    assert f"The same: all {len(names(built.site))} files are what the commit makes, byte for byte.\n" in built.said
    assert "stands in .cache/verify/." in built.said
    left = git(built.verifier, "worktree", "list").splitlines()
    assert len(left) == 1 and [path.name for path in (built.verifier / ".cache").glob("verify*")] == ["verify"]


@pytest.fixture
def spoiled(built, tmp_path) -> Path:
    """A copy of the published site, to spoil."""
    return Path(shutil.copytree(built.site, tmp_path / "spoiled"))


def swap(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def told(place: str, made: Path, capsys) -> str:
    """What is said of a site that is not the one that was made."""
    assert verify.same(verify.published(place), made) is False
    return capsys.readouterr().out


def test_what_differs_is_told(built, spoiled, capsys):
    swap(spoiled / "risks/index.html", b"1,000", b"9,000")
    (spoiled / "cost/index.html").unlink()
    (spoiled / "new.html").write_text("<p>New")
    with (spoiled / sums.FILE).open("a") as listing:
        listing.write(f"{hashlib.sha256(b'<p>New').hexdigest()}  new.html\n")
    with served(spoiled) as address:
        said = told(address, built.made, capsys)
    assert "These have other bytes than the commit makes (2):\n    risks/index.html\n    SHA256SUMS\n" in said
    assert "These are missing on the site (1):\n    cost/index.html\n" in said
    assert "These are on the site, but the commit does not make them (1):\n    new.html\n" in said
    assert "This site is not what its commit makes." in said and "PDFs depend" not in said


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda site: swap(site / "feed.xml", b"<title>", b"<title> "), "other bytes than the commit makes (1):"),
        (lambda site: swap(site / "assets/guide.js", b"\n", b""), "other bytes than the commit makes (1):"),
        (lambda site: swap(site / sums.FILE, b"  404.html\n", b"  405.html\n"), "(1):\n    405.html\n"),
        (lambda site: (site / "stray.html").touch(), "does not make them (1):\n    stray.html\n"),
        (lambda site: (site / "404.html").unlink(), "missing on the site (1):\n    404.html\n"),
    ],
)
def test_one_change_in_a_folder_is_told(built, spoiled, capsys, spoil, what):
    spoil(spoiled)
    assert what in told(str(spoiled), built.made, capsys)


def test_leaflets_of_another_browser_are_told_as_such(built, spoiled, capsys):
    for name in ("leaflets/heat-a4.pdf", "offline/neurolysis-guide.zip"):
        (spoiled / name).write_bytes((spoiled / name).read_bytes() + b"\n")
    bill = spoiled / materials.FILE
    bill.write_text(materials.printed(bill.read_text("utf-8"), "Chromium 99.0.1"), "utf-8")
    sums.write(spoiled)
    said = told(str(spoiled), built.made, capsys)
    assert "All pages, data and feeds are the same. PDFs depend on the browser" in said
    assert "printed by Chromium 99.0.1, here by Chromium " in said and "is not what its commit makes" not in said
    swap(spoiled / "risks/index.html", b"1,000", b"9,000")
    assert "This site is not what its commit makes." in told(str(spoiled), built.made, capsys)


def test_a_commit_that_does_not_build_is_told(built, spoiled, tmp_path):
    clone = cloned(built.project, tmp_path / "clone")
    (clone / "docs/cost.md").write_text("{{ nothing() }}\n", "utf-8")
    git(clone, "commit", "-qam", "A mistake")
    commit = git(clone, "rev-parse", "HEAD").strip()
    git(clone, "reset", "-q", "--hard", "HEAD~1")
    bill = json.loads((spoiled / materials.FILE).read_text("utf-8"))
    bill["metadata"]["component"]["properties"][0]["value"] = commit
    (spoiled / materials.FILE).write_text(json.dumps(bill), "utf-8")
    done = make(clone, "verify", f"SITE={spoiled}")
    assert done.returncode != 0
    assert "No branch of this clone has it." in done.stdout and "docs/cost.md:1: " in done.stdout
    assert "Nothing was verified." in done.stdout and len(git(clone, "worktree", "list").splitlines()) == 1


# ---- What is published is anybody's ----


def bill(**told: str) -> bytes:
    return materials.bill("", Version("0" * 10, date(2031, 1, 2), False), told).encode()


def refused(place: str, capsys) -> str:
    """What is said where nothing can be verified."""
    assert verify.main([place]) == 2
    said = capsys.readouterr().out
    assert said.endswith("Nothing was verified.\n") and said.replace("\n", "").isprintable()
    return said


UNKNOWN = "0123456789" * 4
GOOD = f"{'0' * 64}  index.html\n".encode()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "The site has no sbom.cdx.json."),
        ({materials.FILE: bill(COMMIT=UNKNOWN)}, "The site has no SHA256SUMS."),
        ({materials.FILE: bill(), sums.FILE: GOOD}, "The site does not say its commit"),
        ({materials.FILE: bill(COMMIT=UNKNOWN), sums.FILE: GOOD}, f"Fetch it: git fetch origin {UNKNOWN}\n"),
        ({materials.FILE: b"[" * 100_000}, "sbom.cdx.json cannot be read"),
        ({materials.FILE: b"\xff"}, "sbom.cdx.json cannot be read"),
        ({materials.FILE: b'{"metadata": []}'}, "sbom.cdx.json cannot be read"),
        ({materials.FILE: b" " * (verify.MOST + 1)}, "Its sbom.cdx.json is larger than any"),
        *(
            ({materials.FILE: bill(**{"COMMIT": UNKNOWN, name: value})}, f"gives a {name} that is none: ")
            for name, value in [
                ("COMMIT", "HEAD"),
                ("COMMIT", "--upload-pack=x"),
                ("REPOSITORY", "https://github.com/$(shell touch x)"),
                ("EDIT_URI", "`touch x`"),
                ("SITE_URL", "file:///etc/"),
                ("SITE_URL", "https://example.org/\x1b[2J"),
                ("OFFLINE", "1\n"),
            ]
        ),
        *(
            ({materials.FILE: bill(COMMIT=UNKNOWN), sums.FILE: GOOD + line}, "SHA256SUMS cannot be read: line 2 is no")
            for line in [
                GOOD,
                b"\n",
                b"index.html\n",
                *(f"{'0' * 64}  {name}\n".encode() for name in ["/etc/passwd", "../x", "..", "a/../../x", "./x"]),
                *(f"{'0' * 64}  {name}\n".encode() for name in ["a//b", "a\\b", "\x1b[2J", "\u202egnp.exe", " \r"]),
            ]
        ),
    ],
)
def test_a_site_that_cannot_be_verified_is_refused(tmp_path, capsys, files, why):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert why in refused(str(tmp_path), capsys)


def test_a_site_without_a_bill_and_one_of_an_unknown_commit_are_told_from_afar(tmp_path, capsys):
    with served(tmp_path) as address:
        assert "The site has no sbom.cdx.json." in refused(address, capsys)
        (tmp_path / materials.FILE).write_bytes(bill(COMMIT=UNKNOWN))
        (tmp_path / sums.FILE).write_bytes(GOOD)
        assert f"This clone does not have the commit {UNKNOWN}." in refused(address, capsys)


@contextmanager
def answering(answer) -> Iterator[tuple[str, list[str]]]:
    """A server that answers by a function of its handler; gives its address and which paths it was asked."""
    asked: list[str] = []

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            answer(self)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()


def test_no_other_host_is_asked(capsys):
    with answering(lambda handler: handler.send_error(404)) as (elsewhere, asked):

        def lead(handler):
            handler.send_response(302)
            handler.send_header("Location", elsewhere + materials.FILE)
            handler.end_headers()

        with answering(lead) as (address, _):
            assert "leads to another host, which is not asked." in refused(address, capsys)
    assert asked == []


def test_a_redirect_within_the_host_is_followed(built):
    def lead(handler):
        if not handler.path.startswith("/new/"):
            handler.send_response(301)
            handler.send_header("Location", f"/new{handler.path}")
            handler.end_headers()
            return
        content = (built.site / handler.path.removeprefix("/new/")).read_bytes()
        handler.send_response(404 if handler.path.endswith("404.html") else 200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    with answering(lead) as (address, asked):
        assert verify.same(verify.published(address), built.made) is True
    assert f"/new/{sums.FILE}" in asked


def test_a_file_without_an_end_is_not_read_to_it(capsys):
    """Of each file no more is read than was made, and of bill and list no more than any has."""

    def pour(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" " * 65536)
        except OSError:
            pass

    with answering(pour) as (address, _):
        assert "Its sbom.cdx.json is larger than any that is made here." in refused(address, capsys)


def test_a_server_that_fails_is_told(capsys):
    with answering(lambda handler: handler.send_error(503)) as (address, _):
        assert f"{address}sbom.cdx.json answers 503." in refused(address, capsys)
    with answering(lambda handler: handler.wfile.write(b"\x1b[2J\r\n\r\n")) as (address, _):
        assert "sbom.cdx.json does not answer: " in refused(address, capsys)
    assert "does not answer" in refused("http://127.0.0.1:9/", capsys)
    assert "is no address that begins with https:// and no folder" in refused("ftp://example.org/", capsys)
    assert verify.main([]) == 2


def test_a_link_out_of_the_folder_is_not_followed(built, spoiled, tmp_path, capsys):
    page = spoiled / "risks/index.html"
    page.rename(tmp_path / "outside.html")
    page.symlink_to(tmp_path / "outside.html")
    assert "missing on the site (1):\n    risks/index.html\n" in told(str(spoiled), built.made, capsys)
