"""Whom odd requests may be sent to: servers near by, or those that whoever asks operates."""

import ipaddress
import socket
from typing import Final

import httpx

from proxy.checking.check import CheckError, check_side

OPTION: Final = "--i-operate-this-server"
_NEAR: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)


def is_near(address: str) -> bool:
    """Whether an address is loopback, private or of this link. ``address``: an address of version 4 or 6, perhaps with
    a zone.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    meant = found if mapped is None else mapped
    return any(meant in network for network in _NEAR if network.version == meant.version)


def check_operated(url: str, *, operated: bool) -> None:
    """Refuse a server that may be somebody else's.

    ``url``: URL of a side. ``operated``: whoever asks has said that the server is theirs. Raises CheckError: it is no
    URL, or one of the addresses of its host is neither loopback nor private, or it has none.
    """
    check_side(url)
    host = httpx.URL(url).host
    if operated:
        return
    try:
        found = {str(item[4][0]) for item in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise CheckError(f"{host} has no address: {error}") from error
    far = sorted(address for address in found if not is_near(address))
    if far:
        raise CheckError(
            f"{host} ({far[0]}) is neither loopback nor private; odd requests go to one's own servers only: "
            f"give {OPTION} if it is yours"
        )
