"""docs/documenting-a-deviation.md is followed to the letter, block by block, in a copy of configuration and docs."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import pytest

from config.typed import KEY
from diffing.conditions import Condition
from diffing.deviations import load_registry
from diffing.registry import Kind
from diffing.rules.book import RULES
from diffing.transforms import TRANSFORMS

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "documenting-a-deviation.md").read_text(encoding="utf-8")


class Block(NamedTuple):
    """A block of code: how its language is called, and its text."""

    language: str
    text: str


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S)]


@pytest.fixture(name="checkout")
def _checkout(tmp_path: Path) -> Path:
    """What a reader of the page has, in a folder of its own."""
    for name in ("config", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "recordings").symlink_to(ROOT / "tests" / "recordings")
    return tmp_path


def follow(block: Block, checkout: Path) -> None:
    """Do what a block says: run it, write it into the file that it names, apply it."""
    match block.language:
        case "sh":
            run(["bash", "-e"], block.text, checkout)
        case "toml":
            name, _, entry = block.text.partition("\n")
            with (checkout / name.removeprefix("# ")).open("a", encoding="utf-8") as file:
                file.write(entry)
        case "diff":
            run(["git", "apply", "-p0"], block.text, checkout)
        case _:
            pytest.fail(f"nobody knows how to follow {block.language}: {block.text}")


def run(command: list[str], text: str, checkout: Path) -> None:
    """Run a command in the checkout, with the text as its input."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "GIT_CEILING_DIRECTORIES": str(checkout.parent)}
    done = subprocess.run(
        command, input=text, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{text}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


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
