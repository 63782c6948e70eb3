"""The filters of setup lists."""

import pytest
from pydantic import ValidationError

from backend.input.filters import Ids
from backend.setups.filters import MOST, HighLimit, OrBare, SetupFilters


def test_a_bare_filter_is_given_and_restricts_nothing() -> None:
    """PHP's list/flow lists everything, where list is an error."""
    filters = SetupFilters.model_validate({"flow": ""})
    assert (filters.flow, filters.model_fields_set) == (None, {"flow"})


def test_a_value_is_read_by_the_filter_itself() -> None:
    """Only empty text is bare."""
    assert OrBare(Ids()).read("2,1") == (2, 1)
    with pytest.raises(ValidationError):
        SetupFilters.model_validate({"flow": ","})


def test_no_limit_is_too_high_to_be_read() -> None:
    """The maximum is checked after all other filters, also against what no column holds."""
    assert HighLimit().read("99999999999999999999") > MOST
