"""Made-up guides of any size: the real pages and data again and again, each time under ids of their own.

A unit of 16 pages has five treatments, five sources and six others, and all the data that they show. The
first has the pages that list everything (risks, conditions, words), so these grow with the guide.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from macros import load, pages
from macros.read import read

UNIT = 16
_PARTS = ("methods", "risks", "alternatives", "conditions", "disagreements", "gaps", "sources")
_METHODS = ("chemical", "heat", "cold", "release", "removal")
_FIRST = ("index", "risks", "who-it-is-for", "words", "on-the-day", "cost")
_AGAIN = ("what-it-is", "effects", "recovery", "getting-ready", "on-the-day", "cost")
#: Calls that list all of the data. In a copy of a page they would make every page grow with the guide.
_WHOLE = re.compile(
    r"^\{\{ (methods_table|compare_table|questions|names_list)\(.*\n|^\{\{ (risk_table|conditions_table)\(\) .*\n", re.M
)
_CALL = re.compile(r"^\{\{ (?!drawing)\w+\(.*\) \}\}$", re.M)
_CLAIM = re.compile(r"\[\^([^\]]+)\]")
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)[^)]*\)")


def grown_data(data: Mapping, units: int) -> dict:
    """The plain data of the guide, `units` times. The first keeps its ids; words and reviews stand once."""
    whole = {key: dict(value) if key in _PARTS else value for key, value in data.items()}
    for unit in range(1, units):
        for part in _PARTS:
            whole[part] |= {f"u{unit}-{key}": _renamed(entry, f"u{unit}-") for key, entry in data[part].items()}
    return whole


def _renamed(value: object, prefix: str) -> object:
    """An entry whose references to claims and methods, and whose own claims, have the prefix."""
    if isinstance(value, list):
        return [_renamed(one, prefix) for one in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, one in value.items():
        if key in ("claims", "methods", "retired") and isinstance(one, list):
            found[key] = [prefix + each for each in one]
        elif key == "claims" and isinstance(one, dict):
            found[key] = {prefix + claim: _renamed(each, prefix) for claim, each in one.items()}
        else:
            found[key] = _renamed(one, prefix)
    return found


def grown_pages(texts: Mapping[str, str], sources: list[str], count: int) -> dict[str, str]:
    """So many pages by path. Links between pages are gone from their text; those of the macros stay."""
    made = {}
    for path, text in _pages(texts, sources):
        if len(made) == count:
            return made
        made[path] = text
    raise AssertionError("the pages never end")


def _pages(texts: Mapping[str, str], sources: list[str]) -> Iterator[tuple[str, str]]:
    unit = 0
    while True:
        prefix = f"u{unit}-" if unit else ""
        for name in sources:
            yield f"sources/{prefix}{name}.md", _page(texts[f"sources/{name}.md"], prefix)
        for name in _METHODS:
            yield f"methods/{prefix}{name}.md", _page(texts[f"methods/{name}.md"], prefix)
        for name in _AGAIN if unit else _FIRST:
            yield f"{prefix}{name}.md", _page(texts[f"{name}.md"], prefix)
        unit += 1


def _page(text: str, prefix: str) -> str:
    text = _LINK.sub(r"\1", text)
    if not prefix:
        return text
    text = _CLAIM.sub(rf"[^{prefix}\1]", _WHOLE.sub("", text))
    return _CALL.sub(lambda call: re.sub(r'"([^"]+)"', rf'"{prefix}\1"', call[0]), text)


def make(folder: Path, count: int) -> tuple[Path, list[tuple[str, list[str]]]]:
    """Writes a project of so many pages that the guide's own code builds; returns it and its menu's parts."""
    shutil.rmtree(folder, ignore_errors=True)
    data = read(load.DATA.read_bytes(), load.DATA.name).data
    texts = grown_pages(pages.read_pages(load.DOCS), list(data["sources"]), count)
    units = -(-count // UNIT)
    parts = [(f"Part {unit + 1}", list(texts)[unit * UNIT : (unit + 1) * UNIT]) for unit in range(units)]
    for name in ("macros", "overrides"):
        shutil.copytree(load.ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(load.ROOT / "requirements.txt", folder)
    (folder / "data").mkdir()
    whole = yaml.dump(grown_data(data, units), Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=110)
    (folder / "data/neurolysis.yml").write_text(whole, "utf-8")
    (folder / "data/links.yml").write_text("moved:\npromised:\n  ./: []\n", "utf-8")
    for path, text in texts.items():
        target = folder / "docs" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    nav = json.dumps([{name: paths} for name, paths in parts])
    settings = (load.ROOT / "mkdocs.yml").read_text("utf-8")
    settings = re.sub(r"^nav:\n(?:[ \n].*\n|\n)+", f"nav: {nav}\n\n", settings, flags=re.M)
    settings = settings.replace("strict: true", "strict: false")  # a unit that is cut short misses a page
    (folder / "mkdocs.yml").write_text(settings, "utf-8")
    return folder, parts


def make_idle(folder: Path, project: Path, answered: Mapping[str, str]) -> Path:
    """A copy of a project whose calls are answered already and whose macros do nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("site", "__pycache__"))
    for path, text in answered.items():
        head = re.match(r"\A---\n.*?\n---\n", (folder / "docs" / path).read_text("utf-8"), re.S)
        (folder / "docs" / path).write_text((head[0] if head else "") + text, "utf-8")
    (folder / "macros/__init__.py").write_text(
        "def define_env(env):\n    env.conf['extra'].update(review='Not reviewed.', version='Draft')\n", "utf-8"
    )
    return folder
