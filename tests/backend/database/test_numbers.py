"""backend.database.numbers: floating point numbers read as the server prints them."""

import math
import random
import struct

import pytest
from sqlalchemy import func, select, text

from backend import tables
from backend.database.connections import Database
from backend.database.numbers import double_text

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (None, None),
        (0.0, "0"),
        (-0.0, "0"),
        (100.0, "100"),
        (1 / 3, "0.3333333333333333"),
        (-0.0001, "-0.0001"),
        (1e-07, "0.0000001"),
        (1e-15, "0.000000000000001"),
        (1e-16, "1e-16"),
        (1e14, "100000000000000"),
        (1e15, "1e15"),
        (1234567890123456.7, "1234567890123456.8"),
        (1e20, "1e20"),
        (-1.5e300, "-1.5e300"),
    ],
)
def test_a_double_as_text(value: float | None, printed: str | None) -> None:
    """Whole numbers have no fraction; an exponent comes only where MariaDB writes one."""
    assert double_text(value) == printed


def doubles() -> list[float]:
    """Numbers of all sizes, some with few digits."""
    chance = random.Random(7)
    bits = (struct.unpack("<d", chance.randbytes(8))[0] for _ in range(1500))
    short = (
        chance.choice((1, -1)) * chance.randrange(1, 2000) * 10.0 ** chance.randrange(-22, 23)
        for _ in range(1500)
    )
    scores = (chance.random() for _ in range(500))
    return [value for value in (*bits, *short, *scores) if math.isfinite(value)]


async def test_random_doubles_read_as_mariadb_prints_them(mariadb_url: str) -> None:
    """The text of a number, and the number that the driver makes of it, agree with the server."""
    database = Database(mariadb_url)
    values = doubles()
    async with database.read() as connection:
        await connection.execute(
            text("CREATE TEMPORARY TABLE openml.doubles (id INT PRIMARY KEY, value DOUBLE)")
        )
        await connection.execute(
            text("INSERT INTO openml.doubles VALUES (:id, :value)"),
            [{"id": number, "value": value} for number, value in enumerate(values)],
        )
        rows = await connection.execute(
            text("SELECT value, CAST(value AS CHAR) FROM openml.doubles ORDER BY id")
        )
        printed = [(row[0], row[1]) for row in rows]
    await database.dispose()
    assert [(value, double_text(value)) for value in values] == printed


async def test_sql_gives_the_same_text_on_every_database(database: Database) -> None:
    """server_text() in SQL prints like double_text()."""
    value = tables.evaluation.c.value
    async with database.read() as connection:
        rows = (await connection.execute(select(value, func.server_text(value)).distinct())).all()
    assert [row[1] for row in rows] == [double_text(row[0]) for row in rows]
