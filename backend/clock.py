"""What time it is: one injectable source of every "now" of the backend."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present as the database stores it: UTC, without zone, whole seconds."""


def system_clock() -> datetime:
    """The present time of this machine, as the database stores times. Returns UTC without a zone and without fractions
    of a second (legacy notes, data 8: sessions of the legacy databases run at ``+00:00``).
    """
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def frozen_clock(moment: datetime) -> Clock:
    """A clock that stands still, for tests and for replayed recordings. ``moment``: what it shall say; a zone is
    converted to UTC and dropped. Returns a clock that always says so.
    """
    fixed = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return lambda: fixed
