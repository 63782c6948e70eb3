"""Roles and keys of recorded callers."""

import gzip

import pytest

from diffing.model import Asked, Observation
from proxy.message.translation import Translation
from proxy.recordings.callers import caller_id, key_in, key_of, raw_key, role_of, role_of_key, role_told

CODED = (("Content-Encoding", "gzip"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


@pytest.mark.parametrize(
    ("caller", "role"),
    [
        ("none", "none"),
        ("bad", "bad"),
        ("admin2", "admin"),
        ("readonly", "readonly"),
        ("user2", "user"),
        ("nogroup", "user"),
    ],
)
def test_roles_of_callers(caller: str, role: str) -> None:
    """The recorder's names become the registry's roles."""
    assert role_of(caller) == role


@pytest.mark.parametrize(
    ("caller", "number"),
    [("user2", "2"), ("admin2", "1159"), ("nogroup", "874"), ("userx", None), ("bad", None)],
)
def test_ids_of_callers(caller: str, number: str | None) -> None:
    """Where the recording tells who it was."""
    assert caller_id(caller) == number


def test_a_guess_is_told() -> None:
    """So that nobody takes it for known."""
    asked = Asked(None, "GET", role="user", guessed=True)
    assert role_told(asked) == "user (guessed)"


def test_keys_are_compared_as_the_database_does() -> None:
    """Ignoring case and trailing blanks."""
    assert (raw_key(b"/x?api_key=Ab%20"), key_of(b"/x?a=b&api_key=Ab%20"), key_of(b"/x")) == ("Ab ", "ab", "")


@pytest.mark.parametrize(
    ("target", "body", "key"),
    [
        (b"/datasets/tag?api_key=K%20", b"api_key=other", "k"),
        (b"/datasets/tag", b"tag=x&api_key=K+", "k"),
        (b"/datasets/tag", b"tag=x", ""),
        (b"/datasets/tag", b"", ""),
    ],
)
def test_the_key_of_a_write_is_in_its_form(target: bytes, body: bytes, key: str) -> None:
    """The query's first; as the database compares keys."""
    assert key_in(Translation("POST", target, FORM, body, None, {}, "json", True)) == key


@pytest.mark.parametrize(
    ("key", "legacy", "role"),
    [
        ("", Observation(200, (), b""), "none"),
        ("k", Observation(200, (), b""), "user"),
        ("k", Observation(412, (), b'{"error":{"code":"103"}}'), "bad"),
        ("k", Observation(412, CODED, gzip.compress(b'{"error":{"code":"103"}}')), "bad"),
        ("k", Observation(412, (), b"<oml:code>104</oml:code>"), "readonly"),
    ],
)
def test_the_legacy_answer_tells_what_a_key_is(key: str, legacy: Observation, role: str) -> None:
    """As far as it can."""
    assert role_of_key(key, (), legacy) == role
