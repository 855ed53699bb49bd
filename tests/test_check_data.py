"""What the check says about the data file: moved from test_load.py as it was, for whoever rebuilds the check."""

from __future__ import annotations

from macros.check import claim_problems, main, shown_problems

from tests.conftest import run
from tests.test_load import FIXTURES, changed


def test_the_command_fails_and_prints_no_traceback(project):
    (project / "data/neurolysis.yml").write_bytes((FIXTURES / "broken.yml").read_bytes())
    for command in (["macros.check"], ["mkdocs", "build", "--site-dir", str(project / "site")]):
        done = run(*command, cwd=project)
        said = done.stdout + done.stderr
        assert done.returncode != 0
        assert "data/neurolysis.yml:27: risks › infection › says › 1 › claims › 1: there is no claim" in said
        assert "Traceback" not in said


def test_github_shows_the_problems_on_their_lines(project):
    text, line = changed("name: Bruising", "name: no")
    (project / "data/neurolysis.yml").write_text(text, "utf-8")
    done = run("macros.check", cwd=project, GITHUB_ACTIONS="true")
    assert f"::error file=data/neurolysis.yml,line={line}::risks › bruising › name: 'no'" in done.stdout
    assert "%0APut it in quotes" in done.stdout


def test_the_real_project_passes_its_own_check(capsys):
    assert main() == 0
    assert "No problem found" in capsys.readouterr().out


def test_a_claim_that_no_page_cites_and_a_gap_that_none_shows_are_told(small):
    found = [*claim_problems(small, {}, lambda path: 7, "x.yml"), *shown_problems(small, {}, lambda path: 7, "x.yml")]
    assert "no page cites the claim 'one-how'." in [p.what for p in found]
    assert "no page shows the gap 'chance'." in [p.what for p in found]
    uses = {claim: [("a.md", "A")] for source in small.sources.values() for claim in source.claims}
    shown = {"a.md": "{{ gap('chance') }}"}
    assert not [*claim_problems(small, uses, len, "x.yml"), *shown_problems(small, shown, len, "x.yml")]
