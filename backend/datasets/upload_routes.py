"""The endpoint that uploads data sets: a description, and a file or the address of one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio import to_thread
from starlette.datastructures import UploadFile

from backend import tables
from backend.access import WRITER
from backend.database.conflicts import refusing
from backend.database.storing import insert
from backend.datasets import upload_documents, write_queries, write_shapes
from backend.datasets.write_access import refused_document
from backend.handling.descriptions import description
from backend.handling.stored_files import store_file
from backend.input.arff_check import ArffError, check_arff
from backend.input.parameters import NoParameters
from backend.input.uploads import file_problem, form_file
from backend.input.xml_documents import Node
from backend.legacy.answers import identified
from backend.operations import UPLOAD_LIMIT, Answer, Call, Operation, operation
from backend.problems import ProblemCase, refused
from backend.request_bodies import Part
from backend.storage.interface import Staged, UnusableName, base_name
from backend.storage.remote_files import RemoteFileError
from backend.tagging.kinds import DATA
from backend.tagging.tags import tag_new_entity

# Legacy notes, data 10.12.
VERSION_EXISTS = ProblemCase("dataset-version-exists", "134")

UPLOADED = identified("upload_data_set")

DESCRIPTION, DATASET = "description", "dataset"
FORMATS = ("arff", "sparse_arff")
FOLDER_SIZE = 10_000
"""Data sets of one folder."""


@dataclass(frozen=True, slots=True)
class _Uploaded:
    """A file that came with the request, checked."""

    part: UploadFile
    staged: Staged


@dataclass(frozen=True, slots=True)
class _Registered:
    """A file that stays where it is, checked."""

    url: str
    size: int
    mime_type: str
    md5: str


@operation(
    "dataset.upload",
    parameters=NoParameters,
    answer=write_shapes.DatasetChanged,
    round_trips=20,
    problems=(VERSION_EXISTS, *refused("130", "131", "133", "135", "136", "140", "141", "145")),
    access=WRITER,
    parts=(
        Part(DESCRIPTION, "The data set.", "data_upload", required=True, as_field=True),
        Part(DATASET, "Its file; or the description says its url."),
    ),
    body_limit=UPLOAD_LIMIT,
    fetches_without=DATASET,
    faces=UPLOADED,
)
async def upload(call: Call[NoParameters]) -> Answer:
    """Store a data set: its description, and its file or where it is; it is then in preparation.

    A name that exists gets the next version. The header of the file and its first thousand lines must be ARFF. Tags
    that cannot be set are left out (new-API contract, decision 10).
    """
    root = await description(call, DESCRIPTION, "data_upload", missing="135", invalid="131", as_field=True)
    found = await _data_file(call, root)
    row = upload_documents.row(root)
    name, now = str(row["name"]), call.now()
    version = await write_queries.next_version(call.connection, name)
    row |= {"version": version, "uploader": call.user.id, "isOriginal": "true", "url": ""}
    row |= {"upload_date": now, "last_update": now}
    with refusing(
        unique=VERSION_EXISTS.because(f"Version {version} of {name} is being uploaded; try again.")
    ):
        did = await write_queries.add(call.connection, row)
    placed = await _store(call, found, did, row)
    await write_queries.change(call.connection, did, placed)
    text = root.text("description") or ""
    await write_queries.add_description(call.connection, did, text, call.user.id)
    call.index.put(
        "data", did, data_id=did, name=name, version=version, description=text, uploader=call.user.id
    )
    await tag_new_entity(call, DATA, did, root.texts("tag"))
    return UPLOADED(did)


async def _data_file(call: Call[NoParameters], root: Node) -> _Uploaded | _Registered:
    """The file of the data set, after PHP's checks in PHP's order."""
    if (root.text("format") or "").lower() not in FORMATS:
        message = f"Only data sets in the formats {', '.join(FORMATS)} can be uploaded"
        raise refused_document(DESCRIPTION, "format", message, code="133")
    part = form_file(call.form, DATASET)
    url = root.text("url")
    if part is not None:
        if url is not None:
            raise refused_document(DATASET, "excess", "Give a file or its url, not both", code="140")
        if (reason := file_problem(part)) is not None:
            told = f"File {DATASET}: {reason}"
            raise refused_document(DATASET, "missing", told, code="130", additional=told)
        staged = await call.files.stage(part)
        await _check(staged.local, DATASET, "file")
        return _Uploaded(part, staged)
    if url is None:
        message = "Give the data as the file dataset, or its url in the description"
        raise refused_document(DATASET, "missing", message, code="141")
    try:
        remote = call.fetched.file(url, largest=UPLOAD_LIMIT)
    except RemoteFileError as error:
        raise refused_document(DESCRIPTION, "url", str(error), code="136") from error
    await _check(remote.local, DESCRIPTION, "url")
    return _Registered(url, remote.size, remote.mime_type, remote.md5)


async def _check(path: Path, field: str, where: str) -> None:
    try:
        await to_thread.run_sync(check_arff, path)
    except ArffError as error:
        message = f"Arff error in dataset {where}: {error}"
        told = message if error.is_text else None
        raise refused_document(field, "arff", message, code="145", additional=told) from error


async def _store(
    call: Call[NoParameters], found: _Uploaded | _Registered, did: int, row: dict[str, object]
) -> dict[str, object]:
    """Store the file or register it; what the row of the data set says of it."""
    access_policy = str(row.get("visibility", "public"))
    if isinstance(found, _Uploaded):
        folder = f"dataset_structured//{did // FOLDER_SIZE * FOLDER_SIZE}/{did}//"
        try:
            stored = await store_file(
                call,
                found.part,
                folder,
                "dataset",
                staged=found.staged,
                access_policy=access_policy,
                moved=True,
            )
        except UnusableName as error:
            message = f"The file {DATASET} cannot be stored: {error}"
            code = "130" if call.is_legacy else None  # PHP has no word for it
            raise refused_document(DATASET, "file_name", message, code=code, additional=message) from error
        url = f"{call.settings.public_url}data/download/{stored.id}/{base_name(found.part.filename)}"
        return {"file_id": stored.id, "url": url}
    extension = str(row["format"]).lower()
    file_id = await insert(
        call.connection,
        tables.file,
        {
            "creator": call.user.id,
            "creation_date": call.now(),
            "filepath": found.url,
            "filesize": found.size,
            "filename_original": f"{row['name']}.{extension}",
            "extension": extension,
            "mime_type": found.mime_type,
            "md5_hash": found.md5,
            "type": "url",
            "access_policy": access_policy,
        },
    )
    return {"file_id": file_id, "url": found.url}


operations: tuple[Operation[Any], ...] = (upload,)
