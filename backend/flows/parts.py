"""The rows of a flow and of all flows below it, by the flow that they belong to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.database.results import AnyRow
from backend.flows.queries import FlowTree


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows of a tree.

    Args:
        flows: By id.
        components: By the id of the parent.
        parameters: By the id of the flow.
        tags: By the id of the flow, as they are stored.
    """

    flows: Mapping[int, AnyRow]
    components: Mapping[int, Sequence[AnyRow]]
    parameters: Mapping[int, Sequence[AnyRow]]
    tags: Mapping[int, Sequence[str]]

    def below(self, path: tuple[int, ...]) -> Iterable[AnyRow]:
        """The components of the last flow of a path; without those that are on the path.

        A flow inside itself would never end; PHP runs out of memory there (legacy notes, flow 2.2).
        """
        return (component for component in self.components.get(path[-1], ()) if component.child not in path)


def parts_of(tree: FlowTree) -> Parts:
    """Group the rows of a tree. ``tree``: of ``queries.tree``."""
    tags = defaultdict(list)
    for row in tree.tags:
        tags[row.id].append(row.tag)
    return Parts(
        flows={row.id: row for row in tree.flows},
        components=_grouped(tree.components, "parent"),
        parameters=_grouped(tree.parameters, "implementation_id"),
        tags=tags,
    )


def _grouped(rows: Iterable[AnyRow], column: str) -> Mapping[int, list[AnyRow]]:
    groups = defaultdict(list)
    for row in rows:
        groups[getattr(row, column)].append(row)
    return groups
