"""What a contributor gets: the gallery, the schema for editors, a preview that shows what is wrong."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from lxml.html import fromstring

from macros.guide import load, paths, schema
from macros.views import MACROS
from tests.conftest import ROOT, build, edit, run


def test_the_gallery_shows_every_macro_with_a_call_and_a_page_that_has_it(site):
    (article,) = fromstring((site / "contributing/index.html").read_text("utf-8")).xpath("//article")
    headings = article.xpath(".//h2[starts-with(@id, 'macro-')]")
    assert {h.get("id").removeprefix("macro-").replace("-", "_") for h in headings} == set(MACROS) - {"gallery"}
    for heading in headings:
        name = heading.get("id").removeprefix("macro-").replace("-", "_")
        if name == "risk":
            continue  # only embeds call it
        (code,) = heading.xpath("(following-sibling::div|following-sibling::pre)[1]//code")
        call = code.text_content().strip()
        assert call.startswith("{{ " + name + "(") and call.endswith("}}")
        (address,) = heading.xpath("(following-sibling::p[a[starts-with(@href, '../')]])[1]/a/@href")
        path = address.removeprefix("../").rstrip("/") or "index"
        files = [paths.DOCS / f"{path}.md", paths.DOCS / path / "index.md"]
        assert call in "".join(file.read_text("utf-8") for file in files if file.exists()), (name, address)


def test_a_risk_copied_from_its_neighbor_is_everywhere(project):
    data = project / "data/neurolysis.yml"
    text = data.read_text("utf-8")
    neighbor = re.search(r"  bruising:\n(?:    .*\n)+", text)[0]
    claim = re.search(r"      painx-risk-bruising:\n(?:        .*\n)+", text)[0]
    copied = neighbor.replace("bruising", "swelling").replace("Bruising", "Swelling").replace("a bruise", "a swelling")
    text = text.replace(neighbor, f"{neighbor}\n{copied}")
    text = text.replace(claim, claim + claim.replace("bruising", "swelling").replace("a bruise", "a swelling"))
    data.write_text(text, "utf-8")
    done = build(project, project / "site")
    assert done.returncode == 0, done.stderr
    for page in ("risks", "methods/chemical"):
        assert '<tr id="swelling"' in (project / "site" / page / "index.html").read_text("utf-8")
    assert '<tr id="swelling"' not in (project / "site/methods/heat/index.html").read_text("utf-8")
    assert "Swelling" in (project / "site/embed/risk-swelling/index.html").read_text("utf-8")
    made = json.loads((project / "data/neurolysis.schema.json").read_text("utf-8"))
    assert "swelling" in made["properties"]["risks"]["propertyNames"]["anyOf"][0]["enum"]
    assert "painx-risk-swelling" in json.dumps(made["$defs"]["Statement"])


def test_the_schema_that_editors_use_is_that_of_the_model_and_knows_every_id():
    kept = json.loads(schema.FILE.read_text("utf-8"))
    assert kept == schema.schema(load.current()), "run: make check"
    assert paths.DATA.read_text("utf-8").splitlines()[0].endswith(f"$schema={schema.FILE.name}")


@pytest.fixture
def preview(project):
    """A preview of the project, as `make serve` starts it, after a change that a test makes; gives its address."""
    started = []

    def start() -> str:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
        command = ["serve", "--no-strict", "--livereload", "--dev-addr", f"127.0.0.1:{port}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen([sys.executable, "-m", "mkdocs", *command], cwd=project, **quiet))
        url = f"http://127.0.0.1:{port}/"
        for _ in range(900):
            try:
                urllib.request.urlopen(url, timeout=5).close()
                return url
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the preview does not answer")

    yield start
    for server in started:
        server.terminate()  # and no Ctrl+C, which a shell in the background tells its children to ignore
        server.wait(timeout=20)


def test_make_serve_starts_this_preview():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^serve:.*\n(?:\t.*\n)*\t\$\(MKDOCS\) serve --no-strict --livereload", makefile, re.M)


def test_a_preview_follows_edits_shows_mistakes_in_the_browser_and_goes_on(project, preview, tab):
    """It may begin with a mistake. While one stands, pages show it; mended, they show what was typed."""
    data, page = project / "data/neurolysis.yml", project / "docs/risks.md"
    good = data.read_text("utf-8")
    data.write_text(good.replace("name: Bruising", "nmae: Bruising"), "utf-8")
    url = preview()

    def shows(text: str) -> None:
        tab.get_by_text(re.compile(re.escape(text))).first.wait_for(timeout=90_000)  # the page reloads itself

    tab.goto(f"{url}risks/")
    shows("there is no field 'nmae' here")
    data.write_text(good.replace("name: Bruising", "name: A blue mark"), "utf-8")
    shows("a blue mark")  # among the names above its group
    assert "nmae" not in tab.content()
    edit(page, "# Risks of neurolysis", "# Risks, edited")
    shows("Risks, edited")
    edit(page, "\n## ", "\n{{ risk_tabel() }}\n\n## ")
    shows("there is no macro 'risk_tabel'")
    assert "Did you mean 'risk_table'?" in tab.content()
    edit(page, "\n{{ risk_tabel() }}\n", "\nMended.\n")
    shows("Mended.")
    assert "risk_tabel" not in tab.content()


def test_nothing_that_a_contributor_writes_in_the_data_runs(project, tab):
    """Markup in the data shows as text in a real browser, on pages and in embeds."""
    bad = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>{{ 7*7 }}"
    edit(project / "data/neurolysis.yml", "    name: Bruising\n", f"    name: '{bad.replace(chr(39), chr(39) * 2)}'\n")
    done = run("mkdocs", "build", "--site-dir", str(project / "site"), cwd=project)
    assert done.returncode == 0, done.stderr
    for page, place in (("risks", "#bruising th"), ("embed/risk-bruising", "h1")):
        html = (project / "site" / page / "index.html").read_text("utf-8")
        assert not fromstring(html).xpath("//img[@src='x']|//*[@onerror]"), page
        tab.goto((project / "site" / page / "index.html").as_uri() + "#bruising")  # which unfolds its row
        tab.wait_for_load_state("load")
        assert tab.title() != "ran"
        assert bad in " ".join(tab.locator(place).first.inner_text().split()), page
