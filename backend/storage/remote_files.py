"""Files at addresses that clients name: read once, within limits, and never from the backend's own network.

A client must not be able to have the backend ask what only the backend can reach; so every address that a name
stands for, and every hop of a redirect, must be a public one (unless the settings allow others).

RemoteFileError     the file cannot be read
└── Unmeasured      its server does not tell its size or type
"""

import asyncio
import hashlib
import ipaddress
import os
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from backend.storage.interface import storing

SECONDS = 30.0
"""For the whole file; PHP's scripts have that long (legacy notes, data 1.5)."""
HOPS = 5
_CHUNK = 256 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)


# An address of version 4 in one of version 6: 6to4, NAT64 (also of local use), Teredo, mapped and compatible ones.
_EMBEDDING = tuple(
    map(
        ipaddress.ip_network,
        (
            "2002::/16",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2001::/32",
            "::ffff:0:0/96",
            "::ffff:0:0:0/96",
            "::/96",
        ),
    )
)
_ISATAP = (0x00005EFE, 0x02005EFE)


class RemoteFileError(Exception):
    """The file cannot be read; the message says why."""


class Unmeasured(RemoteFileError):
    """Its server does not tell its size or type."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """What was found at an address.

    Args:
        local: A copy, as long as it is being looked at.
        size: In bytes, as its server says.
        mime_type: As its server says.
        md5: Checksum, as hexadecimal digits.
    """

    local: Path
    size: int
    mime_type: str
    md5: str


class BytePace:
    """Lets only so many bytes a second come, of all files together: reading them takes time of the event loop."""

    def __init__(self, bytes_per_second: int) -> None:
        self._bytes_per_second = bytes_per_second
        self._free = 0.0

    async def turn(self, size: int) -> None:
        """Wait as long as those bytes take, and all that came before them."""
        now = time.monotonic()
        self._free = max(self._free, now) + size / self._bytes_per_second
        await asyncio.sleep(self._free - now)


class _Resolver(AbstractResolver):
    """Looks names up, and leaves out what may not be asked."""

    def __init__(self, threads: Executor | None, *, private: bool) -> None:
        self._threads = threads
        self._private = private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        )
        usable = [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
            if self._private or is_public(ipaddress.ip_address(address[0]))
        ]
        if not usable:
            raise RemoteFileError(f"{host} is not a public address")
        return usable

    async def close(self) -> None:
        """The threads are somebody else's."""


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is of the public internet, and says so itself.

    One that holds an address of version 4 is not: what a gateway makes of it, the backend cannot know.
    """
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    embedded = any(address in network for network in _EMBEDDING) or (int(address) >> 32) % 2**32 in _ISATAP
    return not embedded and not address.is_site_local


@asynccontextmanager
async def remote_file(
    url: str,
    *,
    largest: int,
    private: bool = False,
    threads: Executor | None = None,
    pace: BytePace | None = None,
) -> AsyncIterator[RemoteFile]:
    """Read the file at an address. Yields the file; its copy is deleted afterwards.

    Args:
        url: Absolute, ``http`` or ``https``.
        largest: Bytes that it may have.
        private: Whether it may be in the backend's own network.
        threads: Look names up and write; None for those of the event loop.
        pace: Of all files together; None for as fast as they come.

    Raises:
        RemoteFileError: It cannot be read.
        StorageUnavailable: There is no room for a copy.
    """
    descriptor, name = tempfile.mkstemp(prefix="remote-")
    copy = Path(name)
    try:
        with storing(), os.fdopen(descriptor, "wb") as target:
            try:
                async with asyncio.timeout(SECONDS):
                    found = await _read(url, _FileCopy(copy, target, largest, threads, pace), private=private)
            except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
                message = f"{url} cannot be read: its server cannot be reached, or takes too long"
                raise RemoteFileError(message) from error
        yield found
    finally:
        copy.unlink(missing_ok=True)


class _FileCopy:
    """The copy of a file, while it is written; in threads, for the event loop has others to serve."""

    def __init__(
        self, path: Path, target: IO[bytes], largest: int, threads: Executor | None, pace: BytePace | None
    ) -> None:
        self.path = path
        self.threads = threads
        self._target = target
        self._largest = largest
        self._size = 0
        self._digest = hashlib.md5(usedforsecurity=False)
        self._pace = pace

    async def add(self, url: str, chunk: bytes) -> None:
        """Write the next bytes."""
        self._size += len(chunk)
        if self._size > self._largest:
            raise RemoteFileError(f"{url} has more than {self._largest} bytes")
        if self._pace is not None:
            await self._pace.turn(len(chunk))
        with storing():
            await asyncio.get_running_loop().run_in_executor(self.threads, self._write, chunk)

    def md5(self) -> str:
        """Of what was written."""
        return self._digest.hexdigest()

    def _write(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self._target.write(chunk)


async def _read(url: str, copy: _FileCopy, *, private: bool) -> RemoteFile:
    resolver = _Resolver(copy.threads, private=private)
    connector = aiohttp.TCPConnector(resolver=resolver, socket_factory=partial(_socket, private))
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        for _ in range(HOPS):
            _check(url, private=private)
            async with session.get(
                url, allow_redirects=False, headers={"Accept-Encoding": "identity"}
            ) as answer:
                if answer.status in _REDIRECTS and "Location" in answer.headers:
                    url = urljoin(url, answer.headers["Location"])
                    continue
                if answer.status != 200:
                    raise RemoteFileError(f"{url} cannot be read: its server answers {answer.status}")
                return await _copied(url, answer, copy)
    raise RemoteFileError(f"{url} cannot be read: it is redirected more than {HOPS} times")


async def _copied(url: str, answer: aiohttp.ClientResponse, copy: _FileCopy) -> RemoteFile:
    async for chunk in answer.content.iter_chunked(_CHUNK):
        await copy.add(url, chunk)
    told, kind = answer.headers.get("Content-Length"), answer.headers.get("Content-Type")
    if told is None or kind is None:
        raise Unmeasured(f"The server of {url} sends no Content-Length or no Content-Type")
    return RemoteFile(copy.path, int(told), kind, copy.md5())


def _socket(private: bool, info: AddrInfoType) -> socket.socket:
    """What connects to an address, if it may: whatever spelling of a host led to it, and whoever read that."""
    family, kind, protocol, _, place = info
    if not private and not is_public(ipaddress.ip_address(place[0])):
        raise RemoteFileError(f"{place[0]} is not a public address")
    return socket.socket(family, kind, protocol)


def _check(url: str, *, private: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RemoteFileError(f"{url} is no web address")
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return  # a name, which the resolver looks at
    if not private and not is_public(address):
        raise RemoteFileError(f"{url} is not a public address")
