"""The files of an uploaded run: what PHP looks at before it takes them, and where they go (legacy notes, task 3.8)."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio import to_thread
from lxml import etree
from sqlalchemy import insert as insert_into
from starlette.datastructures import FormData, Headers, UploadFile

from backend import tables
from backend.database.storing import coerced
from backend.handling.stored_files import extension, store_file
from backend.input.arff_check import ArffError, check_arff
from backend.input.uploads import file_problem
from backend.operations import Call
from backend.problems import InputError, InputProblem
from backend.storage.interface import Staged, UnusableName, base_name

FOLDER_SIZE = 10_000
"""So many runs share a folder."""

# Which type a file is registered with, by its field.
TYPES = {"predictions": "predictions", "trace": "run_trace"}
OTHER_TYPE = "run_uploaded_file"

REPLACED = "\ufffd"
"""What stands for bytes that are no UTF-8."""


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file that was found good.

    Args:
        field: Of the form.
        upload: As the client sent it.
        staged: Its content.
    """

    field: str
    upload: UploadFile
    staged: Staged


async def checked_files(call: Call[Any]) -> list[RunFile]:
    """Look at all files of a form, the description too, in the order of the form.

    Returns the files, under temporary names. Raises InputProblem: a name has no extension (206), a file is empty
    (207), or is not what its extension says (209).
    """
    return [await _checked(call, field, part) for field, part in _parts(call.form)]


async def described_in_json(call: Call[Any], content: bytes) -> RunFile:
    """The description of a run that came as a JSON body, as a file like all others. Returns the file, under a
    temporary name.
    """
    headers = Headers({"content-type": "application/json"})
    upload = UploadFile(io.BytesIO(content), size=len(content), filename="description.json", headers=headers)
    return RunFile("description", upload, await call.files.stage(upload))


async def store_files(call: Call[Any], rid: int, files: list[RunFile]) -> None:
    """Register the files of a run, and have them moved to its folder when the transaction commits. Raises
    InputProblem: no file can have such a name (212).
    """
    folder = f"run_structured//{rid // FOLDER_SIZE * FOLDER_SIZE}/{rid}/"
    rows = []
    for file in files:
        try:
            there = await store_file(
                call, file.upload, folder, TYPES.get(file.field, OTHER_TYPE), staged=file.staged
            )
        except UnusableName as error:
            message = f"The file {file.field} cannot be stored: {error}"
            raise _refused(file.field, "file_name", message, "212") from error
        name = base_name(file.upload.filename)
        row = {"source": rid, "field": file.field, "name": name, "format": extension(name)}
        rows.append(coerced(tables.runfile, row | {"upload_time": call.now(), "file_id": there.id}))
    await call.connection.execute(insert_into(tables.runfile).inline(), rows)


def _parts(form: FormData) -> Iterator[tuple[str, UploadFile]]:
    """The files by their fields: a repeated one is its last file, in its first place; dots and blanks are ``_``."""
    parts: dict[str, UploadFile] = {}
    for field, part in form.multi_items():
        if isinstance(part, UploadFile):
            parts[field.lstrip(" ").replace(" ", "_").replace(".", "_")] = part
    yield from parts.items()


async def _checked(call: Call[Any], field: str, part: UploadFile) -> RunFile:
    name = base_name(part.filename)
    before, _, behind = name.partition(".")
    if not before or behind in ("", "0"):
        message = f"The name of the file {field} has no extension: {name}"
        told = f'Invalid extension for file "{field}". Original filename: {name}'
        raise _refused(field, "file_extension", message, "206", told)
    reason = file_problem(part)
    if reason is not None:
        told = f'Upload problem with file "{field}": {reason}'
        raise _refused(field, "file_empty", f"The file {field} cannot be used: {reason}", "207", told)
    staged = await call.files.stage(part)
    fault = await to_thread.run_sync(_fault, behind.lower(), staged.local)
    if fault is not None:
        message = f"The file {field} is not what its name says: {fault.message}"
        # PHP cannot write what is no UTF-8, and says nothing.
        said = None if REPLACED in fault.told else f"{fault.kind} error in {field} file: {fault.told}"
        raise _refused(field, "file_content", message, "209", said)
    return RunFile(field, part, staged)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a file.

    Args:
        message: In words.
        kind: What PHP takes the file for.
        told: What PHP says of it.
    """

    message: str
    kind: str
    told: str


def _fault(behind: str, file: Path) -> _Fault | None:
    """What is wrong with a file of this extension: all that is behind the first dot of its name."""
    try:
        if behind == "arff":
            check_arff(file)
        elif behind == "xml":
            for _, element in etree.iterparse(file, resolve_entities=False, no_network=True):
                element.clear()
    except ArffError as error:
        return _Fault(f"ARFF: {error}", "Arff", str(error))
    except etree.XMLSyntaxError as error:
        return _Fault(f"XML: {error.msg}", "XML", "")  # the whole error names the file of this server
    return None


def _refused(field: str, kind: str, message: str, code: str, additional: str | None = None) -> InputProblem:
    error: InputError = {"type": kind, "loc": ["body", field], "msg": message, "input": None}
    return InputProblem(message, [error], code=code, additional=additional)
