"""A random number per row."""

import pytest
from sqlalchemy import select

from backend.database.connections import Database
from backend.evaluations.random_order import random_order

pytestmark = pytest.mark.anyio


async def test_it_is_another_one_each_time(database: Database) -> None:
    """On every kind of database."""
    async with database.read() as connection:
        numbers = {await connection.scalar(select(random_order())) for _ in range(5)}
    assert len(numbers) > 1
