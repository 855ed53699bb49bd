"""The bill of materials: what makes the pages and the data, as CycloneDX 1.6 in JSON, from requirements.txt.

What makes the leaflets and the zip is not on it: packages of requirements-test.txt. The bill itself says that
it is not all. But it names the browser that printed, and all that the build was told from outside, so that
macros.verify can make the same site anew. It has no random number and no time of day, so that two builds of
one commit write the same.
https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping

from ..metadata import NAME
from ..problem import DataError, Problem
from ..version import Version

#: Where it stands, below the site's root.
FILE = "sbom.cdx.json"

#: What a build is told by variables of its environment, and what each is called in the bill: the kind of an
#: address outside it, or the name of a property.
_ADDRESSES = {"SITE_URL": "website", "REPOSITORY": "vcs"}
_PROPERTIES = {"COMMIT": "commit", "EDIT_URI": "edit", "LEAFLETS": "leaflets", "OFFLINE": "offline"}
TOLD = (*_ADDRESSES, *_PROPERTIES)
#: The property that names the browser, where one printed leaflets.
_BROWSER = "browser"

_REQUIREMENT = re.compile(r"([\w.-]+)==([\w.+!-]+)(?: ; (.+?))?((?: --hash=sha256:[0-9a-f]{64})+)")


def bill(requirements: str, version: Version, told: Mapping[str, str]) -> str:
    """The bill as JSON.

    `requirements` is the text of requirements.txt. `told` has what the build was told, by the names of
    `TOLD`; what is "" or missing is not known. Raises DataError for a requirement without a version or a hash.
    """
    guide = {"type": "application", "bom-ref": "guide", "name": NAME, "version": version.hash}
    if addresses := [{"type": kind, "url": told[name]} for name, kind in _ADDRESSES.items() if told.get(name)]:
        guide["externalReferences"] = addresses
    guide["properties"] = [{"name": kind, "value": told[name]} for name, kind in _PROPERTIES.items() if told.get(name)]
    components = list(_components(requirements))
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"timestamp": f"{version.on.isoformat()}T00:00:00Z", "component": guide},
        "components": components,
        "dependencies": [{"ref": "guide", "dependsOn": [component["bom-ref"] for component in components]}],
        "compositions": [{"aggregate": "incomplete", "dependencies": ["guide"]}],
    }
    return _numbered(document)


def printed(bill: str, browser: str) -> str:
    """A bill that also names the browser that printed the leaflets, with its version."""
    document = json.loads(bill)
    properties = document["metadata"]["component"]["properties"]
    properties[:] = [each for each in properties if each["name"] != _BROWSER] + [{"name": _BROWSER, "value": browser}]
    return _numbered(document)


def _numbered(document: dict) -> str:
    """The bill as JSON, with a number that is its own."""
    document.pop("serialNumber", None)
    name = json.dumps(document, sort_keys=True)
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, name).urn
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def told(bill: bytes) -> tuple[dict[str, str], str]:
    """What a bill says that its build was told, by the names of `TOLD`, and the browser that printed, or "".

    Anybody may have written the bill. Raises ValueError where it is none.
    """
    try:
        component = json.loads(bill)["metadata"]["component"]
        said = {each["type"]: each["url"] for each in component.get("externalReferences", [])}
        said |= {each["name"]: each["value"] for each in component.get("properties", [])}
        found = {name: said[kind] for name, kind in (_ADDRESSES | _PROPERTIES).items() if kind in said}
        return {name: str(value) for name, value in found.items()}, str(said.get(_BROWSER, ""))
    except (AttributeError, KeyError, RecursionError, TypeError) as error:
        raise ValueError("it is no bill of materials of the guide") from error


def _components(requirements: str) -> Iterator[dict]:
    """Each package with the SHA-256 of every file that may be installed for it."""
    number = 1
    for text in re.split(r"(?<!\\)\n", requirements):  # a backslash carries a line on
        line = " ".join(text.replace("\\\n", " ").split())
        if line and not line.startswith("#"):
            found = _REQUIREMENT.fullmatch(line)
            if not found:
                what = f"'{line[:60]}' is no requirement with a version and hashes."
                raise DataError([Problem("requirements.txt", number, what, "Write the file anew: make lock")])
            name, version, marker, hashes = found.groups()
            address = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
            yield {
                "type": "library",
                "bom-ref": address,
                "name": name,
                "version": version,
                "purl": address,
                "hashes": [{"alg": "SHA-256", "content": each} for each in re.findall(r"sha256:(\w+)", hashes)],
                **({"properties": [{"name": "only where", "value": marker}]} if marker else {}),
            }
        number += text.count("\n") + 1
