"""Signatures of rehearsals."""

from __future__ import annotations

import hashlib

import pytest

from backend.problems import Problem
from backend.rehearsal import Rehearsals, signature

NOW = 1_795_348_800
BODY = hashlib.sha256(b"body").hexdigest()


def header(secret: str = "s3cret", t: int = NOW, n: str = "nonce-001", target: bytes = b"/a?b") -> str:
    """A header that is signed for POST /a?b with the body "body"."""
    sig = signature(secret, str(t), n, "POST", target, BODY)
    return f"rollback; t={t}; n={n}; sig={sig}"


def rehearsals(secret: str | None = "s3cret") -> Rehearsals:
    """At a moment that does not move."""
    return Rehearsals(secret, lambda: float(NOW))


def test_a_signature_is_what_the_contract_says() -> None:
    """HMAC-SHA256 over five lines; the proxy must make the same."""
    assert (
        signature("s3cret", "1795348800", "nonce-001", "POST", b"/a?b", BODY)
        == "dd567b7e8cac05b79ea01239ba55248162705d328cc204ba0a65d5b746d1c006"
    )


def test_a_right_signature_is_good_once() -> None:
    """The same request sent again is refused, another one not."""
    admitting = rehearsals()
    admitting.admit(header(), "POST", b"/a?b", BODY)
    with pytest.raises(Problem, match="used before"):
        admitting.admit(header(), "POST", b"/a?b", BODY)
    admitting.admit(header(n="nonce-002"), "POST", b"/a?b", BODY)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "form"),
        ("rollback", "form"),
        (header().replace("rollback", "commit"), "form"),
        (header()[:-1], "form"),
        (header(secret="other"), "wrong"),
        (header(target=b"/a"), "wrong"),
        (header(t=NOW - 61), "last 60 seconds"),
        (header(t=NOW + 61), "last 60 seconds"),
    ],
)
def test_anything_else_is_refused(value: str, told: str) -> None:
    """So that nobody mistakes a rehearsal for a write."""
    with pytest.raises(Problem, match=told) as caught:
        rehearsals().admit(value, "POST", b"/a?b", BODY)
    assert caught.value.slug == "rehearsal-refused"


def test_the_body_and_the_method_are_signed() -> None:
    """A signature is for one request only."""
    other = hashlib.sha256(b"other").hexdigest()
    for method, body in (("POST", other), ("PUT", BODY)):
        with pytest.raises(Problem, match="wrong"):
            rehearsals().admit(header(), method, b"/a?b", body)


@pytest.mark.parametrize(
    ("left", "seconds"), [("0.500", 0.5), ("60", 60.0), ("61", 60.0), ("999999.9", 60.0), (None, 60.0)]
)
def test_the_time_that_is_left_is_signed(left: str | None, seconds: float) -> None:
    """A minute at most, and without it (0.1.0)."""
    sig = signature("s3cret", str(NOW), "nonce-001", "POST", b"/a?b", BODY, left)
    told = "" if left is None else f" left={left};"
    value = f"rollback; t={NOW}; n=nonce-001;{told} sig={sig}"
    assert rehearsals().admit(value, "POST", b"/a?b", BODY) == seconds


@pytest.mark.parametrize("told", ["", " left=1;", " left=-1;", " left=1e3;", " left=0.5; left=0.5;"])
def test_another_time_is_refused(told: str) -> None:
    """Neither leaving it out nor changing it gets past the signature."""
    sig = signature("s3cret", str(NOW), "nonce-001", "POST", b"/a?b", BODY, "0.5")
    value = f"rollback; t={NOW}; n=nonce-001;{told} sig={sig}"
    with pytest.raises(Problem):
        rehearsals().admit(value, "POST", b"/a?b", BODY)


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_there_are_none(secret: str | None) -> None:
    """An empty secret is none, even when it signs."""
    with pytest.raises(Problem, match="off"):
        rehearsals(secret).admit(header(secret=""), "POST", b"/a?b", BODY)
