"""What the search index is to be told."""

from __future__ import annotations

import pytest

from backend.search.index import IndexChange, IndexChanges, NoIndex


def test_changes_are_kept_in_order() -> None:
    """A document that is changed and then deleted goes."""
    changes = IndexChanges()
    changes.put("data", 61, tags=["t"])
    changes.delete("data", 61)
    assert changes.changes == [IndexChange("data", 61, {"tags": ["t"]}), IndexChange("data", 61, None)]


@pytest.mark.anyio
async def test_no_index_takes_everything() -> None:
    """And does nothing."""
    index = NoIndex()
    index.submit([IndexChange("run", 1, None)])
    await index.close()
