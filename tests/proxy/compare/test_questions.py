"""Facts of an exchange."""

import pytest

from config.location import config_directory
from config.routes import load_routes
from diffing.model import Headers, Observation
from proxy.compare.comparer import Question
from proxy.compare.questions import PLAYED, facts_of, only_reads
from proxy.message.translation import Request
from proxy.recordings.recording import PLAYER
from proxy.translate.to_new import legacy_to_new

FORM = (("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "9"), ("X-A", "1"))


@pytest.mark.parametrize(
    ("method", "target", "body", "again"),
    [
        ("POST", b"/api/v1/json/flow/exists", b"name=a&external_version=1", True),
        ("POST", b"/api/v1/json/data/list/limit/1", b"", True),
        ("GET", b"/api/v1/json/data/1", b"", True),
        ("GET", b"/api/v1/json/run/reset/1", b"", False),
        ("POST", b"/api/v1/json/data/tag", b"data_id=1&tag=a", False),
        ("DELETE", b"/api/v1/json/data/1", b"", False),
        ("POST", b"/api/v1/json/nothing/of/ours", b"", False),
        ("GET", b"/nothing", b"", False),
    ],
)
def test_only_reads_are_sent_again(method: str, target: bytes, body: bytes, again: bool) -> None:
    """By whatever method they are asked."""
    request = Request(method, target, FORM, body)
    assert only_reads(method, legacy_to_new(request, load_routes(config_directory()))) is again


@pytest.mark.parametrize(
    ("headers", "played"), [((), False), ((("Server", "Apache"),), False), ((("server", PLAYER),), True)]
)
def test_a_player_of_recordings_is_a_fact(headers: Headers, played: bool) -> None:
    """It says so itself; its times are not PHP's."""
    legacy = Observation(200, headers, b"")
    question = Question("task.get", "GET", {"task_id": "1"}, "none", "json", True, legacy, legacy)
    assert (PLAYED in facts_of(question)) is played
