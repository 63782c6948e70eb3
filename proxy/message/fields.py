"""Header fields as bytes, as they stand on the wire, and as text, as everything else has them."""

from collections.abc import Iterable

from diffing.model import Headers

Pairs = Iterable[tuple[bytes, bytes]]


def to_text(pairs: Pairs) -> Headers:
    """Pairs as text, in their order, duplicates kept."""
    return tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs])


def to_bytes(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Pairs as bytes; what no field can hold becomes a question mark."""
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
