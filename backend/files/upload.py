"""The endpoint that stores a file (legacy notes, flow 10)."""

from typing import Any, Final

from typing_extensions import TypedDict

from backend.access import admin_writes
from backend.files import legacy
from backend.handling.stored_files import store_file
from backend.handling.unprocessable import unprocessable
from backend.input.parameters import NoParameters
from backend.input.uploads import file_problem, form_file
from backend.legacy.faces import Faces
from backend.operations import UPLOAD_LIMIT, Answer, Call, Operation, operation
from backend.problems import ProblemCase
from backend.request_bodies import Part
from backend.storage.interface import base_name

# PHP tells those who are no administrators that their account is read-only.
NO_ADMINISTRATOR = ProblemCase("account-read-only", "104")
NO_FILE = ProblemCase("validation-error", "491")

FIELD: Final = "file"
FOLDER: Final = "misc/"
KIND: Final = "run_uploaded_file"


class Uploaded(TypedDict):
    """A stored file, and where it can be had."""

    id: int
    url: str


UPLOADED = Faces(lambda number, url: Uploaded(id=number, url=url), legacy.uploaded)


@operation(
    "file.upload",
    parameters=NoParameters,
    answer=Uploaded,
    round_trips=2,
    faces=UPLOADED,
    problems=(NO_FILE,),
    access=admin_writes(NO_ADMINISTRATOR),
    parts=(Part(FIELD, "The file.", required=True),),
    body_limit=UPLOAD_LIMIT,
)
async def upload(call: Call[NoParameters]) -> Answer:
    """Store a file that everybody may have, under its own name as far as that is free."""
    part = form_file(call.form, FIELD)
    reason = file_problem(part)
    if reason is not None or part is None:
        raise unprocessable(call, [FIELD], "missing", f"Give a file: {reason}", code=NO_FILE.code or "")
    file = await store_file(call, part, FOLDER, KIND)
    name = base_name(part.filename)
    return UPLOADED(file.id, f"{call.settings.public_url}data/download/{file.id}/{name}")


operations: tuple[Operation[Any], ...] = (upload,)
