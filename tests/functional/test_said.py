"""Numbers and words that were false in 0.1.0 are so no more, on the same log and the same recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.said import SAID, Said, holds, prepared, told
from tests.prove.said import row
from tests.proxy.command import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything lies."""
    return tmp_path_factory.mktemp("said")


@pytest.fixture(scope="module")
def names(folder: Path) -> dict[str, str]:
    """What commands call it."""
    return prepared(folder)


@pytest.mark.parametrize("one", SAID, ids=[one.point for one in SAID])
def test_what_is_said_now(one: Said, folder: Path, names: dict[str, str]) -> None:
    """Instead of what was said."""
    text = told(one.asked, folder, names)
    assert holds(one, text), text


@pytest.mark.parametrize("one", SAID, ids=[one.point for one in SAID])
def test_the_table_says_so(one: Said) -> None:
    """That of docs/evidence.md: `python -m tests.prove said` writes it."""
    assert row(one) in (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
