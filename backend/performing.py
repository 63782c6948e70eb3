"""An operation carried out: in a transaction, with what it fetches, or only rehearsed. Both faces do it so."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias

from starlette.datastructures import FormData
from starlette.types import Receive

from backend.deadline import Deadline, while_awaited
from backend.fetching import Fetched
from backend.operations import Answer, Operation
from backend.resources import Resources
from backend.transaction import Transaction, read, write

Work: TypeAlias = Callable[[Transaction, Fetched], Awaitable[Answer]]


async def perform(
    resources: Resources,
    operation: Operation[Any] | None,
    work: Work,
    form: FormData,
    receive: Receive,
    *,
    writes: bool,
    deadline: Deadline | None,
) -> Answer:
    """Carry an operation out.

    Args:
        resources: Of the application.
        operation: What is asked for; None for what nobody answers.
        work: Calls its handler; done again where others had the locks, or with a file that it wanted.
        form: That the handler gets.
        receive: Tells when nobody waits any more.
        writes: It changes something.
        deadline: Undo everything at the end, and be done by then; None to store it.
    """

    async def once(fetched: Fetched) -> Answer:
        async def with_fetched(transaction: Transaction) -> Answer:
            return await work(transaction, fetched)

        if not writes:
            return await read(resources, with_fetched)
        return await write(resources, with_fetched, rehearsal=deadline)

    fetching = partial(
        resources.fetching.fetching,
        once,
        likely=operation is not None and operation.may_fetch(form),
        private=resources.settings.private_urls,
    )
    return await (fetching() if deadline is None else while_awaited(receive, deadline, fetching))
