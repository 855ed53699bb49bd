"""The copy to take along: made by the real command, unpacked and opened from a folder, without a network."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml

from macros.publish import offline
from macros.review import day
from tests.conftest import ROOT, axe, copied, on_paper, pages, run
from tests.test_site import Page

SITE = "https://example.org/guide/"
#: The day that these builds say it is: 2 February 2026.
DAY = {"SOURCE_DATE_EPOCH": "1770030000"}
ZIP = "neurolysis-guide.zip"


def make(project: Path, *command: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["make", *command, f"SOURCE_DATE_EPOCH={DAY['SOURCE_DATE_EPOCH']}", f"SITE_URL={SITE}"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def unpacked(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    assert [path.name for path in folder.iterdir()] == ["neurolysis-guide"]
    return folder / "neurolysis-guide"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A project of which `make offline` has built the site, with a page that has moved."""
    project = copied(tmp_path_factory.mktemp("offline") / "project", "Makefile", "requirements-test.txt")
    (project / ".venv").symlink_to(ROOT / ".venv")
    links = project / "data/links.yml"
    moved = "moved:\n  old-cost/: cost/\n  old-cost/#extras: cost/#what-can-add-to-the-cost\n"
    promised = "promised:\n  old-cost/:\n    - extras\n"
    text = links.read_text("utf-8").replace("moved:\n", moved, 1).replace("promised:\n", promised, 1)
    links.write_text(text, "utf-8")
    done = make(project, "offline")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="module")
def copy(made, tmp_path_factory) -> Path:
    """That copy, unpacked where a path has a space and a letter beyond ASCII."""
    return unpacked(made / "site/offline" / ZIP, tmp_path_factory.mktemp("Praxis Dr. Müller #1"))


@pytest.fixture(scope="module")
def plain(site, tmp_path_factory) -> Path:
    """A copy of a site whose address is not known, unpacked."""
    folder = tmp_path_factory.mktemp("plain")
    shutil.copytree(site, folder / "site")
    done = run("macros.publish.offline", str(folder / "site"), **DAY)
    assert done.returncode == 0, done.stderr
    return unpacked(folder / "site/offline" / ZIP, folder / "unpacked")


@pytest.fixture
def disk(chromium):
    """A tab without a network, with what it asked for and what it complained about."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_offline(True)
    tab = context.new_page()
    tab.asked, tab.complaints = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: tab.complaints.append(message.text) if message.type != "log" else None)
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    yield tab
    context.close()


def at(folder: Path, page: str = "") -> str:
    """The address of a page of a copy; `page` may have an anchor."""
    path, *anchor = page.split("#")
    return "#".join([(folder / path / "index.html").as_uri(), *anchor])


# ---- The file ----


def test_the_checksum_is_that_of_the_zip(made):
    folder = made / "site/offline"
    told, name = (folder / f"{ZIP}.sha256").read_text("ascii").split()
    assert (told, name) == (hashlib.sha256((folder / ZIP).read_bytes()).hexdigest(), ZIP)
    if shutil.which("sha256sum"):
        command = ["sha256sum", "--check", f"{ZIP}.sha256"]
        assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0
        damaged = folder.parent.parent / "damaged"
        shutil.copytree(folder, damaged)
        (damaged / ZIP).write_bytes((folder / ZIP).read_bytes()[:-1])
        assert subprocess.run(command, cwd=damaged, check=False, capture_output=True).returncode != 0


def test_made_again_it_is_the_same(made, tmp_path):
    shutil.copytree(made / "site", tmp_path / "site", copy_function=shutil.copy)  # with other times
    first = (made / "site/offline" / ZIP).read_bytes()
    done = run("macros.publish.offline", str(tmp_path / "site"), cwd=made, SITE_URL=SITE, **DAY)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site/offline" / ZIP).read_bytes() == first
    entries = zipfile.ZipFile(made / "site/offline" / ZIP).infolist()
    assert {entry.date_time for entry in entries} == {(2026, 2, 2, 0, 0, 0)}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_nothing_of_the_site_is_missing_but_what_no_reader_asks_for(made, copy):
    def names(folder):
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    missing = {name for name in names(made / "site") - names(copy) if not name.endswith("card.png")}
    of_the_zip = {f"offline/{ZIP}", f"offline/{ZIP}.sha256"}
    assert missing == {"404.html", "sitemap.xml", "sitemap.xml.gz", "SHA256SUMS", *of_the_zip}
    assert names(copy) - names(made / "site") == {"README.txt"}


def test_the_note_beside_the_pages_tells_what_it_is(copy, plain):
    footer = Page((copy / "index.html").read_text("utf-8")).text
    for folder, site in ((copy, SITE), (plain, "")):
        told = (folder / "README.txt").read_text("utf-8")
        version = re.search(r"(?:Draft|Version) of 2 February 2026 \([0-9a-f]{10}\)", told)[0]
        assert folder == plain or version in footer
        assert "Copied on 2 February 2026." in told and "Not medical advice." in told
        assert "No clinician has reviewed this guide yet." in told
        assert ("https://example" in told) == (f"The newest: {site}\n" in told) == bool(site)


def test_the_page_for_clinics_links_to_it_only_where_it_is_made(made, site, copy, plain):
    def linked(folder):
        links = Page((folder / "for-clinics/index.html").read_text("utf-8")).links
        return [link for link in links if "offline/" in link]

    names = (f"offline/{ZIP}", f"offline/{ZIP}.sha256")
    assert linked(made / "site") == [f"../{name}" for name in names]
    assert linked(copy) == [SITE + name for name in names]  # a copy has no copy inside
    assert linked(site) == linked(plain) == []


# ---- Its pages ----


@pytest.mark.parametrize("which", ["copy", "plain"])
def test_every_link_leads_to_a_file_and_an_anchor(which, request):
    folder = request.getfixturevalue(which)
    read = {path: Page(path.read_text("utf-8")) for path in folder.rglob("*.html")}
    assert len(read) > 25
    count = 0
    for path, page in read.items():
        given = [(tag, attrs.get(name)) for tag, attrs in page.tags for name in ("href", "src") if attrs.get(name)]
        refresh = [attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv") == "refresh"]
        given += [("meta", content.split("url=")[1]) for content in refresh]
        for tag, address in given:
            target = urlsplit(urljoin(path.as_uri(), address))
            if target.scheme != "file":
                assert target.scheme == "https" and (tag == "a" or "canonical" in str(page.tags)), f"{path}: {address}"
                continue
            there = Path(unquote(target.path))
            assert there.is_file() and there.is_relative_to(folder), f"{path}: {address}"
            if there in read and target.fragment:
                assert unquote(target.fragment) in read[there].ids, f"{path}: {address}"
            count += 1
    assert count > 1000


def test_every_page_opens_without_a_network_and_says_that_it_is_a_copy(copy, disk):
    for page in pages(copy):
        disk.goto(at(copy, page))
        notice = disk.locator(".copy")
        newest = SITE + (f"{page}/" if page else "")
        assert notice.inner_text() == f"Copy of 2 February 2026 to use without a network. The newest: {newest}"
        assert notice.get_by_role("link").get_attribute("href") == newest
        assert disk.locator("button.scheme").is_visible(), page  # the script ran
        assert disk.locator("header.top").evaluate("e => getComputedStyle(e).display") == "flex", page  # the style too
    disk.wait_for_load_state("networkidle")
    assert disk.complaints == []
    assert [url for url in disk.asked if not url.startswith("file:")] == []


def test_nothing_in_the_copy_can_load_or_run_what_is_not_its_own(copy, disk, tmp_path):
    folder = tmp_path / "changed"
    shutil.copytree(copy, folder)
    page = folder / "risks/index.html"
    alien = (
        "<img src='https://example.org/x.png'><img src=x onerror='window.ran = 1'><script>window.ran = 2</script>"
        "<script src='https://example.org/x.js'></script><b style='color: red'>x</b></article>"
    )
    page.write_text(page.read_text("utf-8").replace("</article>", alien), "utf-8")
    disk.goto(at(folder, "risks"))
    disk.wait_for_load_state("networkidle")
    assert disk.evaluate("window.ran") is None
    assert len([told for told in disk.complaints if "Content Security Policy" in told]) == 5


def test_where_the_address_is_not_known_none_is_told(plain, disk):
    disk.goto(at(plain, "risks"))
    assert disk.locator(".copy").inner_text() == (
        "Copy of 2 February 2026 to use without a network. There may be a newer one."
    )
    assert "example.org" not in (plain / "risks/index.html").read_text("utf-8")


def test_the_search_finds_what_it_finds_online(copy, address, disk, tab):
    searches = yaml.safe_load((ROOT / "tests/searches.yml").read_text("utf-8"))
    for asked, wanted in (searches[0], searches[12]):
        found = []
        for where, start, root in (
            (tab, address + "search/", address),
            (disk, at(copy, "search"), f"{copy.as_uri()}/"),
        ):
            where.goto(start)
            where.fill("[data-search] input", "")
            where.locator("[data-search] input").press_sequentially(asked)
            where.get_by_text(re.compile("fits? best")).wait_for()
            where.wait_for_function("words => decodeURIComponent(location.hash).endsWith(words)", arg=asked.split()[-1])
            links = where.locator(".results a").evaluate_all("links => links.map(link => link.href)")
            found.append([link.removeprefix(root).replace("index.html", "") for link in links])
        assert found[0] == found[1]
        assert wanted in [link.split("#")[0] for link in found[1][:3]]
    title = disk.locator(".results a").first.inner_text()
    disk.locator(".results a").first.click()
    disk.locator("h1", has_text=title).wait_for()
    disk.go_back()
    disk.locator(".results a", has_text=title).first.wait_for()  # who comes back finds the same again
    disk.fill("[data-search] input", "")
    disk.wait_for_function("!document.querySelector('.results a')")
    assert disk.complaints == []


def test_what_readers_do_works_in_the_copy(copy, disk):
    disk.goto(at(copy, "deciding"))
    disk.get_by_role("combobox", name="Compare").select_option("Heat")
    disk.get_by_role("combobox", name="with").select_option("Nerve release")
    assert disk.locator("table.pair thead th").all_inner_texts() == ["Heat", "Nerve release"]
    disk.locator("table.pair thead a").first.click()
    assert disk.url == at(copy, "methods/heat")
    assert disk.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light dark"
    disk.get_by_role("button", name="Dark").click()
    disk.goto(at(copy, "risks#infection"))
    assert disk.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"  # it is kept
    assert disk.evaluate("document.querySelector(':target').id") == "infection"
    disk.goto(at(copy, "questions"))
    disk.get_by_role("checkbox").first.check()
    disk.reload()
    assert disk.get_by_role("checkbox").first.is_checked()
    assert disk.complaints == []
    assert axe(disk) == []  # it asks for the style, which the page's policy refuses


@pytest.mark.parametrize("script", [True, False])
def test_a_page_that_has_moved_leads_on_within_the_folder(copy, chromium, script):
    context = chromium.new_context(java_script_enabled=script)
    context.set_offline(True)
    tab = context.new_page()
    for old, new in (("old-cost", "cost"), *([("old-cost#extras", "cost#what-can-add-to-the-cost")] if script else [])):
        tab.goto("about:blank")
        tab.goto(at(copy, old))
        tab.wait_for_url(at(copy, new))
        assert tab.locator("h1").inner_text().startswith("Cost and insurance")
    context.close()


def test_the_notice_is_printed_and_no_path_of_the_device(copy, plain, disk):
    for folder, root in ((copy, SITE), (plain, "neurolysis-guide/")):
        disk.goto(at(folder, "risks"))
        on_paper(disk)
        disk.locator(".addresses").wait_for()
        assert disk.locator(".copy").is_visible()
        printed = disk.locator("main").inner_text()
        assert f"The treatments: {root}methods/" in printed or f"{root}methods/chemical/\n" in printed
        assert "file:" not in printed and folder.parent.name not in printed


# ---- The pure function, and what goes wrong ----

NAMES = {"index.html", "risks/index.html", "assets/a.js", "data/v1/a b.json", "files/x.pdf"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('<a href="../">x</a>', '<a href="../index.html">x</a>'),
        ('<a class="k" href="..">x</a>', '<a class="k" href="../index.html">x</a>'),
        ('<a href=".">x</a>', '<a href="./index.html">x</a>'),
        ('<a href="../risks/#a&amp;b">x</a>', '<a href="../risks/index.html#a&amp;b">x</a>'),
        ('<a href="../risks">x</a>', '<a href="../risks/index.html">x</a>'),
        ('<a href="../data/v1/a%20b.json">x</a>', None),
        ('<a href="#a">x</a>', None),
        ('<a href="https://example.com/x/">x</a>', None),
        ('<a href="../offline/x.zip">x</a>', '<a href="https://example.org/guide/offline/x.zip">x</a>'),
        ('<SCRIPT src="../assets/a.js" defer></SCRIPT>', None),
        ("<script>const x = \"<a href='../'>\";</script>", None),
        ('<!-- <a href="../"> -->', None),
        ('<svg viewBox="0 0 1 1"><use href="#a"/></svg>', None),
        ('<link rel="canonical" href="https://example.org/guide/risks/">', None),
        ('é\n\n <noscript><meta http-equiv="refresh" content="0; url=../"></noscript>',
         'é\n\n <noscript><meta http-equiv="refresh" content="0; url=../index.html"></noscript>'),
    ],
)  # fmt: skip
def test_what_stands_in_a_page_is_changed_only_where_it_must(given, expected):
    assert offline.opened(given, "risks/index.html", NAMES, SITE, date.min) == (expected or given)


def test_the_notice_stands_first_in_the_text():
    notice = (
        f'\n<p class="copy">Copy of {day(date(2026, 2, 2))} to use without a network. There may be a newer one.</p>'
    )
    for start in ("<body><main>", '<body class="a">'):
        page = offline.opened(f"{start}<h1>x</h1></body>", "index.html", NAMES, "", date(2026, 2, 2))
        assert page == f"{start}{notice}<h1>x</h1></body>"


def test_a_link_to_what_is_not_there_leads_nowhere_without_an_address():
    assert offline.opened('<a href="../x.zip">x</a>', "risks/index.html", NAMES, "", date.min) == "<a>x</a>"


def test_a_day_before_all_zips_is_no_reason_to_stop():
    assert offline.zipped({"a": b""}, date(1970, 1, 1)) == offline.zipped({"a": b""}, date(1980, 1, 1))


def test_a_copy_that_cannot_be_made_leaves_the_last_site(made):
    """Last, because it breaks the project: a page that loads what is not there."""
    good = {path: path.read_bytes() for path in (made / "site").rglob("*") if path.is_file()}
    template = made / "overrides/main.html"
    template.write_text(template.read_text("utf-8").replace("'assets/icon.svg'", "'assets/lost.svg'"), "utf-8")
    done = make(made, "offline")
    assert done.returncode != 0 and "Traceback" not in done.stdout + done.stderr
    assert re.search(r"^\S*index\.html: the copy to take along has no '\S*assets/lost\.svg'$", done.stderr, re.M)
    assert {path: path.read_bytes() for path in (made / "site").rglob("*") if path.is_file()} == good
