"""Rows of a flow's tree by flow."""

from types import SimpleNamespace
from typing import Any

from backend.flows.parts import parts_of
from backend.flows.queries import FlowTree


def test_rows_are_grouped_and_circles_end() -> None:
    """A component that is on the path is left out."""
    rows: Any = [SimpleNamespace(id=1), SimpleNamespace(id=2)]
    components: Any = [SimpleNamespace(parent=1, child=2), SimpleNamespace(parent=2, child=1)]
    parameters: Any = [SimpleNamespace(implementation_id=2, name="p")]
    tags: Any = [SimpleNamespace(id=1, tag="a "), SimpleNamespace(id=1, tag="b")]
    parts = parts_of(FlowTree(rows, components, parameters, tags))
    assert parts.tags[1] == ["a ", "b"]
    assert [row.name for row in parts.parameters[2]] == ["p"]
    assert [row.child for row in parts.below((1,))] == [2]
    assert list(parts.below((1, 2))) == []
