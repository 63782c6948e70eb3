"""Times in answers."""

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import Field

# JSON Schema's date-time wants a zone, which the database does not have; this is OpenAPI's name of one without.
Moment: TypeAlias = Annotated[
    str,
    Field(
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$",
        json_schema_extra={"format": "date-time-local"},
    ),
]
"""A time of the database in ISO 8601, in whole seconds, without zone."""


def iso(moment: datetime | str, separator: str = "T") -> str:
    """A time of the database as a ``Moment``; the zero date, which drivers hand out as text, stays one."""
    text = moment if isinstance(moment, str) else moment.isoformat(" ", "seconds")
    return text.replace(" ", separator, 1)


def iso_or_none(moment: datetime | str | None) -> str | None:
    """As ``iso``; None stays None."""
    return None if moment is None else iso(moment)
