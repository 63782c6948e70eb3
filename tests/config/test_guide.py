"""The texts of the migration guide."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.guide import load_guide
from config.location import ROUTES

TEXTS = 'text = ""\nendpoints = ""\nerrors = ""\n'


def test_the_order_is_the_owners() -> None:
    """Sections, and the endpoints in them; the owner's guide says nothing about the others."""
    sections = load_guide(Path("config")).section
    assert [section.name for section in sections][:6] == [
        "datasets",
        "setups",
        "studies",
        "flows",
        "estimationprocedures",
        "evaluationmeasures",
    ]
    assert sections[0].first == ("dataset.get", "dataset.list", "dataset.tag")


def test_every_file_of_the_route_map_is_in_one_section() -> None:
    """No endpoint is left out, none is told twice."""
    config = Path("config")
    told = [entity for section in load_guide(config).section for entity in section.entities]
    assert sorted(told) == sorted(file.stem for file in (config / ROUTES).glob("*.toml"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (TEXTS + '[[topic]]\ntitle = "T"\n[[section]]\nname = "x"\n', "title"),
        (TEXTS + "topic = []\nsection = []\n", "topic"),
        ("topic = []\nsection = []\n", "text"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, text: str, problem: str) -> None:
    """File and key are named."""
    (tmp_path / "guide.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"guide\.toml.*{problem}"):
        load_guide(tmp_path)
