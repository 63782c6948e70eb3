"""The version of a diff log, and how a log of an older version becomes one of today's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.schema import CreateColumn

from config.errors import BadInput
from proxy.log.tables import (
    coverage,
    decisions,
    deviations,
    differences,
    dropped,
    judged,
    lease,
    metadata,
    moments,
    rechecks,
    runs,
    samples,
    states,
    timings,
    traffic,
    usages,
)

# A table of its own metadata: unlike all others it belongs to the log, not to a run.
_version: Final = Table(
    "log_version", MetaData(), Column("version", Integer, primary_key=True, autoincrement=False)
)


_LOCK: Final = "CONCAT('parity-', MD5(DATABASE()))"
_LOCK_SECONDS: Final = 20


class LogError(BadInput):
    """The diff log cannot be used; the message says why and what would be right."""


class LogAway(LogError):
    """There is a diff log, but just now nothing comes from it."""


def _evidence(connection: Connection) -> None:
    """Version 2: samples, coverage, timings, what was dropped. Its indices are those of version 8 now."""
    for table in (samples, coverage, timings, dropped):
        table.create(connection, checkfirst=True)


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
        # Later steps make the other tables, which have it from the beginning.
        there = set(inspect(connection).get_table_names())
        for table in metadata.sorted_tables:
            if table.name in there:
                connection.exec_driver_sql(
                    f"ALTER TABLE `{table.name}` CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
                )


def _faces(connection: Connection) -> None:
    """Version 6: verdicts about the legacy face of the new side stand apart from those about its new API."""
    if connection.dialect.name == "sqlite":
        # SQLite changes no primary key, and without this each statement would be a transaction of its own.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    for table, names in ((runs, ("faced", "twice")), (differences, ("asked",))):
        for name in names:
            _add(connection, table, name)
    for table in (traffic, deviations, coverage, timings):
        if connection.dialect.name == "sqlite":
            _made_anew(connection, table)
        else:
            _add(connection, table, "asked")


def _states(connection: Connection) -> None:
    """Version 7: states of clusters. Nobody is told of those that are there already."""
    for table in (states, rechecks):
        table.create(connection, checkfirst=True)
    there = differences.c
    known = select(
        there.cluster,
        literal("open"),
        func.min(there.first),
        func.min(there.first),
        *(literal("") for _ in ("reason", "who")),
        null(),
        literal(""),
        literal(1),
    ).where(there.cluster.not_in(select(states.c.cluster)))
    connection.execute(insert(states).from_select(states.c.keys(), known.group_by(there.cluster)))


def _moments(connection: Connection) -> None:
    """Version 8: the last hours by the second and by the minute; indices that hold what the overview needs."""
    moments.create(connection, checkfirst=True)
    _index(connection, differences, traffic)


def _hits(connection: Connection) -> None:
    """Version 9: an index that holds what pages about entries need."""
    _index(connection, deviations)


def _judged(connection: Connection) -> None:
    """Version 10: the captures of a fleet that have been judged, and which process writes a run."""
    judged.create(connection, checkfirst=True)
    _add(connection, runs, "place")


def _index(connection: Connection, *tables: Table) -> None:
    """Make the indices of tables that are not there, and those anew that have other columns."""
    for table in tables:
        there = {
            index["name"]: index["column_names"] for index in inspect(connection).get_indexes(table.name)
        }
        for index in table.indexes:
            if there.get(index.name) != index.columns.keys():
                index.drop(connection, checkfirst=True)
                index.create(connection)


def _add(connection: Connection, table: Table, name: str) -> None:
    """Add a column, to the primary key where it is one of it; in one statement, so that replicas do it once."""
    if name in _columns(connection, table):
        return
    column = CreateColumn(table.c[name]).compile(dialect=connection.dialect)
    statement = f"ALTER TABLE {_quoted(connection, table.name)} ADD COLUMN {column}"
    if table.c[name].primary_key:
        keys = ", ".join(_quoted(connection, key.name) for key in table.primary_key)
        statement += f", DROP PRIMARY KEY, ADD PRIMARY KEY ({keys})"
    connection.exec_driver_sql(statement)


def _made_anew(connection: Connection, table: Table) -> None:
    known = _columns(connection, table)
    if "asked" in known:
        return
    before = f"{table.name}_before"
    connection.exec_driver_sql(f"ALTER TABLE {table.name} RENAME TO {before}")
    table.create(connection)
    names = ", ".join(known)
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {before}")
    connection.exec_driver_sql(f"DROP TABLE {before}")


def _columns(connection: Connection, table: Table) -> list[str]:
    return [column["name"] for column in inspect(connection).get_columns(table.name)]


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


MIGRATIONS: Final[tuple[Callable[[Connection], None], ...]] = (
    _evidence,
    _usage,
    _gate,
    _alphabet,
    _faces,
    _states,
    _moments,
    _hits,
    _judged,
)
"""The first leads from version 1 to version 2, and so on. Entries are only ever added."""

NEWEST: Final = 1 + len(MIGRATIONS)


def migrate(connection: Connection) -> int:
    """Create the tables of an empty database, or bring those of an older log up to date.

    ``connection``: within a transaction. Returns the version that was found; ``NEWEST`` for an empty database. Raises
    LogError: a newer proxy wrote the log, or another one has brought it up to date for too long.
    """
    with _alone(connection):
        return _migrated(connection)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Only this connection changes tables for the block; on SQLite it is so anyway.

    MariaDB commits at each change of a table, so no transaction keeps replicas that start together apart.
    """
    if connection.dialect.name != "mysql":
        yield
        return
    if not connection.exec_driver_sql(f"SELECT GET_LOCK({_LOCK}, {_LOCK_SECONDS})").scalar():
        raise LogAway("the diff log is being brought up to date by another process")
    try:
        yield
        # Before others may look: what the block wrote must be there.
        connection.exec_driver_sql("COMMIT")
    finally:
        connection.exec_driver_sql(f"SELECT RELEASE_LOCK({_LOCK})")


def _migrated(connection: Connection) -> int:
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
