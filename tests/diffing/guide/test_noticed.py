"""What clients of PHP's dialect may notice is told from the entries."""

from pathlib import Path

import pytest

from config.legacy_errors import load_legacy_errors
from config.routes import load_routes
from diffing.deviations import load_registry
from diffing.guide.noticed import BEGIN, END, FACE, noticed, with_noticed
from diffing.registry import Kind

ROOT = Path(__file__).parent.parent.parent.parent
CONFIG = ROOT / "config"


@pytest.fixture(scope="module")
def part() -> str:
    """The part, from the packaged configuration."""
    return noticed(load_registry(CONFIG), load_routes(CONFIG), load_legacy_errors(CONFIG))


def test_the_page_is_current(part: str) -> None:
    """`parity deviations switching` writes it."""
    page = (ROOT / "docs" / "switching-off.md").read_text(encoding="utf-8")
    assert with_noticed(page, part) == page


def test_every_entry_of_the_face_is_told(part: str) -> None:
    """But for refusals on all routes: the face takes the methods that PHP takes. No line lists all paths."""
    entries = [entry for entry in load_registry(CONFIG).deviations if FACE in entry.faces]
    told = [line for line in part.splitlines() if line.startswith("- ")]
    assert len(told) == len([one for one in entries if one.routes != ("*",) or one.kind is not Kind.REFUSAL])
    assert [
        line
        for line in told
        if "PHP pastes the key into its query" in line and line.startswith("- every path:")
    ]


def test_an_error_is_told_as_php_says_it(part: str) -> None:
    """Its status, its code, its text."""
    [line] = [line for line in part.splitlines() if line.startswith("- `/api/v1/…/setup/{setup_id}`")]
    assert "any account deletes any setup" in line
    assert "Now: 412, error 403" in line


def test_nothing_is_said_of_the_new_api(part: str) -> None:
    """Its form is another one."""
    assert "new API" not in part


def test_a_page_without_its_marks_is_left_alone(part: str) -> None:
    """Somebody has removed them."""
    for page in ("", BEGIN, END + "\n"):
        with pytest.raises(ValueError, match="must have the lines"):
            with_noticed(page, part)
