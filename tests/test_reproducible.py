"""Two builds of the same files on the same day are the same bytes, wherever they are made."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from macros import paper
from tests.conftest import DAY, ROOT, copied, publish

#: All that must not matter, besides the folder's name and depth and the rights of new files.
STRANGE = {"TZ": "EAST-14", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONHASHSEED": "77"}


@pytest.fixture(scope="module")
def other(published, tmp_path_factory) -> Path:
    """The published site, made once more by somebody else. Its zip has the first one's leaflets."""
    base = tmp_path_factory.mktemp("other")
    (base / "a deeper/Ordner für").mkdir(parents=True)
    (base / "home").mkdir()
    project = copied(base / "a deeper/Ordner für/the other")
    publish(project, base / "site", published / "leaflets", umask=0o077, HOME=str(base / "home"), **STRANGE)
    return base / "site"


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_builds_are_the_same(published, other):
    one, two = content(published), content(other)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    kinds = {Path(name).suffix for name in one}
    assert kinds >= {".html", ".css", ".js", ".json", ".csv", ".xml", ".gz", ".svg", ".pdf", ".zip"}


@pytest.mark.parametrize("name", ["heat-a4", "release-letter"])
def test_a_leaflet_made_again_is_the_same(name, published, other, chromium, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DAY["SOURCE_DATE_EPOCH"])
    method, size = name.split("-")
    site, address = paper.site(other), f"methods/{method}/"
    page = paper.for_paper(site.page(address), address, site)
    pdf = paper.finished(paper.printed(chromium, page, address, site, size))
    assert pdf == (published / f"leaflets/{name}.pdf").read_bytes()


def test_the_bill_of_materials_is_the_same_twice(tmp_path):
    program = shutil.which("cyclonedx-py", path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip("cyclonedx-bom is not installed")
    bills = []
    for number, extra in enumerate(({}, {**STRANGE, "HOME": str(tmp_path)})):
        bill = tmp_path / f"{number}.json"
        command = [program, "requirements", str(ROOT / "requirements.txt"), "--output-reproducible", "-o", str(bill)]
        subprocess.run(command, env={"PATH": "/usr/bin:/bin", **extra}, cwd=tmp_path, check=True, capture_output=True)
        bills.append(bill.read_bytes())
    assert bills[0] == bills[1] and b"mkdocs-material" in bills[0]
