"""What changes of runs answer (new-API contract, decision 3)."""

from typing_extensions import TypedDict


class Concerned(TypedDict):
    """The run that was uploaded, evaluated or traced."""

    run_id: int


class Deleted(TypedDict):
    """The run that is gone."""

    id: int
