"""The search index."""

from pathlib import Path

import pytest

from config.routes import load_routes
from diffing.model import Asked
from diffing.rules.index import expectations

ROUTES = load_routes(Path("config"))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('{"error":{"code":"105","message":"x"}}{"upload":1}', True),
        ("<oml:code>105</oml:code>", True),
        ('{"error":{"code":"1053","message":"x"}}', False),
        ('{"error":{"code":"477","message":"105"}}', False),
    ],
)
def test_two_documents_are_excused_by_the_code_alone(text: str, fits: bool) -> None:
    """What else breaks an answer is another defect."""
    behind = [one for one in expectations(ROUTES["dataset.edit"]) if one.legacy.defects]
    assert [one.when.why_not(Asked(None, "POST"), None, text) is None for one in behind] == [fits]


def test_reads_tell_no_index() -> None:
    """Only writes do."""
    assert list(expectations(ROUTES["dataset.list"])) == []
