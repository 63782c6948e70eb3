"""Endpoints of users."""

from typing import Annotated, Any

from backend.filters import FilterCodes, Ids
from backend.operations import Call, Document, Operation, operation
from backend.parameters import Parameters
from backend.users import queries, shapes

# PHP shares the codes with the list of data sets (legacy notes, flow 5); no user is no error.
FILTERS = FilterCodes(unknown="370", illegal="371", no_results="372")


class UserFilters(Parameters):
    """Whose names are asked for; everybody's when nothing is said."""

    user_id: Annotated[tuple[int, ...] | None, Ids()] = None


@operation("user.list", parameters=UserFilters, answer=list[shapes.ListedUser], filters=FILTERS)
async def names(call: Call[UserFilters]) -> Document:
    """The names of users, by their ids.

    One round trip to the database (two with a key).
    """
    return [shapes.listed(row) for row in await queries.names(call.connection, call.parameters.user_id)]


operations: tuple[Operation[Any], ...] = (names,)
