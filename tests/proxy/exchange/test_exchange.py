"""One object carries a request from the front door to the report."""

from dataclasses import replace

import pytest

from config.rollout import Dialect
from diffing.model import Comparison, Observation, Outcome
from proxy.exchange.decision import Side
from tests.proxy.exchanges import served

ANSWER, OTHER = Observation(200, (("a", "bc"),), b"xyz", 0.5), Observation(500, (), b"")


def test_answers_are_named_by_their_side_and_by_their_role() -> None:
    """Who served is in the decision."""
    exchange = served("GET", b"/api/v1/json/task/1")
    exchange.put(Side.LEGACY, ANSWER)
    assert (exchange.legacy, exchange.served, exchange.other) == (ANSWER, ANSWER, None)
    exchange.put(Side.NEW, OTHER)
    assert (exchange.new, exchange.other) == (OTHER, OTHER)
    exchange.decision = replace(exchange.decision, served=Side.NEW)
    assert (exchange.served, exchange.other) == (OTHER, ANSWER)


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
        ("GET", b"/api/v1/nothing", b"", True),
    ],
)
def test_only_reads_are_sent_again(method: str, target: bytes, body: bytes, again: bool) -> None:
    """By whatever method they are asked."""
    assert served(method, target, body).only_reads is again


@pytest.mark.parametrize(
    ("method", "target", "face", "legacy", "new"),
    [
        ("GET", b"/api/v1/json/task/1", False, b"/api/v1/json/task/1", b"/tasks/1"),
        ("GET", b"/api/v1/json/task/1", True, b"/api/v1/json/task/1", b"/api/v1/json/task/1"),
        ("HEAD", b"/tasks/1", False, b"/api/v1/json/task/1", b"/tasks/1"),
    ],
)
def test_each_side_is_asked_in_its_dialect(
    method: str, target: bytes, face: bool, legacy: bytes, new: bytes
) -> None:
    """The legacy face in PHP's; a HEAD of the new API as GET, for PHP has none."""
    exchange = served(method, target, face=face)
    sides = exchange.request_for(Side.LEGACY), exchange.request_for(Side.NEW)
    assert [side.target for side in sides] == [legacy, new]
    assert {side.method for side in sides} == {"GET"}


def test_signatures_name_the_face_and_what_was_compared() -> None:
    """Where nothing was compared, the verdict stands for the statuses."""
    exchange, match = served("GET", b"/api/v1/json/task/1"), Comparison(Outcome.MATCH)
    exchange.legacy, exchange.new = ANSWER, OTHER
    assert exchange.judged(match).signature == "task.get 200→500 "
    assert exchange.settled(match).signature == "task.get match"
    exchange.decision = replace(exchange.decision, face=True)
    assert exchange.settled(match).signature == "task.get (face) match"


def test_an_exchange_with_two_verdicts_has_two_parts() -> None:
    """Each asks the new side anew, unless it has been rehearsed: that is the answer of the new API."""
    exchange = served("GET", b"/api/v1/json/task/1")
    exchange.legacy, exchange.new = ANSWER, OTHER
    assert exchange.parts() == (exchange,)
    exchange.decision = replace(exchange.decision, both=True)
    asked = [(part.decision.asked, part.legacy, part.new) for part in exchange.parts()]
    assert asked == [(Dialect.NEW, ANSWER, None), (Dialect.LEGACY, ANSWER, None)]
    exchange.decision = replace(exchange.decision, rehearse=True)
    assert [part.new for part in exchange.parts()] == [OTHER, None]


def test_what_waits_for_its_verdict_holds_no_body() -> None:
    """But all that it is counted by."""
    exchange = served("POST", b"/api/v1/json/flow/exists", b"name=a&external_version=1")
    exchange.legacy, exchange.number = ANSWER, 7
    size, at = exchange.size, exchange.at
    exchange.let_go()
    assert (exchange.route, exchange.decision.served, exchange.at, exchange.number) == (
        "flow.exists_form",
        Side.LEGACY,
        at,
        7,
    )
    for told in (exchange.request, exchange.translated):
        assert (told.headers, told.body) == ((), b"")
    assert exchange.other is None
    assert exchange.size < size
