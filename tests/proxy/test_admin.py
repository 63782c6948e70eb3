"""What operators can ask the proxy."""

import orjson
import pytest

from proxy.admin import Admin
from proxy.inprocess import Application
from proxy.ledger import Ledger
from proxy.observe import observe

pytestmark = pytest.mark.anyio
SIDE = Application(Admin(Ledger(received=4, served=2, refused=1, client_gone=1)))


async def test_health() -> None:
    """A load balancer wants a 200."""
    assert (await observe(SIDE, "GET", b"/health")).status == 200


async def test_totals_are_those_of_the_ledger() -> None:
    """received = served + refused + client_gone; served = verdicts + pending."""
    assert orjson.loads((await observe(SIDE, "GET", b"/totals")).body) == {
        "received": 4,
        "served": 2,
        "refused": 1,
        "client_gone": 1,
        "pending": 2,
        "verdicts": {},
    }


async def test_other_paths_are_unknown() -> None:
    """The answer names those that are."""
    found = await observe(SIDE, "GET", b"/nothing")
    assert (found.status, orjson.loads(found.body)) == (404, {"paths": ["/health", "/totals"]})


async def test_nothing_can_be_changed() -> None:
    """Only reads are known."""
    assert (await observe(SIDE, "POST", b"/totals")).status == 405
