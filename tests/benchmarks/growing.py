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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Table, cast, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Integer, String

from backend import tables
from backend.database.connections import Database
from backend.database.load import load
from tests.benchmarks.targets import address, answered, backend, raw
from tests.mariadb import running_server

SAMPLE: Final = Path("config/sample")
FOLD: Final = 200
TARGET: Final = 2.0
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


def run(times: int = FOLD, rounds: int = 9) -> None:
    """Measure, and print a line for each list: the slowest first."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        sides = []
        for fold in (1, times):
            url, took = stack.enter_context(grown(Path(name) / str(fold), fold))
            served, _ = stack.enter_context(backend(url, Path(name)))
            sides.append(address(served))
        print(
            f"\nLists with a limit of 100, the sample grown {times}-fold (in {took:.0f} s), beside the sample: ms"
        )
        small, grown_side = sides
        found = [
            (
                path,
                _median(small, re.sub(r"&offset=\d+", "", path), rounds),
                _median(grown_side, path, rounds),
            )
            for path in PATHS
        ]
        # Behind a large offset the sample has nothing.
        found.sort(key=lambda row: row[1] / row[2])
        for path, before, after in found:
            ratio = after / before
            verdict = "" if ratio <= TARGET else f"  over {TARGET:g}"
            print(f"  {after * 1000:8.1f} {before * 1000:7.1f} {ratio:6.2f}  {path}{verdict}")


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
