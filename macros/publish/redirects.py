"""redirects"""
# ---------------------------------------------------------------------------
# Leading on
# ---------------------------------------------------------------------------

#: Leads on from a page that moved, with the anchor, which a refresh drops. It is the same on every such
#: page, so that a policy can allow it by one hash.
LEAD_ON = """
const moved = document.getElementById(location.hash.slice(1));
const link = (moved ?? document.querySelector("h1 + p")).querySelector("a");
location.replace(moved || link.hash ? link.href : link.href + location.hash);
"""
_POLICY = f"default-src 'none'; script-src '{csp_hash(LEAD_ON)}'; base-uri 'none'; form-action 'none'"


def redirects(contract: Contract, site: str = "") -> dict[str, str]:
    """For each page that moved, what to write at its old place, by path below the site's folder.

    `site` is the address of the site, or "" where it is not known. The refresh is for browsers without
    script alone: beside the script, it could overtake it and lose the anchor.
    """
    pages = {}
    old = dict(contract.led_on)
    for page in [address for address in old if "#" not in address]:
        to = _relative(page, old[page])
        parts = {
            _split(address)[1]: target
            for address, target in old.items()
            if _split(address)[0] == page != address and target != f"{old[page]}#{_split(address)[1]}"
        }
        moved = "".join(
            f'<p id="{anchor}">A part of it: {_link(_relative(page, target), target)}.</p>\n'
            for anchor, target in parts.items()
        )
        canonical = html.escape(site + _split(old[page])[0].removeprefix("./") if site else to)
        pages[f"{page}index.html"] = (
            "<!doctype html>\n"
            '<html lang="en-US">\n'
            "<head>\n"
            '<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="referrer" content="no-referrer">\n'
            '<meta name="color-scheme" content="light dark">\n'
            '<meta name="robots" content="noindex">\n'
            "<title>This page has moved</title>\n"
            f'<link rel="canonical" href="{canonical}">\n'
            f'<noscript><meta http-equiv="refresh" content="0; url={html.escape(to)}"></noscript>\n'
            "</head>\n"
            "<body>\n"
            "<main>\n"
            "<h1>This page has moved</h1>\n"
            f"<p>It is here now: {_link(to, old[page])}.</p>\n"
            f"{moved}"
            "</main>\n"
            f"<script>{LEAD_ON}</script>\n"
            "</body>\n"
            "</html>\n"
        )
    return pages


def aliases(contract: Contract, page: str) -> dict[str, list[str]]:
    """The old anchors of a page that lead to another place on it, by the new; "" is the page's title."""
    found: dict[str, list[str]] = {}
    for address, to in contract.led_on:
        if "#" in address and _split(address)[0] == _split(to)[0] == page:
            found.setdefault(_split(to)[1], []).append(_split(address)[1])
    return found


def elsewhere(contract: Contract, page: str) -> dict[str, str]:
    """The old anchors of a page that lead to another page, with the address from here."""
    return {
        _split(address)[1]: _relative(page, to)
        for address, to in contract.led_on
        if "#" in address and _split(address)[0] == page != _split(to)[0]
    }


def _relative(page: str, to: str) -> str:
    """An address as a link on a page."""
    there, anchor = _split(to)
    path = posixpath.relpath(there, page)
    return f"{path}/#{anchor}" if anchor else f"{path}/"


def _link(to: str, address: str) -> str:
    return f'<a href="{html.escape(to)}">{name(address)}</a>'


def name(address: str) -> str:
    """What an address is called where only the address is known: "Wound infection"."""
    page, anchor = _split(address)
    return (anchor or posixpath.basename(page.strip("./")) or "start").replace("-", " ").capitalize()


# ---------------------------------------------------------------------------
# For others
# ---------------------------------------------------------------------------


def published(contract: Contract, site: str) -> str:
    """The contract as JSON, for whoever links to the guide."""
    made = {
        "about": "Addresses that stay, below 'site'. What 'moved' names leads to its new place.",
        "site": site,
        "promised": {page: sorted(anchors) for page, anchors in sorted(contract.promised.items())},
        "moved": dict(contract.led_on),
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def offered_now(docs: Path = load.DOCS, data: Path = load.DATA) -> dict[str, dict[str, str]]:
    """What the pages offer as they stand on disk. The gallery is for editors, and promises nothing."""
    # Here, because the extension needs this module.
    from .calls import Context, bound  # noqa: PLC0415
    from .extension import converted  # noqa: PLC0415
    from .history import steps  # noqa: PLC0415
    from .pagecheck import front_matter  # noqa: PLC0415
    from .pages import answered, body, read_pages, uses  # noqa: PLC0415

    guide, texts = load.current(data), read_pages(docs)
    macros = bound(guide, Context(uses(guide, texts), steps(guide, texts)))
    kinds = {path: front_matter(text, path)[0] for path, text in texts.items()}
    shown = [path for path in texts if not (kinds[path] and kinds[path].kind == "gallery")]
    return offered({path: converted(answered(body(texts[path]), macros), path)[0] for path in shown})


def main() -> int:
    """Promises what is new. Where a promise is broken, it tells that, and writes nothing."""
    try:
        contract, now = current(), offered_now()
        found = sorted(problems(contract, now))
        if found:
            raise DataError(found)
    except (DataError, ValueError) as error:
        print(error)
        return 1
    for address in unrecorded(contract, now):
        print(f"New: {address}")
    text = LINKS.read_text("utf-8")
    made = extended(text, contract, now)
    if made != text:
        LINKS.write_text(made, "utf-8")
    count = sum(map(len, now.values()))
    print(f"{LINKS.relative_to(load.ROOT)} promises {len(now)} pages and the {count} anchors on them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
