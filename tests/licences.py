"""List the licences of a bill of materials (CycloneDX), a component a line. Usage: python -m tests.licences SBOM"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def licences(bill: Mapping[str, Any]) -> Iterator[str]:
    """Name, version and licences of each component, by name."""
    for component in sorted(bill["components"], key=lambda one: str(one["name"]).lower()):
        said = [
            choice.get("expression") or _named(choice["license"]) for choice in component.get("licenses", ())
        ]
        yield f"{component['name']} {component['version']}: {'; '.join(dict.fromkeys(said)) or 'unknown'}"


def _named(licence: Mapping[str, str]) -> str:
    # Where a package brings its whole licence along as its name, the first line says which one it is.
    said = licence.get("id") or licence.get("name", "unknown")
    return said.strip().splitlines()[0].rpartition(" :: ")[2]


if __name__ == "__main__":
    print("\n".join(licences(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
