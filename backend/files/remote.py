"""Stored files that lie in an object store: sent on, all of it or one range, without being kept here."""

import tempfile
from pathlib import Path

from anyio import to_thread
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backend.files.arff import csv_blocks
from backend.files.serving import UNSATISFIABLE, content_type, is_current, wanted_range
from backend.storage.interface import Storage


async def send_remote(
    request: Request, storage: Storage, path: str, mime_type: str, md5: str
) -> Response | None:
    """The answer that sends a file, all of it or one range. Returns 200, 206 or 304; None when there is no such file.
    Raises Problem: 416, for a range that the file does not have.

    Args:
        request: The request, for its conditions and range.
        path: As the file table has it.
        md5: Its checksum, which is its entity tag.
    """
    etag = f'"{md5}"'
    size = await storage.size(path)
    if size is None:
        return None
    headers = {"ETag": etag, "Accept-Ranges": "bytes"}
    if is_current(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers={"ETag": etag})
    headers["Content-Type"] = content_type(mime_type)
    asked = request.headers.get("range")
    fits = asked is not None and request.headers.get("if-range", etag) == etag
    wanted = wanted_range(asked, size) if asked is not None and fits else None
    if wanted is None:
        headers["Content-Length"] = str(size)
        return StreamingResponse(storage.read(path), headers=headers)
    first, last = wanted
    if first > last:
        raise UNSATISFIABLE.because(
            f"The file has {size} bytes; {asked} is not among them.",
            headers={"Content-Range": f"bytes */{size}", "ETag": etag},
        )
    headers |= {"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(last - first + 1)}
    return StreamingResponse(storage.read(path, first, last), 206, headers)


async def send_remote_csv(storage: Storage, path: str, names: list[str]) -> Response | None:
    """The CSV form of an ARFF file, which is fetched for it. ``path``: as the file table has it. ``names``: of the
    columns. Returns the answer; None when there is no such file.
    """
    if await storage.size(path) is None:
        return None
    _, name = await to_thread.run_sync(tempfile.mkstemp)
    local = Path(name)
    try:
        with local.open("wb") as file:
            async for part in storage.read(path):
                await to_thread.run_sync(file.write, part)
    except BaseException:
        local.unlink()
        raise
    return StreamingResponse(
        csv_blocks(local, names),
        headers={"Content-Type": content_type("text/plain")},
        background=BackgroundTask(local.unlink),
    )
