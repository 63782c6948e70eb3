"""Parity over the whole read corpus, on both databases, with the counts that it has earned.

What failed when the verdicts were frozen is known, and must fail until its mend is listed (tests.functional.frozen).
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.openapi import load_openapi
from config.routes import load_routes
from diffing.deviations import load_registry
from diffing.parity import FAILING
from proxy.checking.check import CheckResult, FailureLimits, InProcess, check
from proxy.compare.tally import Tally
from proxy.recordings.recording import read_recordings
from proxy.reporting.operations_table import COLUMNS, operations_table
from tests.functional.conformance import Pinned, answered, answers, recorded_with
from tests.functional.frozen.moves import (
    known_failures,
    load_listed,
    load_renamed,
    moves,
    stale,
    told,
    unlisted,
    worse,
)
from tests.functional.frozen.verdicts import frozen, verdicts
from tests.round_trips import declared_otherwise, measuring

ROOT = Path(__file__).parent.parent.parent
CORPUS = ROOT / "tests" / "recordings" / "read"
# A comparison that is lost, or a skip that grows, is red. Numbers only ever get stricter.
LIMITS = FailureLimits(
    min_compared=7047,
    max_skipped={
        "html_page": 65,
        "no_route": 7,
        "underived": 148,
        "limited": 0,
        "xml": 0,
        "not_implemented": 0,
        "write": 0,
    },
)
RESULTS: dict[str, CheckResult] = {}
ROUND_TRIPS: dict[str, Mapping[str, int]] = {}


@cache
def recorded() -> tuple[str, ...]:
    """The ids of all recorded reads."""
    return tuple(recording.id for recording in read_recordings((CORPUS,)))


def checked(url: str) -> CheckResult:
    """The result on a database; each is checked once."""
    if url not in RESULTS:
        side = InProcess(
            url,
            "https://openml.test/",
            "https://minio.openml.test/",
            ROOT / "config" / "sample" / "files",
        )
        with measuring() as ROUND_TRIPS[url]:
            RESULTS[url] = asyncio.run(check((CORPUS,), side, ROOT / "config", limits=LIMITS))
    return RESULTS[url]


def test_the_corpus_has_parity(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No undocumented difference but the known ones, as many comparisons as ever, no more skips than ever."""
    result = checked(database_url)
    with capsys.disabled():
        totals = result.tally.totals
        print(f"\n{database_url.partition(':')[0]}: {totals.received} received, {totals.compared} compared")
    known = known_failures(frozen("read"), load_listed(kind="read"))
    failed = {one.recording.id for one in result.exchanges if one.comparison.verdict in FAILING}
    assert failed == known
    assert result.breaches == ((f"{len(known)} mismatch",) if known else ())


def test_no_verdict_moves_without_a_reason(database_url: str) -> None:
    """What was frozen, and the listed moves, make what is."""
    before, listed = frozen("read"), load_listed(kind="read")
    found = moves(before, verdicts(checked(database_url).exchanges), load_renamed())
    assert told(unlisted(found, listed)) == []
    assert stale(found, before, listed) == []


def test_no_listed_move_is_a_failure() -> None:
    """A verdict may be mended, or come to be by other ids; none may become worse."""
    assert worse(load_listed(kind="read")) == []


def test_the_numbers_add_up(database_url: str) -> None:
    """received = the sum of all outcomes, in total and for each route; the routes sum up to the total. None is lost."""
    assert tuple(one.recording.id for one in checked(database_url).exchanges) == recorded()
    document = checked(database_url).tally.document()
    parts = [document["totals"], *document["routes"].values()]
    assert [outcomes(part) for part in parts] == [part["received"] for part in parts]
    assert sum(part["received"] for part in parts[1:]) == parts[0]["received"] == len(recorded()) >= 7404


def test_reads_take_as_many_round_trips_as_declared(database_url: str) -> None:
    """Each operation declares the most that a recorded request takes."""
    checked(database_url)
    assert declared_otherwise(ROUND_TRIPS[database_url], writes=False) == {}


def test_answers_fit_the_pinned_document(database_url: str) -> None:
    """Documents and problems; also those to requests that are not compared, and to writes that PHP refused."""
    pinned, known = Pinned(), answered(checked(database_url).exchanges)
    found = asyncio.run(answers(recorded_with(database_url), known=known))
    assert [fault for answer in found for fault in pinned.faults(answer)] == []
    # Fewer would mean that less is looked at than once was.
    assert len(found) >= 4455
    reads = {
        name for name, described in load_openapi(ROOT / "config").items() if described.answer is not None
    }
    assert len(reads & {answer.operation for answer in found if answer.status == 200}) >= 57


def test_both_databases_give_the_same_counts(sqlite_url: str, mariadb_url: str) -> None:
    """SQLite and MariaDB are one API."""
    documents = [checked(url).tally.document() for url in (sqlite_url, mariadb_url)]
    for key in ("totals", "routes", "deviations"):
        assert documents[0][key] == documents[1][key]


def outcomes(part: dict[str, Any]) -> int:
    """The sum of all outcomes of a document of counts."""
    plain: dict[str, int] = {
        name: value for name, value in part.items() if name not in ("received", "skipped")
    }
    skipped: dict[str, int] = part["skipped"]
    return sum(plain.values()) + sum(skipped.values())


def test_the_table_of_operations_is_current(sqlite_url: str) -> None:
    """`parity deviations operations` writes it; test_face_reads looks at what it says of the legacy face."""
    config = ROOT / "config"
    made = operations_table(load_routes(config), load_registry(config), checked(sqlite_url).tally, Tally())
    kept = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert of_the_new_api(kept) == of_the_new_api(made)


def of_the_new_api(page: str) -> list[str]:
    """The lines of the table of operations without what they say of the legacy face."""
    first = COLUMNS.index("face compared") + 1
    lines = [line for line in page.splitlines() if "legacy face**" not in line]
    return ["|".join(line.split("|")[:first]) if line.startswith("| ") else line for line in lines]
