"""The sections of the migration guide."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.guide import load_sections


def test_sections_keep_their_order() -> None:
    """What holds for all endpoints comes first."""
    assert [section.name for section in load_sections(Path("config"))][:2] == ["all", "datasets"]


def test_a_section_without_a_title_is_an_error(tmp_path: Path) -> None:
    """File and table are named."""
    (tmp_path / "guide.toml").write_text('[[section]]\nname = "x"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"guide\.toml: \[\[section\]\]"):
        load_sections(tmp_path)
