"""The door of MkDocs: every check runs within the build, and what stands beside the pages is written with them.

All that is wrong in data, pages, menu and addresses is gathered while the pages are read, and told at once before
anything is written. A strict build ends there; a preview goes on, and shows it on the pages.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterable
from functools import partial
from html import unescape
from pathlib import Path

from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, InclusionLevel

from macros.checks import built, links, pages, site
from macros.guide import links as promised
from macros.guide import load, paths, schema, version
from macros.guide import pages as typed
from macros.guide.problem import DataError
from macros.guide.review import review_line
from macros.publish import data, feeds, metadata, policy, qr, redirects, releases
from macros.views import MACROS, clinics
from macros.views.render import escape

#: Where a page's policy goes, once its scripts are known; overrides/main.html writes it.
_POLICY = "POLICY-OF-THIS-PAGE"
_TAGS = re.compile(r"<[^>]*>")
_MENU_OR_SEARCH = re.compile(r'(type="checkbox" id="__(?:drawer|search)") autocomplete="off"')
#: Whoever searches wants the page that explains, not one that collects.
_SEARCH = {"collection": {"boost": 0.4}, "gallery": {"exclude": True}}


class _Warnings(logging.Filter):
    """Makes problems of warnings, so that all is told once, in one form."""

    def begin(self) -> None:
        """Begins a build: until its problems are told, each warning is kept for them."""
        self.messages: list[str] = []
        self.told = False

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno != logging.WARNING:
            return True
        if not self.told:
            self.messages.append(record.getMessage())
        return record.getMessage() not in self.messages  # what comes later is printed, unless it has been told


class _Build:
    """What one build knows: the pages as typed, what came of them, and what is wrong."""

    def __init__(self, config):
        self.problems = []
        self.texts = typed.read_pages()
        self.settings = Path(config.config_file_path).read_text("utf-8")
        drawn = Path(config.docs_dir, site.DRAWINGS).glob("*.svg")
        self.drawings = {f"docs/{site.DRAWINGS}{path.name}": path.read_text("utf-8", "replace") for path in drawn}
        self.built: dict[str, built.Built] = {}
        self.kinds: dict[str, str | None] = {}
        self.guide = self._tried(load.current)
        self.contract = self._tried(promised.current)
        self.problems += releases.problems()
        self.problems += site.nav_problems(config.nav, self.settings)

    def _tried(self, read):
        try:
            return read()
        except DataError as error:
            self.problems += error.problems
            return None

    @property
    def offered(self) -> dict[str, dict[str, str]]:
        """What each page offers by its address. The gallery is for editors, and promises nothing."""
        shown = {path: page for path, page in self.built.items() if self.kinds[path] != "gallery"}
        return {typed.address_of(path): page.anchors for path, page in shown.items()}

    def look_between_files(self) -> None:
        """Adds what can only be seen once all pages are there."""
        if self.guide and self.contract:
            document = load.lines()
            uses: dict[str, list[str]] = {}
            for path in [path for path in self.built if not path.startswith("sources/")]:
                for claim_id in self.built[path].cites:
                    uses.setdefault(claim_id, []).append(path)
            self.problems += site.claim_problems(self.guide, uses, document)
            self.problems += site.gap_problems(self.guide, self.texts, document)
            self.problems += site.source_problems(self.guide, self.texts, document)
            self.problems += links.problems(self.contract, self.offered)

    def warned(self, messages: Iterable[str]) -> None:
        anchors = {path: set(page.ids) for path, page in self.built.items()}
        if not self.guide and self.contract:  # the rows that are missing now were promised
            for path, ids in anchors.items():
                ids.update(self.contract.promised.get(typed.address_of(path), ()))
        for message in messages:
            self.problems += site.warned(message, self.texts, self.settings, anchors)


_warnings = _Warnings()
_build: _Build


@event_priority(100)  # before other plugins look at the menu
def on_config(config):
    """Reads all that a build needs, and gives templates the review state and the version."""
    global _build  # noqa: PLW0603 (MkDocs hands nothing from one event to the next)
    _warnings.begin()
    for handler in logging.getLogger("mkdocs").handlers:
        handler.addFilter(_warnings)
    _build = _Build(config)
    config.nav = _as_text(config.nav)
    config.extra["problems"] = []
    if _build.guide:
        schema.write(_build.guide)
        config.extra["review"] = review_line(_build.guide, version.today())
        config.extra["edition"] = str(version.now(releases.newest()))
    return config


def _as_text(nav):
    """The menu with each name as text, so that a build goes on where a name is wrong."""
    if isinstance(nav, list):
        return [_as_text(item) for item in nav]
    return {str(name): _as_text(inner) for name, inner in nav.items()} if isinstance(nav, dict) else nav


def on_files(files, config):
    """Looks at the files, and adds the small pages that other sites show."""
    docs = Path(config.docs_dir)
    names = [path.relative_to(docs).as_posix() for path in paths.files(docs)]
    _build.problems += site.file_problems(names, [name for name in names if (docs / name).is_symlink()])
    if _build.guide and _build.contract:
        for path, text in _embeds().items():
            files.append(File.generated(config, path, content=text, inclusion=InclusionLevel.NOT_IN_NAV))
    return files


def _embeds() -> dict[str, str]:
    """The pages of embeds by their paths: each a call, or the way on from an old name."""
    head = "---\ntemplate: embed.html\nsearch: {exclude: true}\nembed: %s\n---\n\n# %s\n\n"
    found = {
        f"{clinics.EMBEDS}{each.name}.md": head % (f'"{each.page}"', escape(each.title)) + f"{{{{ {each.call} }}}}\n"
        for each in clinics.listed(_build.guide)
    }
    for old, new in _build.contract.led_on:
        match = re.fullmatch(r"(?:(risk)s/#|methods/)([\w-]+)/?", old)
        path = match and f"{clinics.EMBEDS}{match[1] or 'risks'}-{match[2]}.md"
        if path and path not in found:
            name, page = promised.name(new), new.removeprefix("./")
            told = f'This has another place in the guide now. Nearest to it is: <a href="../../{page}">{name}</a>.'
            found[path] = head % (f'"{page}"', promised.name(old)) + told + "\n"
    return found


def on_page_read_source(page, config):
    """A page's text as the checks read it, so that a file that is no text is told as a mistake like any other."""
    return _build.texts.get(page.file.src_uri)


@event_priority(100)  # before mkdocs-macros answers the calls
def on_page_markdown(markdown, page, config, files):
    """Looks at a page as it is typed. What Jinja must not read, it does not get to see."""
    path = page.file.src_uri
    if path not in _build.texts:
        return markdown
    text, file, known = _build.texts[path], f"docs/{path}", _macros(config)
    head, _ = pages.front_matter(text, file)
    _build.kinds[path] = head.kind if head else ""
    if _build.kinds[path]:
        page.meta["search"] = _SEARCH[_build.kinds[path]]
    _build.problems += pages.problems(text, file, _build.guide, known, {Path(name).name for name in _build.drawings})
    if "\ufffd" in text or any(pages.call_problems(text, file, known)):
        return f"# {typed.title(text) or 'A page with a mistake'}\n\nThis page shows once its mistakes are mended.\n"
    return markdown


def _macros(config):
    """The guide's macros as pages call them; the plugin brings some of its own."""
    return {name: macro for name, macro in config.plugins["macros"].macros.items() if name in MACROS}


def on_page_content(html, page, config, files):
    """Looks at what came of a page, and puts its old anchors where they lead now."""
    path = page.file.src_uri
    if path in _build.texts:
        _build.built[path] = built.Built(html)
        text = _build.texts[path]
        if _build.guide or not typed.CALL.search(text):  # without the data, no macro answers, and much is missing
            kind, drawings = _build.kinds[path], _build.drawings
            _build.problems += built.problems(_build.built[path], text, f"docs/{path}", kind, drawings)
        if _build.contract:
            html = redirects.with_old_anchors(html, _build.contract, typed.address_of(path))
    elif path.startswith(clinics.EMBEDS):  # a link leads out of the frame
        html = html.replace('<a href="../', '<a target="_blank" rel="noopener" href="../')
    return html


def on_env(env, config, files):
    """Tells all that is wrong. A strict build ends with it; a preview shows it on the pages."""
    for file in files.documentation_pages():
        file.page.validate_anchor_links(files=files, log_level=logging.WARNING)
    _build.look_between_files()
    _build.warned(_warnings.messages)
    _warnings.told = True
    found = site.told(_build.problems)
    for problem in found:
        print(problem.annotation() if os.environ.get("GITHUB_ACTIONS") else problem, file=sys.stderr)
    if found:
        count = f"{len(found)} problem{'s' if len(found) > 1 else ''} found."
        if not _build.guide:
            count += " What pages take from the data can be looked at once the data file is mended."
        if config.strict:
            raise Abort(f"{count} Nothing was published.")
        print(f"{count} The preview shows them.", file=sys.stderr)
    config.extra["problems"] = found
    if os.environ.get("PROMISE") and not found:
        _promise()
    env.globals["structured"] = partial(_structured, config.site_url or "")
    return env


def _promise():
    """Promises the addresses that are new (`make links`), in links.yml."""
    for address in links.unrecorded(_build.contract, _build.offered):
        print(f"New: {address}")
    made = links.extended(promised.LINKS.read_text("utf-8"), _build.contract, _build.offered)
    promised.LINKS.write_text(made, "utf-8")


def _structured(address, page):
    """A page's JSON-LD, for the template."""
    if not _build.guide or page.file.src_uri not in _build.built:
        return ""
    facts = metadata.PageFacts(
        page.file.src_uri,
        unescape(_TAGS.sub("", page.title)),
        page.meta.get("description", ""),
        page.canonical_url or "",
        page.parent.title if page.parent else "",
        _build.built[page.file.src_uri].cites,
    )
    return metadata.script_text(metadata.structured(_build.guide, facts, metadata.site_address(address)))


def on_post_page(output, page, config):
    """Draws the QR code of the page's address, and finishes the page."""
    if config.site_url:
        folder = Path(page.file.abs_dest_path).parent
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "qr.svg").write_bytes(qr.file(page.canonical_url))
    return _finished(output, config)


def on_post_template(output_content, template_name, config):
    """Finishes the page that says that there is no such page."""
    return _finished(output_content, config)


def _finished(html, config):
    """A page with its policy, and without what makes Material's page no valid HTML."""
    # Material marks both boxes of its menu and its search so, and no block of its page holds them.
    html = _MENU_OR_SEARCH.sub(r"\1", html)
    if not config.strict:  # MkDocs still has to put a script into a preview, which loads the page again after an edit
        return html.replace(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">', "", 1)
    return html.replace(_POLICY, policy.policy(html), 1)


def on_post_build(config):
    """Writes what stands beside the pages: data, the feed, frozen versions, pages at old addresses."""
    if not (_build.guide and _build.contract):
        return
    address = metadata.site_address(config.site_url)
    history = releases.steps(_build.guide, _build.texts, _build.contract)
    made = data.files(_build.guide, _build.texts, history[0].version, address, _build.contract)
    made |= feeds.files(history, address, review_line(_build.guide, version.today()))
    made |= redirects.redirects(_build.contract, address)
    made |= releases.files()
    for name, text in made.items():
        path = Path(config.site_dir, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def on_build_error(error):
    """Tells in a line why the site could not be written, such as a full disk."""
    if isinstance(error, OSError):
        raise PluginError(f"The site cannot be written: {error}. The last one stays as it was.") from None
