"""Pages of docs/ that are followed to the letter, block by block."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent.parent
_FILES = ("toml", "python", "jsonl")


class Block(NamedTuple):
    """A block of code: how its language is called, and its text."""

    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """The blocks of a page, in order."""
    return [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", page, re.M | re.S)]


def follow(block: Block, checkout: Path) -> None:
    """Do what a block says: run it, add it to the file that its first line names, apply it."""
    if block.language == "sh":
        run(["bash", "-e"], block.text, checkout)
    elif block.language == "diff":
        run(["git", "apply", "-p0"], block.text, checkout)
    elif block.language in _FILES:
        name, _, text = block.text.partition("\n")
        file = checkout / name.removeprefix("# ")
        file.parent.mkdir(exist_ok=True)
        with file.open("a", encoding="utf-8") as opened:
            opened.write(text)
    else:
        pytest.fail(f"nobody knows how to follow {block.language}: {block.text}")


def run(command: list[str], text: str, checkout: Path) -> None:
    """Run a command on the code of the checkout, with the text as its input."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(checkout),
        "GIT_CEILING_DIRECTORIES": str(checkout.parent),
    }
    done = subprocess.run(
        command, input=text, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{text}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
