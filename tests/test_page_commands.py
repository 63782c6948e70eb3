"""Commands that pages name are there, with their options; what pages show of files is read as such a file."""

import re
import shlex
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest
import yaml  # type: ignore[import-untyped]  # stubs only for this one file are not worth a package

from config.rollout import load_rollout
from config.routes import load_routes
from tests.functional.public_names import commands
from tests.test_pages import PAGES, ROOT

_KNOWN: Final = frozenset(commands())
_PROGRAMS: Final = ("parity", "openml-backend", "make", "python", "docker")
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$|((?:^    .*\n)+)", re.M | re.S)
_INLINE: Final = re.compile(r"`([^`\n]+)`")
_END: Final = re.compile(r"[|;&()<>]+|\b(?:until|do|if)\b")


def asked(page: Path) -> Iterator[list[str]]:
    """The words of each command in code: in blocks, and in lines of text."""
    text = page.read_text(encoding="utf-8")
    blocks = [found[1] or found[2] for found in _BLOCK.finditer(text)]
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    inline = _INLINE.findall(re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))
    for line in (*lines, *inline):
        for part in _END.split(re.sub(r"#.*|[][…]", " ", line)):
            words = part.replace("'", "").replace('"', "").split()
            if words and words[0] in _PROGRAMS and len(words) > 1:
                yield words


def wrong(words: list[str]) -> str:
    """What is wrong with a command; empty for nothing."""
    program, *rest = words
    match program:
        case "make":
            text = (ROOT / "Makefile").read_text(encoding="utf-8")
            return "" if re.search(rf"^{re.escape(rest[0])}:", text, re.M) else "no such target"
        case "python":
            return "" if rest[0] == "-m" and find_spec(rest[1]) else "no such module"
        case "docker":
            profiles = {
                name
                for one in yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
                for name in one["profiles"]
            }
            named = {rest[place + 1] for place, word in enumerate(rest) if word == "--profile"}
            return "" if named <= profiles else "no such profile"
    command = program
    while rest and rest[0][0] != "-" and f"{command} {rest[0]}" in _KNOWN:
        command = f"{command} {rest.pop(0)}"
    if command == program and rest[0][0] != "-":
        return "no such command"
    options = [word.partition("=")[0] for word in rest if word.startswith("--")]
    unknown = [option for option in options if f"{command} {option}" not in _KNOWN and option != "--version"]
    return " ".join(unknown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_there(page: Path) -> None:
    """Commands, options, targets of make, modules, profiles of compose."""
    assert {shlex.join(words): found for words in asked(page) if (found := wrong(words))} == {}


def test_a_wrong_command_is_found(tmp_path: Path) -> None:
    """In a block that goes over lines, and in a line of text."""
    page = tmp_path / "page.md"
    page.write_text(
        "Run `parity chekc` or `parity report [--rute X]`, not `make nothing`.\n\n"
        "    parity serve --new URL \\\n        --nwe URL &  # --comment\n\n"
        "```sh\nuntil parity watch --now | grep x\ndocker compose --profile none up\npython -m tests.nothing\n```\n"
    )
    found = sorted(filter(None, map(wrong, asked(page))))
    assert found == [
        *("--now", "--nwe", "--rute", "no such command", "no such module"),
        *("no such profile", "no such target"),
    ]


def test_stages_that_a_page_shows_are_read(tmp_path: Path) -> None:
    """Indented blocks of docs/operating.md, as they stand in rollout.toml."""
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^    .*\n)+", text, re.M)
    stages = [textwrap.dedent(block) for block in blocks if "[[stage]]" in block]
    assert len(stages) == 2
    for stage in stages:
        (tmp_path / "rollout.toml").write_text(stage)
        assert load_rollout(tmp_path, load_routes(ROOT / "config")).placements
