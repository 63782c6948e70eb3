"""Endpoints of users."""

from typing import Annotated, Any

from starlette.responses import Response

from backend.access import WRITER
from backend.database.conflicts import refusing
from backend.input.filters import FilterCodes, Ids
from backend.input.parameters import Parameters, PathId
from backend.input.pasted_ids import pasted_id
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase
from backend.users import legacy, queries, shapes, write_queries

# PHP shares the codes with the list of data sets (legacy notes, flow 5); no user is no error.
FILTERS = FilterCodes(unknown="370", illegal="371", no_results="372")
USERS = Faces(shapes.listed, legacy.listed)

UNKNOWN = ProblemCase("user-not-found")
FORBIDDEN = ProblemCase("forbidden")
HAS_RESOURCES = ProblemCase("account-has-resources")


class UserPath(Parameters):
    """A user by id."""

    user_id: Annotated[int, PathId()]


class UserIds(Ids):
    """Ids of users, which PHP pastes into its SQL: ``1.0`` is the number 1 there."""

    def from_php(self, text: str) -> str:
        """The numbers in decimal digits; 0, which nobody has, where there can be none."""
        return ",".join(pasted_id(part) for part in text.split(","))


class UserFilters(Parameters):
    """Whose names are asked for; everybody's when nothing is said."""

    user_id: Annotated[tuple[int, ...] | None, UserIds(blanks=True)] = None


@operation(
    "user.list",
    parameters=UserFilters,
    answer=list[shapes.ListedUser],
    round_trips=2,
    filters=FILTERS,
    faces=USERS,
)
async def names(call: Call[UserFilters]) -> Answer:
    """The names of users, by their ids."""
    return USERS(await queries.names(call.connection, call.parameters.user_id))


@operation(
    "user.delete",
    parameters=UserPath,
    answer=None,
    round_trips=15,
    problems=(UNKNOWN, FORBIDDEN, HAS_RESOURCES),
    access=WRITER,
    status=204,
)
async def delete(call: Call[UserPath]) -> Answer:
    """Delete one's account; administrators delete any. Nothing may be left that is the user's but tags and votes."""
    user_id = call.parameters.user_id
    if not await write_queries.is_there(call.connection, user_id):
        raise UNKNOWN.because(f"No user with id {user_id} found.")
    if not call.user.may_change(user_id):
        raise FORBIDDEN.because(f"Only user {user_id} and administrators may delete this account.")
    kept = await write_queries.resources(call.connection, user_id)
    if kept:
        raise HAS_RESOURCES.because(f"User {user_id} still has something in {', '.join(kept)}.")
    with refusing(reference=HAS_RESOURCES.because(f"User {user_id} still has resources.")):
        await write_queries.remove(call.connection, user_id)
    call.index.delete("user", user_id)
    return Response(status_code=204)


operations: tuple[Operation[Any], ...] = (names, delete)
