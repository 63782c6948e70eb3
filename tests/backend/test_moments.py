"""Times in answers have one form."""

from datetime import datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from backend.moments import Moment, iso, iso_or_none

MOMENT = TypeAdapter(Moment)


def test_a_time_is_in_whole_seconds_without_zone() -> None:
    """As the contract shows it."""
    assert MOMENT.validate_python("2014-04-06T23:19:24") == "2014-04-06T23:19:24"


@pytest.mark.parametrize(
    "text", ["2014-04-06 23:19:24", "2014-04-06T23:19:24Z", "2014-04-06T23:19:24.0", "2014-04-06", ""]
)
def test_other_forms_are_none(text: str) -> None:
    """PHP's blank, a zone, fractions, a day."""
    with pytest.raises(ValidationError):
        MOMENT.validate_python(text)


def test_its_schema_says_so() -> None:
    """The comparison turns PHP's times into this form where the schema names it."""
    assert MOMENT.json_schema()["format"] == "date-time-local"


def test_what_drivers_hand_out_becomes_one() -> None:
    """Also the zero date, which is text: Python has no year 0."""
    assert iso(datetime(2014, 4, 6, 23, 19, 24)) == "2014-04-06T23:19:24"  # noqa: DTZ001  # the database has no zone
    assert MOMENT.validate_python(iso("0000-00-00 00:00:00")) == "0000-00-00T00:00:00"
    assert iso("0000-00-00 00:00:00", " ") == "0000-00-00 00:00:00"
    assert (iso_or_none(None), iso_or_none("0000-00-00 00:00:00")) == (None, "0000-00-00T00:00:00")
