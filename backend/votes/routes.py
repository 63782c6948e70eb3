"""Endpoints of votes: the reads, which never fail (what nobody voted on has no rows), and all of them."""

from typing import Any

from backend import tables
from backend.input.parameters import NoParameters
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.votes import legacy, queries, shapes, write_routes
from backend.votes.parameters import ItemPath, UserItemPath, VoterPath

LIKES = Faces(shapes.likes, legacy.likes)
CHECK = Faces(shapes.check, legacy.check)
BARE_DOWNVOTES = Faces(shapes.bare_downvotes, legacy.bare_downvotes)
DOWNVOTES = Faces(shapes.downvotes, legacy.downvotes)
REASON_CHECK = Faces(shapes.reason_check, legacy.reason_check)

_like, _down = tables.likes.c, tables.downvotes.c


@operation("vote.up_list", parameters=NoParameters, answer=list[shapes.Like], round_trips=2, faces=LIKES)
async def likes(call: Call[NoParameters]) -> Answer:
    """All likes."""
    return LIKES(await queries.likes(call.connection))


@operation("vote.up_user", parameters=VoterPath, answer=list[shapes.Like], round_trips=2, faces=LIKES)
async def likes_of_user(call: Call[VoterPath]) -> Answer:
    """The likes of a user."""
    rows = await queries.likes(call.connection, _like.user_id == call.parameters.user_id)
    return LIKES(rows)


@operation("vote.up_item", parameters=ItemPath, answer=list[shapes.Like], round_trips=2, faces=LIKES)
async def likes_of_item(call: Call[ItemPath]) -> Answer:
    """The likes for an item."""
    asked = call.parameters
    rows = await queries.likes(
        call.connection, _like.knowledge_type == asked.type, _like.knowledge_id == asked.id
    )
    return LIKES(rows)


@operation("vote.up_check", parameters=UserItemPath, answer=shapes.LikeCheck, round_trips=2, faces=CHECK)
async def like_check(call: Call[UserItemPath]) -> Answer:
    """Whether a user likes an item."""
    asked = call.parameters
    return CHECK(await queries.has_liked(call.connection, asked.user_id, asked.type, asked.id))


@operation(
    "vote.down_list",
    parameters=NoParameters,
    answer=list[shapes.BareDownvote],
    round_trips=2,
    faces=BARE_DOWNVOTES,
)
async def downvotes(call: Call[NoParameters]) -> Answer:
    """All downvotes."""
    return BARE_DOWNVOTES(await queries.bare_downvotes(call.connection))


@operation(
    "vote.down_user", parameters=VoterPath, answer=list[shapes.Downvote], round_trips=2, faces=DOWNVOTES
)
async def downvotes_of_user(call: Call[VoterPath]) -> Answer:
    """The original downvotes of a user."""
    rows = await queries.downvotes(call.connection, _down.user_id == call.parameters.user_id)
    return DOWNVOTES(rows)


@operation(
    "vote.down_item", parameters=ItemPath, answer=list[shapes.Downvote], round_trips=2, faces=DOWNVOTES
)
async def downvotes_of_item(call: Call[ItemPath]) -> Answer:
    """The original downvotes for an item."""
    asked = call.parameters
    rows = await queries.downvotes(
        call.connection, _down.knowledge_type == asked.type, _down.knowledge_id == asked.id
    )
    return DOWNVOTES(rows)


@operation(
    "vote.down_check", parameters=UserItemPath, answer=shapes.ReasonCheck, round_trips=2, faces=REASON_CHECK
)
async def downvote_check(call: Call[UserItemPath]) -> Answer:
    """The reason for which a user has voted an item down."""
    asked = call.parameters
    return REASON_CHECK(await queries.reason_of(call.connection, asked.user_id, asked.type, asked.id))


operations: tuple[Operation[Any], ...] = (
    likes,
    likes_of_user,
    likes_of_item,
    like_check,
    downvotes,
    downvotes_of_user,
    downvotes_of_item,
    downvote_check,
    *write_routes.operations,
)
