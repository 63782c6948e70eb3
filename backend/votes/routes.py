"""Endpoints of votes: the reads, which never fail (what nobody voted on has no rows), and all of them."""

from typing import Any

from backend import tables
from backend.input.parameters import NoParameters
from backend.operations import Call, Document, Operation, operation
from backend.votes import queries, shapes, write_routes
from backend.votes.parameters import ItemPath, UserItemPath, UserPath

_like, _down = tables.likes.c, tables.downvotes.c


@operation("vote.up_list", parameters=NoParameters, answer=list[shapes.Like])
async def likes(call: Call[NoParameters]) -> Document:
    """All likes.

    One round trip to the database (two with a key).
    """
    return [shapes.like(row) for row in await queries.likes(call.connection)]


@operation("vote.up_user", parameters=UserPath, answer=list[shapes.Like])
async def likes_of_user(call: Call[UserPath]) -> Document:
    """The likes of a user.

    One round trip to the database (two with a key).
    """
    rows = await queries.likes(call.connection, _like.user_id == call.parameters.user_id)
    return [shapes.like(row) for row in rows]


@operation("vote.up_item", parameters=ItemPath, answer=list[shapes.Like])
async def likes_of_item(call: Call[ItemPath]) -> Document:
    """The likes for an item.

    One round trip to the database (two with a key).
    """
    asked = call.parameters
    rows = await queries.likes(
        call.connection, _like.knowledge_type == asked.type, _like.knowledge_id == asked.id
    )
    return [shapes.like(row) for row in rows]


@operation("vote.up_check", parameters=UserItemPath, answer=shapes.Check)
async def like_check(call: Call[UserItemPath]) -> Document:
    """Whether a user likes an item.

    One round trip to the database (two with a key).
    """
    asked = call.parameters
    return shapes.check(await queries.has_liked(call.connection, asked.user_id, asked.type, asked.id))


@operation("vote.down_list", parameters=NoParameters, answer=list[shapes.BareDownvote])
async def downvotes(call: Call[NoParameters]) -> Document:
    """All downvotes.

    One round trip to the database (two with a key).
    """
    return [shapes.bare_downvote(row) for row in await queries.bare_downvotes(call.connection)]


@operation("vote.down_user", parameters=UserPath, answer=list[shapes.Downvote])
async def downvotes_of_user(call: Call[UserPath]) -> Document:
    """The original downvotes of a user.

    One round trip to the database (two with a key).
    """
    rows = await queries.downvotes(call.connection, _down.user_id == call.parameters.user_id)
    return [shapes.downvote(row) for row in rows]


@operation("vote.down_item", parameters=ItemPath, answer=list[shapes.Downvote])
async def downvotes_of_item(call: Call[ItemPath]) -> Document:
    """The original downvotes for an item.

    One round trip to the database (two with a key).
    """
    asked = call.parameters
    rows = await queries.downvotes(
        call.connection, _down.knowledge_type == asked.type, _down.knowledge_id == asked.id
    )
    return [shapes.downvote(row) for row in rows]


@operation("vote.down_check", parameters=UserItemPath, answer=shapes.ReasonCheck)
async def downvote_check(call: Call[UserItemPath]) -> Document:
    """The reason for which a user has voted an item down.

    One round trip to the database (two with a key).
    """
    asked = call.parameters
    return shapes.reason_check(await queries.reason_of(call.connection, asked.user_id, asked.type, asked.id))


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
