"""Logs of every version can be read and written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, inspect, select, text

from proxy.log.schema import NEWEST, LogError, migrate, version_of
from proxy.log.tables import coverage, deviations, differences, metadata, runs, states, timings, traffic
from tests.proxy.logs import FIRST

VALUES = {
    "run": "r",
    "hour": FIRST,
    "route": "task.get",
    **dict.fromkeys(("dialect", "side", "verdict", "deviation", "kind", "value", "what"), "x"),
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """An empty database."""
    engine = create_engine(f"sqlite:///{tmp_path}/log.db")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def columns(connection: Connection) -> dict[str, set[str]]:
    """The columns of each table."""
    found = inspect(connection)
    return {name: {column["name"] for column in found.get_columns(name)} for name in found.get_table_names()}


def indices(connection: Connection) -> dict[str | None, list[str | None]]:
    """The columns of each index."""
    found = inspect(connection)
    return {
        index["name"]: index["column_names"]
        for name in found.get_table_names()
        for index in found.get_indexes(name)
    }


def expected_indices() -> dict[str | None, list[str | None]]:
    """Those of a new log."""
    return {
        str(index.name): list(index.columns.keys())
        for table in metadata.sorted_tables
        for index in table.indexes
    }


def test_an_empty_database_gets_the_newest_version(connection: Connection) -> None:
    """All tables at once."""
    assert version_of(connection) is None
    migrate(connection)
    assert version_of(connection) == NEWEST


def test_the_first_logs_are_brought_up_to_date(connection: Connection) -> None:
    """They had four tables, no index and no version; afterwards they are like new ones."""
    for table in (runs, traffic, deviations, differences):
        table.create(connection)
    for table in (traffic, differences):
        for index in table.indexes:
            index.drop(connection)
    connection.execute(text("ALTER TABLE difference DROP COLUMN asked"))
    assert version_of(connection) == 1
    assert migrate(connection) == 1
    assert version_of(connection) == NEWEST
    expected = {table.name: set(table.c.keys()) for table in metadata.sorted_tables}
    assert columns(connection) == expected | {"log_version": {"version"}}
    assert indices(connection) == expected_indices()


def test_indices_of_older_logs_are_made_anew(connection: Connection) -> None:
    """Version 7: they had the same names and fewer columns."""
    migrate(connection)
    connection.execute(text("DROP TABLE moment"))
    connection.execute(text("DROP INDEX difference_cluster"))
    connection.execute(text("CREATE INDEX difference_cluster ON difference (cluster, exchanges, last)"))
    connection.execute(text("DROP INDEX traffic_route"))
    connection.execute(text("UPDATE log_version SET version = 7"))
    connection.commit()
    assert migrate(connection) == 7
    assert indices(connection) == expected_indices()


def test_logs_that_knew_the_new_api_only_keep_their_numbers(connection: Connection) -> None:
    """Version 5: all that was counted then is about the new API."""
    migrate(connection)
    for table in (traffic, deviations, coverage, timings):
        connection.execute(text(f"ALTER TABLE {table.name} RENAME TO newest"))
        bare = Table(
            table.name,
            MetaData(),
            *(Column(c.name, c.type, primary_key=c.primary_key) for c in table.c if c.name != "asked"),
        )
        bare.create(connection)
        connection.execute(text("DROP TABLE newest"))
        connection.execute(bare.insert().values({c.name: VALUES.get(c.name, 7) for c in bare.c}))
    for index in differences.indexes:
        index.drop(connection)
    connection.execute(text("ALTER TABLE run DROP COLUMN faced"))
    connection.execute(text("ALTER TABLE run DROP COLUMN twice"))
    connection.execute(text("ALTER TABLE difference DROP COLUMN asked"))
    connection.execute(text("UPDATE log_version SET version = 5"))
    connection.commit()
    assert migrate(connection) == 5
    connection.commit()
    assert columns(connection) == {
        **{table.name: set(table.c.keys()) for table in metadata.sorted_tables},
        "log_version": {"version"},
    }
    for table in (traffic, deviations, coverage, timings):
        [row] = connection.execute(select(table)).all()
        assert (row.asked, row.exchanges, row.route) == ("new", 7, "task.get")
        assert "asked" in inspect(connection).get_pk_constraint(table.name)["constrained_columns"]


def test_clusters_of_logs_without_states_are_open(connection: Connection) -> None:
    """Version 6: nobody is told of them as of new ones."""
    migrate(connection)
    connection.execute(text("DROP TABLE cluster_state"))
    connection.execute(text("DROP TABLE cluster_recheck"))
    for run in ("r", "s"):
        values = {
            "run": run,
            "cluster": "c",
            "exchanges": 1,
            "first": FIRST,
            "last": FIRST,
            **dict.fromkeys(("signature", "route", "verdict", "example", "asked"), "x"),
        }
        connection.execute(differences.insert().values(values))
    connection.execute(text("UPDATE log_version SET version = 6"))
    connection.commit()
    assert migrate(connection) == 6
    [row] = connection.execute(select(states)).all()
    assert (row.cluster, row.state, row.since, row.told) == ("c", "open", FIRST, 1)


def test_migrating_twice_changes_nothing(connection: Connection) -> None:
    """Replicas may start at any time."""
    migrate(connection)
    before = columns(connection)
    migrate(connection)
    assert columns(connection) == before


def test_a_newer_log_is_left_alone(connection: Connection) -> None:
    """What it means is not known here."""
    migrate(connection)
    connection.execute(text("UPDATE log_version SET version = 99"))
    with pytest.raises(LogError, match="has version 99"):
        migrate(connection)
