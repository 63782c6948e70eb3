"""Odd requests go to one's own servers."""

import socket
from typing import Any

import pytest

from proxy.checking.check import CheckError
from proxy.exploring.operated import check_operated, is_near


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.1.1",
        "::1",
        "fd00::1",
        "fe80::1%1",
    ],
)
def test_loopback_and_private_addresses_are_near(address: str) -> None:
    """So are mapped ones."""
    assert is_near(address)
    assert "." not in address or is_near(f"::ffff:{address}")


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "0.0.0.0", "100.64.0.1", "2001:db8::1", "::ffff:8.8.8.8"]
)
def test_others_are_not(address: str) -> None:
    """Also the one that means any."""
    assert not is_near(address)


def test_a_server_near_by_is_asked() -> None:
    """By name, too."""
    check_operated("http://localhost:8000", operated=False)
    check_operated("http://[::1]:8000/", operated=False)


def test_another_server_is_asked_by_who_operates_it() -> None:
    """The refusal says what to give."""
    with pytest.raises(CheckError, match=r"8\.8\.8\.8.*--i-operate-this-server"):
        check_operated("https://8.8.8.8/", operated=False)
    check_operated("https://8.8.8.8/", operated=True)


def test_one_far_address_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of them is asked nobody knows."""

    def both(*arguments: object, **options: object) -> list[Any]:
        return [(0, 0, 0, "", (address, 0)) for address in ("127.0.0.1", "9.9.9.9")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(CheckError, match=r"9\.9\.9\.9"):
        check_operated("http://php.test", operated=False)


def test_a_name_without_an_address_is_told() -> None:
    """Not a traceback."""
    with pytest.raises(CheckError, match="has no address"):
        check_operated("http://nowhere.invalid", operated=False)
