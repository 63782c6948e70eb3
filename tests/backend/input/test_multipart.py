"""Forms that have parts: what PHP reads of them, however they are cut."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.datastructures import UploadFile

from backend.input.multipart import FormError, read_multipart
from backend.input.uploads import ARRAY, EMPTY, file_problem
from config.php.requests import MOST_FIELDS, MOST_FILES

pytestmark = pytest.mark.anyio

TYPE = "multipart/form-data; boundary=b"
FIELD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1'
FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n\r\n1'


async def read(
    body: bytes, content_type: str = TYPE, *, size: int = 1 << 16, largest: int = 1 << 20
) -> list[tuple[str, str]]:
    """The parts of a form whose body comes in pieces of a size; files as name, problem or content."""

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), size):
            yield body[at : at + size]

    found = []
    for name, part in await read_multipart(content_type, chunks(), largest):
        if isinstance(part, UploadFile):
            content = file_problem(part) or (await part.read()).decode()
            found.append((name, f"{part.filename}|{part.content_type}|{content}"))
            await part.close()
        else:
            found.append((name, part))
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 16])
async def test_parts_are_found_wherever_the_body_is_cut(size: int) -> None:
    """Boundaries that lie across pieces, and what only looks like one."""
    content = b"\r\n--\r\n-b\r\n--B\r\r\n\n--\x00"
    body = (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\nContent-Type: a/b\r\n\r\n'
        + content
        + b"\r\n"
        + FIELD
        + b"\r\n--b--\r\n"
    )
    assert await read(body, size=size) == [("f", f"x.bin|a/b|{content.decode()}"), ("a", "1")]


@pytest.mark.parametrize(
    ("body", "content_type", "parts"),
    [
        (b"before\r\n" + FIELD + b"\r\n--b--\r\nbehind", TYPE, [("a", "1")]),
        ((FIELD + b"\r\n--b--\r\n").replace(b"\r\n", b"\n"), TYPE, [("a", "1")]),
        (FIELD, TYPE, [("a", "1")]),
        (FILE, TYPE, [("f", f"x.txt||{EMPTY}")]),
        (FIELD + b"\r\n" + FIELD.replace(b"1", b"2") + b"\r\n--b--", TYPE, [("a", "1"), ("a", "2")]),
        (FIELD + b"\r\n--b--", 'multipart/form-data; boundary="b"', [("a", "1")]),
        (FIELD.replace(b"--b", b"--b q"), 'MULTIPART/form-data; Boundary="b q"; x=y', [("a", "1")]),
        (FIELD, "multipart/form-data; boundary=b, x", [("a", "1")]),
        (FIELD, "multipart/form-data", []),
        (b"", TYPE, []),
        (b"x", TYPE, []),
        (FIELD.replace(b'"a"', b"'a'"), TYPE, [("a", "1")]),
        (FIELD.replace(b'"a"', b"a"), TYPE, [("a", "1")]),
        (FIELD.replace(b'"a"', b'"a;b"'), TYPE, [("a;b", "1")]),
        (FIELD.replace(b'"a"', rb'"a\\\"b"'), TYPE, [('a\\"b', "1")]),
        (FIELD.replace(b"Content-Disposition: ", b"content-disposition:"), TYPE, [("a", "1")]),
        (FIELD.replace(b'; name="a"', b';\r\n name="a"'), TYPE, [("a", "1")]),
        (FIELD.replace(b'"a"', b'"a[]"'), TYPE, [("a[]", "1")]),
        (FIELD.replace(b"1", b"caf\xe9"), TYPE, [("a", "caf")]),
        (FIELD.replace(b"1", b"\xc3\xbc\x00"), TYPE, [("a", "\u00fc\x00")]),
        (FILE.replace(b"x.txt", b"nul\x00.txt") + b"\r\n--b--", TYPE, [("f", "nul||1")]),
        (FILE.replace(b"x.txt", b'a"b.txt') + b"\r\n--b--", TYPE, [("f", "a||1")]),
        (FILE.replace(b"x.txt", b"") + b"\r\n--b--", TYPE, [("f", f"||{EMPTY}")]),
        (FILE.replace(b'"f"', b'"f[0]"') + b"\r\n--b--", TYPE, [("f", f"x.txt||{ARRAY}")]),
        # An extended file name is none, so that the part is a field.
        (FILE.replace(b"filename=", b"filename*=") + b"\r\n--b--", TYPE, [("f", "1")]),
        (b"--b\r\nX: y\r\n\r\nno part\r\n" + FIELD, TYPE, [("a", "1")]),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\nz\r\n" + FIELD, TYPE, []),
    ],
)
async def test_what_php_reads_is_read(body: bytes, content_type: str, parts: list[tuple[str, str]]) -> None:
    """Recordings live.http.bodies and live.data.filenames, and what PHP's code says beside them."""
    assert await read(body, content_type) == parts


@pytest.mark.parametrize(
    ("part", "most", "told"), [(FIELD, MOST_FIELDS, "fields"), (FILE, MOST_FILES, "files")]
)
async def test_a_form_has_no_more_parts_than_php_takes(part: bytes, most: int, told: str) -> None:
    """PHP leaves out what is more, silently."""
    assert len(await read((part + b"\r\n") * most + b"--b--")) == most
    with pytest.raises(FormError, match=f"at most {most} {told}"):
        await read((part + b"\r\n") * (most + 1) + b"--b--")


async def test_a_field_is_held_in_memory_and_has_an_end() -> None:
    """Files go to the disk."""
    assert await read(FIELD + b"1" * 99, largest=100) == [("a", "1" * 100)]
    with pytest.raises(FormError, match="at most 100 bytes"):
        await read(FIELD + b"1" * 100, largest=100)


async def test_headers_without_end_are_cut() -> None:
    """A line is read in pieces, and a part has so many headers only."""
    assert await read(b"--b\r\n" + b"x: y\r\n" * 100_000) == []
    assert await read(b"--b\r\n" + b"x" * 1_000_000) == []
