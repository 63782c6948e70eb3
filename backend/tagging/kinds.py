"""The five kinds of entities that have tags: one implementation serves them all (legacy notes, data 10.17)."""

from dataclasses import dataclass

from sqlalchemy import Column, Table

from backend import tables
from backend.problems import ProblemCase
from backend.search.index import Kind as IndexKind


@dataclass(frozen=True, slots=True)
class TaggedKind:
    """What is different about the tags of one kind of entity.

    Args:
        label: PHP's word: of the field (``data_id``), the envelope (``data_tag``) and in messages.
        tags: Their tags: columns id, tag, uploader, date.
        unknown: There is no such entity.
        indexed: What the search index calls them; None when they are not in it.
    """

    label: str
    entity: Table
    id: Column[int]
    tags: Table
    unknown: ProblemCase
    indexed: IndexKind | None

    @property
    def field(self) -> str:
        """The name of the field with the id."""
        return f"{self.label}_id"


DATA = TaggedKind(
    "data",
    tables.dataset,
    tables.dataset.c.did,
    tables.dataset_tag,
    ProblemCase("dataset-not-found", "472"),
    "data",
)
TASK = TaggedKind(
    "task",
    tables.task,
    tables.task.c.task_id,
    tables.task_tag,
    ProblemCase("task-not-found", "472"),
    "task",
)
FLOW = TaggedKind(
    "flow",
    tables.implementation,
    tables.implementation.c.id,
    tables.implementation_tag,
    ProblemCase("flow-not-found", "472"),
    "flow",
)
RUN = TaggedKind(
    "run", tables.run, tables.run.c.rid, tables.run_tag, ProblemCase("run-not-found", "472"), "run"
)
SETUP = TaggedKind(
    "setup",
    tables.algorithm_setup,
    tables.algorithm_setup.c.sid,
    tables.setup_tag,
    ProblemCase("setup-not-found", "472"),
    None,
)
