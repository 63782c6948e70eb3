"""What requests for votes may say (legacy notes, flow 6)."""

from typing import Annotated, Any

from backend.input.parameters import Parameters, PathId, Reader, refuse
from backend.input.undecoded import Undecoded
from config.php.numbers import is_numeric


class KnowledgeType(Reader):
    """The type of an item: ``d`` data set, ``f`` flow, ``t`` task, ``r`` run; of any other there are no rows."""

    def read(self, value: object) -> str:
        """Read a raw segment; a number is none, because PHP takes it for a user."""
        text = str(value)
        if is_numeric(text):
            refuse("id", "Give a type of items, not a number", code="100")
        return text

    def describe(self) -> dict[str, Any]:
        """Text."""
        return {"type": "string", "minLength": 1}

    def codes(self) -> tuple[str, ...]:
        """That of a number."""
        return ("100",)


class VoterPath(Parameters):
    """A user by id."""

    user_id: Annotated[int, PathId()]


class ItemPath(Parameters):
    """An item by type and id."""

    type: Annotated[str, KnowledgeType()]
    id: Annotated[int, PathId()]


class UserItemPath(Parameters):
    """A user and an item; behind a user every text is a type, mostly one without rows."""

    user_id: Annotated[int, PathId()]
    type: Annotated[str, Undecoded()]
    id: Annotated[int, PathId()]
