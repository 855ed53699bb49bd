"""How soon a saved edit shows in a browser under `make serve`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from macros.load import ROOT
from macros.publish.browser import ARGUMENTS, installed

from .run import WORK, table

_TIMES = 5


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _shown(tab: Page, file: Path, before: str, after: str) -> float:
    """Seconds from a saved edit until the open page shows it. Raises playwright's TimeoutError after a minute."""
    text = file.read_text("utf-8")
    assert before in text, f"{file}: {before}"
    start = time.perf_counter()
    file.write_text(text.replace(before, after, 1), "utf-8")
    tab.wait_for_function(
        "text => document.querySelector('main')?.textContent.includes(text)", arg=after, timeout=60000
    )
    return time.perf_counter() - start


def report() -> str:
    """A table: seconds from the save of a page, or of the data, to the words in the browser. The guide is a copy."""
    project = WORK / "served"
    shutil.rmtree(project, ignore_errors=True)
    for part in ("data", "docs", "macros", "overrides"):
        shutil.copytree(ROOT / part, project / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("mkdocs.yml", "requirements.txt"):
        shutil.copy2(ROOT / part, project)
    port, program = _port(), installed()
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--livereload", "--dev-addr", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=project, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})
    edits = {
        "a page": ("docs/risks.md", "Every treatment on a nerve"),
        "the data": ("data/neurolysis.yml", "This is the main risk"),
    }
    found: dict[str, list[float]] = {name: [] for name in edits}
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(address, timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            tab = browser.new_page()
            tab.goto(address + "risks/")
            for number in range(_TIMES):
                for name, (file, words) in edits.items():
                    now = words if not number else f"{words} {number - 1}"
                    tab.wait_for_timeout(1500)
                    found[name].append(_shown(tab, project / file, now, f"{words} {number}"))
            browser.close()
    finally:
        server.terminate()
        server.wait()
    rows = [[f"an edit of {name}", f"{median(s):.2f}", f"{min(s):.2f}", f"{max(s):.2f}"] for name, s in found.items()]
    return (
        "## From a saved edit to the browser, in seconds\n\n" + table(["What", "median", "least", "most"], rows) + "\n"
    )
