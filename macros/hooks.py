"""What the guide does at the events of MkDocs.

Nothing here decides what a page says. Under another generator the pages are the same; their
search, their structured data and their pictures for sharing come from here.
"""

from __future__ import annotations

import gc
import re
import sys
from functools import partial
from html import unescape
from pathlib import Path

import mkdocs
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File
from watchdog.observers.polling import PollingObserver

#: The theme's scripts and styles, which the guide's own templates do not use, and a style that stands in its pages.
_UNUSED = ("assets/javascripts/", "assets/stylesheets/", "assets/images/", "LICENSE")
#: The style and the script that stand inside each page.
_INLINED = ("first.css", "first.js")
#: The search engine, as MkDocs brings it.
_ENGINE = Path(mkdocs.__file__).parent / "contrib/search/templates/search/lunr.js"

_TAGS = re.compile(r"<[^>]*>")

_PACKAGE = Path(__file__).parent
_serving = False
#: A preview looks at its files so often, and builds once nothing changed for so long. Seconds; MkDocs has 0.5 and 0.1.
_LOOK, _SETTLE = 0.1, 0.05
#: Python looks for garbage once there are so many objects more. A build makes millions that are no garbage yet: at
#: Python's own 700, a tenth of its time goes into looking.
_GARBAGE = 20_000
_kept = None
_index: list[dict] = []


def _modules():
    """The package's files as they stand, by path: when each was changed."""
    return {path: path.stat().st_mtime_ns for path in _PACKAGE.rglob("*.py")}


_loaded = _modules()


def on_startup(command, dirty):
    """Remembers whether this is a preview, for which no pictures are drawn."""
    global _serving, _kept  # noqa: PLW0603 (MkDocs hands this to nobody else)
    gc.set_threshold(_GARBAGE)
    _serving = command == "serve"
    if _serving:
        from macros import preview  # noqa: PLC0415 (a build needs none of it)

        _kept = preview.Kept()


def on_serve(server, config, builder):
    """Lets a preview look more often, so that an edit shows at once."""
    server.build_delay = _SETTLE
    already = [config.docs_dir, config.config_file_path]
    for path in already:
        server.unwatch(path)
    server.observer = PollingObserver(timeout=_LOOK)
    for path in already:
        server.watch(path)
    return server


@event_priority(100)  # before mkdocs-macros imports the package
def on_config(config):
    """Forgets the package after an edit to it, so that the edit shows in a preview.

    Otherwise it is kept, and with it the data that it has read: that is the slowest part of a small build.
    """
    global _loaded  # noqa: PLW0603 (MkDocs keeps nothing for a hook between two builds)
    if _loaded != (now := _modules()):
        _loaded = now
        for name in [name for name in sys.modules if name == "macros" or name.startswith("macros.")]:
            del sys.modules[name]
    return config


def on_pre_build(config):
    """Begins the search index anew."""
    _index.clear()


def on_files(files, config):
    """Leaves out the theme's files that no page loads, and adds the search engine."""
    unused = (*_UNUSED, "assets/embed.css", *(f"assets/{name}" for name in _INLINED))
    for file in [file for file in files if file.src_uri.startswith(unused) and file.src_dir != config.docs_dir]:
        files.remove(file)
    files.append(File.generated(config, "assets/lunr.js", abs_src_path=str(_ENGINE)))
    if _kept is not None:
        from macros import extension  # noqa: PLC0415

        shared = extension.taken_by_all(config.mdx_configs["macros.extension"]["repository"])
        changed = Path(config.config_file_path).stat().st_mtime_ns
        _kept.start((shared, {file.src_uri for file in files}, changed))
    return files


def on_page_markdown(markdown, page, config, files):
    """Tells the Markdown extension its page. A preview converts no page again of which nothing changed."""
    settings = config.mdx_configs["macros.extension"]
    settings["page"] = page.file.src_uri
    if _kept is None:
        return markdown
    from macros import extension  # noqa: PLC0415

    of = markdown, dict(page.meta), extension.taken(markdown, page.file.src_uri)
    return "" if _kept.begin(page, of) else markdown


def on_page_content(html, page, config, files):
    """Puts a page into the search index, and takes out what only the index reads."""
    from macros import search  # noqa: PLC0415 (after the package was forgotten)

    if _kept is not None:
        html = _kept.end(page, html, files)
    kind, answers = page.meta.get("kind"), page.meta.get("answers", [])
    # Whoever searches wants the page that explains, not one that collects.
    boost = (0.5 if answers else 0.2) if kind == "collection" else None
    if kind != "gallery":
        _index.extend(search.entries(page.url, html, answers, boost))
    return search.MARKS.sub("", html)


def on_env(env, config, files):
    """Gives the templates what only this generator can give them."""
    from macros import inline, load, menu  # noqa: PLC0415 (after the package was forgotten)

    env.globals["menu"] = menu.listed
    env.globals["preview"] = _serving  # a preview reloads itself by a script of MkDocs's own
    assets = Path(config.theme.custom_dir, "assets")
    texts = ((assets / name).read_text("utf-8") for name in _INLINED)
    later = [file.read_text("utf-8") for file in sorted(assets.glob("*.js")) if file.name not in _INLINED]
    try:
        config.extra["first"] = inline.first(*texts, later)
    except ValueError as error:
        raise PluginError(f"overrides/assets/{_INLINED[0]}: {error}. Mend the style at that place.") from None
    env.globals["structured"] = partial(_structured, load.current(), config.site_url or "")
    return env


def _title(page) -> str:
    """A page's title as plain text; MkDocs hands out HTML."""
    return unescape(_TAGS.sub("", page.title))


def _structured(guide, site, page):
    from macros import metadata  # noqa: PLC0415

    facts = metadata.PageFacts(
        page.file.src_uri,
        _title(page),
        page.meta.get("description", ""),
        page.canonical_url or "",
        page.parent.title if page.parent else "",
        re.findall(r'<li id="fn:.*?sources/[\w-]+/#([\w-]+)"', page.content, re.S),
    )
    return metadata.script_text(metadata.structured(guide, facts, site))


def on_build_error(error):
    """Tells in a line why the site could not be written, such as a full disk."""
    if isinstance(error, OSError):
        raise PluginError(f"The site cannot be written: {error}. The last one stays as it was.") from None


def on_post_page(output, page, config):
    """Cuts the page's style, and draws its QR code and its picture for sharing, which need the site's whole address."""
    from macros import card, inline  # noqa: PLC0415
    from macros.publish import qr  # noqa: PLC0415

    if config.site_url:
        folder = Path(page.file.abs_dest_path).parent
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "qr.svg").write_bytes(qr.file(page.canonical_url))
        if not _serving:
            section = page.parent.title if page.parent else ""
            picture = card.card(_title(page), section, config.extra["review"], config.site_name)
            (folder / "card.png").write_bytes(picture)
    return inline.fitted(output, config.extra["first"])


def on_post_build(config):
    """Writes the search index. In a preview also what `make build` writes beside the pages, so that no link is dead."""
    from macros import search  # noqa: PLC0415

    path = Path(config.site_dir) / "search/search_index.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(search.script(_index), "utf-8")
    if _serving:
        from macros.publish import __main__ as publish  # noqa: PLC0415

        publish.write(Path(config.site_dir), publish.made(config.site_url or ""))
