"""What a check shows to people and to scripts."""

import io
from dataclasses import replace

import orjson
from rich.console import Console

from diffing.model import Comparison, Difference, Observation, Outcome, SkipReason
from proxy.checking.check import CheckResult
from proxy.checking.effect_tally import EffectDifference, Effects
from proxy.checking.effects import RowDifference
from proxy.checking.file_states import FileDifference
from proxy.checking.report import check_document, print_check
from proxy.compare.tally import Tally
from proxy.message.translation import Untranslatable
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.reporting.tables import GLOSSARY, json_bytes
from tests.proxy.checks import ACCEPTED, NEW, parity
from tests.proxy.checks import result as checked
from tests.proxy.exchanges import replayed_exchange

EXAMPLE = {
    "recording": "data.data-1",
    "request": "GET https://openml.test/api/v1/json/data/1",
    "path": "$.format",
    "what": "value",
    "legacy": "arff",
    "new": "ARFF",
    "nearly": ["dataset-format-lower-case would apply, but …"],
}

REQUEST = {"recording": "data.data-1", "request": "GET https://openml.test/api/v1/json/data/1"}


def result(*breaches: str) -> CheckResult:
    """A check with one exchange of each sort."""
    tally = Tally()
    mismatch = Comparison(Outcome.MISMATCH, differences=(Difference("$.format", "value", "arff", "ARFF"),))
    for comparison in (
        Comparison(Outcome.MATCH),
        Comparison(Outcome.EXPLAINED, deviations=("dataset-envelope",)),
        mismatch,
        Comparison(Outcome.SKIPPED, SkipReason.XML),
    ):
        tally.add(
            "dataset.get",
            comparison,
            lambda: "dataset.get 200→200 $.format value str→str",
            lambda: EXAMPLE,
            lambda: REQUEST,
        )
    return CheckResult(tally, breaches)


def effects() -> Effects:
    """One equal effect, one on purpose, one that differs in a row and a file."""
    asked = RecordedRequest("POST", "https://openml.test", b"/api/v1/json/data/tag")
    recording = Recording("data.tag.1", "data/tag", "user2", asked, Observation(200, (), b""))
    exchange = replayed_exchange(
        recording,
        Untranslatable("-"),
        None,
        Observation(201, (), b""),
        Comparison(Outcome.MISMATCH),
    )
    row = RowDifference("openml_expdb.dataset_tag", "missing", {"id": 61, "tag": "pond"})
    found = Effects(20, compared=3, equal=1)
    found.different.append(EffectDifference(exchange, (row,), (FileDifference("a/b", (1, "m"), None),)))
    found.realigned["tag-refused"] += 1
    return found


def printed(found: CheckResult, effects: Effects | None = None) -> str:
    """What people see."""
    console = Console(file=io.StringIO(), width=160)
    print_check(console, found, effects)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_report_states_the_numbers() -> None:
    """received, compared, each outcome, and the reasons of skips; the words are in the glossary."""
    assert f"{GLOSSARY}\n" in printed(CheckResult(Tally(), ()))
    line = "received 4 · compared 3 · match 1 · explained 1 · mismatch 1 · skipped 1 (1 xml) · parity 66.67%"
    assert line in printed(result())


def test_the_report_shows_a_difference() -> None:
    """Count, request, path, both values and what nearly explained it."""
    text = printed(result())
    shown = ("1×", *(str(value) for name, value in EXAMPLE.items() if name != "nearly"), "would apply, but")
    assert [item for item in shown if item not in text] == []


def test_the_report_says_that_a_role_is_a_guess() -> None:
    """Where nobody has named the key; a known role is no news."""
    tally = Tally()
    for role in ("admin", "user (guessed)"):

        def example(role: str = role) -> dict[str, object]:
            return {**EXAMPLE, "role": role}

        tally.add("dataset.get", Comparison(Outcome.MISMATCH), lambda role=role: role, example)  # type: ignore[misc]  # a default
    text = printed(CheckResult(tally, ()))
    assert text.count("the caller's role was") == 1
    assert "the caller's role was user (guessed): nobody has named the key" in text


def test_the_report_says_why_it_failed() -> None:
    """Each breach is a sentence."""
    assert "✗ 1 mismatch" in printed(result("1 mismatch"))


def test_the_report_says_parity() -> None:
    """No breach is said as well."""
    assert "✓ parity" in printed(parity())


def test_no_parity_is_said_over_what_is_merely_passed_over() -> None:
    """Neither what --fail-on leaves out nor what is accepted is parity."""
    found = replace(checked(), breaches=())
    text = printed(found)
    assert "✓" not in text
    assert "Parity: no, but this check does not fail on the 3 exchanges of 2 open clusters" in text
    del found.tally.clusters[NEW]
    console = Console(file=io.StringIO(), width=160)
    print_check(console, found, accepted=ACCEPTED)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "Parity: no, but all 1 clusters are in the baseline" in text
    assert "accepted until 2026-12-01: Known since Monday." in text
    assert "baseline: 1 accepted, 1 expires within 14 days" in text


def test_the_json_tells_what_is_accepted() -> None:
    """How much, and of each difference until when and why."""
    document = check_document(checked(), accepted=ACCEPTED)
    assert document["baseline"] == {"accepted": 1, "expire_soon": 1}
    assert [item.get("expires") for item in document["differences"]] == [None, "2026-12-01"]


def test_the_json_has_what_scripts_rely_on() -> None:
    """The in_force's keys, and what the exit status is made of."""
    document = orjson.loads(json_bytes(check_document(result("1 mismatch"))))
    assert document["totals"]["skipped"] == {"xml": 1}
    assert document["routes"]["dataset.get"] == document["totals"]
    assert document["deviations"] == {"dataset-envelope": 1}
    assert document["differences"][0]["example"] == EXAMPLE
    assert document["breaches"] == ["1 mismatch"]
    assert document["differences"][0]["requests"] == [REQUEST]
    assert document["unjudged"] == [
        {"verdict": "skipped:xml", "route": "dataset.get", "count": 1, "requests": [REQUEST]}
    ]


def test_the_report_shows_effects() -> None:
    """The step, the row, the file, and the numbers."""
    text = printed(result(), effects())
    lines = (
        "data.tag.1 POST /api/v1/json/data/tag",
        "legacy 200, new 201",
        'missing in openml_expdb.dataset_tag: {"id":61,"tag":"pond"}',
        "file a/b: legacy (1, 'm'), new None",
        "effects compared 3 · equal 1 · different 1 · realigned 1 · tag-refused 1",
    )
    assert [line for line in lines if line not in text] == []


def test_the_document_has_the_effects() -> None:
    """Only where scenarios were replayed."""
    document = orjson.loads(json_bytes(check_document(result(), effects())))["effects"]
    assert (document["compared"], document["equal"], document["realigned"]) == (3, 1, {"tag-refused": 1})
    assert document["different"][0]["recording"] == "data.tag.1"
    assert "effects" not in check_document(result())
