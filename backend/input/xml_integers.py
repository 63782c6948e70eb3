"""Integers as schemas write them (``xs:integer``)."""

from backend.input.parameters import bounded, read_id


def entity_id(text: str | None) -> int:
    """Read the id of an entity that a schema has let through; ``+27`` is an id that no row has. ``text``: as for
    ``integer``. Returns the id. 0 for None.
    """
    return read_id((text or "0").strip()) or 0


def integer(text: str | None) -> int:
    """Read an integer that a schema has let through. ``text``: digits, perhaps with a sign before and blanks around;
    of any length. Returns the number; what no column can hold is an id that no row has. 0 for None.
    """
    digits = (text or "0").strip()
    number = bounded(digits.lstrip("+-"))
    return -number if digits.startswith("-") else number
