"""Uploaded files as PHP looks at them (legacy notes, task 0.8)."""

from starlette.datastructures import FormData, UploadFile

from backend.input.multipart import FileArray

MISSING = "File meta-info is missing."
EMPTY = "Filesize is 0 bytes, which is not allowed."
ARRAY = "Upload Error Array: Undefined error code"


def file_problem(part: UploadFile | str | None) -> str | None:
    """What is wrong with a part of a form that should be a file. Returns PHP's reason; None when it is a file with
    content.
    """
    if not isinstance(part, UploadFile):
        return MISSING
    if isinstance(part, FileArray):
        return ARRAY
    # A part with a file name and nothing in it; PHP calls a file without a name empty too.
    return None if part.size and part.filename else EMPTY


def form_file(form: FormData, name: str) -> UploadFile | None:
    """The last file of a form under a name; PHP keeps files apart from fields. ``name``: of the part."""
    return next((part for part in reversed(form.getlist(name)) if isinstance(part, UploadFile)), None)


def form_text(form: FormData, name: str) -> str | None:
    """The last field of a form under a name."""
    return next((part for part in reversed(form.getlist(name)) if isinstance(part, str)), None)
