"""Operations carried out, in a transaction or not."""

import pytest
from sqlalchemy import text
from starlette.datastructures import FormData
from starlette.types import Message

from backend.app import OPERATIONS
from backend.clock import system_clock
from backend.database.connections import Database
from backend.fetching import Fetched
from backend.operations import Answer
from backend.performing import perform
from backend.resources import Resources
from backend.transaction import Transaction
from config.location import config_directory
from config.problems import load_problems
from config.settings import BackendSettings


@pytest.mark.anyio
@pytest.mark.parametrize("writes", [False, True])
async def test_the_work_gets_a_transaction(database_url: str, writes: bool) -> None:
    """Its answer comes back."""
    database = Database(database_url)
    settings = BackendSettings(database=database_url)
    resources = Resources(settings, database, load_problems(config_directory()), system_clock)

    async def receive() -> Message:
        raise AssertionError

    async def work(transaction: Transaction, fetched: Fetched) -> Answer:
        return {"one": await transaction.connection.scalar(text("SELECT 1"))}

    try:
        answer = await perform(
            resources, OPERATIONS[0], work, FormData(), receive, writes=writes, deadline=None
        )
    finally:
        resources.fetching.close()
        await database.dispose()
    assert answer == {"one": 1}
