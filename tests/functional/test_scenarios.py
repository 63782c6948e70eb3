"""Every recorded write, on both databases: the answers of PHP, and its effects.

What failed when the verdicts were frozen is known, and must fail until its mend is listed (tests.functional.frozen).
"""

import asyncio
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from config.settings import DatabaseNames
from diffing.model import UNDOCUMENTED
from diffing.parity import FAILING
from proxy.checking.check import FailureLimits
from proxy.checking.sandbox import SandboxPlace
from proxy.checking.scenarios import ScenariosResult, check_scenarios
from proxy.message.translation import Translation
from tests.functional.conformance import Pinned, answer_of
from tests.functional.frozen.moves import (
    load_listed,
    load_renamed,
    moves,
    stale,
    told,
    unlisted,
)
from tests.functional.frozen.verdicts import frozen, of_scenarios
from tests.round_trips import declared_otherwise, measuring

ROOT = Path(__file__).parent.parent.parent
WRITE = ROOT / "tests" / "recordings" / "write"
STEPS = 2945
ANSWERS = 2700
ROUND_TRIPS: dict[str, Mapping[str, int]] = {}
"""The most of each operation, by the kind of database."""
NAMES = DatabaseNames("all_openml", "all_openml_expdb")
# Numbers only ever get stricter.
LIMITS = FailureLimits(
    min_compared=2797,
    max_skipped={
        "diverged": 0,
        "write": 0,
        "no_route": 0,
        "not_implemented": 0,
        "html_page": 5,
        "underived": 37,
    },
)


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def result(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ScenariosResult:
    """All scenarios replayed, once on each kind of database."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('scenarios') / 'scenarios.db'}"
        else:
            url = request.getfixturevalue("mariadb_server")
            patch.setenv("OPENML_DATABASE_NAMES_OPENML", NAMES.openml)
            patch.setenv("OPENML_DATABASE_NAMES_OPENML_EXPDB", NAMES.openml_expdb)
        place = SandboxPlace(url, ROOT / "config" / "sample")
        with measuring() as ROUND_TRIPS[request.param]:
            return asyncio.run(check_scenarios((WRITE,), place, ROOT / "config", limits=LIMITS))


def test_the_answers_are_those_of_php(result: ScenariosResult) -> None:
    """No undocumented difference but the known ones."""
    failed = {one.recording.id for one in result.exchanges if one.comparison.verdict in FAILING}
    assert failed == set()


def test_the_effects_are_those_of_php(result: ScenariosResult) -> None:
    """Rows and files after each step, times of writing aside; but the known ones."""
    differing = {one.exchange.recording.id for one in result.effects.different}
    assert differing == set()


def test_what_is_stored_on_purpose_is_right(result: ScenariosResult) -> None:
    """Each row that the new side has and PHP has not, in steps in which PHP died of its own doing."""
    found = {
        (one.exchange.recording.id, row.table, row.what, _said(row.row))
        for one in result.effects.on_purpose
        for row in one.rows
    }
    listed = tomllib.loads((ROOT / "tests" / "functional" / "on_purpose.toml").read_text())["row"]
    assert found == {(one["recording"], one["table"], "extra", _said(one["row"])) for one in listed}
    assert [one.files for one in result.effects.on_purpose if one.files] == []


def _said(row: Mapping[str, object]) -> frozenset[tuple[str, object]]:
    """What a row says; TOML has no null."""
    return frozenset((name, value) for name, value in row.items() if value is not None)


def test_no_verdict_moves_without_a_reason(result: ScenariosResult) -> None:
    """What was frozen, and the listed moves, make what is."""
    before, listed = frozen("write"), load_listed(kind="write")
    found = moves(before, of_scenarios(result), load_renamed())
    assert told(unlisted(found, listed)) == []
    assert stale(found, before, listed) == []


def test_there_is_parity(result: ScenariosResult) -> None:
    """Every route that writes was compared, and few effects differ on purpose; what failed is told above."""
    known = (" mismatch", f" {UNDOCUMENTED}", "effects differ")
    assert [one for one in result.check.breaches if not any(part in one for part in known)] == []


def test_the_answers_fit_the_pinned_document(result: ScenariosResult) -> None:
    """Also those of what writes."""
    pairs = [(exchange.translation, exchange.new) for exchange in result.exchanges]
    found = [
        answer
        for translation, new in pairs
        if isinstance(translation, Translation) and new and (answer := answer_of(translation, new))
    ]
    judge = Pinned()
    assert [fault for answer in found for fault in judge.faults(answer)] == []
    assert len(found) >= ANSWERS


def test_the_numbers_add_up(result: ScenariosResult) -> None:
    """Each step has one verdict, and each that was asked for one effect."""
    totals, effects = result.check.tally.totals, result.effects
    assert totals.received == STEPS
    not_asked = totals.of("skipped:not_implemented") + totals.of("skipped:no_route")
    assert effects.compared == STEPS - not_asked
    assert effects.compared == effects.equal + len(effects.different) + effects.realigned.total()


@pytest.mark.parametrize("result", ["sqlite"], indirect=True)
def test_writes_take_as_many_round_trips_as_declared(result: ScenariosResult) -> None:
    """Each operation declares the most that a recorded request takes; servers have transactions done again."""
    assert result.exchanges
    assert declared_otherwise(ROUND_TRIPS["sqlite"], writes=True) == {}
