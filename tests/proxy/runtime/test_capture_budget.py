"""One bound on what many hold together."""

from proxy.runtime.capture_budget import CaptureBudget


def test_what_finds_no_room_is_not_held() -> None:
    """And what is given back makes room again."""
    room = CaptureBudget(10)
    assert (room.take(6), room.take(5), room.held) == (True, False, 6)
    room.give(6)
    assert (room.take(10), room.held) == (True, 10)
