"""How far an exploration came."""

from pathlib import Path

from config.routes import load_routes
from diffing.model import Asked, Comparison, Observation, Outcome
from proxy.checking.replay import ReplayedExchange
from proxy.exploring.counts import counted
from proxy.message.translation import Translation, Untranslatable
from proxy.recordings.recording import RecordedRequest, Recording
from tests.proxy.exchanges import replayed_exchange

ROUTES = load_routes(Path(__file__).parent.parent.parent.parent / "config")


def exchange(route: str, status: int, role: str, **parameters: str) -> ReplayedExchange:
    """One that was sent to both sides."""
    found = ROUTES[route]
    recording = Recording("1", "", role, RecordedRequest("GET", "", b"/"), Observation(status, (), b""))
    translation = Translation("GET", b"/", (), b"", found, parameters, "json", writes=False)
    asked = Asked(route=found, method="GET", parameters=parameters, role=role)
    return replayed_exchange(recording, translation, asked, recording.response, Comparison(Outcome.MATCH))


def test_requests_are_counted() -> None:
    """By operation, and in it by status class, role and parameter that the route map knows; skipped ones are not."""
    found = counted(
        [
            exchange("dataset.list", 200, "admin", tag="a", foo="b"),
            exchange("dataset.list", 412, "none", tag="a"),
            exchange("file.xsd", 302, "none", name="a", ignored="b"),
            replayed_exchange(
                exchange("file.xsd", 200, "none").recording,
                Untranslatable("-"),
                None,
                None,
                Comparison(Outcome.SKIPPED),
            ),
        ],
        [ROUTES["dataset.list"], ROUTES["file.xsd"], ROUTES["run.get"]],
    )
    assert found.unreached == ("run.get",)
    assert (found.total.requests, found.total.successes) == (3, 2)
    assert found.document()["operations"]["dataset.list"] == {
        "requests": 2,
        "successes": 1,
        "status": {"2xx": 1, "4xx": 1},
        "role": {"admin": 1, "none": 1},
        "parameter": {"tag": 2},
        "format": {"json": 2},
        "method": {"GET": 2},
    }
    assert found.total.of("parameter") == {"name": 1, "tag": 2}
