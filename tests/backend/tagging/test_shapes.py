"""Answers of tagging."""

from __future__ import annotations

from typing import Any

import pytest

from backend.tagging.kinds import DATA, FLOW, TaggedKind
from backend.tagging.shapes import answer


@pytest.mark.parametrize(
    ("kind", "action", "tags", "document"),
    [
        (DATA, "tag", ["a"], {"data_tag": {"id": "061", "tag": ["a"]}}),
        (DATA, "untag", ["a", "b "], {"data_untag": {"id": "061", "tag": ["a", "b"]}}),
        (DATA, "untag", ["a"], {"data_untag": {"id": "061", "tag": "a"}}),
        (DATA, "untag", [], {"data_untag": {"id": "061"}}),
        (FLOW, "untag", ["a"], {"flow_untag": {"id": "061", "tag": ["a"]}}),
        (FLOW, "untag", [], {"flow_untag": {"id": "061", "tag": []}}),
    ],
)
def test_only_data_untag_keeps_the_three_forms(
    kind: TaggedKind, action: str, tags: list[str], document: dict[str, Any]
) -> None:
    """All others always have a list."""
    assert answer(kind, action, "061", tags) == document
