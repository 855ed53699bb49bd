"""What several tests share: the real site built once, a copy to change, a real browser."""

from __future__ import annotations

import fcntl
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from markdown import Markdown
from mkdocs.config import load_config
from playwright.sync_api import sync_playwright

import macros
from macros.guide import load, paths, problem
from macros.paper import ARGUMENTS, installed
from macros.views import MACROS
from macros.views.clinics import Published

ROOT = paths.ROOT
#: All that builds the site.
PARTS = ["mkdocs.yml", "links.yml", "data", "docs", "macros", "overrides"]
#: What `make` or GitHub tell a build, which a test decides for itself.
TOLD = ["COMMIT", "EDIT_URI", "GITHUB_ACTIONS", "LEAFLETS", "NEWEST", "OFFLINE", "REPOSITORY", "SITE_URL", "ZIP"]
TOLD += ["SOURCE_DATE_EPOCH"]
#: Where the site stands that tests publish, and the day that its build says it is: 2 February 2026.
SITE, DAY = "https://guide.example/some/where/", {"SOURCE_DATE_EPOCH": "1770030000"}

#: What was looked at for accessibility, for the summary: page, width, colors, state, violations.
LOOKED_AT: list[tuple] = []


def pytest_sessionfinish(session):
    """Hands what one of several processes looked at to the one that reports."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["looked_at"] = LOOKED_AT


@pytest.hookimpl(optionalhook=True)  # in one process alone there is no such hook
def pytest_testnodedown(node):
    LOOKED_AT.extend(getattr(node, "workeroutput", {}).get("looked_at", ()))


def pytest_terminal_summary(terminalreporter):
    if LOOKED_AT:
        violations = sum(count for *_, count in LOOKED_AT)
        terminalreporter.write_line(f"axe-core: {len(LOOKED_AT)} page states tried, {violations} violations found.")


# ---- The real build ----


def run(*command: str, cwd: Path = ROOT, umask: int = -1, **environment: str) -> subprocess.CompletedProcess:
    """Runs a Python module as a contributor's command would, without what this test was told."""
    kept = {name: value for name, value in os.environ.items() if name not in TOLD}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env=kept | {"NO_MKDOCS_2_WARNING": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        umask=umask,
    )


def build(project: Path, site: Path, **environment: str) -> subprocess.CompletedProcess:
    """What `make build` and `make check` do: the strict build with all checks in it."""
    return run("mkdocs", "build", "--site-dir", str(site), cwd=project, **environment)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The real site, built once for all processes. No test writes into it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "real-site"
    with (shared / "real-site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            done = build(ROOT, shared / "real-site.new")
            assert done.returncode == 0, done.stderr
            (shared / "real-site.new").rename(folder)
    return folder


def publish(project: Path, folder: Path, leaflets: Path | None = None, umask: int = -1, **environment: str) -> None:
    """What `make offline` does, in its order; `leaflets` are those of another build, where none are to be made."""
    here, copy = {"SITE_URL": SITE, "LEAFLETS": "1", "ZIP": "1"}, folder.with_name("copy")
    away = {"SITE_URL": "", "NEWEST": SITE, "LEAFLETS": "1", "OFFLINE": "true"}
    steps = [("mkdocs build --quiet --site-dir", [folder], here), ("mkdocs build --quiet --site-dir", [copy], away)]
    steps += [] if leaflets else [("macros.paper", [folder], {})]
    for command, folders, told in [*steps, ("macros.offline", [copy, folder], {})]:
        if leaflets and command == "macros.offline":
            shutil.copytree(leaflets, folder / "leaflets")
        done = run(*command.split(), *map(str, folders), cwd=project, umask=umask, **DAY, **told, **environment)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Path:
    """The real site with its address, its leaflets and the zip, made once for all processes."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "published"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "site").exists():
            publish(ROOT, shared / "new")
            (shared / "new").rename(shared / "site")
    return shared / "site"


def copied(folder: Path, *more: str) -> Path:
    """Copies all that builds the site, and more, into a new folder."""
    folder.mkdir()
    for part in [*PARTS, *more]:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / part)  # with its time, by which make sees that it is installed
    return folder


@pytest.fixture
def project(tmp_path) -> Path:
    """A copy of all that builds the site, to make mistakes in."""
    return copied(tmp_path / "project")


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    """Puts other text in a file, which must be there."""
    text = path.read_text("utf-8")
    assert old in text, f"{path.name}: {old}"
    path.write_text(text.replace(old, new, count), "utf-8")


_PROBLEM = re.compile(r"^(\S.*?):(\d+): (.+)\n    (.+)$", re.M)


def told(done: subprocess.CompletedProcess) -> list[problem.Problem]:
    """The problems that a build told, in its order."""
    assert "Traceback" not in done.stderr, done.stderr
    found = _PROBLEM.findall(done.stderr)
    return [problem.Problem(file, int(line), what, mend) for file, line, what, mend in found]


# ---- The guide, without a build ----


@pytest.fixture
def small():
    """A small guide with made-up sources."""
    return load.parse((ROOT / "tests/fixtures/small.yml").read_bytes(), "small.yml")


def called(guide, **context) -> dict:
    """Every macro as a page calls it, with this guide."""
    given = {"site": "", "published": Published(), "history": [], "macros": MACROS}
    given |= {"examples": {}, "texts": {}, "uses": {}}
    return macros.bound(guide, given | context)


@cache
def settings():
    """mkdocs.yml, read as MkDocs reads it."""
    return load_config(str(ROOT / "mkdocs.yml"))


def converted(markdown: str) -> str:
    """A page's HTML with the extensions of mkdocs.yml, among them what each page gets from the real data."""
    config = settings()
    return Markdown(extensions=config.markdown_extensions, extension_configs=config.mdx_configs).convert(markdown)


# ---- The built site ----


def pages(site: Path) -> list[str]:
    """Addresses of a built site's pages below its root, the home page as ''."""
    return sorted(
        path.parent.relative_to(site).as_posix().removeprefix(".")
        for path in site.rglob("index.html")
        if 'http-equiv="refresh"' not in path.read_text("utf-8")  # a page that has moved
        and not path.is_relative_to(site / "embed")  # tests/test_embeds.py looks at these
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves a folder; gives its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def address(site) -> Iterator[str]:
    """Where the real site is served."""
    with served(site) as url:
        yield url


@pytest.fixture(scope="session")
def chromium():
    path = installed()
    assert path, "no browser: run make test"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_tab(chromium):
    """Opens tabs of a width, each with its own storage; closes them after the test."""
    contexts = []

    def opener(width: int = 1280, **options):
        chosen = {"viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"} | options
        contexts.append(chromium.new_context(**chosen))
        return contexts[-1].new_page()

    yield opener
    for context in contexts:
        context.close()


@pytest.fixture
def tab(open_tab):
    """A fresh tab at desktop width."""
    return open_tab()


def axe(tab) -> list[dict]:
    """The rules that a tab's page breaks, as axe-core tells them; of those that it keeps, nothing is gathered."""
    options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    return Axe().run(tab, options=options).response["violations"]
