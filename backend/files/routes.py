"""Endpoints of files: stored ones (new-API contract, decision 16), and the documents that come with the program."""

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from sqlalchemy import Row
from starlette.responses import RedirectResponse, Response, StreamingResponse

from backend.files import queries, upload
from backend.files.arff import csv_blocks
from backend.files.documents import ARFF_EXAMPLES, XML_EXAMPLES, XSD
from backend.files.remote import send_remote, send_remote_csv
from backend.files.serving import UNSATISFIABLE, content_type, send
from backend.files.store import FileStore
from backend.input.parameters import Parameters, PathId
from backend.input.undecoded import Undecoded
from backend.operations import Answer, Call, Operation, operation
from backend.problems import Problem, ProblemCase
from backend.storage.interface import Storage

UNKNOWN = ProblemCase("file-not-found")
PRIVATE = ProblemCase("file-no-access")
NO_SPLITS = ProblemCase("splits-not-found")
NO_DOCUMENT = ProblemCase("document-not-found")
PRIVATE_DATA = ProblemCase("dataset-no-access", "112")

PUBLIC = "public"
ELSEWHERE = "url"
"""Type of a file that is registered by its address only."""

HTML = "text/html; charset=UTF-8"
"""What PHP says of the empty body of a redirection."""

PARTLY = {206: "The range that was asked for.", 304: "The copy with the given entity tag is current."}
FROM_ELSEWHERE = {302: "The file is stored elsewhere."}


class FilePath(Parameters):
    """A file by id; the name behind it is for people and tools, and may be anything."""

    file_id: Annotated[int, PathId()]
    name: Annotated[str, Undecoded()] = ""


class SplitsPath(Parameters):
    """The splits of a task; the name behind the id is for people and tools."""

    task_id: Annotated[int, PathId()]
    name: Annotated[str, Undecoded()] = ""


class DocumentPath(Parameters):
    """A document by name."""

    name: Annotated[str, Undecoded()] = ""


async def _file(call: Call[FilePath], *, rights_first: bool = False) -> Row[*tuple[Any, ...]]:
    """The row of a file that the caller may have.

    Where PHP asks for rights before it asks whether there is such a file, nobody may have one that is not there.
    """
    file_id = call.parameters.file_id
    row = await queries.file(call.connection, file_id)
    if row is None and rights_first and not call.user.is_admin:
        raise PRIVATE.because(f"No access granted to file {file_id}.")
    if row is None:
        raise UNKNOWN.because(f"No file with id {file_id} found.")
    if row.access_policy != PUBLIC and not call.user.may_change(row.creator):
        raise PRIVATE.because(f"No access granted: file {file_id} is {row.access_policy}.")
    return row


def _remote(call: Call[Any]) -> Storage | None:
    """The object store, where files are not in a folder."""
    return call.resources.storage if call.settings.files is None else None


def _not_stored(row: Row[*tuple[Any, ...]]) -> Problem:
    return UNKNOWN.because(f"File {row.id} is registered, but not stored here.")


async def _stored(call: Call[FilePath], row: Row[*tuple[Any, ...]]) -> Path:
    path = await FileStore(call.settings.files).find(row.filepath)
    if path is None:
        raise _not_stored(row)
    return path


async def _send(call: Call[FilePath]) -> Answer:
    row = await _file(call)
    if row.type == ELSEWHERE:
        return RedirectResponse(row.filepath, 302, {"Content-Type": HTML})
    storage = _remote(call)
    if storage is None:
        return await send(call.request, await _stored(call, row), row.mime_type, row.md5_hash)
    answer = await send_remote(call.request, storage, row.filepath, row.mime_type, row.md5_hash)
    if answer is None:
        raise _not_stored(row)
    return answer


async def _send_csv(call: Call[FilePath]) -> Answer:
    row = await _file(call, rights_first=True)
    names = await queries.feature_names(call.connection, row.id)
    if not names or row.type == ELSEWHERE:
        raise UNKNOWN.because(f"File {row.id} is not the stored file of a data set with features.")
    storage = _remote(call)
    if storage is not None:
        answer = await send_remote_csv(storage, row.filepath, names)
        if answer is None:
            raise _not_stored(row)
        return answer
    path = await _stored(call, row)
    return StreamingResponse(csv_blocks(path, names), headers={"Content-Type": content_type("text/plain")})


def _download(name: str) -> Operation[FilePath]:
    problems = (UNKNOWN, PRIVATE, UNSATISFIABLE)

    @operation(
        name,
        parameters=FilePath,
        answer=None,
        round_trips=2,
        problems=problems,
        media_type="*/*",  # the one that was uploaded with the file
        further=PARTLY | FROM_ELSEWHERE,
    )
    async def download(call: Call[FilePath]) -> Answer:
        """A stored file, all of it or one range; a redirection when it is stored elsewhere."""
        return await _send(call)

    return download


def _csv(name: str) -> Operation[FilePath]:
    problems = (UNKNOWN, PRIVATE)

    @operation(
        name, parameters=FilePath, answer=None, round_trips=3, problems=problems, media_type="text/plain"
    )
    async def csv(call: Call[FilePath]) -> Answer:
        """The ARFF file of a data set as CSV: a header of the features' names, then the data as they are."""
        return await _send_csv(call)

    return csv


@operation(
    "file.splits",
    parameters=SplitsPath,
    answer=None,
    round_trips=2,
    problems=(NO_SPLITS, PRIVATE_DATA, UNSATISFIABLE),
    media_type="text/plain",
    further=PARTLY | FROM_ELSEWHERE,
)
async def splits(call: Call[SplitsPath]) -> Answer:
    """The splits of a task, as a file."""
    # Stored ones, else from where the setting ``splits_url`` says.
    task_id = call.parameters.task_id
    data = await queries.data_of_task(call.connection, task_id)
    if data is not None and not call.user.may_see(data.visibility, data.uploader):
        raise PRIVATE_DATA.because(f"No access granted: dataset {data.did} is private.")
    name, storage = f"splits/{task_id}.arff", _remote(call)
    if storage is not None:
        answer = await send_remote(call.request, storage, name, "text/plain", f"splits-{task_id}")
        if answer is not None:
            return answer
    path = await FileStore(call.settings.files).find(name)
    if path is not None:
        return await send(call.request, path, "text/plain", f"splits-{task_id}-{path.stat().st_mtime_ns}")
    if call.settings.splits_url is None:
        raise NO_SPLITS.because(f"There are no splits of task {task_id} here.")
    return _elsewhere(call.settings.splits_url, call.parameters)


def _elsewhere(base: str, asked: SplitsPath) -> Response:
    path = f"api_splits/get/{asked.task_id}/{asked.name}"
    return RedirectResponse(f"{base.rstrip('/')}/{path}", 302, {"Content-Type": HTML})


def _document(name: str, documents: Mapping[str, Traversable], media_type: str) -> Operation[DocumentPath]:
    folder = name.partition(".")[2]
    suffix = {"xsd": "xsd", "xml_example": "xml", "arff_example": "arff"}[folder]

    @operation(
        name,
        parameters=DocumentPath,
        answer=None,
        round_trips=1,
        problems=(NO_DOCUMENT,),
        media_type=media_type.partition(";")[0],
    )
    async def document(call: Call[DocumentPath]) -> Answer:
        """A document: the operator's own copy, else the one that comes with the program."""
        own = await FileStore(call.settings.static).find(f"{folder}/{call.parameters.name}.{suffix}")
        if own is not None:
            return Response(await to_thread.run_sync(own.read_bytes), headers={"Content-Type": media_type})
        found = documents.get(call.parameters.name)
        if found is None:
            names = ", ".join(documents)
            raise NO_DOCUMENT.because(f"No document is called {call.parameters.name!r}; there are {names}.")
        return Response(await to_thread.run_sync(found.read_bytes), headers={"Content-Type": media_type})

    return document


XML = "text/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

operations: tuple[Operation[Any], ...] = (
    *upload.operations,
    _document("file.xsd", XSD, XML),
    _document("file.xml_example", XML_EXAMPLES, XML),
    _document("file.arff_example", ARFF_EXAMPLES, TEXT),
    _download("file.download"),
    _download("file.download_short"),
    _download("file.view"),
    _csv("file.csv"),
    _csv("file.csv_short"),
    splits,
)
