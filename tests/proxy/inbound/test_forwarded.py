"""What the sides are told of the client."""

import pytest

from proxy.inbound.forwarded import Forwarding

HOST = (b"host", b"openml.test")


def told(headers: list[tuple[bytes, bytes]], peer: str, trusted: tuple[str, ...] = ()) -> dict[bytes, bytes]:
    """The forwarding fields."""
    origin = Forwarding(trusted).of([HOST, *headers], peer, "http")
    return {name: value for name, value in origin.headers if name != b"host"} | {
        b"client": origin.address.encode()
    }


def test_they_are_made_from_the_connection() -> None:
    """When nobody is trusted."""
    assert told([], "192.0.2.1") == {
        b"x-forwarded-for": b"192.0.2.1",
        b"x-forwarded-proto": b"http",
        b"x-forwarded-host": b"openml.test",
        b"forwarded": b'for=192.0.2.1;host="openml.test";proto=http',
        b"client": b"192.0.2.1",
    }


@pytest.mark.parametrize(
    "name", [b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"forwarded", b"x-real-ip"]
)
def test_a_client_cannot_speak_for_itself(name: bytes) -> None:
    """What it writes there is dropped."""
    assert told([(name, b"evil")], "192.0.2.1") == told([], "192.0.2.1")


def test_a_trusted_proxy_is_believed() -> None:
    """It knows the client and how it came."""
    headers = [
        (b"x-forwarded-for", b"198.51.100.7"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"www.openml.test"),
    ]
    found = told(headers, "10.0.0.1", ("10.0.0.0/8",))
    assert found[b"x-forwarded-for"] == b"198.51.100.7, 10.0.0.1"
    assert (found[b"client"], found[b"x-forwarded-proto"]) == (b"198.51.100.7", b"https")
    assert found[b"forwarded"] == b'for=198.51.100.7;host="www.openml.test";proto=https, for=10.0.0.1'


def test_only_the_trusted_end_of_a_chain_is_believed() -> None:
    """The left end is whatever the client wrote."""
    headers = [(b"x-forwarded-for", b"1.2.3.4, 198.51.100.7, 10.0.0.2")]
    found = told(headers, "10.0.0.1", ("10.0.0.0/8",))
    assert found[b"client"] == b"198.51.100.7"
    assert found[b"x-forwarded-for"] == b"198.51.100.7, 10.0.0.2, 10.0.0.1"


def test_addresses_of_version_6_are_quoted() -> None:
    """As RFC 7239 wants it."""
    assert told([], "2001:db8::1")[b"forwarded"].startswith(b'for="[2001:db8::1]"')


@pytest.mark.parametrize(
    ("value", "address", "proto", "host"),
    [
        (b"for=203.0.113.7;proto=https;host=api.test", "203.0.113.7", b"https", b"api.test"),
        (b'For="[2001:db8::1]:4711"; Proto=HTTPS', "2001:db8::1", b"https", b"h"),
        (b"for=198.51.100.9, for=10.0.0.2;proto=https", "198.51.100.9", b"https", b"h"),
        (b'for=1.2.3.4, for="203.0.113.7:80"', "203.0.113.7", b"http", b"h"),
        (b"for=_hidden;proto=gopher", "10.0.0.1", b"http", b"h"),
        (b'for="10.0', "10.0.0.1", b"http", b"h"),
        (b";;,,=", "10.0.0.1", b"http", b"h"),
    ],
)
def test_the_standard_field_of_a_trusted_proxy_is_read(
    value: bytes, address: str, proto: bytes, host: bytes
) -> None:
    """RFC 7239, where the balancer writes that one; from the right, and what is broken says nothing."""
    origin = Forwarding(["10.0.0.0/8"]).of([(b"host", b"h"), (b"forwarded", value)], "10.0.0.1", "http")
    told = dict(origin.headers)
    assert (origin.address, told[b"x-forwarded-proto"], told[b"x-forwarded-host"]) == (address, proto, host)


def test_the_standard_field_of_anybody_else_is_dropped() -> None:
    """What it says is not passed on either."""
    origin = Forwarding(["10.0.0.0/8"]).of(
        [(b"host", b"h"), (b"forwarded", b"for=1.2.3.4")], "192.0.2.1", "http"
    )
    assert (origin.address, b"1.2.3.4" in b" ".join(value for _, value in origin.headers)) == (
        "192.0.2.1",
        False,
    )
