"""What requests that change studies may say (legacy notes, flow 4.4 to 4.7)."""

import re
from typing import Annotated, Any

from backend.input.fields import NOT_GIVEN, FieldText, Id
from backend.input.parameters import Parameters, PathId, Reader, bounded, refuse
from config.php.filtered import filtered

ILLEGAL_IDS = "1044"

_DIGITS = re.compile(r"[0-9]+")


class EntityIds(Reader):
    """Ids of tasks or runs: decimal digits separated by commas, or a JSON array of integers."""

    def read(self, value: object) -> tuple[int, ...]:
        """Read a field; ids that are named twice stay, because attaching them is an error."""
        parts: list[str] = []
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, bool) or not isinstance(item, str | int):
                refuse("digit_list", "Give a list of natural numbers", code=ILLEGAL_IDS)
            parts += filtered(str(item)).split(",")
        if not parts or not all(_DIGITS.fullmatch(part) for part in parts):
            refuse("digit_list", "Give a list of natural numbers", code=ILLEGAL_IDS)
        return tuple(map(bounded, parts))

    def describe(self) -> dict[str, Any]:
        """Natural numbers."""
        return {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1}


class Members(Parameters):
    """A study, and what is put into it or taken out of it."""

    study_id: Annotated[int, PathId()]
    entity_ids: Annotated[tuple[int, ...], EntityIds()] = ()


class StatusUpdate(Parameters):
    """A study and its new status."""

    study_id: Id = NOT_GIVEN
    status: FieldText = ""


class StudyNumber(Parameters):
    """A study by its id; an alias does not do for a deletion."""

    study_id: Annotated[int, PathId()]
