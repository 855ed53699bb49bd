"""What a contributor and a reviewer get: the diff in meaning, the schema, the gallery, the links."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape

import pytest

from macros import load, schema
from macros.calls import MACROS
from macros.extension import EXTENSIONS, converted
from macros.load import DOCS
from tests.conftest import ROOT, build, run


@pytest.fixture
def repository(project):
    """The project's copy as a git repository with one commit."""
    shutil.copy(ROOT / ".gitignore", project / ".gitignore")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(
            ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *command], cwd=project, check=True
        )
    return project


def edit(path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), "utf-8")


def told(repository) -> str:
    done = run("macros.diff", "HEAD", cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_changed_number_is_told_in_meaning(repository):
    assert "Nothing that a reader sees." in told(repository)
    data = repository / "data/neurolysis.yml"
    old = "        says: You can get an infection.\n        frequency: {count: 1, out_of: 1000"
    edit(data, old, old.replace("count: 1", "count: 2"))
    summary = told(repository)
    found = re.search(
        r"- Risks › Infection: how often, says The Interventional Initiative"
        r" \(What are the risks\?, the count\), shown on (\d+) pages\."
        r" \*\*Before:\*\* 1 out of every 1,000 people \(chemical injection, heat and cold counted together\)\."
        r" \*\*Now:\*\* 2 out of every 1,000 people",
        summary,
    )
    assert found and int(found[1]) >= 4
    assert "Bleeding" not in summary
    assert "- `risks.md`: 1 table and text changed" in summary


def test_claims_entries_pages_and_grades_are_told(repository):
    data = repository / "data/neurolysis.yml"
    edit(data, "    name: Bruising\n", "    name: A blue mark\n")
    edit(data, "        says: You can get a bruise.\n", "        says: A bruise can come.\n")
    edit(
        data,
        "      painx-offer:\n",
        "      painx-new:\n        place: Nowhere\n        says: It is new.\n      painx-offer:\n",
    )
    edit(
        repository / "docs/cost.md",
        "# Cost and insurance\n",
        "# Cost and insurance\n\nUnderstandable terminology necessitates simplification.\n",
    )
    (repository / "docs/new.md").write_text("---\ndescription: x\n---\n\n# New\n", "utf-8")
    summary = told(repository)
    for line in (
        "**Before:** Bruising **Now:** A blue mark",
        "**Before:** You can get a bruise. **Now:** A bruise can come.",
        "- Sources › PainX India: Nowhere. **Before:** Not in the guide. **Now:** It is new.",
        "- `cost.md`: text changed",
        "- `new.md`: **new**",
    ):
        assert line in summary
    assert re.search(r"- `cost.md`: [\d.]+ → [\d.]+ \(without", summary)


def test_a_risk_copied_from_its_neighbor_is_everywhere(repository):
    data = repository / "data/neurolysis.yml"
    text = data.read_text("utf-8")
    neighbor = re.search(r"  bruising:\n(?:    .*\n)+", text)[0]
    claim = re.search(r"      painx-risk-bruising:\n(?:        .*\n)+", text)[0]
    copied = neighbor.replace("bruising", "swelling").replace("Bruising", "Swelling").replace("a bruise", "a swelling")
    text = text.replace(neighbor, f"{neighbor}\n{copied}")
    text = text.replace(claim, claim + claim.replace("bruising", "swelling").replace("a bruise", "a swelling"))
    data.write_text(text, "utf-8")
    done = run("macros.check", cwd=repository)
    assert done.returncode == 0, done.stdout
    assert build(repository, repository / "site").returncode == 0
    for page in ("risks", "methods/chemical"):
        assert '<tr id="swelling"' in (repository / "site" / page / "index.html").read_text("utf-8")
    assert '<tr id="swelling"' not in (repository / "site/methods/heat/index.html").read_text("utf-8")
    assert run("macros.schema", cwd=repository).returncode == 0
    made = json.loads((repository / "data/neurolysis.schema.json").read_text("utf-8"))
    assert "swelling" in made["properties"]["risks"]["propertyNames"]["anyOf"][0]["enum"]
    assert "painx-risk-swelling" in json.dumps(made["$defs"]["Statement"])
    assert re.search(r"- Risks › Swelling, shown on \d+ pages?\. \*\*Before:\*\* Not in the guide", told(repository))


def test_the_check_reads_pages_as_the_build_does():
    listed = re.findall(r"(?m)^  - ([\w.]+)", (ROOT / "mkdocs.yml").read_text("utf-8").split("markdown_extensions:")[1])
    assert sorted(listed) == sorted([*EXTENSIONS, "macros.extension"])


def without_ids(node: object) -> object:
    """A schema without the ids of the data, which change with every entry."""
    ids = set(load.current().methods) | {c for s in load.current().sources.values() for c in s.claims}
    if isinstance(node, list):
        return [without_ids(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_ids(value)
        for key, value in node.items()
        if key != "propertyNames" and not (key == "enum" and ids & set(value))
    }


def test_the_schema_that_editors_use_is_that_of_the_model():
    kept = json.loads(schema.FILE.read_text("utf-8"))
    fresh = schema.schema(load.current())
    assert without_ids(kept) == without_ids(fresh), "run: make schema"
    assert paths.DATA.read_text("utf-8").splitlines()[0].endswith(f"$schema={schema.FILE.name}")


@pytest.mark.parametrize("typed", ["alone", "one\n\n    and two", "with more [^mine]"])
def test_a_note_that_somebody_typed_is_shown_as_typed_until_the_check_refuses_it(typed):
    page, _ = converted(f"# Title\n\nText.[^mine]\n\n[^mine]: {typed}\n")
    assert "Text.[^mine]" in page and "[^mine]: " + typed.partition("\n")[0] in page


def test_the_gallery_shows_every_macro_and_a_page_that_calls_it(site):
    page = unescape((site / "contributing/index.html").read_text("utf-8"))
    entries = re.findall(r'<h2 id="macro-([\w-]+)"(.*?)(?=<h2|</article>)', page, re.S)
    assert {name.replace("-", "_") for name, _ in entries} == set(MACROS) - {"gallery"}
    for name, entry in entries:
        call, address = re.search(r'<pre><code>(.*?)</code></pre>.*?href="\.\./([^"]*)"', entry, re.S).groups()
        assert call.startswith("{{ " + name.replace("-", "_") + "(")
        path = address.rstrip("/") or "index"
        texts = [file.read_text("utf-8") for file in (DOCS / f"{path}.md", DOCS / path / "index.md") if file.exists()]
        assert call in "".join(texts), (name, address)


def test_edit_and_report_links_stand_where_the_repository_is_known(project, site):
    for page in ("risks", "index"):
        html = (site / page / "index.html" if page != "index" else site / "index.html").read_text("utf-8")
        assert "Edit this table" not in html
        assert "Report a mistake" not in html
    repository = "https://github.com/o/r"
    done = run(
        "mkdocs", "build", "--site-dir", str(project / "site"), cwd=project,
        REPOSITORY=repository, EDIT_URI=f"{repository}/edit/main/docs/", SITE_URL="https://example.org/",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    html = (project / "site/risks/index.html").read_text("utf-8")
    line = paths.DATA.read_text("utf-8").splitlines().index("risks:") + 1
    assert f'href="{repository}/edit/main/docs/risks.md"' in html
    assert f'href="{repository}/edit/main/data/neurolysis.yml#L{line}"' in html
    assert f'href="{repository}/issues/new?template=wrong-fact.yml&amp;page=https%3A//example.org/risks/"' in html
    form = (ROOT / ".github/ISSUE_TEMPLATE/wrong-fact.yml").read_text("utf-8")
    assert "id: page" in form  # the field that the link fills in


def test_nothing_that_a_contributor_writes_runs(project, chromium):
    """Markup in the data shows as text in a real browser; in a page it is refused."""
    bad = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"
    edit(project / "data/neurolysis.yml", "    name: Bruising\n", f"    name: '{bad.replace(chr(39), chr(39) * 2)}'\n")
    assert build(project, project / "site").returncode == 0
    tab = chromium.new_page()
    tab.goto((project / "site/risks/index.html").as_uri())
    tab.wait_for_load_state("load")
    assert tab.title().startswith("Risks of neurolysis")
    assert bad in tab.locator("#bruising th").inner_text()
    tab.close()
    page = project / "docs/risks.md"
    page.write_text(page.read_text("utf-8") + f"\n{bad}\n", "utf-8")
    done = run("macros.check", cwd=project)
    assert done.returncode == 1
    assert re.search(r"docs/risks.md:\d+: '<img' is HTML", done.stdout)
