"""Facts of an exchange."""

import pytest

from diffing.model import Asked, Comparison, Headers, Observation, Outcome
from proxy.compare.facts import PLAYED, asked_by, facts_of
from proxy.exchange.judgement import Judgement
from proxy.recordings.recording import PLAYER
from tests.proxy.exchanges import judged_exchange, served
from tests.proxy.logs import FIRST

JSON = (("Content-Type", "application/json"),)


@pytest.mark.parametrize(
    ("method", "target", "rehearse", "expected"),
    [
        ("GET", b"/api/v1/xml/task/1", False, ("task.get", "GET", {"task_id": "1"}, "xml", False, None)),
        ("GET", b"/tasks/1", False, ("task.get", "GET", {"task_id": "1"}, "json", False, None)),
        ("HEAD", b"/tasks/1", False, ("task.get", "GET", {"task_id": "1"}, "json", False, None)),
        ("HEAD", b"/api/v1/json/task/1", False, ("task.get", "HEAD", {"task_id": "1"}, "json", False, None)),
        (
            "DELETE",
            b"/api/v1/json/task/1",
            True,
            ("task.delete", "DELETE", {"task_id": "1"}, "json", True, "7"),
        ),
    ],
)
def test_comparing_knows_the_request(
    method: str, target: bytes, rehearse: bool, expected: tuple[object, ...]
) -> None:
    """As the legacy side is asked; whose key a rehearsal has, only the backend can say."""
    exchange = served(method, target, rehearse=rehearse)
    exchange.legacy = Observation(200, JSON, b"{}")
    exchange.new = Observation(200, (*JSON, ("Parity-Caller", "7")), b"{}")
    asked = asked_by(exchange, ())
    assert asked.role == "none"
    assert expected == (
        asked.route_name,
        asked.method,
        asked.parameters,
        asked.format,
        asked.rehearsed,
        asked.caller,
    )


@pytest.mark.parametrize(
    ("headers", "played"), [((), False), ((("Server", "Apache"),), False), ((("server", PLAYER),), True)]
)
def test_an_answer_from_recordings_is_a_fact(headers: Headers, played: bool) -> None:
    """It says so itself; its times are not PHP's."""
    legacy = Observation(200, headers, b"")
    found = judged_exchange(FIRST, "task.get", Judgement(Comparison(Outcome.MATCH), ""))
    found.asked, found.legacy = Asked(None, "GET", {"task_id": "1"}), legacy
    assert (PLAYED in facts_of(found)) is played
