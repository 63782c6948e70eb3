"""docs/adding-an-endpoint.md is followed to the letter, block by block, in a copy of the repository."""

import re
import shutil
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from config.routes import load_routes
from tests.functional.pages import ROOT, blocks, follow

PAGE = (ROOT / "docs" / "adding-an-endpoint.md").read_text(encoding="utf-8")
ROUTE = "evaluationengine.get"
NEEDS_ALL_RECORDINGS = "docs/operations.md"
NO_DEVIATION = "config/deviations/evaluationengines.toml"
MADE_BY_THE_CHECK = ("sample*.db*", "files/*")


@pytest.fixture(name="checkout")
def _checkout(tmp_path: Path) -> Path:
    """The repository in a folder of its own, under git."""
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in listed.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    """What git says."""
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, check=True, text=True).stdout


def changed(checkout: Path) -> set[str]:
    """The files that differ from the repository, without what a check leaves behind."""
    names = git(checkout, "ls-files", "-z", "--modified", "--others", "--exclude-standard").split("\0")
    return {name for name in names if name and not any(fnmatchcase(name, left) for left in MADE_BY_THE_CHECK)}


def named() -> set[str]:
    """The files that the table of steps names, as patterns."""
    cells = re.findall(r"^\| \d+ \| (.*?) \|", PAGE, re.M)
    found = set()
    for cell in cells:
        folder = ""
        for name in re.findall(r"`(.*?)`", cell.replace("ENTITY", "evaluationengines")):
            # A mere name lies beside the one before it.
            path = name if "/" in name else f"{folder}/{name}"
            folder = path.rpartition("/")[0]
            found.add(f"{path}*" if path.endswith("/") else path)
    return found


def test_the_page_can_be_followed(checkout: Path) -> None:
    """Every block works, the checks at its end are green, and the table of steps names each file that changes."""
    assert ROUTE not in load_routes(ROOT / "config").routes
    for block in blocks(PAGE):
        follow(block, checkout)
    assert load_routes(checkout / "config")[ROUTE].implemented
    files, patterns = changed(checkout), named()
    assert {file for file in files if not any(fnmatchcase(file, pattern) for pattern in patterns)} == set()
    unused = {pattern for pattern in patterns if not any(fnmatchcase(file, pattern) for file in files)}
    assert unused == {NEEDS_ALL_RECORDINGS, NO_DEVIATION}
