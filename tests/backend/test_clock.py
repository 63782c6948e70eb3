"""What time it is."""

from datetime import UTC, datetime, timedelta, timezone

from backend.clock import frozen_clock, system_clock


def test_the_system_clock_is_utc_without_zone() -> None:
    """Times compare with those of the database."""
    before = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    assert before <= system_clock() <= before + timedelta(seconds=5)


def test_a_frozen_clock_says_the_same_in_utc() -> None:
    """A zone is converted, then dropped."""
    moment = datetime(2026, 11, 22, 2, 30, tzinfo=timezone(timedelta(hours=2)))
    assert frozen_clock(moment)() == datetime(2026, 11, 22, 0, 30)  # noqa: DTZ001  # as the database stores it
