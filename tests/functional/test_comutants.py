"""A backend that is wrong and whose schema, or table of errors, says that it is right, is found nevertheless."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import orjson
import pytest

from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Outcome
from proxy.message.translation import Translation
from tests.functional.comutants import KINDS, CoMutant, comutants
from tests.functional.conformance import CONFIG, Answer, Pinned, answer_of, answers, recorded_with
from tests.functional.mutants import Replayed, compare, replayed, settled_at_once
from tests.functional.origins import columns, errors
from tests.functional.test_origins import COLUMNS, DECLARED, DOCUMENT, ERRORS, PROBLEMS, ROUTES

REGISTRY = load_registry(CONFIG)
ALL = tuple(comutants(DOCUMENT, PROBLEMS, DECLARED))


SHOWN = 4
"""So many of each kind are shown to be right in their own words."""


def is_found(mutant: CoMutant) -> bool:
    """Whether tables or contract say something else than the damaged backend."""
    return bool(
        columns.disagreements(mutant.document, COLUMNS)
        or errors.disagreements(mutant.errors, mutant.problems, ROUTES, ERRORS)
    )


def test_every_comutant_is_found() -> None:
    """Of each kind, at each member of each answer, and of each error of each route."""
    assert [(mutant.kind, mutant.place) for mutant in ALL if not is_found(mutant)] == []
    made = Counter(mutant.kind for mutant in ALL)
    assert {
        "404 → 403",
        "one type → another",
        "always there → left out",
        *(kind.name for kind in KINDS),
    } <= set(made)
    assert made.total() >= 1700


def damaged(mutant: CoMutant, answer: Answer) -> Answer | None:
    """The answer of the damaged backend; None where the damage does not show."""
    right = orjson.loads(answer.body)
    status, body = mutant.answer(answer.operation, answer.status, right)
    if (status, orjson.dumps(body)) == (answer.status, orjson.dumps(right)):
        return None
    return replace(answer, status=status, body=orjson.dumps(body))


def test_a_comutant_says_of_itself_that_it_is_right(sqlite_url: str) -> None:
    """Its answers fit its own document, and not the pinned one, unless that lets an empty text pass for null."""
    found = asyncio.run(answers(recorded_with(sqlite_url), every=40))
    right, shown = Pinned(), Counter[str]()
    for mutant in ALL:
        if mutant.document is DOCUMENT or shown[mutant.kind] >= SHOWN:
            continue
        wrong = next((one for answer in found if (one := damaged(mutant, answer)) is not None), None)
        if wrong is None:
            continue
        assert Pinned(mutant.document).faults(wrong) == [], (mutant.kind, mutant.place)
        assert right.faults(wrong) != [] or mutant.kind == 'null → ""', (mutant.kind, mutant.place)
        shown[mutant.kind] += 1
    assert set(shown) == {"always there → left out", *(kind.name for kind in KINDS)}


def differ_of(mutant: CoMutant) -> Differ:
    """The comparison, as the damaged backend configures it."""
    return Differ(REGISTRY, mutant.problems)


@pytest.fixture(scope="module")
def exchanges(sqlite_url: str) -> list[Replayed]:
    """Every 40th exchange that is right, and is settled by its two answers."""
    differ, found = asyncio.run(replayed(sqlite_url, lambda recordings: recordings[::40]))
    return [one for one in found if settled_at_once(differ, one.exchange)]


def test_the_recordings_find_comutants(exchanges: list[Replayed]) -> None:
    """Each kind: what PHP answered is not what the damaged backend answers, whatever its schema and table say."""
    tried: Counter[str] = Counter()
    missed = []
    for mutant in _some(ALL):
        differ = differ_of(mutant)
        for one in exchanges:
            exchange = one.exchange
            assert exchange.new is not None
            translation = exchange.translation
            answer = answer_of(translation, exchange.new) if isinstance(translation, Translation) else None
            wrong = None if answer is None else damaged(mutant, answer)
            if wrong is None:
                continue
            new = replace(exchange.new, status=wrong.status, body=wrong.body)
            tried[mutant.kind] += 1
            verdict = compare(differ, exchange, new, one.everything)
            if verdict.outcome is not Outcome.MISMATCH:
                missed.append((mutant.kind, mutant.place, exchange.recording.id, str(verdict.outcome)))
            break
    assert missed == []
    assert tried.total() >= 100


def _some(mutants: Iterable[CoMutant]) -> Iterable[CoMutant]:
    """Each fourth of each kind, so that all kinds are there."""
    seen: Counter[str] = Counter()
    for mutant in mutants:
        if seen[mutant.kind] % 4 == 0:
            yield mutant
        seen[mutant.kind] += 1
