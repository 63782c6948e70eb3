"""Header fields are the same as bytes and as text."""

from proxy.message.fields import to_bytes, to_text


def test_duplicate_headers_stay_apart() -> None:
    """Nothing is joined with commas, in either direction."""
    pairs = [(b"Set-Cookie", b"a"), (b"set-cookie", b"b\xe9")]
    assert to_text(pairs) == (("Set-Cookie", "a"), ("set-cookie", "bé"))
    assert to_bytes(to_text(pairs)) == pairs


def test_what_no_field_can_hold_is_a_question_mark() -> None:
    """A redacted value may hold any text."""
    assert to_bytes((("A", "…"),)) == [(b"A", b"?")]
