"""What an exploration shows."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from config.routes import load_routes
from diffing.model import Asked, Comparison, Difference, Observation, Outcome, SkipReason
from proxy.checking.check import CheckResult, Dialect
from proxy.checking.replay import tally
from proxy.exploring.counts import counted
from proxy.exploring.explore import Explored
from proxy.exploring.report import explore_document, print_explored, saved
from proxy.message.translation import Translation
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.recordings.request_lines import read_requests
from tests.proxy.exchanges import replayed_exchange

ROUTE = load_routes(Path(__file__).parent.parent.parent.parent / "config")["dataset.get"]
COMPARISONS = (
    Comparison(Outcome.MATCH),
    Comparison(Outcome.MISMATCH, differences=(Difference("$.a", "value", 1, 2),)),
    Comparison(Outcome.MISMATCH, differences=(Difference("$.a", "value", 1, 3),)),
    Comparison(Outcome.LEGACY_ERROR, deviations=("a-defect",)),
    Comparison(Outcome.SKIPPED, SkipReason.RACE),
)


def explored() -> Explored:
    """One exchange of each sort."""
    exchanges = []
    for number, comparison in enumerate(COMPARISONS, start=1):
        target = f"/api/v1/json/data/{number}?api_key=KEY_OF_admin".encode()
        request = RecordedRequest("GET", "http://php", target)
        recording = Recording(f"explore:{number}", "dataset.get", "admin", request, Observation(200, (), b""))
        translation = Translation(
            "GET", b"/datasets/1", (), b"", ROUTE, {"dataset_id": "1"}, "json", writes=False
        )
        asked = Asked(route=ROUTE, method="GET", parameters={"dataset_id": "1"}, role="admin")
        exchanges.append(replayed_exchange(recording, translation, asked, recording.response, comparison))
    requests = tuple(exchange.recording for exchange in exchanges)
    result = CheckResult(tally(exchanges), ("2 mismatch",), tuple(exchanges))
    return Explored(7, False, requests, result, counted(exchanges, [ROUTE]))


def test_every_differing_request_is_listed_as_a_line() -> None:
    """Also of legacy errors and of what was skipped."""
    document = explore_document(explored())
    line = "GET '/api/v1/json/data/{}?api_key=KEY_OF_admin'"
    assert [item["line"] for item in document["differences"][0]["requests"]] == [
        line.format(2),
        line.format(3),
    ]
    assert {item["verdict"]: [one["line"] for one in item["requests"]] for item in document["unjudged"]} == {
        "legacy_error": [line.format(4)],
        "skipped:race": [line.format(5)],
    }
    assert (document["seed"], document["explored"]["requests"]) == (7, 5)


@pytest.mark.parametrize(
    ("same", "dialect", "sides"),
    [
        (False, "new", "PHP and the new API"),
        (False, "legacy", "PHP and the legacy face"),
        (True, "new", "both sides speak the new API"),
    ],
)
def test_people_see_how_far_it_came(same: bool, dialect: Dialect, sides: str) -> None:
    """And the seed, and who was asked."""
    console = Console(file=io.StringIO(), width=160)
    print_explored(console, replace(explored(), same=same, dialect=dialect))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert sides in text
    assert "seed 7 · sent 5 · successes 100.00%" in text
    assert "role: admin 5" in text
    assert "dataset_id 5" in text


def test_what_is_saved_can_be_asked_again(tmp_path: Path) -> None:
    """By parity check --requests."""
    file = tmp_path / "requests.txt"
    file.write_text(saved(explored().requests, 7))
    assert [item.request.target for item in read_requests(file, "")] == [
        item.request.target for item in explored().requests
    ]
    assert file.read_text().startswith("# made by parity explore --seed 7\n")
