"""Trips that the backend makes to its database, counted for each request that a test makes.

On a server what is read together is one trip; tests count on SQLite, where it is done one by one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event

import backend.gateway
from backend.access import User, user_of_key
from backend.app import OPERATIONS
from backend.database import batches
from backend.operations import Answer, Operation
from backend.performing import perform
from config.location import config_directory
from config.routes import load_routes

NOT_RECORDED = frozenset({"user.delete", "file.splits", "dataset.delete_tag"})
"""Operations that no recording asks; tests/backend/test_operations.py asks them."""


@dataclass(slots=True)
class _Request:
    """What a request has asked the database."""

    writes: bool
    trips: int = 0
    has_key: bool = False


_REQUEST: ContextVar[_Request | None] = ContextVar("request", default=None)


@contextmanager
def measuring() -> Iterator[Mapping[str, int]]:
    """The most trips that a request of the new API takes while the block runs, by operation.

    The key's is always one of them, also of requests without a key.
    """
    most: dict[str, int] = defaultdict(int)

    async def counting(resources: Any, operation: Operation[Any], *args: Any, **kwargs: Any) -> Answer:
        request = _Request(kwargs["writes"])
        token = _REQUEST.set(request)
        try:
            return await perform(resources, operation, *args, **kwargs)
        finally:
            _REQUEST.reset(token)
            found = request.trips + (0 if request.has_key else 1)
            most[operation.name] = max(most[operation.name], found)

    async def noting(*args: Any) -> User:
        if (request := _REQUEST.get()) is not None:
            request.has_key = True
        return await user_of_key(*args)

    async def together(original: Any, connection: Any, *reads: Any) -> Any:
        before = request.trips if (request := _REQUEST.get()) is not None else 0
        found = await original(connection, *reads)
        if request is not None and not request.writes:
            request.trips = before + 1
        return found

    def executing(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        request = _REQUEST.get()
        # SQLite is told where a transaction begins; a server sees that with its first statement.
        if request is not None and not statement.startswith("BEGIN"):
            request.trips += 1

    event.listen(Engine, "before_cursor_execute", executing)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("one_by_one", "_in_one_trip"):
                patch.setattr(batches, name, partial(together, getattr(batches, name)))
            patch.setattr(backend.gateway, "perform", counting)
            patch.setattr(backend.gateway, "user_of_key", noting)
            yield most
    finally:
        event.remove(Engine, "before_cursor_execute", executing)


def declared_otherwise(most: Mapping[str, int], *, writes: bool) -> dict[str, tuple[int, int]]:
    """What is declared and what was measured, where it is not the same.

    Of the recorded operations that write, or of those that only read; of all others none may take more than declared.
    """
    routes = load_routes(config_directory())
    found = {}
    for operation in OPERATIONS:
        name, declared, measured = operation.name, operation.round_trips, most.get(operation.name, 0)
        exactly = routes[name].writes == writes and name not in NOT_RECORDED
        if measured > declared or (exactly and measured != declared):
            found[name] = (declared, measured)
    return found
