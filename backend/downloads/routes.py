"""Endpoints of download counts: the reads, which never fail (what nobody downloaded has no rows), and all of them."""

from typing import Annotated, Any

from backend.downloads import legacy, queries, shapes, write_routes
from backend.input.parameters import NoParameters, Parameters, PathId, Reader
from backend.input.undecoded import Undecoded
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation

DOWNLOADS = Faces(shapes.downloads, legacy.downloads)

ANY = "any"
"""Stands for every user, and for every id."""


class IdOrAny(Reader):
    """An id in the path, or the word that stands for all."""

    def read(self, value: object) -> int | None:
        """Read a raw segment; None is all."""
        return None if value == ANY else PathId().read(value)

    def from_php(self, text: str) -> str:
        """As of every id."""
        return text if text == ANY else PathId().from_php(text)

    def describe(self) -> dict[str, Any]:
        """An integer, or the word."""
        return {"anyOf": [{"type": "integer"}, {"const": ANY}]}

    def codes(self) -> tuple[str, ...]:
        """That of another word."""
        return PathId().codes()


class DownloaderPath(Parameters):
    """A user by id."""

    user_id: Annotated[int, PathId()]


class TypePath(Parameters):
    """Downloads of a type; the type is no wildcard (legacy notes, flow 7)."""

    user_id: Annotated[int | None, IdOrAny()]
    type: Annotated[str, Undecoded()]
    id: Annotated[int | None, IdOrAny()]


@operation(
    "download.list", parameters=NoParameters, answer=list[shapes.Download], round_trips=2, faces=DOWNLOADS
)
async def every_download(call: Call[NoParameters]) -> Answer:
    """All downloads."""
    return DOWNLOADS(await queries.downloads(call.connection))


@operation(
    "download.user", parameters=DownloaderPath, answer=list[shapes.Download], round_trips=2, faces=DOWNLOADS
)
async def downloads_of_user(call: Call[DownloaderPath]) -> Answer:
    """The downloads of a user."""
    rows = await queries.downloads(call.connection, user_id=call.parameters.user_id)
    return DOWNLOADS(rows)


@operation("download.item", parameters=TypePath, answer=list[shapes.Download], round_trips=2, faces=DOWNLOADS)
async def downloads_of_item(call: Call[TypePath]) -> Answer:
    """The downloads of one type, of an item or of all, by a user or by all."""
    asked = call.parameters
    rows = await queries.downloads(call.connection, user_id=asked.user_id, kind=asked.type, item=asked.id)
    return DOWNLOADS(rows)


operations: tuple[Operation[Any], ...] = (
    every_download,
    downloads_of_user,
    downloads_of_item,
    *write_routes.operations,
)
