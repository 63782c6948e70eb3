"""docs/documenting-a-deviation.md is followed to the letter, block by block, in a copy of configuration and docs."""

import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from config.typed import KEY
from diffing.conditions import Condition
from diffing.deviations import load_registry
from diffing.registry import Kind
from diffing.rules.book import RULES
from diffing.transforms import TRANSFORMS
from tests.functional.pages import ROOT, blocks, follow

PAGE = (ROOT / "docs" / "documenting-a-deviation.md").read_text(encoding="utf-8")


BLOCKS = blocks(PAGE)


@pytest.fixture(name="checkout")
def _checkout(tmp_path: Path) -> Path:
    """What a reader of the page has, in a folder of its own."""
    for name in ("config", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "recordings").symlink_to(ROOT / "tests" / "recordings")
    return tmp_path


def test_the_page_can_be_followed(checkout: Path) -> None:
    """Every block works, and until the last change is made the check is red: each of them is needed."""
    changes = [block for block in BLOCKS if block.language != "sh"]
    [red] = [block for block in BLOCKS if block.text.startswith("! ")]
    assert len(changes) == 2
    for block in BLOCKS:
        if block in changes:
            follow(red, checkout)
        follow(block, checkout)


def test_the_exercise_is_what_is_shipped() -> None:
    """The entry of the page is the entry of the registry, word for word."""
    [entry] = [block.text.partition("\n")[2] for block in BLOCKS if block.language == "toml"]
    shipped = ROOT / "config" / "deviations" / "estimationprocedures.toml"
    assert entry.strip() in shipped.read_text(encoding="utf-8")


def rows(title: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    part = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return {
        name for cell in re.findall(r"^\| (`.*?) \|", part, re.M) for name in re.findall(r"`(\w+)`", cell)
    }


def test_the_tables_name_what_there_is() -> None:
    """Each transform that an entry uses, each other kind, each key of `when`."""
    used = {entry.transform for entry in load_registry(ROOT / "config").deviations if entry.transform}
    assert used <= rows("Transforms") <= TRANSFORMS.keys()
    assert rows("The other kinds") == set(Kind) - {Kind.TRANSFORM}
    assert rows("When") == {str(key.metadata.get(KEY, key.name)) for key in fields(Condition)}


def test_rules_that_the_page_names_are_there() -> None:
    """By their ids, which reports show."""
    ids = {rule.id for rule in RULES}
    assert set(re.findall(r"\brule-[a-z-]*[a-z]\b", PAGE)) <= ids
