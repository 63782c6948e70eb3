"""Lists with a limit on a sample grown N-fold beside the same on the sample, both on MariaDB.

``python -m tests.benchmarks.growing [N]`` prints the table alone.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Column, Table, cast, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Integer, String

from backend import tables
from backend.database.connections import Database
from backend.database.load import load
from tests.benchmarks.asking import address, answered, raw
from tests.benchmarks.targets import backend
from tests.mariadb import running_server

SAMPLE: Final = Path("config/sample")
FOLD: Final = 200
TARGET: Final = 2.0
MOST_READS: Final = 1.3
INDEXES: Final = (
    "CREATE INDEX by_value ON openml_expdb.evaluation (function_id, value DESC)",
    "CREATE INDEX by_tag ON openml_expdb.dataset_tag (tag, id)",
    "CREATE INDEX by_tag ON openml_expdb.task_tag (tag, id)",
    "CREATE INDEX by_tag ON openml_expdb.run_tag (tag, id)",
    "CREATE INDEX by_tag ON openml_expdb.setup_tag (tag, id)",
    "CREATE INDEX by_tag ON openml_expdb.implementation_tag (tag, id)",
    "ANALYZE TABLE openml_expdb.evaluation, openml_expdb.dataset_tag, openml_expdb.task_tag, openml_expdb.run_tag, "
    "openml_expdb.setup_tag, openml_expdb.implementation_tag",
)
"""What the schema does not have, and lists would gain by."""
# Ids of a copy are so far from those of the one before it: no id of the sample is as large.
_APART: Final = 100_000
_ENTITIES: Final = frozenset(
    table.primary_key.columns.values()[0]
    for table in (
        tables.dataset,
        tables.task,
        tables.run,
        tables.algorithm_setup,
        tables.implementation,
        tables.study,
        tables.input_,
    )
)
# Ids that no foreign key declares.
_UNDECLARED: Final = frozenset({tables.input_data.c.run, tables.input_data.c.data})
PATHS: Final = (
    "/datasets/list?limit=100",
    "/datasets/list?limit=100&tag=under100k",
    "/datasets/list?limit=100&uploader=1",
    "/datasets/list?limit=100&number_instances=100..1000",
    "/datasets/list?limit=100&status=all&offset=20000",
    "/tasks/list?limit=100",
    "/tasks/list?limit=100&task_type_id=2",
    "/tasks/list?limit=100&tag=basic",
    "/tasks/list?limit=100&offset=10000",
    "/flows/list?limit=100",
    "/flows/list?limit=100&tag=weka",
    "/flows/list?limit=100&offset=8000",
    "/setup/list?limit=100",
    "/setup/list?limit=100&flow=16",
    "/setup/list?limit=100&tag=default",
    "/setup/list?limit=100&offset=8000",
    "/run/list?limit=100&task=1",
    "/run/list?limit=100&tag=study_14",
    "/run/list?limit=100&uploader=2",
    "/run/list?limit=100&uploader=2&offset=8000",
    "/run/list?limit=100&study=123",
    "/evaluation/list?limit=100&function=predictive_accuracy",
    "/evaluation/list?limit=100&function=predictive_accuracy&task=1",
    "/evaluation/list?limit=100&function=predictive_accuracy&uploader=2",
    "/evaluation/list?limit=100&function=predictive_accuracy&tag=study_14",
    "/evaluation/list?limit=100&function=predictive_accuracy&sort_order=desc",
    "/evaluation/list?limit=100&function=predictive_accuracy&offset=20000",
    "/evaluation/setup/list?limit=100&function=predictive_accuracy",
    "/studies/list?limit=100",
    "/studies/list?limit=100&offset=2000",
)


async def grow(database: Database, times: int) -> None:
    """Add copies of everything that grows with use: data sets, tasks, flows, setups, runs, studies and what they own.

    Copies refer to copies, of users and measures there is one.
    """
    async with database.write() as connection:
        await connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0, UNIQUE_CHECKS = 0")
        for table in tables.dataset.metadata.sorted_tables:
            if any(_shifts(column) for column in table.columns):
                await _copy(connection, table, times)


def _shifts(column: Column[Any]) -> bool:
    """Whether a column holds ids of what is copied."""
    owned = any(key.column in _ENTITIES or _shifts(key.column) for key in column.foreign_keys)
    return owned or column in _ENTITIES or column in _UNDECLARED


async def _copy(connection: AsyncConnection, table: Table, times: int) -> None:
    columns = list(table.columns)
    # The sample is copied into its double, that into the next: log2 N statements instead of N.
    done = 1
    while done < times:
        step = min(done, times - done)
        further = literal(done * _APART)
        below = [column < step * _APART for column in columns if _shifts(column)][:1]
        copies = select(*(_copied(column, further, done) for column in columns)).where(*below)
        await connection.execute(insert(table).from_select(columns, copies))
        done += step


def _copied(column: Column[Any], further: Any, done: int) -> Any:
    if _shifts(column):
        return column + further
    if column is tables.dataset.c.version:
        # Name and version are unique.
        return cast(cast(column, Integer) + done * 1000, String(64))
    if column is tables.study.c.alias:
        return literal(None)
    if column is tables.task_inputs.c.value:
        return func.if_(
            tables.task_inputs.c.input == "source_data",
            cast(cast(column, Integer) + further, String(64)),
            column,
        )
    return column


@contextmanager
def grown(folder: Path, times: int) -> Iterator[tuple[str, float]]:
    """A server with the sample grown; gives its URL, and how many seconds that took."""
    with running_server(folder) as url:
        asyncio.run(load(SAMPLE, url))
        begun = time.perf_counter()
        if times > 1:
            asyncio.run(_grow(url, times))
        yield url, time.perf_counter() - begun


async def _grow(url: str, times: int) -> None:
    database = Database(url)
    try:
        await grow(database, times)
        async with database.read() as connection:
            for table in tables.dataset.metadata.sorted_tables:
                if any(_shifts(column) for column in table.columns):
                    await connection.exec_driver_sql(f"ANALYZE TABLE {table.fullname}")
    finally:
        await database.dispose()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a list costs. ``seconds``: median of its answer. ``reads``: rows and index entries that the server reads.
    ``rows``: that are listed.
    """

    seconds: float
    reads: int
    rows: int

    @property
    def reads_of_row(self) -> float:
        """Reads for each row that is listed: of 100 where the sample has fewer, more is read with reason."""
        return self.reads / self.rows


@dataclass(frozen=True, slots=True)
class Growth:
    """A list on the sample, on the grown sample, and there with the indexes that the schema does not have."""

    path: str
    sample: Cost
    grown: Cost
    indexed: Cost

    @property
    def ratio(self) -> float:
        """How much longer it takes on the grown sample."""
        return self.grown.seconds / self.sample.seconds

    @property
    def read_ratio(self) -> float:
        """How much more is read there for a row that is listed."""
        return self.grown.reads_of_row / self.sample.reads_of_row

    def row(self) -> str:
        """A row of the table in docs/performance.md."""
        costs = (self.sample, self.grown, self.indexed)
        cells = [f"{cost.seconds * 1000:.1f}" for cost in costs] + [
            f"{cost.reads_of_row:,.1f}" for cost in costs
        ]
        over = " (over)" if self.read_ratio > MOST_READS else ""
        return f"| `{self.path}` | {' | '.join(cells)} | {self.ratio:.2f} | {self.read_ratio:.2f}{over} |"


HEAD: Final = """\
| list | sample, ms | grown | with indexes | sample, reads a row | grown | with indexes | ms ratio | reads ratio |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""


def measured(folder: Path, times: int = FOLD, rounds: int = 9) -> tuple[list[Growth], float]:
    """What each list costs, the most grown first, and how many seconds growing took."""
    with ExitStack() as stack:
        (small_url, _), (grown_url, took) = (
            stack.enter_context(grown(folder / str(fold), fold)) for fold in (1, times)
        )
        files = Path("config/sample/files")
        small, large = (
            address(stack.enter_context(backend(url, files))[0]) for url in (small_url, grown_url)
        )
        # Behind a large offset the sample has nothing.
        before = [_cost(small, small_url, re.sub(r"&offset=\d+", "", path), rounds) for path in PATHS]
        after = [_cost(large, grown_url, path, rounds) for path in PATHS]
        asyncio.run(_execute(grown_url, INDEXES))
        indexed = [_cost(large, grown_url, path, rounds) for path in PATHS]
        found = map(Growth, PATHS, before, after, indexed)
        return sorted(found, key=lambda one: -one.ratio), took


def run(times: int = FOLD, rounds: int = 9) -> None:
    """Measure, and print the table of docs/performance.md."""
    with tempfile.TemporaryDirectory() as name:
        found, took = measured(Path(name), times, rounds)
    print(
        f"\nLists with a limit of 100 on the sample grown {times}-fold, in {took:.0f} s, beside the sample\n"
    )
    print("\n".join((HEAD, *(one.row() for one in found))))


async def _execute(url: str, statements: Iterable[str]) -> None:
    database = Database(url)
    try:
        async with database.write() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)
    finally:
        await database.dispose()


async def _reads(url: str) -> int:
    """Rows and index entries that a server has read since it started."""
    database = Database(url)
    try:
        async with database.read() as connection:
            found = await connection.exec_driver_sql("SHOW GLOBAL STATUS LIKE 'Handler_read%%'")
            return sum(int(value) for value in found.scalars(1))
    finally:
        await database.dispose()


def _cost(side: tuple[str, int], url: str, path: str, rounds: int) -> Cost:
    took = _median(side, path, rounds)
    before = asyncio.run(_reads(url))
    own = asyncio.run(_reads(url)) - before  # reading the numbers is counted, too
    before = asyncio.run(_reads(url))
    answer = answered(side, raw(path))
    reads = asyncio.run(_reads(url)) - before - own
    return Cost(took, max(1, reads), _rows(orjson.loads(answer.partition(b"\r\n\r\n")[2])))


def _rows(document: Any) -> int:
    """How many rows an answer lists."""
    while isinstance(document, dict):
        document = next(iter(document.values()))
    return len(document)


def _median(side: tuple[str, int], path: str, rounds: int) -> float:
    taken = []
    for number in range(rounds + 1):
        begun = time.perf_counter()
        answer = answered(side, raw(path))
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path}: {answer[:300]!r}")
        if number:
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    run(*(int(word) for word in sys.argv[1:]))
