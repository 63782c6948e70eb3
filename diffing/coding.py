"""Content codings (RFC 9110 section 8.4) undone, in the one place where it is done: bounded, and never guessed at."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Protocol

import brotli

from diffing.model import Headers, Observation

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

MOST: Final = 64 * 1024 * 1024
"""Most bytes that a body is expanded to."""

NAME: Final = "content-encoding"
_MOST_CODINGS: Final = 8
_MOST_MEMBERS: Final = 1000
_CHUNK: Final = 1 << 16


class Unreadable(ValueError):
    """A content coding cannot be undone; the message says why."""


class _Stream(Protocol):
    """What the streams of zlib and zstd have in common."""

    @property
    def eof(self) -> bool:
        """The end of a member is reached."""

    @property
    def unused_data(self) -> bytes:
        """What is behind it."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Expand to no more than so many bytes."""


def codings(headers: Headers) -> tuple[str, ...]:
    """The codings of a body in the order in which they were applied."""
    named = [part for name, value in headers if name.lower() == NAME for part in value.split(",")]
    return tuple(coding for part in named if (coding := part.strip().lower()) not in ("", "identity"))


def plain(observation: Observation, most: int = MOST) -> Observation:
    """An answer without its content codings.

    ``observation``: the answer; one with an error stays as it is, for its body is not whole. ``most``: most bytes of
    its body, also in between. Raises Unreadable: a coding is unknown, its bytes are damaged, or they expand to more.
    """
    applied = codings(observation.headers)
    if not applied or observation.error is not None:
        return observation
    if len(applied) > _MOST_CODINGS:
        raise Unreadable(f"{len(applied)} content codings, more than {_MOST_CODINGS}")
    body = observation.body
    # An answer to HEAD, a 204 and a 304 have the header and nothing that is coded.
    for coding in reversed(applied) if body else ():
        undo = _UNDO.get(coding)
        if undo is None:
            raise Unreadable(f"content coding: {coding[:40]} is not known")
        try:
            body = undo(body, most)
        except (zlib.error, ZstdError, brotli.error) as error:
            raise Unreadable(f"content coding: {coding}: {error}") from error
    headers = tuple(pair for pair in observation.headers if pair[0].lower() != NAME)
    return replace(observation, headers=headers, body=body)


def readable(observation: Observation, most: int = MOST) -> Observation:
    """An answer without its content codings, or as it is where they cannot be undone."""
    try:
        return plain(observation, most)
    except Unreadable:
        return observation


def _members(body: bytes, most: int, make: Callable[[], _Stream]) -> bytes:
    """All members (gzip) or frames (zstd) of a body, one behind the other; zeros behind the last are padding."""
    found = bytearray()
    for _ in range(_MOST_MEMBERS):
        stream = make()
        found += stream.decompress(body, most + 1 - len(found))
        if len(found) > most:
            raise Unreadable(f"content coding: more than {most} bytes")
        if not stream.eof:
            raise Unreadable("content coding: the body is cut")
        body = stream.unused_data
        if not body.strip(b"\0"):
            return bytes(found)
    raise Unreadable(f"content coding: more than {_MOST_MEMBERS} members")


def _gzip(body: bytes, most: int) -> bytes:
    return _members(body, most, lambda: zlib.decompressobj(zlib.MAX_WBITS | 16))


def _deflate(body: bytes, most: int) -> bytes:
    """With zlib's frame (RFC 9110 section 8.4.1.2), or without it, as some servers send it and browsers read it."""
    try:
        return _members(body, most, zlib.decompressobj)
    except zlib.error:
        return _members(body, most, lambda: zlib.decompressobj(-zlib.MAX_WBITS))


def _zstd(body: bytes, most: int) -> bytes:
    return _members(body, most, ZstdDecompressor)


def _brotli(body: bytes, most: int) -> bytes:
    stream = brotli.Decompressor()
    found = bytearray()
    while not stream.is_finished():
        chunk = stream.process(body, output_buffer_limit=_CHUNK)
        found += chunk
        body = b""
        if len(found) > most:
            raise Unreadable(f"content coding: more than {most} bytes")
        if not chunk and not stream.is_finished():
            raise Unreadable("content coding: the body is cut")
    return bytes(found)


_UNDO: Final[Mapping[str, Callable[[bytes, int], bytes]]] = MappingProxyType(
    {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
)
