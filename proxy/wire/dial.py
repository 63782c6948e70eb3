"""Connecting to a side by any of its addresses."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from typing import Final

import httpx

from proxy.wire.connection import Wire

# Seconds that addresses are known, and until the next one is tried beside the one before it.
_KNOWN: Final = 10.0
_STAGGER: Final = 0.25


class Dial:
    """Where a side is. ``made``: makes the wire of a connection."""

    def __init__(self, url: httpx.URL, made: Callable[[], Wire]) -> None:
        self._host = url.raw_host.decode("ascii")
        self._port = url.port or (443 if url.scheme == "https" else 80)
        self._made = made
        self._tls: ssl.SSLContext | None = None
        if url.scheme == "https":
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        self._addresses: list[str] = []
        self._known_until = 0.0
        self._looking = asyncio.Lock()

    async def connect(self) -> Wire:
        """A new connection. Raises httpx.ConnectError: None came about."""
        try:
            addresses = await self._looked_up()
            return await (self._at(addresses[0]) if len(addresses) == 1 else self._at_any(addresses))
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise httpx.ConnectError(f"cannot connect to {self._host}:{self._port}: {why}") from error

    async def _looked_up(self) -> list[str]:
        if _is_address(self._host):
            return [self._host]
        loop = asyncio.get_running_loop()
        async with self._looking:
            if loop.time() >= self._known_until:
                found = await loop.getaddrinfo(
                    self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
                )
                self._addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
                self._known_until = loop.time() + _KNOWN
        addresses = self._addresses
        # Each has its turn to be the first.
        self._addresses = [*addresses[1:], *addresses[:1]]
        return addresses

    async def _at(self, address: str) -> Wire:
        # The names of certificates end without a dot.
        name = self._host.rstrip(".") if self._tls is not None else None
        _, wire = await asyncio.get_running_loop().create_connection(
            self._made, address, self._port, ssl=self._tls, server_hostname=name
        )
        return wire

    async def _at_any(self, addresses: list[str]) -> Wire:
        """The first connection that comes about; a further address is tried when those before it fail or take long."""
        loop = asyncio.get_running_loop()
        tries: list[asyncio.Task[Wire]] = []
        made: Wire | None = None
        try:
            while True:
                if len(tries) < len(addresses):
                    tries.append(loop.create_task(self._at(addresses[len(tries)]), name="connect"))
                    patience = _STAGGER if len(tries) < len(addresses) else None
                under_way = [one for one in tries if not one.done()]
                if under_way:
                    await asyncio.wait(under_way, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                for one in tries:
                    if one.done() and one.exception() is None:
                        made = one.result()
                        return made
                if len(tries) == len(addresses) and all(one.done() for one in tries):
                    return await tries[-1]
        finally:
            for one in tries:
                one.cancel()
            for lost in await asyncio.gather(*tries, return_exceptions=True):
                if isinstance(lost, Wire) and lost is not made:
                    lost.close()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
