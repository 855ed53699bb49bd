"""The copy to take along: unpacked and opened from a folder, without a network."""

from __future__ import annotations

import hashlib
import re
import zipfile
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from lxml import html

from macros import offline
from tests.conftest import SITE

ZIP = Path(offline.ZIP)
#: Material's script asks for the site map to learn of other pages; a browser lets no page read files.
SITE_MAP = "sitemap.xml"


@pytest.fixture(scope="module")
def copy(published, tmp_path_factory) -> Path:
    """The copy, unpacked where a path has a space and a letter beyond ASCII."""
    folder = tmp_path_factory.mktemp("Praxis Dr. Müller #1")
    with zipfile.ZipFile(published / ZIP) as packed:
        packed.extractall(folder)
    assert [path.name for path in folder.iterdir()] == ["neurolysis-guide"]
    return folder / "neurolysis-guide"


@pytest.fixture
def disk(open_tab):
    """A tab without a network, with what it asked for and what it complained about."""
    tab = open_tab()
    tab.context.set_offline(True)
    tab.asked, tab.complaints = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: tab.complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    yield tab
    assert [url for url in tab.asked if not url.startswith(("file:", "about:"))] == []
    assert [told for told in tab.complaints if SITE_MAP not in told and "net::ERR_FAILED" not in told] == []


def page(copy: Path, name: str) -> str:
    return (copy / name).as_uri()


def test_the_checksum_is_that_of_the_zip(published):
    told = (published / f"{ZIP}.sha256").read_text("ascii")
    assert told == f"{hashlib.sha256((published / ZIP).read_bytes()).hexdigest()}  {ZIP.name}\n"


def test_its_entries_are_in_order_and_of_the_day_of_the_build(published):
    entries = zipfile.ZipFile(published / ZIP).infolist()
    assert {entry.date_time for entry in entries} == {(2026, 2, 2, 0, 0, 0)}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert offline.zipped({"a": b""}, date(1970, 1, 1)) == offline.zipped({"a": b""}, date(1980, 1, 1))


def test_each_page_of_the_menu_and_each_leaflet_is_in_it(published, copy):
    first = html.parse(published / "index.html").getroot()
    links = {
        urljoin(SITE, link).removeprefix(SITE)
        for link in first.xpath("//nav[contains(@class, 'md-nav--primary')]//a/@href")
    }
    assert len(links) > 20
    for link in links:
        assert (copy / f"{link.rstrip('/')}.html").exists() or (copy / link / "index.html").exists(), link
    leaflets = {path.name: path.read_bytes() for path in (published / "leaflets").iterdir()}
    assert {path.name: path.read_bytes() for path in (copy / "leaflets").iterdir()} == leaflets


def test_every_link_leads_to_a_file_and_an_anchor(copy):
    read = {path: html.parse(path).getroot() for path in copy.rglob("*.html")}
    ids = {path: set(root.xpath("//@id")) for path, root in read.items()}
    count = 0
    for path, root in read.items():
        for element, _, address, _ in root.iterlinks():
            target = urlsplit(urljoin(path.as_uri(), address))
            if target.scheme != "file":
                assert target.scheme == "https" and element.tag == "a", f"{path}: {address}"
                continue
            there = Path(unquote(target.path))
            assert there.is_file() and there.is_relative_to(copy), f"{path}: {address}"
            assert there not in ids or not target.fragment or unquote(target.fragment) in ids[there], (
                f"{path}: {address}"
            )
            count += 1
    assert len(read) > 40 and count > 2000


def test_the_note_beside_the_pages_and_each_page_tell_what_it_is(copy):
    told = (copy / "README.txt").read_text("utf-8")
    assert "open index.html" in told and f"The newest: {SITE}\n" in told and "CC BY 4.0" in told
    assert re.search(r"Draft of 2 February 2026 \([0-9a-f]{10}\)|Version of .+", told) and "Not medical advice." in told
    for path in copy.glob("*.html"):
        notice = html.parse(path).xpath("//*[@class='copy']")[0]
        assert f"The newest: {SITE}" in " ".join(notice.text_content().split()), path


def test_pages_open_with_their_style_and_their_script(copy, disk):
    for name in ("index.html", "methods/heat.html", "sources/index.html", "embed/risks-heat.html"):
        disk.goto(page(copy, name))
        assert "Georgia" in disk.locator("h1").first.evaluate("e => getComputedStyle(e).fontFamily"), name
    disk.goto(page(copy, "risks.html"))
    disk.locator("header label[for]:visible").first.click()  # Material's button for the colors: its script runs
    assert disk.evaluate("document.body.dataset.mdColorScheme") in ("default", "slate")


def test_the_search_finds_and_leads_on(copy, disk):
    disk.goto(page(copy, "cost.html"))
    disk.locator(".md-search__input").click()
    disk.locator(".md-search__input").press_sequentially("bladder")
    found = disk.locator(".md-search-result__link").first
    found.wait_for()
    found.click()
    disk.wait_for_url(re.compile(r"file:.*\.html.*"))
    assert "bladder" in disk.locator("article").inner_text().lower() and "cost.html" not in disk.url


def test_what_a_reader_ticks_is_kept_and_links_lead_on(copy, disk):
    disk.goto(page(copy, "questions.html"))
    disk.get_by_role("checkbox").first.check()
    disk.reload()
    assert disk.get_by_role("checkbox").first.is_checked()
    disk.goto(page(copy, "deciding.html"))
    disk.locator("article").get_by_role("link", name="the risks").click()
    assert disk.url == page(copy, "risks.html")


def test_a_page_may_load_and_run_its_own_alone(copy, disk, tmp_path):
    text = (copy / "risks.html").read_text("utf-8")
    assert "script-src 'self' file:" in text
    bad = "<img src='https://example.org/x.png'><script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"
    (copy / "bad.html").write_text(text.replace("</article>", f"{bad}</article>"), "utf-8")
    disk.goto(page(copy, "bad.html"))
    disk.wait_for_load_state("networkidle")
    assert disk.evaluate("window.ran") is None
    refused = [told for told in disk.complaints if "Content Security Policy" in told]
    assert len(refused) == 3
    disk.complaints.clear()
    disk.asked.clear()  # the browser names what the policy refused, too
    (copy / "bad.html").unlink()


NAMES = {"index.html", "risks.html", "methods/heat.html", "sources/index.html", "data/v2/risks.json"}


@pytest.mark.parametrize(
    ("path", "given", "expected"),
    [
        ("risks.html", "methods/heat.html#a", "methods/heat.html#a"),  # as MkDocs links
        ("risks.html", "../data/v2/risks.json", "data/v2/risks.json"),  # as HTML in a page links
        ("risks.html", "about/../risks/", "risks.html"),
        ("methods/heat.html", "../../risks/#a", "../risks.html#a"),
        ("methods/heat.html", "../sources/", "../sources/index.html"),
        ("index.html", ".", "index.html"),
        ("index.html", "#a", "#a"),
        ("index.html", "https://example.org/", "https://example.org/"),
    ],
)
def test_a_link_leads_to_a_file(path, given, expected):
    assert offline.opened(path, f'<a class="x" href="{given}">x</a>', NAMES) == f'<a class="x" href="{expected}">x</a>'


def test_a_link_to_what_is_not_there_is_told():
    with pytest.raises(ValueError, match=r"risks\.html links to '\.\./lost/'"):
        offline.opened("risks.html", '<a href="../lost/">x</a>', NAMES)
