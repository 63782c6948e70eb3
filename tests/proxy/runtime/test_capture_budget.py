"""One bound on what many hold together."""

from proxy.runtime.capture_budget import CaptureBudget


def test_what_finds_no_room_is_not_held() -> None:
    """And what is given back makes room again."""
    budget = CaptureBudget(10)
    assert (budget.take(6), budget.take(5), budget.held) == (True, False, 6)
    budget.give(6)
    assert (budget.take(10), budget.held) == (True, 10)
