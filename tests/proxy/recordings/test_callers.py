"""Roles and keys of recorded callers."""

import pytest

from diffing.model import Asked
from proxy.recordings.callers import caller_id, key_of, raw_key, role_of, role_told


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
