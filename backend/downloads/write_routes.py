"""Endpoints that count downloads (legacy notes, flow 7).

PHP says to the owner of an item that this is not allowed, and counts all the same; here an error changes nothing
(new-API contract, decision 10).
"""

from typing import Annotated, Any

from backend.access import WRITER
from backend.downloads import legacy, shapes, write_queries
from backend.input.parameters import Parameters
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase, refused
from backend.votes.items import KINDS, PRIVATE, ItemId, KnownType, OwnItem, check_item, demand_known_type

UNKNOWN_TYPE = "811"
NOTHING = ProblemCase("download-not-found", "803")
OWN_ITEM = ProblemCase("download-own-item", "822")

COUNTED = Faces(shapes.counted, legacy.counted)


class DownloadedItem(Parameters):
    """An item by type and id."""

    type: Annotated[str, KnownType(UNKNOWN_TYPE)]
    id: Annotated[int, ItemId()]


async def _index(call: Call[DownloadedItem] | Call[OwnItem]) -> None:
    kind, item = call.parameters.type, call.parameters.id
    totals = await write_queries.totals(call.connection, kind, item)
    if totals is not None:
        users, downloads = totals
        call.index.put(KINDS[kind].indexed, item, nr_of_downloads=users, total_downloads=downloads)


@operation(
    "download.count",
    parameters=DownloadedItem,
    answer=shapes.Download,
    round_trips=5,
    problems=(PRIVATE, OWN_ITEM),
    access=WRITER,
    faces=COUNTED,
)
async def count(call: Call[DownloadedItem]) -> Answer:
    """Count one's download of an item of somebody else."""
    kind, item = call.parameters.type, call.parameters.id
    await check_item(call, kind, item, OWN_ITEM)
    counted = await write_queries.count(call.connection, kind, item, call.user.id, call.now())
    await _index(call)
    return COUNTED(call.user.id, kind, item, counted)


@operation(
    "download.remove",
    parameters=OwnItem,
    answer=shapes.Download,
    round_trips=4,
    problems=(*refused(UNKNOWN_TYPE), NOTHING),
    access=WRITER,
    faces=COUNTED,
)
async def remove(call: Call[OwnItem]) -> Answer:
    """Take back that one has downloaded an item; answers what was counted."""
    demand_known_type(call, UNKNOWN_TYPE)
    kind, item = call.parameters.type, call.parameters.id
    row = await write_queries.remove(call.connection, kind, item, call.user.id)
    if row is None:
        raise NOTHING.because(f"No download of item {item} of type {kind} is counted for you.")
    await _index(call)
    return COUNTED(call.user.id, row.knowledge_type, row.knowledge_id, row._mapping["count"])


operations: tuple[Operation[Any], ...] = (count, remove)
