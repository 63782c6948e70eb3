"""The kinds of entities that have tags."""

from __future__ import annotations

import pytest

from backend.tagging.kinds import DATA, FLOW, RUN, SETUP, TASK, TaggedKind


@pytest.mark.parametrize("kind", [DATA, TASK, FLOW, RUN, SETUP])
def test_a_kind_names_its_field_and_its_tags(kind: TaggedKind) -> None:
    """Each tag table has the same columns."""
    assert kind.field == f"{kind.label}_id"
    assert [column.name for column in kind.tags.columns] == ["id", "tag", "uploader", "date"]
    assert kind.id.table is kind.entity
