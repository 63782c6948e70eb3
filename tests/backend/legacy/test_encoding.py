"""JSON as PHP spells it."""

from backend.legacy.encoding import encoded


def test_slashes_and_letters_beyond_ascii_are_escaped() -> None:
    """Two escapes for what is beyond 16 bit."""
    assert encoded({"a": "/", "b": "é\U0001f600"}) == b'{"a":"\\/","b":"\\u00e9\\ud83d\\ude00"}'
