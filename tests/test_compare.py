"""What a reviewer is told of a change, what is refused, and where old addresses lead: on real git repositories."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess

import pytest

from macros.guide import links
from macros.guide.links import Contract
from macros.publish.policy import policy
from macros.publish.redirects import redirects, with_old_anchors
from tests.conftest import edit, run

INFECTION = "        says: You can get an infection.\n        frequency: {count: 1, out_of: 1000"


@pytest.fixture
def repository(project):
    """The project's copy as a git repository with one commit."""
    shutil.rmtree(project / "data/releases", ignore_errors=True)
    git(project, "init", "-q")
    commit(project)
    return project


def git(project, *command: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    return subprocess.run(["git", *who, *command], cwd=project, capture_output=True, text=True, check=True).stdout


def commit(project) -> str:
    git(project, "add", "-A")
    git(project, "commit", "-qm", "A change")
    return git(project, "rev-parse", "HEAD").strip()


def lead_on(project, *lines: str) -> None:
    edit(project / "links.yml", "\nmoved:\n", "\nmoved:\n" + "".join(f"  {line}\n" for line in lines))


def told(repository, base: str = "HEAD") -> str:
    done = run("macros.compare", "changes", base, cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(repository, base: str = "HEAD", **environment: str) -> str:
    done = run("macros.compare", "kept", base, cwd=repository, **environment)
    assert (done.returncode, done.stderr) == (1, ""), done.stdout + done.stderr
    return done.stdout


def accepted(repository, base: str = "HEAD") -> None:
    done = run("macros.compare", "kept", base, cwd=repository)
    assert (done.returncode, done.stdout) == (0, "Every promise and every version is kept.\n"), done.stdout


# ---- What a change means ----


#: What somebody changes: the file, what stood there, what stands there now.
EDITS = [
    ("docs/cost.md", "## What can add to the cost { #extras }", "## What can add to the cost { #top }"),
    ("docs/cost.md", "# Cost and insurance { #top }", "# The cost { #extras }"),
    ("data/neurolysis.yml", INFECTION, INFECTION.replace("count: 1", "count: 2")),
    ("data/neurolysis.yml", "    name: Bruising\n", "    name: A *blue* mark\n"),
    ("data/neurolysis.yml", "        says: You can get a bruise.\n", "        says: A bruise can come.\n"),
    (
        "data/neurolysis.yml",
        "      painx-offer:\n",
        "      painx-new: {place: Nowhere, says: It is new.}\n      painx-offer:\n",
    ),
]
#: What a reviewer is told of it, each once, beside the number.
TOLD = [
    "- Pages › The cost: title. **Before:** Cost and insurance **Now:** The cost",
    "**Before:** Bruising **Now:** A \\*blue\\* mark",
    "**Before:** You can get a bruise. **Now:** A bruise can come.",
    "- Sources › PainX India (Nowhere). **Before:** Not in the guide. **Now:** It is new.",
    "- Pages › New. **Before:** Not in the guide. **Now:** A page.",
    "- `risks/#bruising` stood for “Bruising”, and stands for “A \\*blue\\* mark”: is it the same?",
    "- `cost/#extras` stood for “What can add to the cost”, and stands for “The cost”: is it the same?",
    "- `cost/#top` stood for “Cost and insurance”, and stands for “What can add to the cost”: is it the same?",
    "now leads to `cost/` “The cost”: is it the same?",
    "- `every-page/#bleeding` “Bleeding” now leads to `every-page/#infection` “Infection”: is it the same?",
]


def test_what_a_change_means_is_told_numbers_first(repository):
    edit(repository / "docs/cost.md", "## What can add to the cost", "## What can add to the cost { #extras }")
    edit(repository / "docs/cost.md", "\n# Cost and insurance", "\n# Cost and insurance { #top }")
    base = commit(repository)
    assert "Nothing that a reader sees." in told(repository, base)
    for file, old, new in EDITS:
        edit(repository / file, old, new)
    (repository / "docs/new.md").write_text("---\ndescription: x\n---\n\n# New\n\nIt is <new>.\n", "utf-8")
    lead_on(repository, "recovery/: cost/", "every-page/#bleeding: every-page/#infection")
    (repository / "docs/recovery.md").unlink()
    summary = told(repository, base)
    first = next(line for line in summary.splitlines() if line.startswith("- "))
    assert re.fullmatch(
        r"- Risks › Infection: how often, says The Interventional Initiative \(What are the risks\?, the count\)"
        r"(?: \(cited on [^)]*\))?\. \*\*Before:\*\* 1 out of every 1,000 people"
        r" \(chemical injection, heat and cold counted together\)\. \*\*Now:\*\* 2 out of every 1,000 people .*",
        first,
    )
    assert [line for line in TOLD if summary.count(line) != 1] == [] and "Soreness" not in summary, summary
    edit(repository / "data/neurolysis.yml", "aim: destroys", "aim: destroyed")
    done = run("macros.compare", "changes", "HEAD", cwd=repository)
    assert done.returncode == 1 and "have 1 problem" in done.stdout


def test_what_stood_on_main_since_is_no_change_of_this_one(repository):
    git(repository, "branch", "mine")
    edit(repository / "docs/cost.md", "# Cost and insurance", "# The cost")
    main = commit(repository)
    git(repository, "checkout", "-q", "mine")
    assert "Nothing that a reader sees." in told(repository, main)


def test_what_cannot_be_compared_is_told_without_a_traceback(repository):
    for command in (("changes", "nothing-of-that-name"), ("kept", "--output=x")):
        done = run("macros.compare", *command, cwd=repository)
        assert done.returncode == 2 and "cannot be compared" in done.stdout and not done.stderr
    for command in (("kept",), ("else", "HEAD")):
        done = run("macros.compare", *command, cwd=repository)
        assert done.returncode == 2 and "python -m macros.compare changes BASE" in done.stdout
    edit(repository / "data/neurolysis.yml", "\nrisks:\n", "\nharms:\n")
    commit(repository)
    git(repository, "checkout", "-q", "HEAD~1", "--", ".")
    assert "another shape" in told(repository, "HEAD")


# ---- What must be kept ----


def test_a_promise_that_is_taken_back_is_refused_also_where_it_stood_below_data(repository):
    git(repository, "mv", "links.yml", "data/links.yml")
    base = commit(repository)
    git(repository, "mv", "data/links.yml", "links.yml")
    accepted(repository, base)
    edit(repository / "links.yml", "    - bruising\n", "")
    found = refused(repository, base)
    assert re.search(r"^links.yml:1: the promise of '[\w/.-]+#bruising' is gone.\n    Put its line back", found)
    assert refused(repository, base, GITHUB_ACTIONS="1").startswith("::error file=links.yml,line=1::the promise of")


def test_what_was_published_is_promised_even_before_its_line(repository):
    cost, links_file = repository / "docs/cost.md", repository / "links.yml"
    edit(cost, "## What can add", "## A new section\n\nText.\n\n## What can add")
    (repository / "docs/new.md").write_text("---\ndescription: x\n---\n\n# New\n\nText.\n", "utf-8")
    base = commit(repository)
    accepted(repository, base)
    edit(cost, "## A new section", "## Another name")
    (repository / "docs/new.md").unlink()
    found = refused(repository, base)
    assert "links.yml:1: 'cost/#a-new-section' was published, and lands on nothing.\n    Put it back, or add" in found
    assert "'new/' was published" in found and "'new/#new' was published" in found
    lead_on(repository, "cost/#a-new-section: cost/#another-name", "new/: cost/", "new/#new: cost/")
    accepted(repository, base)
    links_file.write_text(git(repository, "show", f"{base}:links.yml"), "utf-8")
    edit(cost, "## Another name", "## Another name { #a-new-section }")
    lead_on(repository, "new/: cost/", "new/#new: cost/")
    accepted(repository, base)


def freeze(project) -> None:
    done = run("macros.release", cwd=project)
    assert done.returncode == 0, done.stderr


def test_a_version_that_is_gone_changed_or_malformed_is_refused(repository):
    freeze(repository)
    accepted(repository)  # what the data make is welcome
    base = commit(repository)
    accepted(repository, base)
    listing = repository / "data/releases/SHA256SUMS"
    (file,) = (repository / "data/releases").glob("*.json")
    edit(file, '"count": 1,', '"count": 2,')
    listing.write_text(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n", "utf-8")
    commit(repository)
    assert f"data/releases/SHA256SUMS:1: the version '{file.name}' is gone, was changed" in refused(repository, base)
    listing.unlink()
    file.unlink()
    assert "data/releases/SHA256SUMS:1: " in refused(repository, base)
    for name, content in {"data/releases/SHA256SUMS": "x\n", "links.yml": "promised: [\n"}.items():  # no traceback
        git(repository, "checkout", base, "--", ".")
        (repository / name).write_text(content, "utf-8")
        assert refused(repository, base).startswith(f"{name}:1: ")
    git(repository, "checkout", base, "--", ".")
    accepted(repository, base)


def test_a_version_that_the_data_do_not_make_is_refused(repository):
    """Its list is right: somebody edited the file, or the guide after it was frozen."""
    freeze(repository)
    base = commit(repository)
    listing, cost = repository / "data/releases/SHA256SUMS", repository / "docs/cost.md"
    edit(cost, "# Cost and insurance", "# The cost")
    freeze(repository)
    accepted(repository, base)
    edit(cost, "# The cost", "# Cost")
    assert "is not what the data and the pages here make" in refused(repository, base)
    edit(cost, "# Cost", "# The cost")
    kept, new = listing.read_text("utf-8").splitlines()
    newest = repository / "data/releases" / new.split("  ")[1]
    edit(newest, '"count": 1,', '"count": 900,')
    listing.write_text(f"{kept}\n{hashlib.sha256(newest.read_bytes()).hexdigest()}  {newest.name}\n", "utf-8")
    found = refused(repository, base)
    assert f"data/releases/SHA256SUMS:2: the version '{newest.name}' is not what the data and the pages here" in found
    assert "Then run `make release`, and change nothing after it." in found


# ---- Where old addresses lead ----

#: A page that moved, one of its sections that got another name there, and what moved on the risks' page.
CONTRACT = b"""\
moved:
  every-page/#risk-of-infection: every-page/#infection
  old-cost/: cost/
  old-cost/#extras: cost/#what-can-add-to-the-cost
  old-cost/#questions: questions/
  risks/#ask-this: risks/#is-it-safe
  risks/#gone: risks/
  risks/#relief: effects/#how-soon
promised:
  old-cost/:
    - extras
    - questions-for-your-insurer
  risks/:
    - ask-this
    - risk-of-infection
"""


@pytest.fixture(scope="module")
def contract() -> Contract:
    return links.parse(CONTRACT, "links.yml")


def test_a_page_that_moved_leads_on_with_its_anchors_and_asks_no_other_host(contract):
    ((path, page),) = redirects(contract, "https://example.org/guide/").items()
    assert path == "old-cost/index.html"
    assert '<link rel="canonical" href="https://example.org/guide/cost/">' in page
    assert 'content="0; url=../cost/"' in page and '<a href="../cost/">Cost</a>' in page
    assert '<p id="extras">A part of it: <a href="../cost/#what-can-add-to-the-cost">' in page
    assert '<p id="questions">A part of it: <a href="../questions/">' in page
    assert '<meta name="robots" content="noindex">' in page and "questions-for-your-insurer" not in page
    assert f'content="{policy(page)}"' in page
    assert page.count("<script") == page.count("<script>") == policy(page).count("'sha256-") == 1
    assert "https://" not in redirects(contract, "")[path]


def test_old_anchors_stand_inside_the_new_things(contract):
    html = (
        '<h1 id="risks">Risks é</h1>\n<h2 id="is-it-safe" title="a &gt; b">Is it safe?</h2>\n<table>'
        '<tr\n id="infection"><th scope="row">Infection</th><td id="x">1</td></tr></table>'
    )
    assert with_old_anchors(html, contract, "risks/") == (
        '<h1 id="risks"><span id="gone"></span>Risks é</h1>\n<h2 id="is-it-safe" title="a &gt; b">'
        '<span id="ask-this"></span>Is it safe?</h2>\n<table><tr\n id="infection"><th scope="row">'
        '<span id="risk-of-infection"></span>Infection</th><td id="x">1</td></tr></table>\n'
        '<p class="moved" id="relief" data-search-exclude>Moved: <a href="../effects/#how-soon">How soon</a></p>'
    )
    assert with_old_anchors(html, contract, "effects/") == html
    again = html + '<p id="gone">'  # what stands there again keeps its place
    assert with_old_anchors(again, contract, "risks/").count('id="gone"') == 1
