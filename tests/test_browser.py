"""The real site in a real browser: what it loads, and that a preview follows every edit."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from tests.conftest import pages


def test_no_page_asks_another_host_or_anything_late_or_throws(site, address, tab):
    """Other tests look at a page as soon as it is loaded; so nothing may come after that."""
    asked, late, thrown = [], [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: thrown.append(str(error)))
    for page in [*pages(site), "404.html"]:
        tab.goto(address + page)
        in_time = len(asked)
        tab.wait_for_load_state("networkidle")
        late += asked[in_time:]
    assert set(late) <= {address + "assets/icon.svg"}  # the browser's own, beside the page
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert thrown == []


def test_a_script_that_got_into_a_page_would_not_run(site, address, open_tab):
    """The Content-Security-Policy: nothing on any page breaks it, and what is not the guide's own does not run."""
    tab = open_tab()
    refused = []
    tab.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    for page in [*pages(site), "404.html"]:
        tab.goto(address + page)
    tab.wait_for_load_state("networkidle")
    assert refused == []
    tab.route(
        "**/risks/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=(site / "risks/index.html")
            .read_text("utf-8")
            .replace("</article>", "<img src=x onerror='window.ran = 1'><script>window.ran = 2</script></article>"),
        ),
    )
    tab.goto(address + "risks/")
    tab.wait_for_load_state("networkidle")
    assert tab.evaluate("window.ran") is None
    assert len(refused) == 2


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def fetched(url: str, wanted: str, seconds: float = 30) -> str:
    end = time.monotonic() + seconds
    text = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                text = answer.read().decode()
            if wanted in text:
                return text
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"'{wanted}' did not appear at {url} in {seconds} s")


def test_serve_follows_edits_of_pages_data_and_macros(project, tab):
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--dev-addr", f"127.0.0.1:{port}"],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}/risks/"
        fetched(url, "Bruising")
        tab.goto(url)
        for path, old, new, shown in (
            ("docs/risks.md", "# Risks of neurolysis", "# Risks, edited", "Risks, edited"),
            ("data/neurolysis.yml", "name: Bruising", "name: A blue mark", "A blue mark"),
            ("macros/cite.py", 'SILENT = "Our sources do not say."', 'SILENT = "Nobody says."', "Nobody says."),
        ):
            file = project / path
            text = file.read_text("utf-8")
            assert old in text
            file.write_text(text.replace(old, new), "utf-8")
            tab.get_by_text(re.compile(re.escape(shown))).first.wait_for(timeout=20_000)  # the page reloads itself
        data = project / "data/neurolysis.yml"
        good = data.read_text("utf-8")
        data.write_text(good.replace("name: A blue mark", "name: no"), "utf-8")
        time.sleep(2)
        data.write_text(good.replace("name: A blue mark", "name: Mended"), "utf-8")
        tab.get_by_text("Mended").first.wait_for(timeout=20_000)  # a mistake does not end the server
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
