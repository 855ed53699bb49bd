"""What several tests share: the real site built once, a copy to change, a real browser."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from macros import load
from macros.publish.browser import ARGUMENTS, installed

ROOT = load.ROOT

#: What was looked at for accessibility, for the summary: page, width, colors, state.
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


PARTS = ["mkdocs.yml", "requirements.txt", "data", "docs", "macros", "overrides"]


def run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    """Runs a Python module as a contributor's command would, without this test's settings."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if k not in ("SITE_URL", "EDIT_URI", "REPOSITORY", "OFFLINE", "GITHUB_ACTIONS")
    }
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def build(project: Path, site: Path) -> subprocess.CompletedProcess:
    """What `make build` does, apart from the check before it."""
    done = run("mkdocs", "build", "--site-dir", str(site), cwd=project)
    return done if done.returncode else run("macros.publish", str(site), cwd=project)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The real site, built once."""
    folder = tmp_path_factory.mktemp("real") / "site"
    done = build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


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


@pytest.fixture
def small():
    """A small guide with made-up sources."""
    return load.parse((ROOT / "tests/fixtures/small.yml").read_bytes(), "small.yml")


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


def _has_all(tab):
    """Waits for what a page fetches at the first touch: the rest of its style, and its script."""
    has = "[...document.styleSheets].some((sheet) => sheet.href?.endsWith('guide.css')) && Boolean(globalThis.tables)"
    for _ in range(500):
        if tab.evaluate(has):
            return
        tab.wait_for_timeout(20)  # its own waiting would compile text, which the page's policy forbids
    raise AssertionError("the rest of the page did not come")


def touched(tab):
    """Touches a page as a reader does who scrolls it, and waits for what comes then."""
    tab.evaluate("dispatchEvent(new Event('scroll'))")
    _has_all(tab)


def axe(tab) -> list[dict]:
    """The rules that a tab's page breaks, as axe-core tells them; of those that it keeps, nothing is gathered."""
    options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    return Axe().run(tab, options=options).response["violations"]


def on_paper(tab):
    """Brings a tab to what is printed, as a browser does: the style of paper comes with the wish to print."""
    tab.emulate_media(media="print")
    _has_all(tab)


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
def tab(chromium):
    """A fresh tab at desktop width; a test may ask the browser for others."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()
