"""What operators see of a worker."""

from collections import Counter
from pathlib import Path

import orjson
import pytest

from config.location import config_directory
from config.queue import QueueSettings
from config.tasks import Tasks
from proxy.checking.inprocess import Application
from proxy.fleet.stream import CaptureStream, Sent
from proxy.fleet.taker import CaptureTaker
from proxy.log.counters import Counters
from proxy.log.once import OnceRecorder
from proxy.log.writer import Recorder, open_log
from proxy.outbound.observe import observe
from proxy.process.fleet_admin import FleetAdmin, FleetControls
from proxy.process.kill import KillSwitch
from proxy.process.reload import Configuration
from proxy.runtime.telemetry import Telemetry
from tests.proxy.fleet.test_capture import ROUTES
from tests.redis_server import RedisServer

pytestmark = pytest.mark.anyio


def controls(settings: QueueSettings, folder: Path, *, leaving: bool = False) -> FleetControls:
    """Those of a worker that has done nothing yet."""
    stream = CaptureStream(settings)
    recorder = OnceRecorder(open_log(f"sqlite:///{folder / 'log.db'}"), Counters, Recorder)
    taker = CaptureTaker(stream, None, recorder, settings, "w", 4, 1000, lambda: ROUTES)
    telemetry = Telemetry()
    telemetry.task_failures["claims"] = 2
    telemetry.took("asked", "new", 0.02)
    telemetry.took("compared", "legacy", 0.2)
    configuration = Configuration(config_directory(), KillSwitch(folder / "kill"))
    tasks = Tasks(Counter())
    return FleetControls(
        "w",
        taker,
        None,
        stream,
        recorder,
        telemetry,
        tasks,
        configuration,
        lambda: ["new"],
        lambda: leaving,
    )


async def asked(found: FleetControls, path: str, method: str = "GET") -> tuple[int, bytes]:
    """What the admin port answers."""
    answer = await observe(Application(FleetAdmin(found)), method, path.encode())
    await found.stream.aclose()
    found.configuration.close()
    return answer.status or 0, answer.body


async def test_totals_tell_of_worker_and_queue(redis: RedisServer, tmp_path: Path) -> None:
    """What it has, what it wrote, and what waits for all."""
    found = controls(QueueSettings(url=redis.url), tmp_path)
    await found.stream.add([Sent(b"a", b"bc", sealed=False)])
    found.recorder.verdicts["match"] = 3
    status, body = await asked(found, "/-/totals")
    told = orjson.loads(body)
    assert (status, told["worker"], told["verdicts"], told["away"]) == (200, "w", {"match": 3}, {})
    assert told["captures"] == {"taken": 0, "taken_over": 0, "given_back": 0, "in_hand": 0}
    assert (told["breakers"], told["config_error"]) == (["new"], "")
    assert (told["queue"]["captures"], told["queue"]["bytes"], told["queue"]["pending"]) == (1, 3, 0)


async def test_metrics_hold_what_to_scale_by(redis: RedisServer, tmp_path: Path) -> None:
    """The lag, in seconds; and what fails."""
    found = controls(QueueSettings(url=redis.url), tmp_path)
    await found.stream.add([Sent(b"a", b"bc", sealed=False)])
    _, body = await asked(found, "/-/metrics")
    lines = {
        name: float(value)
        for name, value in (line.split() for line in body.decode().splitlines() if line[0] != "#")
    }
    assert lines["parity_queue_up"] == lines["parity_log_up"] == 1
    assert (lines["parity_queue_captures"], lines["parity_queue_bytes"]) == (1, 3)
    assert 0 <= lines["parity_lag_seconds"] < 60
    assert lines['parity_task_failures_total{task="claims"}'] == 2


async def test_metrics_tell_of_what_a_worker_asks_and_goes_by(redis: RedisServer, tmp_path: Path) -> None:
    """As those of a proxy that compares by itself: the same alerts and panels are about it."""
    found = controls(QueueSettings(url=redis.url), tmp_path)
    found.configuration.error = "wrong"
    _, body = await asked(found, "/-/metrics")
    lines = dict(line.split() for line in body.decode().splitlines() if line[0] != "#")
    assert lines['parity_asked_seconds_bucket{le="0.025",side="new"}'] == "1.0"
    assert lines['parity_asked_seconds_bucket{le="0.01",side="new"}'] == "0.0"
    assert lines['parity_compared_seconds_count{asked="legacy"}'] == "1.0"
    assert "parity_served_seconds" not in body.decode()
    assert lines['parity_breaker_open{side="new"}'] == "1.0"
    assert lines['parity_breaker_open{side="legacy"}'] == "0.0"
    assert lines["parity_config_refused"] == "1.0"
    assert lines[f'parity_config{{digest="{found.configuration().digest}"}}'] == "1.0"


async def test_a_queue_that_is_away_is_told(redis: RedisServer, tmp_path: Path) -> None:
    """Its numbers are missing then: nobody knows them."""
    redis.stop()
    found = controls(QueueSettings(url=redis.url), tmp_path)
    _, body = await asked(found, "/-/metrics")
    assert b"parity_queue_up 0.0" in body
    assert b"parity_lag_seconds" not in body
    status, told = await asked(controls(QueueSettings(url=redis.url), tmp_path), "/-/totals")
    assert (status, orjson.loads(told)["queue"], list(orjson.loads(told)["away"])) == (200, None, ["queue"])


@pytest.mark.parametrize(("leaving", "status"), [(False, 200), (True, 503)])
async def test_a_worker_that_leaves_is_not_ready(
    redis: RedisServer, tmp_path: Path, leaving: bool, status: int
) -> None:
    """And is alive."""
    settings = QueueSettings(url=redis.url)
    assert (await asked(controls(settings, tmp_path, leaving=leaving), "/-/readyz"))[0] == status
    assert (await asked(controls(settings, tmp_path, leaving=leaving), "/-/healthz"))[0] == 200


async def test_there_is_nothing_to_command(redis: RedisServer, tmp_path: Path) -> None:
    """It serves nobody, and reads its configuration by itself."""
    found = controls(QueueSettings(url=redis.url), tmp_path)
    status, body = await asked(found, "/-/kill", "POST")
    assert (status, orjson.loads(body)["paths"]) == (
        404,
        ["/-/healthz", "/-/readyz", "/-/metrics", "/-/totals"],
    )
