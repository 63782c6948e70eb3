"""Times in answers."""

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
