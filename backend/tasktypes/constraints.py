"""What the database says of the values that an input of a task type may have."""

import json


def data_type(constraints: str | None) -> str | None:
    """The data type that an input's constraints name, when they are JSON and name one. ``constraints``: as the column
    has them.
    """
    try:
        declared = json.loads(constraints or "")
    except ValueError:
        return None
    named = declared.get("data_type") if isinstance(declared, dict) else None
    return named if isinstance(named, str) else None
