"""Whatever happens to a build, the last good site stays whole, or a clear message says what to do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from macros import stage
from tests.conftest import ROOT

#: Where this test's own Python is: no test sets up an environment of its own.
BIN = Path(sys.executable).parent
ENVIRONMENT = {
    k: v for k, v in os.environ.items() if k not in ("SITE_URL", "SOURCE_DATE_EPOCH", "COMMIT", "REPOSITORY")
}


def command(*before: str, target: str = "build") -> list[str]:
    return [*before, "make", f"BIN={BIN}", "-o", ".venv/ready", *target.split()]


def make(project: Path, *before: str, target: str = "build", **environment: str) -> subprocess.CompletedProcess:
    """Runs make in a folder, after the words before it; with what is installed already."""
    return subprocess.run(
        command(*before, target=target),
        cwd=project,
        env=ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def can(*words: str) -> bool:
    """Whether a command works here, as many need rights that not everybody has."""
    return bool(shutil.which(words[0])) and subprocess.run(words, capture_output=True, check=False).returncode == 0


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def left(project: Path) -> list[str]:
    """What builds left behind."""
    return sorted(path.name for path in (project / ".cache").glob("*") if path.name != "lock")


@pytest.fixture
def checkout(project, site) -> Path:
    """A folder without git, with a site that is known to be good: "good" stands on it alone."""
    shutil.copy2(ROOT / "Makefile", project / "Makefile")
    shutil.copytree(site, project / "site")
    (project / "site/good.txt").write_text("good")
    return project


def test_builds_that_are_killed_leave_the_last_site_and_the_next_two_work_at_once(checkout):
    good = content(checkout / "site")
    stages = checkout / ".cache"

    def pages() -> int:
        return len(list(stages.glob("site.*/**/*.html")))

    moments: list[Callable[[], bool]] = [
        stages.exists,  # as it begins
        lambda: pages() > 0,  # in the midst of the pages
        lambda: bool(list(stages.glob("site.*/data/*"))),  # in the midst of what stands beside them
    ]
    for moment in moments:
        shutil.rmtree(stages, ignore_errors=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # The check before a build is slow, and the same each time: it is left out here.
        building = subprocess.Popen(
            command(target="-o check build"), cwd=checkout, env=ENVIRONMENT, start_new_session=True, **quiet
        )
        while not moment():
            assert building.poll() is None, "it was over too soon"
            time.sleep(0.005)
        os.killpg(building.pid, signal.SIGKILL)
        building.wait()
        assert content(checkout / "site") == good
    assert left(checkout) != []
    ends = []
    builds = [threading.Thread(target=lambda: ends.append(make(checkout))) for _ in range(2)]
    for each in builds:
        each.start()
    for each in builds:
        each.join()
    assert [end.returncode for end in ends] == [0, 0], [end.stdout + end.stderr for end in ends]
    assert content(checkout / "site").keys() == good.keys() - {"good.txt"} | {"SHA256SUMS"}
    assert left(checkout) == []


def folder(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / "index.html").write_text(text)
    return path


def test_a_site_is_there_at_every_moment_while_the_next_takes_its_place(tmp_path):
    site = folder(tmp_path / "site", "0")
    one, other = folder(tmp_path / "one", "1"), folder(tmp_path / "other", "2")
    if not stage.exchanged(one, other):
        pytest.skip("this file system cannot swap two folders in one step")
    assert (one / "index.html").read_text() == "2"
    looked, missed, stop = [], [], threading.Event()

    def look():
        while not stop.is_set():
            (looked if os.path.isdir(site) else missed).append(1)

    watch = threading.Thread(target=look)
    watch.start()
    for turn in range(1, 200):
        stage.end(folder(tmp_path / f".cache/site.{turn}", str(turn)), site)
    stop.set()
    watch.join()
    assert (site / "index.html").read_text() == "199"
    assert (len(looked) > 200, missed) == (True, [])
    assert left(tmp_path) == []


def test_where_folders_cannot_be_swapped_two_steps_do_and_a_kill_between_them_is_mended(tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "exchanged", lambda one, other: False)
    site = folder(tmp_path / "site", "old")
    stage.end(folder(tmp_path / ".cache/site.1", "new"), site)
    assert (site / "index.html").read_text() == "new"
    assert left(tmp_path) == []
    gone = subprocess.Popen(["true"])
    gone.wait()
    site.rename(tmp_path / f".cache/last.{gone.pid}")  # as after a kill between the two steps
    folder(tmp_path / f".cache/site.{gone.pid}", "newer")
    stage.begin(tmp_path / f".cache/site.{os.getpid()}", site)
    assert (site / "index.html").read_text() == "new"
    assert left(tmp_path) == [f"site.{os.getpid()}"]


def test_what_another_build_is_still_making_stays(tmp_path):
    running = folder(tmp_path / f".cache/site.{os.getppid()}", "half")
    stage.begin(tmp_path / f".cache/site.{os.getpid()}", tmp_path / "site")
    assert (running / "index.html").exists()


def told_in_a_line(done: subprocess.CompletedProcess, *parts: str) -> None:
    """The build failed, and one line without a traceback says why."""
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in text, text
    assert any(all(part in line for part in parts) for line in text.splitlines()), text


def test_a_full_disk(checkout):
    """A small disk of its own; where nobody may make one, a limit on the size of a file, in blocks of 512 or 1024."""
    good = content(checkout / "site")
    cache = checkout / ".cache"
    cache.mkdir()
    if can("mount", "-t", "tmpfs", "-o", "size=600k", "none", str(cache)):
        try:
            done, why = make(checkout), "No space left on device"
        finally:
            subprocess.run(["umount", str(cache)], check=True)
    else:
        done, why = make(checkout, "sh", "-c", 'ulimit -f 25; exec "$@"', "sh"), "File too large"
    told_in_a_line(done, "The site cannot be written", why, "last one stays")
    assert content(checkout / "site") == good


def test_a_checkout_that_cannot_be_written_to(checkout):
    if not can("unshare", "-rm", "true"):
        pytest.skip("this machine lets nobody see a folder as read-only")
    good = content(checkout / "site")
    readonly = 'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && exec "$@"'
    done = make(checkout, "unshare", "-rm", "sh", "-c", readonly, "sh")
    told_in_a_line(done, "The site cannot be written here", "Read-only file system", "last one stays")
    assert "copy the guide into a folder that you may write to" in done.stdout + done.stderr
    assert "No problem found." in done.stdout  # the check needs nothing to write
    assert content(checkout / "site") == good


def test_a_clone_without_history_and_without_a_network(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("this folder is no clone itself")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(clone)], check=True)
    alone = ["unshare", "-rn"] if can("unshare", "-rn", "true") else []
    nowhere = "http://127.0.0.1:9"
    done = make(clone, *alone, HTTP_PROXY=nowhere, HTTPS_PROXY=nowhere, PIP_INDEX_URL=nowhere)
    assert done.returncode == 0, done.stdout + done.stderr
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True, check=True)
    assert commit.stdout.strip() in (clone / "site/sbom.cdx.json").read_text()
    told_in_a_line(make(clone, "env", "BASE=HEAD~3", target="changes"), "HEAD~3")
