"""What is voted on and downloaded: data sets, flows, tasks, runs (legacy notes, flow 6 and 7)."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from sqlalchemy import Column, Integer, Table, cast, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.handling.unprocessable import unprocessable
from backend.input.parameters import Parameters, PathId, Reader, read_id, refuse
from backend.input.undecoded import Undecoded
from backend.operations import Call
from backend.problems import ProblemCase
from backend.search.index import Kind as IndexKind
from config.php.numbers import digits_of, is_numeric

PRIVATE = ProblemCase("dataset-no-access", "112")

_LARGEST_ID: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ItemKind:
    """A kind of items. ``owner``: who uploaded them. ``indexed``: what the search index calls them."""

    table: Table
    id: Column[int]
    owner: Column[int] | Column[int | None]
    indexed: IndexKind


KINDS: Final = {
    "d": ItemKind(tables.dataset, tables.dataset.c.did, tables.dataset.c.uploader, "data"),
    "f": ItemKind(
        tables.implementation, tables.implementation.c.id, tables.implementation.c.uploader, "flow"
    ),
    "t": ItemKind(tables.task, tables.task.c.task_id, tables.task.c.creator, "task"),
    "r": ItemKind(tables.run, tables.run.c.rid, tables.run.c.uploader, "run"),
}
"""By PHP's letter."""


@dataclass(frozen=True)
class KnownType(Reader):
    """The type of an item that is written about: one of the four letters, exactly. ``code``: legacy code of any other
    type.
    """

    code: str

    def read(self, value: object) -> str:
        """Read a raw segment."""
        text = str(value)
        if text not in KINDS:
            letters = ", ".join(KINDS)
            refuse(
                "knowledge_type", "{type} is none of {letters}", code=self.code, type=text, letters=letters
            )
        return text

    def describe(self) -> dict[str, Any]:
        """The letters."""
        return {"type": "string", "enum": [*KINDS]}

    def codes(self) -> tuple[str, ...]:
        """That of any other type."""
        return (self.code,)


@dataclass(frozen=True)
class ItemId(PathId):
    """The id of an item; what is beyond the column is its largest number, as PHP's session stores it."""

    sought: bool = False

    def from_php(self, text: str) -> str:
        """A negative one is stored, too; PHP's dispatcher knows no path with what is no number."""
        return digits_of(text) if is_numeric(text) and read_id(text) is None else text

    def read(self, value: object) -> int:
        """Read a raw segment."""
        return max(-_LARGEST_ID - 1, min(super().read(value), _LARGEST_ID))


class OwnItem(Parameters):
    """An item that one takes something back from.

    PHP's dispatcher looks at the id before anybody asks whether there are items of that type (legacy notes, flow 6).
    """

    id: Annotated[int, ItemId()]
    type: Annotated[str, Undecoded()]


def demand_known_type(call: Call[OwnItem], code: str) -> None:
    """Make sure that there are items of the type. ``code``: legacy code of any other type. Raises InputProblem: there
    are none.
    """
    kind = call.parameters.type
    if kind not in KINDS:
        raise unprocessable(
            call, ["type"], "knowledge_type", f"{kind} is none of {', '.join(KINDS)}", code=code
        )


async def check_item(call: Call[Any], kind: str, number: int, own: ProblemCase) -> None:
    """Make sure that the caller may vote on an item, or count a download of it.

    Nobody does so with own uploads, nor with data sets that they may not see, nor with tasks on such (new-API
    contract, decision 11). An item that is not there is no error, as in PHP. ``kind``: letter of the item's kind.
    ``own``: what the owner is told. Raises Problem: the caller may not.
    """
    row = await _item(call.connection, kind, number)
    if row is None:
        return
    if row.did is not None and not call.user.may_see(row.visibility, row.uploader):
        raise PRIVATE.because(f"No access granted: dataset {row.did} is private.")
    if row.owner is not None and row.owner == call.user.id:
        raise own.because(f"Item {number} of type {kind} is your own upload.")


async def _item(connection: AsyncConnection, kind: str, number: int) -> Any:
    """An item's owner, and ``did``, ``visibility`` and ``uploader`` of the data set that it is about."""
    known, dataset, given = KINDS[kind], tables.dataset, tables.task_inputs
    about = (dataset.c.did, dataset.c.visibility, dataset.c.uploader)
    owner = known.owner.label("owner")
    if kind == "d":
        asked = select(owner, *about)
    elif kind == "t":
        source = (given.c.task_id == known.id) & (given.c.input == "source_data")
        asked = (
            select(owner, *about)
            .select_from(known.table)
            .outerjoin(given, source)
            .outerjoin(dataset, dataset.c.did == cast(given.c.value, Integer))
        )
    else:
        asked = select(owner, *(null().label(column.name) for column in about)).select_from(known.table)
    return (await connection.execute(asked.where(known.id == number))).first()
