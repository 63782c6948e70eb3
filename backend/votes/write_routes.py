"""Endpoints that vote (legacy notes, flow 6).

PHP says to the owner of an item that the vote is not allowed, and stores it; here an error changes nothing (new-API
contract, decision 10).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from backend import tables
from backend.access import WRITER
from backend.database.conflicts import refusing
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import Problem, ProblemCase, refused
from backend.votes import legacy, shapes, write_queries
from backend.votes.items import KINDS, PRIVATE, OwnItem, check_item, demand_known_type
from backend.votes.write_parameters import UNKNOWN_TYPE, Item, ItemAndReason

NOTHING = ProblemCase("vote-not-found", "703")
EXISTS = ProblemCase("vote-already-exists", "705")
OWN_ITEM = ProblemCase("vote-own-item", "722")


def _nothing() -> Mapping[str, int]:
    """Only PHP shows a like that is none."""
    return {}


NO_LIKE = Faces(_nothing, legacy.no_like)
OWN_LIKE = Faces(shapes.own_like, legacy.like)
STORED_DOWNVOTE = Faces(shapes.stored_downvote, legacy.downvote)


async def _index(call: Call[Any], table: Table, field: str) -> None:
    kind, item = call.parameters.type, call.parameters.id
    count = await write_queries.votes_for(call.connection, table, kind, item)
    if count is not None:
        call.index.put(KINDS[kind].indexed, item, **{field: count})


@operation(
    "vote.up",
    parameters=Item,
    answer=shapes.Like,
    round_trips=4,
    problems=(PRIVATE, OWN_ITEM, EXISTS),
    access=WRITER,
    faces=OWN_LIKE,
)
async def like(call: Call[Item]) -> Answer:
    """Like an item of somebody else."""
    kind, item = call.parameters.type, call.parameters.id
    await check_item(call, kind, item, OWN_ITEM)
    try:
        with refusing(unique=EXISTS.because(f"You like item {item} of type {kind} already.")):
            await write_queries.like(call.connection, kind, item, call.user.id, call.now())
    except Problem:
        if not call.is_legacy:
            raise
        return NO_LIKE()  # PHP shows an empty one
    await _index(call, tables.likes, "nr_of_likes")
    return OWN_LIKE(call.user.id, kind, item)


@operation(
    "vote.up_remove",
    parameters=OwnItem,
    answer=shapes.Like,
    round_trips=3,
    problems=(*refused(UNKNOWN_TYPE), NOTHING),
    access=WRITER,
    faces=OWN_LIKE,
)
async def unlike(call: Call[OwnItem]) -> Answer:
    """Take one's like back; answers what it was."""
    demand_known_type(call, UNKNOWN_TYPE)
    kind, item = call.parameters.type, call.parameters.id
    if not await write_queries.unlike(call.connection, kind, item, call.user.id):
        raise NOTHING.because(f"You do not like item {item} of type {kind}.")
    await _index(call, tables.likes, "nr_of_likes")
    return OWN_LIKE(call.user.id, kind, item)


@operation(
    "vote.down",
    parameters=ItemAndReason,
    answer=shapes.StoredDownvote,
    round_trips=7,
    problems=(PRIVATE, OWN_ITEM, EXISTS),
    access=WRITER,
    faces=STORED_DOWNVOTE,
)
async def downvote(call: Call[ItemAndReason]) -> Answer:
    """Vote an item of somebody else down, for a reason of one's own or in agreement with one that has an id."""
    kind, item, reason = call.parameters.type, call.parameters.id, call.parameters.reason
    await check_item(call, kind, item, OWN_ITEM)
    original = isinstance(reason, str)
    number = await write_queries.reason_id(call.connection, reason) if isinstance(reason, str) else reason
    with refusing(unique=EXISTS.because(f"You have voted item {item} of type {kind} down already.")):
        await write_queries.downvote(
            call.connection, kind, item, call.user.id, number, call.now(), original=original
        )
    await _index(call, tables.downvotes, "nr_of_downvotes")
    vote = await write_queries.own_downvote(call.connection, kind, item, call.user.id)
    if vote is None:
        raise LookupError(
            f"the downvote of user {call.user.id} for {kind} {item} was stored and is not there"
        )
    return STORED_DOWNVOTE(vote)


@operation(
    "vote.down_remove",
    parameters=OwnItem,
    answer=shapes.StoredDownvote,
    round_trips=4,
    problems=(*refused(UNKNOWN_TYPE), NOTHING),
    access=WRITER,
    faces=STORED_DOWNVOTE,
)
async def take_back(call: Call[OwnItem]) -> Answer:
    """Take one's downvote back; answers what it was. An original one goes with all originals for its reason."""
    demand_known_type(call, UNKNOWN_TYPE)
    kind, item = call.parameters.type, call.parameters.id
    vote = await write_queries.own_downvote(call.connection, kind, item, call.user.id)
    if vote is None or not await write_queries.take_back(call.connection, vote):
        raise NOTHING.because(f"You have not voted item {item} of type {kind} down.")
    await _index(call, tables.downvotes, "nr_of_downvotes")
    return STORED_DOWNVOTE(vote)


operations: tuple[Operation[Any], ...] = (like, unlike, downvote, take_back)
