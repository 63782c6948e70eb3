"""Open a diff log to read it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.log.schema import NEWEST, LogAway, LogError, migrate, version_of
from proxy.log.tables import coverage, runs
from proxy.log.writer import open_log


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection to a diff log for the block; a log of an older version is migrated first. ``url``: SQLAlchemy URL
    of the log.

    Raises:
        LogError: There is no diff log.
        LogAway: It cannot be read just now.
    """
    engine = open_log(url)
    shown = engine.url.render_as_string(hide_password=True)
    try:
        if engine.url.get_backend_name() == "sqlite" and not _is_file(engine.url.database):
            raise LogError(f"there is no diff log {shown}; parity serve --log URL writes one")
        async with engine.begin() as connection:
            await connection.run_sync(_up_to_date, shown)
        async with engine.connect() as connection:
            yield connection
    except (SQLAlchemyError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise LogAway(f"the diff log {shown} cannot be read: {cause}") from error
    finally:
        await engine.dispose()


async def find_run(connection: AsyncConnection, name: str) -> str:
    """The run that a name means. ``connection``: the log. ``name``: the beginning of its id, ``latest`` or
    ``previous``. Raises LogError: no run, or more than one, is meant.
    """
    ids = [
        row.run for row in await connection.execute(select(runs.c.run).order_by(runs.c.started, runs.c.run))
    ]
    places = {"latest": -1, "previous": -2}
    if name in places:
        if len(ids) < -places[name]:
            raise LogError(f"there is no {name} run; the log holds {len(ids)}")
        return str(ids[places[name]])
    found = [run for run in ids if run.startswith(name)]
    if len(found) != 1:
        known = ", ".join(run[:8] for run in ids[-5:]) or "none"
        raise LogError(
            f"{len(found) or 'no'} runs begin with {name!r}; the last ones are {known}; or latest, previous"
        )
    return str(found[0])


async def ran_together(connection: AsyncConnection, one: str, other: str) -> bool:
    """Whether two different runs wrote at the same time: then neither came before the other. ``connection``: the
    log.
    """
    rows = (await connection.execute(select(runs).where(runs.c.run.in_((one, other))))).all()
    return len(rows) == 2 and max(row.started for row in rows) < min(row.seen for row in rows)


async def legacy_was_played(connection: AsyncConnection) -> bool:
    """Whether the legacy side answers, or answered, from recordings: then its times are not PHP's."""
    played = select(coverage.c.route).where(coverage.c.kind == "legacy").limit(1)
    return (await connection.execute(played)).first() is not None


def _up_to_date(connection: Connection, shown: str) -> None:
    found = version_of(connection)
    if found is None:
        raise LogError(f"{shown} is no diff log; parity serve --log URL writes one")
    if found != NEWEST:
        migrate(connection)


def _is_file(database: str | None) -> bool:
    return database is not None and Path(database).is_file()
