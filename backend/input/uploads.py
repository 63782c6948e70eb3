"""Uploaded files as PHP looks at them (legacy notes, task 0.8)."""

from starlette.datastructures import UploadFile

MISSING = "File meta-info is missing."
EMPTY = "Filesize is 0 bytes, which is not allowed."


def file_problem(part: UploadFile | str | None) -> str | None:
    """What is wrong with a part of a form that should be a file.

    Args:
        part: As the form has it.

    Returns:
        PHP's reason; None when it is a file with content.
    """
    if not isinstance(part, UploadFile):
        return MISSING
    # A part with a file name and nothing in it; PHP calls a file without a name empty too.
    return None if part.size and part.filename else EMPTY
