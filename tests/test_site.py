"""The real site, as `make build` writes it: what stands on its pages comes from the data."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from PIL import Image

from macros import load
from macros.render import number
from tests.conftest import ROOT, build, pages, run

BASE = "https://example.org/guide/"


class Page(HTMLParser):
    """The ids, the links and the text of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])

    def handle_data(self, data):
        self.words.append(data)


def read(site, page: str) -> Page:
    return Page((site / page / "index.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def built(site):
    return {page: read(site, page) for page in pages(site)}


def test_every_link_leads_to_a_page_and_an_anchor(site, built):
    for page, content in built.items():
        here = urljoin(BASE, f"{page}/" if page else "")
        for link in content.links:
            target = urlsplit(urljoin(here, link))
            if not target.geturl().startswith(BASE):
                assert target.scheme == "https", f"{page}: {link}"
                continue
            path = target.path.removeprefix("/guide/").strip("/")
            assert path in built or (site / path).is_file(), f"{page}: {link}"
            if path not in built:
                continue
            # Material's own "back to the top" link has an empty fragment or one that it makes
            if target.fragment and not target.fragment.startswith("__"):
                assert unquote(target.fragment) in built[path].ids, f"{page}: {link}"


def test_no_id_stands_twice_on_a_page(built):
    for page, content in built.items():
        twice = {i for i in content.ids if content.ids.count(i) > 1}
        assert not twice, f"{page}: {twice}"


def test_the_shared_rows_have_their_anchors(built):
    guide = load.current()
    assert set(guide.risks) <= set(built["risks"].ids)
    assert set(guide.alternatives) <= set(built["alternatives"].ids)
    assert set(guide.methods) <= set(built["methods"].ids)
    for source_id, source in guide.sources.items():
        assert set(source.claims) <= set(built[f"sources/{source_id}"].ids)


def test_every_page_says_that_nobody_has_reviewed_it(built):
    guide = load.current()
    assert not guide.review.reviews
    for page, content in built.items():
        assert guide.review.until_reviewed in content.text, page


def test_no_page_writes_a_risk_or_an_alternative_by_hand():
    guide = load.current()
    said = [s.text for risk in guide.risks.values() for s in risk.says]
    for alternative in guide.alternatives.values():
        for answer in (alternative.what, alternative.helps, alternative.limits, alternative.lasts):
            said += [] if isinstance(answer, str) else [s.text for s in answer]
    for path in (ROOT / "docs").rglob("*.md"):
        text = " ".join(path.read_text("utf-8").split())
        assert not [s for s in said if s in text], path


def test_the_review_state_is_in_the_metadata_of_every_page(built):
    wanted = load.current().review.until_reviewed
    for page, content in built.items():
        found = [a["content"] for tag, a in content.tags if tag == "meta" and a.get("name") == "review-state"]
        assert found == [wanted], page


def test_a_missing_page_helps_on(site):
    page = Page((site / "404.html").read_text("utf-8"))
    assert "This page does not exist" in page.text
    for link in ("/risks/", "/methods/", "/alternatives/"):
        assert link in page.links


def test_every_table_has_a_caption_and_no_empty_cell(site):
    for page in pages(site):
        html = (site / page / "index.html").read_text("utf-8")
        tables = re.findall(r"<table.*?</table>", html, re.S)
        for table in tables:
            assert re.search(r"<caption>[^<]+</caption>", table), page
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", table, re.S):
                assert re.sub(r"<[^>]*>", "", cell).strip(), page


def test_one_number_changed_changes_on_every_page_that_shows_it(project, site):
    data = project / "data/neurolysis.yml"
    old = data.read_text("utf-8")
    count, out_of = re.search(r"frequency: \{count: (\d+), out_of: (\d+), of: people\}", old).groups()
    figure = f"{{count: {count}, out_of: {out_of}, of: people}}"
    before = f"{number(int(count))} out of every {number(int(out_of))} people"
    after = "3 out of every 7,000 people"
    data.write_text(old.replace(figure, "{count: 3, out_of: 7000, of: people}"), "utf-8")
    done = build(project, project / "site")
    assert done.returncode == 0, done.stderr
    shown = 0
    for page in pages(site):
        was, now = read(site, page).text, read(project / "site", page).text
        assert was.count(before) == now.count(after), page
        assert before not in now, page
        shown += before in was
    assert shown >= 5  # risks, three methods, the source: else the test looks for the wrong words


def test_each_macro_and_citation_comes_from_the_data_alone(project, site):
    """A renamed risk, alternative and claim are renamed wherever they stand."""
    data = project / "data/neurolysis.yml"
    text = data.read_text("utf-8")
    names = {
        "name: Paralysis": "name: Palsyword",
        "name: Acupuncture": "name: Needleword",
        "says: Relief lasts for weeks": "says: Claimword lasts for weeks",
    }
    for old, new in names.items():
        assert old in text
        text = text.replace(old, new)
    data.write_text(text, "utf-8")
    done = build(project, project / "site")
    assert done.returncode == 0, done.stderr
    everything = {page: read(project / "site", page).text for page in pages(site)}
    assert "Palsyword" in everything["risks"]
    assert "Palsyword" in everything["methods/chemical"]
    assert "Needleword" in everything["alternatives"]
    assert "Claimword" in everything["sources/painx"]


@pytest.mark.parametrize(
    ("page", "text", "told"),
    [
        ("risks.md", '\n\n{{ risk_tabel("heat") }}\n', "risks.md"),
        ("risks.md", "\n\nSaid.[^nobody-said]\n", "nobody-said"),
        ("risks.md", "\n\n[gone](gone.md)\n", "gone.md"),
        ("risks.md", "\n\n[gone](alternatives.md#gone)\n", "#gone"),
    ],
)
def test_a_bare_strict_build_fails_too(project, page, text, told):
    path = project / "docs" / page
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    done = build(project, project / "site")
    assert done.returncode != 0
    assert told in done.stdout + done.stderr


def make(project, *targets: str) -> subprocess.CompletedProcess:
    return subprocess.run(["make", *targets], cwd=project, capture_output=True, text=True, check=False, timeout=120)


def test_a_failed_build_leaves_the_last_site_as_it_was(project):
    for part in ("Makefile", "requirements.txt", "requirements-test.txt"):
        shutil.copy2(ROOT / part, project / part)
    (project / ".venv").symlink_to(ROOT / ".venv")
    assert make(project, "build").returncode == 0
    good = {p: p.read_bytes() for p in (project / "site").rglob("*") if p.is_file()}
    page = project / "docs/risks.md"
    text = page.read_text("utf-8")
    (project / "docs/lost.md").write_text("---\ndescription: x\nkind: collection\n---\n\n# Lost\n", "utf-8")
    for mistake in ('{{ risk_table("heet") }}', ""):  # found by the check; found by the build, as no page of the nav
        page.write_text(f"{text}\n\n{mistake}\n", "utf-8")
        done = make(project, "build")
        assert done.returncode != 0
        assert "Traceback" not in done.stdout + done.stderr
        assert {p: p.read_bytes() for p in (project / "site").rglob("*") if p.is_file()} == good


def test_addresses_come_from_the_environment_or_not_at_all(project, site):
    assert 'rel="canonical"' not in (site / "risks/index.html").read_text("utf-8")
    assert "Propose a change" not in (site / "risks/index.html").read_text("utf-8")
    done = run(
        "mkdocs",
        "build",
        "--site-dir",
        str(project / "site"),
        cwd=project,
        SITE_URL="https://example.org/guide/",
        EDIT_URI="https://github.com/o/r/edit/main/docs/",
    )
    assert done.returncode == 0, done.stderr
    html = (project / "site/risks/index.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://example.org/guide/risks/">' in html
    assert 'href="https://github.com/o/r/edit/main/docs/risks.md"' in html
    assert '<meta property="og:image" content="https://example.org/guide/risks/card.png">' in html
    assert '"url":"https://example.org/guide/risks/"' in html
    copied = (project / "site/for-clinics/index.html").read_text("utf-8").replace("&#58;", ":")
    assert "https://example.org/guide/embed/alternatives/" in copied
    for page in pages(project / "site"):
        picture = Image.open(project / "site" / page / "card.png")
        assert picture.size == (1200, 630), page
    missing = (project / "site/404.html").read_text("utf-8")
    assert 'href="/guide/assets/guide.css"' in missing and 'href="/guide/risks/"' in missing


def test_only_what_a_page_loads_is_published(site):
    kinds = {path.suffix for path in site.rglob("*") if path.is_file() and path.name != "SHA256SUMS"}
    assert kinds == {".css", ".csv", ".gz", ".html", ".js", ".json", ".svg", ".xml"}
    scripts = {path.name for path in site.rglob("*.js")}
    assert scripts == {"dom.js", "guide.js", "mine.js", "compare.js", "search.js", "search_index.js", "lunr.js"}
