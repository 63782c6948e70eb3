"""docs/documenting-a-deviation.md is followed to the letter, block by block, in a copy of configuration and docs.

The table of all operations is made of some of the recordings: test_corpus and test_face_reads hold the one of all. With
``PROVE=1`` it is made of all here, too.
"""

import asyncio
import os
import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from config.routes import load_routes
from config.typed import KEY
from diffing.conditions import Condition
from diffing.deviations import load_registry
from diffing.registry import Kind
from diffing.rules.book import RULES
from diffing.transforms import TRANSFORMS
from proxy.checking.check import Dialect, FailureLimits, InProcess, check
from proxy.compare.tally import Tally
from proxy.recordings.superseded import NAME
from proxy.reporting.operations_table import operations_table
from tests.functional.faces import CONFIG, PUBLIC, READ, STORE
from tests.functional.pages import ROOT, blocks, follow

PROVE = bool(os.environ.get("PROVE"))
SOME = ("estimationprocedure", "evaluationmeasure", "tasktype", "user", "votes")
PAGE = (ROOT / "docs" / "documenting-a-deviation.md").read_text(encoding="utf-8")


BLOCKS = blocks(PAGE)


@pytest.fixture(name="checkout")
def _checkout(tmp_path: Path, sqlite_url: str) -> Path:
    """What a reader of the page has, in a folder of its own."""
    for name in ("config", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    recordings = tmp_path / "tests" / "recordings" / "read"
    recordings.mkdir(parents=True)
    for file in READ.glob("*.jsonl.gz"):
        if PROVE or file.name.removesuffix(".jsonl.gz") in SOME:
            (recordings / file.name).symlink_to(file)
    (recordings / NAME).symlink_to(READ.parent / NAME)
    if not PROVE:
        (tmp_path / "docs" / "operations.md").write_text(table(recordings, sqlite_url), encoding="utf-8")
    return tmp_path


def table(recordings: Path, database: str) -> str:
    """The table of all operations by some recordings, as the shipped configuration makes it."""

    def counted(dialect: Dialect) -> Tally:
        side = InProcess(database, PUBLIC, STORE, CONFIG / "sample" / "files")
        return asyncio.run(check((recordings,), side, CONFIG, limits=FailureLimits(), dialect=dialect)).tally

    return operations_table(load_routes(CONFIG), load_registry(CONFIG), counted("new"), counted("legacy"))


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
