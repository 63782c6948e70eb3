"""What operators can see and command."""

import orjson
import pytest

from proxy.checking.inprocess import Application
from proxy.log.counters import Counters
from proxy.outbound.observe import observe
from proxy.process.admin import Admin
from proxy.process.metrics import Snapshot, snapshot
from proxy.runtime.telemetry import Telemetry

pytestmark = pytest.mark.anyio
BEARER = (("authorization", "Bearer token"),)


class Recorded:
    """Controls that keep what was commanded."""

    def __init__(self, *, ready: bool = True, wrong: str = "") -> None:
        self.commands: list[str] = []
        self.ready = ready
        self.wrong = wrong

    async def snapshot(self) -> Snapshot:
        """A proxy that has seen four requests."""
        state = {
            "queue": 0,
            "breakers": [],
            "kill_switch": "kill" in self.commands,
            "config": "abc",
            "config_error": "",
            "lag": 2.5,
            "log_away": False,
            "ready": self.ready,
            "access_dropped": 0,
            "failing": {"diff log": 3.0} if self.wrong else {},
        }
        return snapshot(Counters(received=4, served=2, refused=1, client_gone=1), Telemetry(), state)

    def kill(self, why: str) -> None:
        """Keep it."""
        assert why
        self.commands.append("kill")

    def release(self) -> None:
        """Keep it."""
        self.commands.append("release")

    async def reload(self) -> str:
        """Keep it."""
        self.commands.append("reload")
        return self.wrong


def side(controls: Recorded | None = None, token: str | None = "token") -> Application:
    """The admin side."""
    return Application(Admin(controls or Recorded(), token))


async def test_health() -> None:
    """A supervisor wants a 200 as long as the process lives; operators want to know which task fails."""
    well = await observe(side(), "GET", b"/-/healthz")
    assert (well.status, orjson.loads(well.body)) == (200, {"status": "ok", "failing": {}})
    ill = await observe(side(Recorded(wrong="x")), "GET", b"/-/healthz")
    assert (ill.status, orjson.loads(ill.body)) == (200, {"status": "failing", "failing": {"diff log": 3.0}})


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_readiness(ready: bool, status: int) -> None:
    """A load balancer wants to know when to send nothing more."""
    assert (await observe(side(Recorded(ready=ready)), "GET", b"/-/readyz")).status == status


async def test_totals_are_those_of_the_counters() -> None:
    """received = served + refused + client_gone; served = verdicts + pending, by the dialect that is asked."""
    assert orjson.loads((await observe(side(), "GET", b"/-/totals")).body) == {
        "received": 4,
        "served": 2,
        "refused": 1,
        "client_gone": 1,
        "pending": 2,
        "verdicts": {},
        "dialects": {
            "new": {"served": 2, "pending": 2, "verdicts": {}},
            "legacy": {"served": 0, "pending": 0, "verdicts": {}},
        },
    }


async def test_metrics_are_for_prometheus() -> None:
    """In its text form."""
    found = await observe(side(), "GET", b"/-/metrics")
    assert b'parity_requests_total{what="received"} 4.0' in found.body
    assert (found.header("content-type") or "").startswith("text/plain; version=0.0.4")


async def test_other_paths_are_unknown() -> None:
    """The answer names those that are known."""
    found = await observe(side(), "GET", b"/nothing")
    assert (found.status, "/-/kill" in orjson.loads(found.body)["paths"]) == (404, True)


@pytest.mark.parametrize("command", ["kill", "release", "reload"])
async def test_commands_need_the_token(command: str) -> None:
    """Not a wrong one, not none, and nothing happens without."""
    controls = Recorded()
    target = f"/-/{command}".encode()
    wrong = (("authorization", "Bearer other"),)
    statuses = [(await observe(side(controls), "POST", target, given)).status for given in ((), wrong)]
    off = await observe(side(controls, token=None), "POST", target, BEARER)
    assert (statuses, off.status, controls.commands) == ([401, 401], 403, [])
    found = await observe(side(controls), "POST", target, BEARER)
    assert (found.status, controls.commands) == (200, [command])


async def test_commands_are_posted() -> None:
    """A link that somebody follows changes nothing."""
    controls = Recorded()
    assert (await observe(side(controls), "GET", b"/-/kill", BEARER)).status == 405
    assert controls.commands == []


async def test_a_refused_configuration_is_told() -> None:
    """With what is wrong."""
    found = await observe(side(Recorded(wrong="file, table, key")), "POST", b"/-/reload", BEARER)
    assert (found.status, orjson.loads(found.body)) == (422, {"error": "file, table, key"})
