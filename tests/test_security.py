"""What protects readers: no page runs, loads or tells what it should not. Drawings hold shapes and words alone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from macros.guide import load, paths, prose
from macros.guide.links import parse
from macros.publish import policy, redirects
from tests.conftest import pages

DRAWINGS = sorted((paths.DOCS / "assets/drawings").glob("*.svg"))


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


def wrongs(html: str) -> list[str]:
    """What a page has that no page may have, or has not and every page must have."""
    elements, found = Elements(html).elements, []
    metas = [given for tag, given in elements if tag == "meta"]
    policies = [m["content"] for m in metas if m.get("http-equiv", "").lower() == "content-security-policy"]
    if len(policies) != 1 or not policies[0].startswith("default-src 'none'; "):
        return [f"policies: {policies}"]
    found += re.findall(r"'unsafe-[\w-]+'|https?:|\*|blob:", policies[0])
    found += [f"no {part}" for part in ("base-uri 'none'", "form-action 'none'") if part not in policies[0]]
    if [m["content"] for m in metas if m.get("name") == "referrer"] != ["no-referrer"]:
        found.append("no referrer policy")
    for position, (tag, given) in enumerate(elements):
        found += [f"<{tag} {name}>" for name in given if name.startswith("on") or name == "style"]
        found += [
            f"<{tag} {name}={value}>"
            for name, value in given.items()
            if (re.match(r"\s*(javascript|vbscript|data):", value or "", re.I) and name != "content")
            or (re.match(r"(https?:)?//", value or "") and (name == "src" or (tag, name) == ("link", "href")))
        ]
        if given.get("http-equiv", "").lower() == "content-security-policy":
            earlier = {tag for tag, _ in elements[:position]}
            found += sorted(earlier & {"script", "style", "link", "img"})  # what it would come too late for
    allowed = set(re.findall(r"sha256-[\w+/=]+", policies[0]))
    found += sorted(allowed ^ set(re.findall(r"sha256-[\w+/=]+", policy.policy(html))))  # no more and no less
    return found


MOVED = b"moved:\n  old/: risks/\npromised:\n  old/:\n    - bruising\n  risks/:\n    - bruising\n"


def test_no_page_runs_loads_or_tells_what_it_should_not(site):
    """Pages, embeds, the page of a missing one, and what leads on from an old address."""
    built = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.html")}
    assert len(built) > 45 and "404.html" in built
    built |= redirects.redirects(parse(MOVED, "links.yml"), "")
    assert "old/index.html" in built
    assert {name: found for name, html in built.items() if (found := wrongs(html))} == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<main", "<main onclick='x()'"),
        ("<main", "<main style='color: red'"),
        ("<article", '<a href=" JavaScript:x()">x</a><article'),
        ("<article", '<img src="https://example.org/x.png"><article'),
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("img-src 'self'", "img-src 'self' https://example.org"),
        ('name="referrer"', 'name="other"'),
        ('http-equiv="Content-Security-Policy"', 'name="policy"'),
        ("base-uri 'none'; ", ""),
        ("<body", "<script>x()</script><body"),  # no hash allows it
        ('<meta http-equiv="Content', '<script src="x.js"></script><meta http-equiv="Content'),
    ],
)
def test_each_such_thing_would_be_seen(site, old, new):
    html = (site / "risks/index.html").read_text("utf-8")
    assert html.count(old)
    assert wrongs(html) == []
    assert wrongs(html.replace(old, new, 1)) != []


def test_no_page_asks_another_host_breaks_its_policy_or_throws(site, address, tab):
    asked, refused, thrown = [], [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: thrown.append(str(error)))
    tab.on("console", lambda message: refused.append(message.location["url"]) if message.type == "error" else None)
    embeds = sorted(path.parent.relative_to(site).as_posix() for path in (site / "embed").glob("*/index.html"))
    for page in [*pages(site), "404.html", *embeds[:3]]:
        tab.goto(address + page)
        tab.wait_for_timeout(100)  # for what a script asks for later
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert thrown == [] and set(refused) <= {f"{address}favicon.ico"}  # which a browser asks for beside an embed


def test_a_script_that_got_into_a_page_would_not_run(site, address, tab):
    refused = []
    tab.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    bad = "<img src=x onerror='window.ran = 1'><script>window.ran = 2</script></article>"
    html = (site / "risks/index.html").read_text("utf-8").replace("</article>", bad)
    tab.route("**/risks/", lambda route: route.fulfill(content_type="text/html", body=html))
    tab.goto(address + "risks/")
    tab.wait_for_load_state("networkidle")
    assert tab.evaluate("window.ran") is None
    assert len(refused) == 2


# ---- Drawings ----


def test_every_method_has_a_drawing_and_one_shows_what_the_word_means():
    shown = {path: re.findall(r'--8<-- "([\w-]+)\.svg"', path.read_text("utf-8")) for path in paths.DOCS.rglob("*.md")}
    assert {path.stem for path in DRAWINGS} == {name for names in shown.values() for name in names}
    for method in load.current().methods:
        assert method in shown[paths.DOCS / f"methods/{method}.md"]
    assert "destroy-or-free" in shown[paths.DOCS / "index.md"]


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_drawing_is_small_colored_by_the_page_named_and_told_in_words(path):
    text = path.read_text("utf-8")
    svg = next(e for e in etree.fromstring(f"<div>{text}</div>").iter() if e.tag.endswith("svg"))
    assert len(text.encode()) <= 4000
    for element in svg.iter():
        colors = {element.get("fill", "none"), element.get("stroke", "none")}
        assert colors <= {"none", "currentColor"}, colors  # in the light and in the dark, the page's own
    parts = {element.tag.rpartition("}")[2]: element for element in svg}
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby").split() == [parts["title"].get("id"), parts["desc"].get("id")]
    assert prose.wording(parts["desc"].text) == []
    assert prose.measure([parts["desc"].text]).grade <= prose.MOST_GRADE


def test_no_label_of_a_drawing_lies_on_another_or_beyond_its_edge(tab):
    style = "<style>text { font-family: sans-serif; font-weight: 700 }</style>"
    tab.set_content(style + "".join(path.read_text("utf-8") for path in DRAWINGS))
    for width, height, boxes in tab.locator("svg").evaluate_all(
        "all => all.map(svg => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height,"
        " [...svg.querySelectorAll('text')].map(text => text.getBBox())"
        ".map(box => [box.x, box.y, box.x + box.width, box.y + box.height])])"
    ):
        assert boxes
        for left, top, right, bottom in boxes:
            assert left >= 0 and top >= 0 and right <= width and bottom <= height
        for one, two in pairwise(sorted(boxes, key=lambda box: (round(box[1]), box[0]))):
            assert round(one[1]) != round(two[1]) or one[2] < two[0]
