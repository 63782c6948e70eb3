"""Who the client is, and what the sides are told of it: ``Forwarded`` and ``X-Forwarded-*``, set fresh.

What a client writes there itself is dropped, unless it is a load balancer that the settings trust: PHP builds
addresses and decisions from these fields.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from proxy.inbound.guard import OF_THE_PROXY

_FIELDS: Final = OF_THE_PROXY - {b"x-request-id", b"parity-hop"}
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SCHEMES: Final = (b"http", b"https")

Pairs = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from. ``address``: the client's address, behind all trusted proxies. ``headers``: the
    request's pairs with fresh forwarding fields at their end.
    """

    address: str
    headers: Pairs


class Forwarding:
    """Reads and writes the forwarding fields. ``trusted``: addresses and networks of proxies whose fields are
    believed.
    """

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self._networks = tuple(ipaddress.ip_network(network) for network in trusted)

    def of(self, headers: Sequence[tuple[bytes, bytes]], peer: str, scheme: str) -> Origin:
        """Where a request came from.

        Args:
            headers: Its pairs, lower-case names.
            peer: Address of the other end of the connection.
            scheme: ``http`` or ``https``, as it was spoken to us.
        """
        kept: Pairs = []
        named = b""
        for pair in headers:
            if pair[0] not in _FIELDS:
                kept.append(pair)
                if pair[0] == b"host":
                    named = named or pair[1]
        given: dict[bytes, bytes] = {}
        chain: list[str] = []
        standard: list[dict[str, str]] = []
        if self._networks and self._trusts(peer):
            for name, value in headers:
                if name == b"x-forwarded-for":
                    chain += [part.strip() for part in value.decode("latin-1").split(",")]
                elif name == b"forwarded":
                    standard += _elements(value.decode("latin-1"))
                elif name in _FIELDS:
                    given[name] = value
            if standard and not chain:
                # A balancer writes one or the other; of both, the one that most write is believed.
                chain = [element.get("for", "") for element in standard]
                for field, parameter in ((b"x-forwarded-proto", "proto"), (b"x-forwarded-host", "host")):
                    if standard[-1].get(parameter):
                        given.setdefault(field, standard[-1][parameter].encode("latin-1"))
        # From the right, because the left end is whatever the client wrote.
        address = peer
        believed: list[str] = [peer] if peer else []
        for hop in reversed(chain):
            if not self._trusts(address) or not _is_address(hop):
                break
            address = hop
            believed.insert(0, hop)
        proto = given.get(b"x-forwarded-proto", b"").strip().lower()
        proto = proto if proto in _SCHEMES else scheme.encode()
        host = given.get(b"x-forwarded-host") or named
        if believed:
            kept.append((b"x-forwarded-for", ", ".join(believed).encode("latin-1")))
        kept.append((b"x-forwarded-proto", proto))
        kept.append((b"x-forwarded-host", host))
        kept.append((b"forwarded", _element(believed, host, proto)))
        return Origin(address, kept)

    def _trusts(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _elements(value: str) -> list[dict[str, str]]:
    """The elements of ``Forwarded`` (RFC 7239): who asked, by which scheme and for which host, one per hop."""
    found: list[dict[str, str]] = [{}]
    for part, end in _parts(value):
        name, equals, text = part.strip(" \t").partition("=")
        if equals and _TOKEN.fullmatch(name):
            if text.startswith('"'):
                text = re.sub(r"\\(.)", r"\1", text[1:-1])
            found[-1].setdefault(name.lower(), _address(text) if name.lower() == "for" else text)
        if end == ",":
            found.append({})
    return [element for element in found if element]


def _parts(value: str) -> Iterator[tuple[str, str]]:
    """What stands between the separators, each with the one behind it; a quotation that does not end is dropped."""
    start, quoted, escaped = 0, False, False
    for at, character in enumerate(value):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character in ";," and not quoted:
            yield value[start:at], character
            start = at + 1
    if not quoted:
        yield value[start:], ""


def _address(node: str) -> str:
    """The address of a node, without its port: ``[::1]:80``, ``10.0.0.1:80``."""
    if node.startswith("["):
        return node[1:].partition("]")[0]
    return node.partition(":")[0] if node.count(":") == 1 else node


def _element(chain: Sequence[str], host: bytes, proto: bytes) -> bytes:
    """The value of ``Forwarded`` (RFC 7239): one element per hop, host and scheme at the first."""
    quoted = host.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    nodes = [(f'for="[{hop}]"' if ":" in hop else f"for={hop}").encode("latin-1") for hop in chain]
    nodes = nodes or [b"for=unknown"]
    nodes[0] += b';host="' + quoted + b'";proto=' + proto
    return b", ".join(nodes)
