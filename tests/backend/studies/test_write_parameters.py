"""Fields of requests that change studies."""

import pytest
from pydantic_core import PydanticCustomError

from backend.studies.write_parameters import EntityIds


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("1,2", (1, 2)),
        (["1", "2,3"], (1, 2, 3)),
        ([1, 2, 2], (1, 2, 2)),
        ("007", (7,)),
        ("9" * 30, (2**63 - 1,)),
    ],
)
def test_ids_are_read_from_forms_and_json(value: object, ids: tuple[int, ...]) -> None:
    """Twice the same id stays twice: attaching it is an error."""
    assert EntityIds().read(value) == ids


@pytest.mark.parametrize("value", ["", "1,", "1, 2", "x", "-1", "1.0", [], [True], [1.5], None, {"1": 2}])
def test_what_is_no_list_of_natural_numbers_is_refused(value: object) -> None:
    """With PHP's code."""
    with pytest.raises(PydanticCustomError) as caught:
        EntityIds().read(value)
    assert (caught.value.type, (caught.value.context or {})["code"]) == ("digit_list", "1044")
