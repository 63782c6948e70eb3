"""The migration guide is the registry, told."""

from pathlib import Path

import pytest

from config.guide import Section, load_sections
from config.routes import RouteMap, load_routes
from diffing.deviations import load_registry
from diffing.guide import UnknownSection, guide
from tests.diffing.registry import GET, LIST, registry

ROUTES = RouteMap({"thing.get": GET, "thing.list": LIST})
SECTIONS = (Section("things", "Things", "About things."),)


def test_every_entry_is_told(tmp_path: Path) -> None:
    """Title, why, before and after, under the endpoints that it is about."""
    text = guide(registry(tmp_path), ROUTES, SECTIONS)
    assert "### `GET /things/{id}` (was `/api/v1/json/thing/{id}`)" in text
    assert '  - $.id: "1"\n  + $.id: 1\n' in text
    assert text.count("- **t.** w") == 7


def test_an_unknown_section_is_an_error(tmp_path: Path) -> None:
    """No entry is left out of the guide by a typing error."""
    with pytest.raises(UnknownSection, match="thing-envelope"):
        guide(registry(tmp_path), ROUTES, (Section("other", "Other"),))


def test_the_published_guide_is_current() -> None:
    """`parity deviations guide` writes it."""
    config = Path("config")
    current = guide(load_registry(config), load_routes(config), load_sections(config))
    assert Path("docs/migration-guide.md").read_text(encoding="utf-8") == current
