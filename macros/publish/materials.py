"""The bill of materials: what makes the pages and the data, as CycloneDX 1.6 in JSON, from requirements.txt.

What makes the leaflets and the zip is not on it: packages of requirements-test.txt, and the browser of the
machine. The bill itself says that it is not all. It has no random number and no time of day, so that two
builds of one commit write the same.
https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator

from ..metadata import NAME
from ..problem import DataError, Problem
from ..version import Version

#: Where it stands, below the site's root.
FILE = "sbom.cdx.json"

_REQUIREMENT = re.compile(r"([\w.-]+)==([\w.+!-]+)(?: ; (.+?))?((?: --hash=sha256:[0-9a-f]{64})+)")


def bill(requirements: str, version: Version, commit: str, site: str) -> str:
    """The bill as JSON.

    `requirements` is the text of requirements.txt, `commit` the id of the commit that is built and
    `site` the site's URL; both are "" where they are not known. Raises DataError for a requirement
    without a version or a hash.
    """
    guide = {"type": "application", "bom-ref": "guide", "name": NAME, "version": version.hash}
    if site:
        guide["externalReferences"] = [{"type": "website", "url": site}]
    if commit:
        guide["properties"] = [{"name": "commit", "value": commit}]
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
    name = json.dumps(document, sort_keys=True)
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, name).urn
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


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
