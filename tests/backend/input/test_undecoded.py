"""Texts in the path that stay as they came."""

from backend.input.undecoded import Undecoded


def test_percent_signs_stay() -> None:
    """PHP does not decode path segments, so an encoded hyphen is no hyphen."""
    assert Undecoded().read("lantern%2Dcc") == "lantern%2Dcc"
