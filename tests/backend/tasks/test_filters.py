"""The filters of task lists."""

import pytest
from pydantic import ValidationError

from backend.tasks.filters import TaskFilters


def test_the_status_is_active_unless_another_is_asked_for() -> None:
    """PHP's default."""
    assert TaskFilters().status == "active"


def test_leading_zeros_of_a_type_do_not_count() -> None:
    """It is compared as a number."""
    assert TaskFilters.model_validate({"task_type_id": "01"}).task_type_id == 1


@pytest.mark.parametrize("value", ["1,2", "abc", "1abc", "1.0", " 1", "-1", ["1", "2"]])
def test_a_type_that_is_no_number_has_the_code_of_no_results(value: object) -> None:
    """PHP lets the database find a number at the start of the text, mostly none."""
    with pytest.raises(ValidationError) as refused:
        TaskFilters.model_validate({"task_type_id": value})
    assert [error["type"] for error in refused.value.errors()] == ["range"]


def test_a_type_of_other_characters_is_illegal() -> None:
    """PHP's check of characters comes first."""
    with pytest.raises(ValidationError) as refused:
        TaskFilters.model_validate({"task_type_id": "é"})
    assert [error["type"] for error in refused.value.errors()] == ["characters"]
