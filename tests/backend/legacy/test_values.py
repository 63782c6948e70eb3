"""Values as the database server's text."""

from datetime import date, datetime
from decimal import Decimal

from backend.legacy.values import text_of


def test_values_are_the_servers_text() -> None:
    """Numbers and times as MySQL prints them."""
    assert text_of(None) == ""
    assert text_of("é ") == "é "
    assert text_of(7) == "7"
    assert text_of(True) == "1"
    assert text_of(898.0) == "898"
    assert text_of(1e15) == "1e15"
    assert text_of(1e-7) == "0.0000001"
    assert text_of(Decimal("1.50")) == "1.50"
    assert text_of(datetime(2014, 1, 21)) == "2014-01-21 00:00:00"  # noqa: DTZ001  # the database has no zones
    assert text_of(date(2014, 1, 21)) == "2014-01-21"
