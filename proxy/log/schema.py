"""The version of a diff log, and how a log of an older version becomes one of today's."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, inspect, select, update

from config.errors import BadInput
from proxy.log.tables import (
    coverage,
    decisions,
    differences,
    dropped,
    lease,
    metadata,
    runs,
    timings,
    traffic,
    usages,
    witnesses,
)

# A table of its own metadata: unlike all others it belongs to the log, not to a run.
_version: Final = Table(
    "log_version", MetaData(), Column("version", Integer, primary_key=True, autoincrement=False)
)


class LogError(BadInput):
    """The diff log cannot be used; the message says why and what would be right."""


class LogAway(LogError):
    """There is a diff log, but just now nothing comes from it."""


def _evidence(connection: Connection) -> None:
    """Version 2: witnesses, coverage, timings, what was dropped; clusters are found by route and by name."""
    for table in (witnesses, coverage, timings, dropped):
        table.create(connection, checkfirst=True)
    present = {index["name"] for index in inspect(connection).get_indexes(differences.name)}
    for index in differences.indexes:
        if index.name not in present:
            index.create(connection)


def _usage(connection: Connection) -> None:
    """Version 3: what entries of the registry did besides explaining."""
    usages.create(connection, checkfirst=True)


def _gate(connection: Connection) -> None:
    """Version 4: what the automatic gate has decided, and who decides."""
    for table in (decisions, lease):
        table.create(connection, checkfirst=True)


def _alphabet(connection: Connection) -> None:
    """Version 5: on MySQL and MariaDB texts of every alphabet, told apart exactly; before, the server's default."""
    if connection.dialect.name == "mysql":
        for table in metadata.sorted_tables:
            connection.exec_driver_sql(
                f"ALTER TABLE `{table.name}` CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
            )


MIGRATIONS: Final[tuple[Callable[[Connection], None], ...]] = (_evidence, _usage, _gate, _alphabet)
"""The first leads from version 1 to version 2, and so on. Entries are only ever added."""

NEWEST: Final = 1 + len(MIGRATIONS)


def migrate(connection: Connection) -> int:
    """Create the tables of an empty database, or bring those of an older log up to date.

    Args:
        connection: Within a transaction.

    Returns:
        The version that was found; ``NEWEST`` for an empty database.

    Raises:
        LogError: A newer proxy wrote the log.
    """
    found = version_of(connection)
    if found is None:
        metadata.create_all(connection)
        found = NEWEST
        _version.create(connection, checkfirst=True)
        connection.execute(insert(_version).values(version=NEWEST))
        return found
    if found > NEWEST:
        raise LogError(
            f"the diff log has version {found}, this parity knows {NEWEST}: a newer parity wrote it; upgrade this one"
        )
    if found < NEWEST:
        for step in MIGRATIONS[found - 1 :]:
            step(connection)
        if inspect(connection).has_table(_version.name):
            connection.execute(update(_version).values(version=NEWEST))
        else:
            _version.create(connection)
            connection.execute(insert(_version).values(version=NEWEST))
    return found


def version_of(connection: Connection) -> int | None:
    """The version of a log; None when the database holds none."""
    tables = inspect(connection)
    if tables.has_table(_version.name):
        found = connection.execute(select(_version.c.version)).scalar()
        return 1 if found is None else int(found)
    # The first logs said nothing of their version. OpenML's own database has a table named run, too.
    return 1 if tables.has_table(runs.name) and tables.has_table(traffic.name) else None
