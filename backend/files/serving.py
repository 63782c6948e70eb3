"""Stored files as a static server sends them: entity tag, conditions, ranges (RFC 9110)."""

import re
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from backend.problems import ProblemCase

UNSATISFIABLE = ProblemCase("range-not-satisfiable")

_TAG = re.compile(r'(?:W/)?("[^"]*")|\*')
_RANGE = re.compile(r"[ \t]*bytes=[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*", re.IGNORECASE)


def content_type(mime_type: str) -> str:
    """The media type of a row, with the character set that PHP adds to texts. ``mime_type``: as the file table has
    it.
    """
    text = mime_type.lower().startswith("text/") and "charset" not in mime_type.lower()
    return f"{mime_type};charset=UTF-8" if text else mime_type


def is_current(given: str | None, etag: str) -> bool:
    """Whether the client has the file already; compared weakly (RFC 9110, 13.1.2). ``given``: the header
    ``If-None-Match``. ``etag``: of the file, with its quotes.
    """
    return any(match[0] == "*" or match[1] == etag for match in _TAG.finditer(given or ""))


def wanted_range(header: str, size: int) -> tuple[int, int] | None:
    """The first and last byte of a range (RFC 9110, 14.1.2).

    ``header``: the header ``Range``. ``size``: of the file, in bytes. Returns None for what is not one range of bytes
    and is to be ignored; a first byte behind the last one for a range that the file does not have.
    """
    fits = satisfiable(header, size)
    match = _RANGE.fullmatch(header)
    if fits is None or match is None:
        return None
    if not fits:
        return 1, 0
    first, last, suffix = match.groups()
    if suffix is not None:
        return max(size - int(suffix), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def satisfiable(header: str, size: int) -> bool | None:
    """Whether a file has the range that is asked for (RFC 9110, 14.1.2).

    ``header``: the header ``Range``. ``size``: of the file, in bytes. Returns None for what is not one range of bytes
    and is to be ignored, as several at once are here.
    """
    match = _RANGE.fullmatch(header)
    if match is None or len(header) > 100:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return int(suffix) > 0 and size > 0
    if last and int(last) < int(first):
        return None
    return int(first) < size


async def send(request: Request, path: Path, mime_type: str, md5: str) -> Response:
    """The answer that sends a file, all of it or one range.

    ``request``: the request, for its conditions and range. ``md5``: its checksum, which is its entity tag. Returns
    200, 206 or 304. Raises Problem: 416, for a range that the file does not have.
    """
    etag = f'"{md5}"'
    if is_current(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers={"ETag": etag})
    stat = await to_thread.run_sync(path.stat)
    wanted = request.headers.get("range")
    if wanted is not None:
        fits = satisfiable(wanted, stat.st_size)
        if request.headers.get("if-range", etag) != etag or fits is None:
            # The whole file is sent; the response would otherwise read the header itself.
            request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] != b"range"]
        elif not fits:
            raise UNSATISFIABLE.because(
                f"The file has {stat.st_size} bytes; {wanted} is not among them.",
                headers={"Content-Range": f"bytes */{stat.st_size}", "ETag": etag},
            )
    headers = {"ETag": etag, "Content-Type": content_type(mime_type)}
    return FileResponse(path, headers=headers, stat_result=stat)
