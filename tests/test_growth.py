"""A page costs and weighs the same however large the guide is, and a preview shows what a new build would."""

from __future__ import annotations

import json
import re
import shutil
from types import SimpleNamespace

from macros import menu, search
from tests.conftest import ROOT, run


def nav(parts: int, each: int, here: tuple[int, int] | None = None) -> list[SimpleNamespace]:
    """A menu of so many parts with so many pages each; the page `here` is active, and its part."""
    return [
        SimpleNamespace(
            title=f"Part {part}",
            url=None,
            active=here is not None and here[0] == part,
            children=[
                SimpleNamespace(title=f"Page {page}", url=f"{part}/{page}/", active=here == (part, page), children=None)
                for page in range(each)
            ],
        )
        for part in range(parts)
    ]


def test_a_menu_lists_all_pages_of_a_small_guide():
    items = nav(6, 10, (3, 4))
    assert menu.listed(items, menu.MOST_PAGES) is items


def test_the_menu_of_a_large_guide_shows_what_is_near():
    shown = menu.listed(nav(100, 100, (50, 0)), 10_000)
    assert [entry.title for entry in shown] == [f"Part {part}" for part in range(44, 57)]
    assert [entry.url for entry in shown if not entry.children] == [f"{p}/0/" for p in range(44, 57) if p != 50]
    own = next(entry for entry in shown if entry.children)
    assert [entry.url for entry in own.children] == [f"50/{page}/" for page in range(menu.REACH + 1)]
    assert [entry.active for entry in own.children] == [True] + [False] * menu.REACH
    # a page that the menu leaves out, and none at all
    assert [entry.title for entry in menu.listed(nav(100, 100), 10_000)] == [f"Part {n}" for n in range(7)]
    assert menu.listed([], 10_000) == []


def test_a_page_weighs_the_same_in_a_guide_of_any_size(tmp_path):
    settings = (ROOT / "mkdocs.yml").read_text("utf-8").replace("strict: true", "strict: false")
    settings = re.sub(r"^not_in_nav: \|\n( .*\n)+", "", settings, flags=re.M)
    weights = {}
    for pages in (menu.MOST_PAGES + 10, 3 * menu.MOST_PAGES):
        project = tmp_path / str(pages)
        for part in ("data", "macros", "overrides"):
            shutil.copytree(ROOT / part, project / part, ignore=shutil.ignore_patterns("__pycache__"))
        (project / "data/links.yml").write_text("moved:\npromised:\n  ./: []\n", "utf-8")
        names = ["index.md", *(f"page-{number:04}.md" for number in range(1, pages))]
        (project / "docs").mkdir()
        for name in names:
            (project / "docs" / name).write_text(f"---\ndescription: A page.\n---\n\n# {name}\n\nText.\n", "utf-8")
        listed = [{f"Part {start:04}": names[start : start + 10]} for start in range(0, pages, 10)]
        whole = re.sub(r"^nav:\n(?: .*\n)+", f"nav: {json.dumps(listed)}\n", settings, flags=re.M)
        (project / "mkdocs.yml").write_text(whole, "utf-8")
        done = run("mkdocs", "build", "--quiet", cwd=project)
        assert done.returncode == 0, done.stderr
        html = (project / "site/page-0005/index.html").read_text("utf-8")
        assert "page-0004" in html and "page-0006" in html
        assert f"page-{pages - 1:04}" not in html
        weights[pages] = len(html)
    assert len(set(weights.values())) == 1, weights


def test_the_index_has_each_section_without_what_is_left_out():
    html = (
        '<h1 id="heat">Heat <em>&amp; cold</em></h1><p data-search-exclude="true">Not <b>this</b><br>one.</p>'
        '<p>One.</p><svg><path d="M0" /><title>A nerve</title></svg>'
        '<h2 id="risks">Risks</h2><ul><li>Two</li><li>three</li></ul><table><tr><th scope="row">Pain'
        '<span class="meaning">what hurts</span></th><td>often</td></tr></table><h3>No id</h3><p>Four.</p>'
    )
    assert list(search.sections(html)) == [
        ("", "Heat &amp; cold", "One. A nerve"),
        ("risks", "Risks", "Two three Painwhat hurts often No id Four."),
    ]
    first, second = search.entries("heat/", html, ["Is it hot?"], 0.5)
    assert (first["location"], second["location"]) == ("heat/", "heat/#risks")
    assert first["tags"] == second["tags"] == ["Is it hot?", "Pain"]
    assert first["boost"] == 0.5
    assert "boost" not in search.entries("heat/", html, [])[0]


#: Edits one file after the other and builds each time as a preview does; after the last, from nothing too.
_EDITED = """
import json
from pathlib import Path
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

def built(config):
    config.site_url = "http://127.0.0.1:8000/"
    build(config, serve_url=config.site_url)
    return {str(path): path.read_bytes() for path in Path("made").rglob("*") if path.is_file()}

def anew():
    config = load_config(site_dir="made")
    config.plugins.on_startup(command="serve", dirty=False)
    return built(config)

before, refused = anew(), []
for name, old, new in json.loads(Path("edits.json").read_text("utf-8")):
    text = Path(name).read_text("utf-8")
    assert old in text, (name, old)
    Path(name).write_text(text.replace(old, new, 1), "utf-8")
    try:
        now = built(load_config(site_dir="made"))
    except Abort:
        refused.append(name)
fresh = anew()
names = sorted(name for name in {*now, *fresh} if not name.endswith(".gz"))
differing = [[name for name in names if now.get(name) != other.get(name)] for other in (fresh, before)]
print(json.dumps([refused, *differing]))
"""


def test_a_preview_shows_after_edits_what_a_build_from_nothing_shows(project):
    edits = [
        ("docs/risks.md", "Every treatment on a nerve", "Each treatment on a nerve"),
        ("docs/deciding.md", "description: ", "description: Now "),
        ("data/neurolysis.yml", "says: The main risk is harm", "says: The largest risk is harm"),
        ("data/neurolysis.yml", "No clinician has reviewed this guide yet.", "Nobody has reviewed this guide."),
        ("data/neurolysis.yml", "text: Destroying a nerve, or freeing it,", "text: Destroying or freeing a nerve"),
        ("data/neurolysis.yml", "question: Is it safe?", "question: Is it all safe?"),
        ("data/links.yml", "\nmoved:\n", "\nmoved:\n  risks/#old-name: risks/#bruising\n"),
        ("docs/cost.md", "\n# ", "\n[away](away.md)\n\n# "),
        ("docs/risks.md", "Each treatment on a nerve", "All treatments on a nerve"),
        ("docs/cost.md", "[away](away.md)", "[away](risks.md#bruising)"),
        ("macros/extension.py", "Reading grade of this page", "Grade of this page"),
    ]
    (project / "edits.json").write_text(json.dumps(edits), "utf-8")
    (project / "edited.py").write_text(_EDITED, "utf-8")
    done = run("edited", cwd=project, NO_MKDOCS_2_WARNING="1")
    assert done.returncode == 0, done.stderr
    refused, differs, changed = json.loads(done.stdout.splitlines()[-1])
    assert refused == ["docs/cost.md", "docs/risks.md"]  # a broken link is told at each build, not only when it is new
    assert differs == []
    assert {"made/risks/index.html", "made/cost/index.html", "made/words/index.html"} <= set(changed)
