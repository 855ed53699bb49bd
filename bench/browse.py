"""One first visit of a page in the real browser, and what Lighthouse says of it.

Every site is served alike: HTTP/1.1 from this machine, compressed by gzip at level 9. The browser
throttles as Lighthouse's phone does: 1.6 Mbit/s, 150 ms there and back, a processor four times slower.
"""

from __future__ import annotations

import gzip
import http.server
import json
import mimetypes
import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser

from .run import VENV, WORK

PHONE = {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75, "is_mobile": True, "has_touch": True}
_NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
_SLOWER = 4
_LATER = 1500
KINDS = ("HTML", "CSS", "JS", "fonts", "other")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")

_WATCH = """
globalThis.largest = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) largest = entry.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
"""
_READ = """() => ({
  first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
  largest,
  blocking: performance.getEntriesByType("resource")
    .filter(entry => entry.renderBlockingStatus === "blocking").map(entry => entry.name),
})"""


class Visit(NamedTuple):
    """What one first visit took. Bytes are as sent, heads of answers included; times in milliseconds."""

    bytes: dict[str, int]
    requests: int
    blocking: int
    first: float
    largest: float

    @property
    def total(self) -> int:
        return sum(self.bytes.values())


class Server(NamedTuple):
    """A served site: its address, and each answer since `sent` was emptied: path, kind, bytes."""

    address: str
    sent: list[tuple[str, str, int]]


def _kind(media: str) -> str:
    for part, kind in (("html", "HTML"), ("css", "CSS"), ("javascript", "JS"), ("font", "fonts")):
        if part in media:
            return kind
    return "other"


@lru_cache(maxsize=4096)
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


@contextmanager
def served(site: Path) -> Iterator[Server]:
    """Serves a built site's folder, and remembers what it sent."""
    sent: list[tuple[str, str, int]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = site / unquote(urlsplit(self.path).path).lstrip("/")
            path = path / "index.html" if path.is_dir() else path
            media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            body = _packed(path) if path.is_file() else b""
            head = [
                f"HTTP/1.1 {'200 OK' if body else '404 Not Found'}",
                f"Content-Type: {media}{'; charset=utf-8' if media.startswith('text/') else ''}",
                f"Content-Length: {len(body)}",
                *(["Content-Encoding: gzip"] if body else []),
                "Cache-Control: max-age=600",
            ]
            answer = "\r\n".join([*head, "", ""]).encode() + body
            sent.append((self.path, _kind(media), len(answer)))
            self.wfile.write(answer)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}/", sent)
    finally:
        server.shutdown()
        server.server_close()


def visit(browser: Browser, server: Server, page: str) -> Visit:
    """A first visit with nothing kept from before, until the network is silent; nothing is touched."""
    context = browser.new_context(**PHONE)
    try:
        tab = context.new_page()
        tools = context.new_cdp_session(tab)
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", _NETWORK)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        tab.add_init_script(_WATCH)
        server.sent.clear()
        tab.goto(server.address + page, wait_until="networkidle")
        tab.wait_for_timeout(_LATER)  # what a worker loads, and the largest paint, come after
        seen = tab.evaluate(_READ)
    finally:
        context.close()
    sent = list(server.sent)
    by_kind = {kind: sum(size for _, of, size in sent if of == kind) for kind in KINDS}
    waited = {urlsplit(name).path for name in seen["blocking"]} | {"/" + page}
    blocking = sum(size for path, _, size in sent if urlsplit(path).path in waited)
    return Visit(by_kind, len(sent), blocking, seen["first"], seen["largest"])


def typical(visits: Sequence[Visit]) -> Visit:
    """The median of each figure of several visits."""
    return Visit(
        {kind: int(median(v.bytes[kind] for v in visits)) for kind in KINDS},
        int(median(v.requests for v in visits)),
        int(median(v.blocking for v in visits)),
        median(v.first for v in visits),
        median(v.largest for v in visits),
    )


class Scores(NamedTuple):
    """Lighthouse's four scores, from 0 to 100, and what costs points: the names of its audits."""

    of: tuple[int, ...]
    lost: list[str]


def lighthouse(port: int, address: str) -> Scores:
    """Lighthouse on a phone, in the browser that listens at `port`. Raises RuntimeError where it cannot tell."""
    command = [VENV / "node", WORK / "node/node_modules/lighthouse/cli/index.js", address, f"--port={port}"]
    command += ["--quiet", "--output=json", "--no-enable-error-reporting", f"--only-categories={','.join(CATEGORIES)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180, env=os.environ)
    if done.returncode:
        raise RuntimeError(f"Lighthouse failed: {done.stderr[-500:]}")
    told = json.loads(done.stdout)
    if told.get("runtimeError"):
        raise RuntimeError(f"Lighthouse could not load {address}: {told['runtimeError']['message']}")
    lost = [
        f"{told['audits'][one['id']]['title']} ({name})"
        for name in CATEGORIES
        for one in told["categories"][name]["auditRefs"]
        if one["weight"] and (told["audits"][one["id"]]["score"] or 0) < 0.995
        if told["audits"][one["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
    ]
    return Scores(tuple(round(100 * (told["categories"][name]["score"] or 0)) for name in CATEGORIES), lost)
