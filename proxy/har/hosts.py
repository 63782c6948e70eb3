"""Hosts in URLs of HAR files: the port that a scheme has anyway does not make another host."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final[Mapping[str, int]] = MappingProxyType({"http": 80, "https": 443})


def names(url: str) -> set[str]:
    """The ways to say whose a URL is: the host alone, and with its port. Raises ValueError: it is no URL."""
    host, port = _split(url)
    return {host, host.strip("[]")} | ({f"{host}:{port}"} if port is not None else set())


def host_of(url: str) -> str:
    """The host of a URL, with its port where that is not the scheme's. Raises ValueError: it is no URL."""
    host, port = _split(url)
    return host if port in (None, _PORTS.get(urlsplit(url).scheme)) else f"{host}:{port}"


def plain(url: str) -> str:
    """A URL without the port that its scheme has anyway, so that one host has one name; else byte for byte. Raises
    ValueError: it is no URL.
    """
    parts = urlsplit(url)
    standard = _PORTS.get(parts.scheme)
    if standard is None or parts.port != standard:
        return url
    scheme, separator, rest = url.partition("://")
    authority = parts.netloc
    return f"{scheme}{separator}{authority.rpartition(':')[0]}{rest.removeprefix(authority)}"


def _split(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    name = parts.hostname or ""
    return f"[{name}]" if ":" in name else name, parts.port or _PORTS.get(parts.scheme)
