"""A deadlock is no answer of the log; everything else is."""

import pytest
from sqlalchemy.exc import OperationalError

from proxy.log.deadlocks import past_deadlocks

pytestmark = pytest.mark.anyio


class Write:
    """A transaction that ends so often in an error."""

    def __init__(self, code: int, times: int) -> None:
        self.code = code
        self.times = times
        self.tried = 0

    async def __call__(self) -> None:
        """Try once."""
        self.tried += 1
        if self.tried <= self.times:
            raise OperationalError("UPDATE", {}, Exception(self.code, "told"))


@pytest.mark.parametrize("times", [0, 1, 4])
async def test_it_is_tried_again(times: int) -> None:
    """Until it gets through."""
    write = Write(1213, times)
    await past_deadlocks(write)
    assert write.tried == times + 1


async def test_one_that_never_ends_is_told() -> None:
    """Somebody has to look."""
    write = Write(1213, 99)
    with pytest.raises(OperationalError):
        await past_deadlocks(write)
    assert write.tried == 5


async def test_a_log_that_is_away_is_told_at_once() -> None:
    """Waiting is up to who asked."""
    write = Write(2003, 1)
    with pytest.raises(OperationalError):
        await past_deadlocks(write)
    assert write.tried == 1
