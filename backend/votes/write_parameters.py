"""What requests that vote may say (legacy notes, flow 6)."""

from typing import Annotated, Any
from urllib.parse import quote, unquote

from backend.database.storing import as_sent
from backend.input.parameters import Parameters, PathId, Reader, refuse
from backend.votes.items import ItemId, KnownType
from config.php.numbers import digits_of, is_numeric

UNKNOWN_TYPE = "711"


class Reason(Reader):
    """Why somebody votes down: a text, or the id of a reason to agree with."""

    def from_php(self, text: str) -> str:
        """A number in digits, so that it is an id; of other texts what PHP's connection sends.

        PHP has decoded it: it is encoded again, as a segment that is read.
        """
        return digits_of(text) if is_numeric(text) else quote(as_sent(text))

    def read(self, value: object) -> int | str:
        """Read a raw segment."""
        text = unquote(str(value))
        if is_numeric(text):
            return PathId(sought=False).read(text)
        if any(character > "\uffff" for character in text):
            refuse("characters", "Characters beyond U+FFFF cannot be stored")
        return text

    def describe(self) -> dict[str, Any]:
        """An integer, or text."""
        return {"anyOf": [{"type": "integer"}, {"type": "string"}]}


class Item(Parameters):
    """An item by type and id."""

    type: Annotated[str, KnownType(UNKNOWN_TYPE)]
    id: Annotated[int, ItemId()]


class ItemAndReason(Item):
    """An item, and what is wrong with it; PHP takes no reason for an empty one."""

    reason: Annotated[int | str, Reason()] = ""
