"""The tables of the diff log work on every database."""

import pytest
from sqlalchemy import String
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.schema import CreateTable

from proxy.log.tables import decisions, judged, lease, metadata, rechecks, states


@pytest.mark.parametrize("dialect", [sqlite.dialect(), mysql.dialect()], ids=["sqlite", "mysql"])
def test_every_table_can_be_created(dialect: object) -> None:
    """Types have a form in each dialect."""
    for table in metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))  # type: ignore[arg-type]  # both are dialects


def test_keys_fit_into_an_index() -> None:
    """InnoDB takes 3072 bytes, four for each character."""
    for table in metadata.sorted_tables:
        lengths = [column.type.length or 0 for column in table.primary_key if isinstance(column.type, String)]
        assert sum(lengths) * 4 < 3072


def test_every_row_belongs_to_a_run() -> None:
    """So replicas do not meet; but for gate, states of clusters and captures of a fleet, on which all must agree."""
    shared = {table.name for table in metadata.sorted_tables if table.primary_key.columns.keys()[0] != "run"}
    assert shared == {decisions.name, lease.name, states.name, rechecks.name, judged.name}
