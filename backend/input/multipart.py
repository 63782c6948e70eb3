"""The parts of a form, as PHP 7.4 reads them; files go to the disk.

What comes before the first boundary and behind the last does not count, lines may end in LF alone, a quote may be a
single one, and the last part need not be closed: a text is then what is there, a file is empty, because nobody knows
whether it is whole. A form without a boundary has no parts.

FormError     the form has more than it may have
"""

from collections.abc import AsyncIterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from starlette.datastructures import FormData, Headers, UploadFile

from config.php.multipart import boundary_of, disposition
from config.php.requests import MOST_FIELDS, MOST_FILES

_SPOOLED = 1024 * 1024
_LONGEST_LINE = 8 * 1024
_MOST_HEADERS = 64


class FormError(ValueError):
    """A form that has more than it may have; the message says of what."""


class FileArray(UploadFile):
    """A file under a name like ``dataset[]``: PHP has a list there, which it takes for a broken file."""


async def read_multipart(
    content_type: str, chunks: AsyncIterator[bytes], largest_text: int, *, first_only: bool = False
) -> list[tuple[str, UploadFile | str]]:
    """Read a form that has parts. Returns names and values in order; files are open, at their beginning. Raises
    FormError: too many fields or files, or too large a field.

    Args:
        content_type: The header's value.
        chunks: Of the body, which is read to its end.
        largest_text: Bytes that a field may have.
        first_only: Leave out fields and files that are too many, as PHP does.
    """
    boundary = boundary_of(content_type)
    body = _Lines(chunks)
    parts: list[tuple[str, UploadFile | str]] = []
    try:
        while boundary is not None and await body.next_part(boundary):
            headers = await body.headers()
            names = disposition(headers.get("content-disposition", ""))
            name, file_name = names.get("name"), names.get("filename")
            if file_name is not None:
                if sum(isinstance(part, UploadFile) for _, part in parts) == MOST_FILES:
                    if first_only:
                        continue
                    raise FormError(f"A form has at most {MOST_FILES} files")
                file = await _file(body, headers, file_name, array="[" in (name or ""))
                parts.append(((name or "").partition("[")[0], file))
            elif name is not None:
                if sum(isinstance(part, str) for _, part in parts) == MOST_FIELDS:
                    if first_only:
                        continue
                    raise FormError(f"A form has at most {MOST_FIELDS} fields")
                parts.append((name, await _text(body, largest_text)))
            elif "content-disposition" in headers:
                break  # PHP reads no further than such a part
        await body.drain()
    except BaseException:
        await FormData(parts).close()
        raise
    return parts


def text(data: bytes) -> str:
    """The text of a field: PHP leaves out the bytes that are no UTF-8. ``data``: as it was sent."""
    return data.decode("utf-8", "ignore")


async def _text(body: "_Lines", largest: int) -> str:
    data = bytearray()
    async for chunk in body.content():
        data += chunk
        if len(data) > largest:
            raise FormError(f"A field has at most {largest} bytes")
    return text(bytes(data))


async def _file(body: "_Lines", headers: Mapping[str, str], name: str, *, array: bool) -> UploadFile:
    spooled = cast(BinaryIO, SpooledTemporaryFile(max_size=_SPOOLED))  # noqa: SIM115  # the caller closes it
    described = Headers({"content-type": headers.get("content-type", "")})
    file = (FileArray if array else UploadFile)(spooled, size=0, filename=name, headers=described)
    try:
        async for chunk in body.content():
            await file.write(chunk)
        await file.seek(0)
        if body.cut:
            spooled.truncate()
            file.size = 0
    except BaseException:
        await file.close()
        raise
    return file


class _Lines:
    """A body that is read by lines and by contents of parts."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._held = bytearray()
        self._end = b""
        self.cut = False
        """The content that was read last is not closed."""

    async def next_part(self, boundary: bytes) -> bool:
        """Go behind the next line that is the boundary; False at the end."""
        self._end = b"\n--" + boundary
        while (line := await self._line()) is not None:
            if line == self._end[1:]:
                return True
        return False

    async def headers(self) -> Mapping[str, str]:
        """The headers of a part, by name in lower case; the first of each counts."""
        found: dict[str, str] = {}
        name = ""
        for _ in range(_MOST_HEADERS):
            line = await self._line()
            if not line:
                break
            shown = line.decode("utf-8", "replace")
            if shown[0].isspace():
                if name:
                    found[name] += shown
                continue
            key, _, value = shown.partition(":")
            name = key.lower() if key.lower() not in found else ""
            if name:
                found[name] = value.strip()
        return found

    async def content(self) -> AsyncIterator[bytes]:
        """The content of a part; its boundary's line is read next."""
        end = self._end
        self.cut = False
        while (at := self._held.find(end)) < 0:
            # The boundary may have begun, with the CR before it.
            if len(self._held) > len(end):
                yield self._take(len(self._held) - len(end))
            if not await self._fill():
                self.cut = True
                yield self._take(len(self._held))
                return
        yield self._take(at).removesuffix(b"\r")
        del self._held[:1]

    async def drain(self) -> None:
        """Read the body to its end."""
        while await self._fill():
            self._held.clear()

    async def _line(self) -> bytes | None:
        """The next line, up to a NUL; None for one that does not end."""
        while (at := self._held.find(b"\n")) < 0:
            if len(self._held) > _LONGEST_LINE:
                return self._take(_LONGEST_LINE).partition(b"\0")[0]
            if not await self._fill():
                return None
        line = self._take(at)
        del self._held[:1]
        return line.removesuffix(b"\r").partition(b"\0")[0]

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    async def _fill(self) -> bool:
        async for chunk in self._chunks:
            self._held += chunk
            return True
        return False
