"""How a table is written down: columns, keys, references and the names of the two databases."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import DDL, Column, Connection, ForeignKeyConstraint, MetaData, Table, event, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement, SchemaItem
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement, TextClause
from sqlalchemy.types import TypeEngine

from backend.tables.columns import Collated

T = TypeVar("T")

USERS = "openml"
"""Logical schema of the user database; backend.database.connections maps it to the real name."""
EXPERIMENTS = "openml_expdb"
"""Logical schema of the experiment database; backend.database.connections maps it to the real name."""

CASCADE = "CASCADE"
NOW = text("CURRENT_TIMESTAMP")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class NowOnUpdate(ColumnElement[Any]):
    """A default that MySQL applies on every update of the row too."""

    inherit_cache = True


@compiles(NowOnUpdate)
def _now(_element: NowOnUpdate, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CURRENT_TIMESTAMP"


@compiles(NowOnUpdate, "mysql", "mariadb")
def _now_on_update(_element: NowOnUpdate, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"


NOW_ON_UPDATE = NowOnUpdate()

Default = str | TextClause | ColumnElement[Any] | None


def key(name: str, kind: TypeEngine[T], *, default: Default = None) -> Column[T]:
    """A column of the primary key; an integer that is the whole key numbers its rows."""
    return Column(name, kind, primary_key=True, server_default=default)


def required(name: str, kind: TypeEngine[T], *, default: Default = None, onupdate: Any = None) -> Column[T]:
    """A NOT NULL column. ``default``: what the server puts where an insert names no value. ``onupdate``: what an
    update that names no value puts there (SQLite has no ON UPDATE of its own).
    """
    return Column(name, kind, nullable=False, server_default=default, onupdate=onupdate)


def optional(name: str, kind: TypeEngine[T], *, default: Default = None) -> Column[T]:
    """A column that may be NULL; arguments as in `required`."""
    return Column(name, kind, nullable=True, server_default=default)


def references(
    columns: str | tuple[str, ...],
    schema: str,
    table: str,
    targets: str | tuple[str, ...],
    *,
    delete: str | None = None,
    update: str | None = None,
) -> ForeignKeyConstraint:
    """A foreign key; on SQLite it exists only within one of the two databases.

    Args:
        columns: the referring columns.
        schema: logical schema of the referred table.
        table: the referred table.
        targets: its columns.
        delete: action on delete; none means restrict.
        update: action on update; none means restrict.
    """
    own = (columns,) if isinstance(columns, str) else columns
    theirs = (targets,) if isinstance(targets, str) else targets
    return ForeignKeyConstraint(
        own, [f"{schema}.{table}.{column}" for column in theirs], ondelete=delete, onupdate=update
    )


def table(
    schema: str,
    name: str,
    *items: SchemaItem,
    collation: Collated,
    mysql_key: tuple[str, ...] | None = None,
) -> Table:
    """One table of the legacy schema.

    Args:
        schema: logical schema, USERS or EXPERIMENTS.
        items: columns, keys and references, in the schema's order.
        collation: of the table, for columns added later.
        mysql_key: the primary key that MySQL has where its AUTO_INCREMENT column is only unique. SQLite numbers rows
            only in an integer primary key, so there the two keys change places.
    """
    options: dict[str, Any] = {
        f"{server}_{option}": value
        for server in ("mysql", "mariadb")
        for option, value in (
            ("engine", "InnoDB"),
            ("default_charset", collation.charset),
            ("collate", collation.collation),
        )
    }
    made: Table = Table(name, metadata, *items, schema=schema, **options)
    number = made.autoincrement_column
    # MySQL never gives the id of a deleted row again; without this SQLite would.
    made.dialect_options["sqlite"]["autoincrement"] = number is not None
    if number is not None and mysql_key is not None:
        event.listen(made, "after_create", _swap_keys(name, number.name, mysql_key))
    return made


def _swap_keys(name: str, number: str, key_columns: tuple[str, ...]) -> ExecutableDDLElement:
    swap = DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy leaves this constructor untyped
        f"ALTER TABLE %(fullname)s DROP PRIMARY KEY, DROP INDEX uq_{name}_{'_'.join(key_columns)}, "
        f"ADD PRIMARY KEY ({', '.join(key_columns)}), ADD UNIQUE ({number})"
    )
    return swap.execute_if(callable_=_is_server)


def _is_server(ddl: Any, target: Any, bind: Connection | None, *_: Any, **__: Any) -> bool:  # noqa: ARG001  # SQLAlchemy passes them
    return bind is not None and bind.dialect.name in ("mysql", "mariadb")
