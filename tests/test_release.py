"""A release says one version everywhere, and what is in it."""

import re
import tomllib
from pathlib import Path
from typing import Final

from tests.licences import licences

ROOT: Final = Path(__file__).parent.parent
CHANGELOG: Final = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_changelog_is_about_the_version_of_the_project() -> None:
    """What is still being made is called unreleased in both."""
    version, _, making = PROJECT["version"].partition(".dev")
    first, *older = re.findall(r"^## (.+)$", CHANGELOG, re.M)
    assert first == (f"{version} (unreleased)" if making else version)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", name) for name in older)


def test_the_changelog_says_how_to_upgrade() -> None:
    """From the version before."""
    part = CHANGELOG.partition("\n## ")[2].partition("\n## ")[0]
    assert "### Upgrading from 0.1.0" in part


def test_licences_are_told_of_each_component() -> None:
    """By identifier, expression or name; what says none is unknown."""
    bill = {
        "components": [
            {
                "name": "b",
                "version": "2",
                "licenses": [{"license": {"id": "MIT"}}, {"license": {"id": "MIT"}}],
            },
            {"name": "A", "version": "1", "licenses": [{"expression": "Apache-2.0 OR MIT"}]},
            {
                "name": "c",
                "version": "3",
                "licenses": [{"license": {"name": "License :: OSI Approved :: BSD\nCopyright"}}],
            },
            {"name": "d", "version": "4"},
        ]
    }
    assert list(licences(bill)) == ["A 1: Apache-2.0 OR MIT", "b 2: MIT", "c 3: BSD", "d 4: unknown"]
