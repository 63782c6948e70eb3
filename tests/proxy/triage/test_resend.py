"""The request of a sample, made again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from diffing.model import Asked, Comparison, Observation, Outcome
from proxy.exchange.sample import BODY_BYTES, SampleSide, sample
from proxy.message.redact import Redactor
from proxy.message.translation import Request
from proxy.recordings.caller_keys import CallerKeys
from proxy.triage.resend import Unsendable, request_of
from tests.proxy.triage_cases import AT, CONTRACT

KEY = "ab" * 16
ASKED = Asked(CONTRACT.routes["task.get"], "GET", role="user")
NOBODY = CallerKeys()


def kept(request: Request) -> Mapping[str, Any]:
    """A sample of which the new side was asked this."""
    side = SampleSide(request, Observation(200, (), b"{}"))
    return sample(ASKED, AT, side, side, Comparison(Outcome.MISMATCH), Redactor(b"salt"))


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", b"/tasks/1?a=%20&b=c'd\"e"),
        Request("HEAD", b"/tasks/1"),
        Request("POST", b"/tasks?x=1", (("Content-Type", "application/json"),), b'{"a": "b\'c"}'),
        Request("OPTIONS", b"/tasks/1", (("Origin", "https://a.example"),)),
    ],
)
def test_the_request_is_the_one_that_was_sent(request_: Request) -> None:
    """Method, target, headers and body."""
    assert request_of(kept(request_), ASKED, NOBODY) == request_


def test_a_key_is_put_back_by_the_role_of_its_caller() -> None:
    """Into the query, and into a form."""
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    request = Request("POST", f"/tasks?api_key={KEY}".encode(), form, f"api_key={KEY}&a=1".encode())
    found = request_of(kept(request), ASKED, CallerKeys({"user": "cd" * 16}))
    assert found.target == b"/tasks?api_key=" + b"cd" * 16
    assert found.body == b"api_key=" + b"cd" * 16 + b"&a=1"


@pytest.mark.parametrize("role", ["none", "bad"])
def test_a_wrong_key_needs_no_other(role: str) -> None:
    """What stands in its place is as wrong."""
    request = Request("GET", f"/tasks?api_key={KEY}".encode())
    assert b"api_key=KEY_OF_" in request_of(kept(request), replace(ASKED, role=role), NOBODY).target


def test_a_sample_of_an_older_version_is_not_sent() -> None:
    """It does not know what the new side was asked."""
    old = {name: value for name, value in kept(Request("GET", b"/tasks/1")).items() if name != "sent_new"}
    with pytest.raises(Unsendable, match="older version"):
        request_of(old, ASKED, NOBODY)


def test_what_cannot_be_sent_is_told() -> None:
    """A write, a cut body, a key that nobody has given."""
    write = replace(ASKED, route=CONTRACT.routes["task.delete"])
    for asked, request, told in (
        (write, Request("DELETE", b"/tasks/1"), "would change something"),
        (replace(ASKED, rehearsed=True), Request("GET", b"/tasks/1"), "would change something"),
        (ASKED, Request("POST", b"/tasks", (), b"x" * (BODY_BYTES + 1)), "too long"),
        (ASKED, Request("GET", f"/tasks?api_key={KEY}".encode()), "needs the key of user"),
    ):
        with pytest.raises(Unsendable, match=told):
            request_of(kept(request), asked, NOBODY)
