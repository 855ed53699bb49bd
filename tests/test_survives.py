"""Whatever happens to a build, the last good site stays whole, or a clear line says what to do."""

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

from tests.conftest import ROOT, TOLD

#: Where this test's own Python is: no test sets up an environment of its own.
BIN = Path(sys.executable).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in TOLD and not name.startswith("MAKE")}
COMMAND = ["make", f"BIN={BIN}", "-o", ".venv/ready", "build"]


def make(project: Path, *before: str) -> subprocess.CompletedProcess:
    """Runs `make build` in a folder, after the words before it; with what is installed already."""
    return subprocess.run(
        [*before, *COMMAND], cwd=project, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=120
    )


def can(*words: str) -> bool:
    """Whether a command works here, as many need rights that not everybody has."""
    return bool(shutil.which(words[0])) and subprocess.run(words, capture_output=True, check=False).returncode == 0


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def checkout(project, site) -> Path:
    """A folder without git, with a site that is known to be good: "good" stands on it alone."""
    for name in ("Makefile", "requirements.txt"):
        shutil.copy2(ROOT / name, project / name)
    shutil.copytree(site, project / "site")
    (project / "site/good.txt").write_text("good")
    return project


def told_in_a_line(done: subprocess.CompletedProcess, *parts: str) -> None:
    """The build failed, and one line without a traceback says why."""
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in text, text
    assert any(all(part in line for part in parts) for line in text.splitlines()), text


def test_a_mistake_leaves_the_last_site(checkout):
    good = content(checkout / "site")
    (checkout / "docs/cost.md").write_text("# No front matter\n")
    told_in_a_line(make(checkout), "docs/cost.md:1:")
    assert content(checkout / "site") == good


def test_builds_that_are_killed_leave_the_last_site_and_the_next_two_at_once_do_not_mix(checkout):
    good = content(checkout / "site")
    stages = checkout / ".cache"
    moments: list[Callable[[], bool]] = [
        stages.exists,  # as it begins
        lambda: bool(list(stages.glob("site.*/**/*.html"))),  # in the midst of the pages
    ]
    for moment in moments:
        shutil.rmtree(stages, ignore_errors=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        building = subprocess.Popen(COMMAND, cwd=checkout, env=ENVIRONMENT, start_new_session=True, **quiet)
        while not moment():
            assert building.poll() is None, "it was over too soon"
            time.sleep(0.005)
        os.killpg(building.pid, signal.SIGKILL)
        building.wait()
        assert content(checkout / "site") == good
    assert list(stages.glob("site.*"))
    ends = []
    builds = [threading.Thread(target=lambda: ends.append(make(checkout))) for _ in range(2)]
    for each in builds:
        each.start()
    for each in builds:
        each.join()
    assert 0 in [end.returncode for end in ends], [end.stdout + end.stderr for end in ends]
    assert not any("Traceback" in end.stderr for end in ends)
    assert content(checkout / "site").keys() - {"SHA256SUMS", "sbom.cdx.json"} == good.keys() - {"good.txt"}
    assert list(stages.glob("site.*")) == []


def test_a_kill_while_two_sites_change_places_is_mended(checkout):
    gone = subprocess.Popen(["true"])
    gone.wait()
    (checkout / ".cache").mkdir()
    (checkout / "site").rename(checkout / f".cache/site.{gone.pid}.last")
    (checkout / "docs/cost.md").write_text("# No front matter\n")
    assert make(checkout).returncode != 0
    assert (checkout / "site/good.txt").exists()


def test_a_full_disk(checkout):
    """A small disk of its own; where nobody may make one, a limit on the size of a file, in blocks of 512 or 1024."""
    good, cache = content(checkout / "site"), checkout / ".cache"
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
    told_in_a_line(done, "The site cannot be written", "Read-only file system", "last one stays")
    assert content(checkout / "site") == good
