"""The real site, as `make build` writes it: what stands on its pages comes from the data."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from lxml.html import fromstring

from macros.guide import load, paths
from macros.guide.model import Figure
from macros.guide.strength import statements
from macros.views.options import LINES
from macros.views.render import listing
from macros.views.risks import GROUPS
from tests.conftest import ROOT, build, copied, edit, pages

BASE = "https://example.org/guide/"


class Page(HTMLParser):
    """The ids, the links and the text of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.metas: list[dict] = []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "meta":
            self.metas.append(given)

    def handle_data(self, data):
        self.words.append(data)


def read(site, page: str) -> Page:
    return Page((site / page / "index.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def built(site):
    return {page: read(site, page) for page in pages(site)}


def test_every_link_leads_to_a_page_and_an_anchor(site, built):
    """Of embeds too, and of what stands beside the pages."""
    embeds = [path.parent.relative_to(site).as_posix() for path in (site / "embed").glob("*/index.html")]
    everything = built | {page: read(site, page) for page in embeds}
    assert len(embeds) > 10
    for page, content in everything.items():
        here = urljoin(BASE, f"{page}/" if page else "")
        for link in content.links:
            target = urlsplit(urljoin(here, link))
            if not target.geturl().startswith(BASE):
                assert target.scheme == "https", f"{page}: {link}"
                continue
            path = target.path.removeprefix("/guide/").strip("/")
            assert path in everything or (site / path).is_file(), f"{page}: {link}"
            # Material's script answers those that begin with __
            if path in everything and target.fragment and not target.fragment.startswith("__"):
                assert unquote(target.fragment) in everything[path].ids, f"{page}: {link}"


def article(site, page: str):
    """A page's article, without its notes."""
    (found,) = fromstring((site / page / "index.html").read_text("utf-8")).xpath("//article")
    for notes in found.xpath(".//div[@class='footnote']|.//sup"):
        notes.drop_tree()
    return found


def plain(element) -> str:
    return " ".join(element.text_content().split())


def test_each_treatment_begins_with_its_lines_and_what_becomes_of_the_nerve(site):
    becomes = {"destroys": r"\bdestroy", "frees": r"\bfreed\b", "removes": r"\btaken out\b"}
    for method_id, method in load.current().methods.items():
        found = article(site, f"methods/{method_id}")
        (lines,) = found.xpath(".//div[@class='in-short']")
        assert lines.xpath("preceding-sibling::*[not(self::h1)]/@class") == ["part", "review", "sections screen"]
        named = lines.xpath("string(preceding-sibling::p[not(@class)])")
        assert 5 < len(named.split()) < 60, method_id  # what it is, in a sentence or two
        said = dict(zip(map(plain, lines.xpath(".//dt")), map(plain, lines.xpath(".//dd")), strict=True))
        assert re.search(becomes[method.aim], said["What becomes of the nerve"], re.I), method_id
        assert next(iter(said)) == "What becomes of the nerve", method_id
        silent = said.pop("Our sources do not say", "").lower()
        for field, label in LINES.items():
            answers = getattr(method, field)
            if isinstance(answers, str):
                assert label.lower() in silent and label not in said, (method_id, label)
            else:
                assert said[label] == answers[0].text and label.lower() not in silent, (method_id, label)


def test_the_risks_stand_in_three_groups_each_below_the_names_of_its_harms(site):
    guide = load.current()
    folds = article(site, "risks").xpath(".//details[@class='fold'][.//table[@data-part='risks']]")
    assert [plain(fold.find("summary")).partition(":")[0] for fold in folds] == [title for title, _ in GROUPS.values()]
    for fold, group in zip(folds, GROUPS, strict=True):
        risks = {risk_id: risk for risk_id, risk in guide.risks.items() if risk.group == group}
        assert fold.xpath(".//tbody/tr/@id") == list(risks)
        assert all(risk.name.lower() in plain(fold.find("summary")).lower() for risk in risks.values())


def test_the_list_of_whom_to_call_has_every_risk(site):
    found = article(site, "recovery").xpath(".//ul[li//input][1]")[0]
    risks = load.current().risks
    assert list(map(plain, found.xpath("./li"))) == list(dict.fromkeys(r.noticed for r in risks.values() if r.noticed))
    links = found.xpath("following-sibling::ul[1]//a/@href")
    assert links == [f"../risks/#{risk_id}" for risk_id, risk in risks.items() if not risk.noticed]


def test_no_side_gives_a_source_the_treatments_of_another(site):
    guide, found = load.current(), article(site, "disagreements")
    for entry_id, entry in guide.disagreements.items():
        items = found.xpath(f".//h2[@id='{entry_id}']/following-sibling::details[1]/ul/li")
        for item, side in zip(items, entry.sides, strict=True):
            _, _, scope = plain(item).partition(side.text)
            names = {c: listing([guide.methods[m].name.lower() for m in guide.methods_of(c)]) for c in side.cites}
            of = {(guide.claim(c)[1].publisher, names[c]) for c in side.cites if not side.of}
            shown = re.findall(r"([^:]+): of ([^.]+)\.", scope) or re.findall(r"( )\(About ([^.]+)\.\)", scope)
            told = {(who, names) for whose, names in shown for who, _ in of if whose == " " or who in whose}
            assert told == of and bool(scope) == bool(of), (entry_id, side.text)


def test_every_page_says_near_its_top_that_nobody_has_reviewed_it(site):
    guide = load.current()
    assert not guide.review.reviews
    for page in pages(site):
        (title,) = article(site, page).xpath(".//h1")
        assert guide.review.until_reviewed in title.getnext().text_content(), page


def test_no_page_writes_a_risk_or_an_alternative_by_hand():
    guide = load.current()
    said = [one.text for part in (guide.risks, guide.alternatives) for _, one in statements(part, ())]
    for path in (ROOT / "docs").rglob("*.md"):
        text = " ".join(path.read_text("utf-8").split())
        assert not [s for s in said if s in text], path


def test_a_missing_page_helps_on(site):
    page = Page((site / "404.html").read_text("utf-8"))
    assert "This page does not exist" in page.text
    for link in ("risks/", "methods/", "alternatives/"):
        assert any(found.endswith(f"/{link}") for found in page.links), link


def test_every_table_has_a_caption_and_no_empty_cell(site):
    for page in pages(site):
        for table in article(site, page).xpath(".//table"):
            assert table.xpath("normalize-space(caption)"), page
            assert [cell for cell in table.xpath(".//td|.//th") if not cell.text_content().strip()] == [], page


@pytest.fixture(scope="module")
def renumbered(tmp_path_factory):
    """A site whose data has another count, and other words for a risk, an alternative and a claim."""
    project = copied(tmp_path_factory.mktemp("changed") / "project")
    data = project / "data/neurolysis.yml"
    edit(data, *FIGURE)
    for old, new in NAMES.items():
        edit(data, old, new)
    done = build(project, project / "site")
    assert done.returncode == 0, done.stderr
    return project / "site"


_FIRST = re.search(r"frequency: (\{count: \d+, out_of: \d+, of: people\})", paths.DATA.read_text("utf-8"))[1]
FIGURE, AFTER = (_FIRST, "{count: 3, out_of: 7000, of: people}"), "3 out of every 7,000 people"
NAMES = {"name: Paralysis": "name: Palsyword", "name: Acupuncture": "name: Needleword"}
NAMES |= {"says: Relief lasts for weeks": "says: Claimword lasts for weeks"}


def test_one_number_changed_is_new_wherever_it_is_shown(site, renumbered):
    """On every page and embed; the other counts are counted in as many people then, with the same picture."""
    guide, shown = load.current(), set()
    claims = {claim_id: claim for source in guide.sources.values() for claim_id, claim in source.claims.items()}
    claim_id = next(i for i, claim in claims.items() if isinstance(claim.frequency, Figure))
    risk_ids = [r for r, risk in guide.risks.items() if any(claim_id in said.cites for said in risk.says)]
    for path in sorted(path for path in site.rglob("index.html") if claim_id in path.read_text("utf-8")):
        name = path.parent.relative_to(site).as_posix()
        now = Page((renumbered / name / "index.html").read_text("utf-8")).text
        if AFTER in now or "The source counts 3 out of 7,000" in now:
            shown.add(name)
    assert {"risks", f"embed/risk-{risk_ids[0]}"} <= shown
    assert {f"methods/{m}" for m in guide.methods_of(claim_id)} <= shown
    assert {f"embed/risks-{m}" for m in guide.methods_of(claim_id)} <= shown


def test_one_number_changed_is_new_in_the_data_for_others(renumbered):
    (whole,), (table,) = (list((renumbered / "data").rglob(name)) for name in ("guide.json", "risks.csv"))
    assert re.search(r'"count": 3,\s*"out_of": 7000,', whole.read_text("utf-8"))
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    assert [row for row in rows if (row["count"], row["out_of"], row["of"]) == ("3", "7000", "people")]


def test_each_table_and_citation_comes_from_the_data_alone(renumbered):
    """A renamed risk, alternative and claim are renamed wherever they stand."""
    for page, word in (
        ("risks", "Palsyword"),
        ("methods/chemical", "Palsyword"),
        ("embed/risk-paralysis", "Palsyword"),
        ("alternatives", "Needleword"),
        ("deciding", "Needleword"),
        ("sources/painx", "Claimword"),
    ):
        assert word in read(renumbered, page).text, page


def test_a_failed_build_leaves_the_last_site_as_it_was(project):
    for part in ("Makefile", "requirements.txt", "requirements-test.txt"):
        shutil.copy2(ROOT / part, project / part)
    (project / ".venv").symlink_to(ROOT / ".venv")

    def make() -> subprocess.CompletedProcess:
        command = ["make", "-o", ".venv/ready", "build"]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=120)

    first = make()
    assert first.returncode == 0, first.stderr
    good = {p: p.read_bytes() for p in (project / "site").rglob("*") if p.is_file()}
    edit(project / "docs/risks.md", "\n## ", '\n{{ risk_table("heet") }}\n\n## ')
    done = make()
    assert done.returncode != 0 and "there is no method 'heet'" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert {p: p.read_bytes() for p in (project / "site").rglob("*") if p.is_file()} == good


@pytest.fixture(scope="module")
def addressed(tmp_path_factory):
    """The site as it is built where its address and its repository are known."""
    folder = tmp_path_factory.mktemp("addressed") / "site"
    repository = "https://github.com/o/r"
    done = build(ROOT, folder, SITE_URL=BASE, REPOSITORY=repository, EDIT_URI=f"{repository}/edit/main/docs/")
    assert done.returncode == 0, done.stderr
    return folder


def test_addresses_come_from_the_environment_or_not_at_all(site, addressed):
    plain, known = ((folder / "risks/index.html").read_text("utf-8") for folder in (site, addressed))
    assert 'rel="canonical"' not in plain and "github.com" not in plain
    assert f'<link rel="canonical" href="{BASE}risks/">' in known
    assert "https://github.com/o/r/edit/main/docs/risks.md" in known
    assert f"{BASE}embed/alternatives/" in unescape((addressed / "for-clinics/index.html").read_text("utf-8"))
    missing = Page((addressed / "404.html").read_text("utf-8"))
    assert any(link.endswith("/guide/risks/") for link in missing.links)


def test_edit_and_report_links_stand_where_the_repository_is_known(site, addressed):
    plain, known = ((folder / "risks/index.html").read_text("utf-8") for folder in (site, addressed))
    repository = "https://github.com/o/r"
    for words in ("Edit this table", "Report a mistake"):
        assert words not in plain and words in known
    line = paths.DATA.read_text("utf-8").splitlines().index("risks:") + 1
    assert f'href="{repository}/edit/main/data/neurolysis.yml#L{line}"' in known
    report = next(link for link in Page(known).links if "template=wrong-fact.yml" in link)
    assert unquote(report).endswith(f"page={BASE}risks/")
    assert "id: page" in (ROOT / ".github/ISSUE_TEMPLATE/wrong-fact.yml").read_text("utf-8")  # what the link fills in


def test_only_what_readers_and_clinics_use_is_published(site):
    """Nothing of the project itself, and no drawing by itself."""
    kinds = {path.suffix for path in site.rglob("*") if path.is_file()}
    assert kinds <= {".css", ".csv", ".gz", ".html", ".js", ".json", ".map", ".png", ".svg", ".txt", ".xml"}
    names = {path.relative_to(site).as_posix() for path in site.rglob("*")}
    assert not [name for name in names if name.endswith((".md", ".yml", ".py")) or "drawings" in name]
    assert not any(path.is_symlink() for path in site.rglob("*"))
