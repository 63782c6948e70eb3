"""What keeps a client on its side."""

import pytest

from proxy.message.translation import Request
from proxy.rollout.caller import Callers

KEY = "AD000000000000000000000000000000"
FORM = (("content-type", "application/x-www-form-urlencoded"),)


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", f"/datasets/1?api_key={KEY}".encode()),
        Request("GET", f"/datasets/1?a=b&api_key={KEY.lower()}".encode()),
        Request("POST", b"/api/v1/json/data/tag", FORM, f"data_id=1&api_key={KEY}".encode()),
    ],
)
def test_a_key_is_the_same_client_wherever_it_stands(request_: Request) -> None:
    """And in whatever case: the database compares keys so."""
    assert Callers().of(request_, "10.0.0.1") == b"key " + KEY.lower().encode()


def test_without_a_key_it_is_the_address() -> None:
    """Whatever else differs."""
    assert Callers().of(Request("GET", b"/x?api_key="), "10.0.0.1") == b"address 10.0.0.1"


@pytest.mark.parametrize("sticky", ["header:X-Session", "cookie:sid"])
def test_a_chosen_field_comes_before_the_address(sticky: str) -> None:
    """Many clients may share an address."""
    headers = (("x-session", "s1"), ("cookie", "a=b; sid=s1"))
    assert Callers(sticky).of(Request("GET", b"/x", headers), "10.0.0.1") == b"sticky s1"
    assert Callers(sticky).of(Request("GET", b"/x"), "10.0.0.1") == b"address 10.0.0.1"


def test_a_key_never_meets_an_address() -> None:
    """Nobody chooses the side of another by calling himself like him."""
    asked = Request("GET", b"/x?api_key=10.0.0.1")
    assert Callers().of(asked, "x") != Callers().of(Request("GET", b"/x"), "10.0.0.1")
