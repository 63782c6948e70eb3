"""Readers of the fields of a write: form fields and JSON members.

They only type what is given. Whether a field must be given, and with which code PHP says so, is the handler's to
check (``backend.handling.unprocessable``), in PHP's order: the first mistake answers. A form cannot tell a
missing field from an empty one, and PHP takes ``0`` for missing too; ``given`` says so.
"""

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from backend.input.parameters import BLANKS, Reader, read_id, refuse
from config.php.filtered import filtered


@dataclass(frozen=True, slots=True)
class EntityId:
    """The id of an entity, as it was sent. ``text``: as the answer echoes it: ``061`` stays so, blanks around it go.
    ``number``: what it says; None when it is no integer.
    """

    text: str
    number: int | None


NOT_GIVEN = EntityId("", None)


def given(field: EntityId | str) -> bool:
    """Whether PHP takes a field for given: it is there, not empty and not ``0``. ``field``: as a reader gave it."""
    return (field.text if isinstance(field, EntityId) else field) not in ("", "0")


@dataclass(frozen=True)
class IdField(Reader):
    """An id: decimal digits after an optional sign, or a JSON integer.

    Blanks around it do not count, percent sequences are undone as PHP's filter does, and ``+27`` is an id that no row
    has (recordings, live.tags.ids-data). ``sought``: the operation looks for a row by it; where it does not, it is a
    number and a plus is a sign.
    """

    sought: bool = True

    def read(self, value: object) -> EntityId:
        """Read a field."""
        value = _last(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            refuse("id", "Give the id as an integer")
        sent = filtered(str(value))
        text = sent.strip(BLANKS)
        plain = text if self.sought or "-" in text else text.removeprefix("+")
        # With blanks around it, 0 is given: PHP looks for it.
        return EntityId(text if given(text) else sent, read_id(plain))

    def describe(self) -> dict[str, Any]:
        """An integer, or its digits."""
        return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[+-]?[0-9]+$"}]}


@dataclass(frozen=True)
class TextField(Reader):
    """A text that rows are looked for by; read through PHP's filter, because both APIs look for the same ones."""

    def read(self, value: object) -> str:
        """Read a field."""
        value = _last(value)
        if not isinstance(value, str):
            refuse("text", "Give a text")
        return filtered(value)

    def describe(self) -> dict[str, Any]:
        """Text."""
        return {"type": "string"}


def _last(value: object) -> object:
    """Of a repeated field PHP takes the last."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return value[-1]
    return value


Id: TypeAlias = Annotated[EntityId, IdField()]
FieldText: TypeAlias = Annotated[str, TextField()]
