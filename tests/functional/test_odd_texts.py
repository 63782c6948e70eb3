"""Texts that a column cannot hold, in every place of every write: refused, or stored as PHP's session stores them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from proxy.message.translation import Translation
from tests.backend.conftest import Writable, writable
from tests.functional.test_identical_writes import WRITES

__all__ = ["writable"]

pytestmark = pytest.mark.anyio

TREE = "\U0001f332".encode()  # four bytes, which no column of the legacy schema holds
ODD = {
    "four bytes": TREE,
    "very long": b"x" * 70_000,
    "no character": b"\xff",
    "quote": b"'\\\"",
    "capital sharp s": "\u1e9e".encode(),
}
_TEXT = re.compile(rb"(?<=>)[^<>\s][^<>]*(?=</oml:)")


def damaged(write: Translation, odd: bytes) -> Iterator[bytes]:
    """The body with the text in each of its places."""
    kind = next((value for name, value in write.headers if name.lower() == "content-type"), "")
    if kind.startswith("application/x-www-form-urlencoded"):
        fields = write.body.split(b"&")
        coded = b"".join(b"%%%02X" % byte for byte in odd)
        for index, field in enumerate(fields):
            if not field.startswith(b"api_key="):
                yield b"&".join([*fields[:index], field + coded, *fields[index + 1 :]])
    else:
        for found in _TEXT.finditer(write.body):
            yield write.body[: found.end()] + odd + write.body[found.end() :]


@pytest.mark.parametrize("name", ODD)
async def test_no_odd_text_is_a_failure(writable: Writable, name: str) -> None:
    """Each is an answer of the API, on both kinds of database."""
    failed = []
    for route, write in WRITES.items():
        headers = [pair for pair in write.headers if pair[0].lower() not in ("host", "content-length")]
        for body in damaged(write, ODD[name]):
            answer = await writable.http.request(
                write.method, write.target.decode("latin-1"), headers=headers, content=body
            )
            if answer.status_code >= 500:
                failed.append((route, answer.status_code, body[-300:]))
    assert failed == []
