"""A side that fails is left alone, and tried again."""

from proxy.leg.breaker import Breaker


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row() -> None:
    """One success between them begins anew."""
    breaker = Breaker(2, 10)
    for answered in (False, True, False):
        breaker.note(answered)
    assert breaker.allows()
    breaker.note(False)
    assert (breaker.allows(), breaker.is_open) == (False, True)


def test_one_request_at_a_time_tries_again() -> None:
    """A side that is back is not run over."""
    clock = Clock()
    breaker = Breaker(1, 10, clock=clock)
    breaker.note(False)
    clock.now = 11
    assert (breaker.allows(), breaker.allows()) == (True, False)
    breaker.note(True)
    assert (breaker.allows(), breaker.is_open) == (True, False)


def test_zero_never_opens() -> None:
    """For whoever wants every exchange asked."""
    breaker = Breaker(0, 10)
    for _ in range(100):
        breaker.note(False)
    assert breaker.allows()


def test_opening_is_told_once() -> None:
    """Not at each failure while it is open."""
    told: list[str] = []
    breaker = Breaker(1, 10, lambda: told.append("open"))
    breaker.note(False)
    breaker.note(False)
    assert told == ["open"]
