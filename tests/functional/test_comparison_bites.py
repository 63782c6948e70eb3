"""The comparison bites: damage to a new answer comes out as a mismatch with the right path, no damage never does.

One hundred recorded exchanges of real PHP answers and the real backend's answers to them; each new answer is damaged
in every way that fits it.
"""

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.decode import decode, load_json
from diffing.deviations import load_registry
from diffing.headers import COMPARED
from diffing.model import Comparison, Observation, Outcome
from diffing.paths import generalise, identical
from proxy.checking.check import InProcess, open_side
from proxy.checking.replay import Replay, ReplayedExchange
from proxy.recordings.recording import read_recordings
from tests.functional.selection import stored, verdict

ROUTES = (
    *("dataset.get", "dataset.list", "dataset.features", "dataset.qualities", "dataset.quality_names"),
    *("tasktype.get", "tasktype.list", "estimationprocedure.get", "estimationprocedure.list"),
    "evaluationmeasure.list",
)
RECORDINGS = Path("tests/recordings/read")
FILES = ("data", "tasktype", "estimationprocedure", "evaluationmeasure")
EXCHANGES = 100
RIGHT = (Outcome.MATCH, Outcome.EXPLAINED)


@dataclass(frozen=True)
class Damage:
    """A damaged document, and a path (generalised) that must lead every difference, or be led by one."""

    kind: str
    document: object
    path: str


def node_paths(document: object, path: str = "$") -> Iterator[tuple[str, list[object], object]]:
    """Each value with its path and the way to it."""

    def walk(value: object, path: str, way: list[object]) -> Iterator[tuple[str, list[object], object]]:
        yield path, way, value
        if isinstance(value, dict):
            for key, element in value.items():
                yield from walk(element, f"{path}.{key}", [*way, key])
        elif isinstance(value, list):
            for index, element in enumerate(value):
                yield from walk(element, f"{path}[{index}]", [*way, index])

    return walk(document, path, [])


def changed(document: object, way: list[object], change: Callable[[Any, Any], None]) -> object:
    """A copy in which `change(parent, last step)` was carried out."""
    copy = load_json(json.dumps(document).encode())
    parent: Any = copy
    for step in way[:-1]:
        parent = parent[step]
    change(parent, way[-1])
    return copy


def put(value: object) -> Callable[[Any, Any], None]:
    """A change that sets a value."""

    def change(parent: Any, step: Any) -> None:
        parent[step] = value

    return change


def take(parent: Any, step: Any) -> None:
    """A change that removes a value."""
    del parent[step]


def double(parent: Any, step: Any) -> None:
    """A change that lists an element twice."""
    parent.insert(step, parent[step])


def other_value(value: object) -> object:
    """A value of the same type that is not the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}x"


def other_type(value: object) -> object:
    """The same value as another type."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return float(value)
    if isinstance(value, float):
        return str(value)
    return [value]


def rename(parent: Any, step: Any) -> None:
    """A change that gives a key another name."""
    parent[f"{step}_"] = parent.pop(step)


def damages(exchange: ReplayedExchange, chance: random.Random) -> Iterator[Damage]:
    """Each damage that fits the new document, once."""
    assert exchange.new is not None
    document = decode(exchange.new).document
    nodes = [node for node in node_paths(document) if node[1]]

    def some(fits: Callable[[object], bool]) -> list[tuple[str, list[object], object]]:
        fitting = [node for node in nodes if fits(node[2])]
        return [chance.choice(fitting)] if fitting else []

    for path, way, value in some(lambda v: isinstance(v, bool | int | float | str)):
        yield Damage("value", changed(document, way, put(other_value(value))), path)
    for path, way, value in some(lambda v: isinstance(v, bool | int | float | str)):
        yield Damage("type", changed(document, way, put(other_type(value))), path)
    for path, way, _ in some(lambda v: v in ("", []) and not isinstance(v, bool | int)):
        yield Damage("null for empty", changed(document, way, put(None)), path)
    keys = [node for node in nodes if isinstance(node[1][-1], str)]
    if keys:
        path, way, _ = chance.choice(keys)
        yield Damage("renamed key", changed(document, way, rename), path)
    elements = [node for node in nodes if isinstance(node[1][-1], int)]
    if elements:
        path, way, _ = chance.choice(elements)
        yield Damage("lost element", changed(document, way, take), path.rpartition("[")[0])
        path, way, _ = chance.choice(elements)
        yield Damage("duplicated element", changed(document, way, double), path.rpartition("[")[0])
    legacy = decode(exchange.recording.response).document
    if not identical(legacy, document):
        yield Damage("whole legacy document", legacy, "$")
    if isinstance(document, dict) and isinstance(legacy, dict):
        inner = next(iter(legacy.values()), None)
        for key, value in inner.items() if isinstance(inner, dict) else ():
            if key in document and not identical(value, document[key]):
                yield Damage("legacy value", changed(document, [key], put(value)), f"$.{key}")
                break


def settled_at_once(exchange: ReplayedExchange) -> bool:
    """Right, and without asking for a further answer (the offset alone, HEAD, a read by POST)."""
    asked = exchange.asked
    if asked is None or exchange.comparison.outcome not in RIGHT or asked.method != "GET":
        return False
    return "offset" not in asked.parameters


async def exchanges(database: str) -> tuple[Differ, list[ReplayedExchange]]:
    """A hundred right exchanges of the routes, and what compares them."""
    config = config_directory(None)
    routes = load_routes(config)
    differ = Differ(load_registry(config), load_problems(config))
    recordings = list(read_recordings([RECORDINGS / f"{name}.jsonl.gz" for name in FILES]))
    side = InProcess(database, "https://openml.test/", "https://minio.openml.test/")
    async with open_side(side, config) as transport:
        done = await Replay(recordings, routes, differ, transport).run(lambda name: name in ROUTES)
    chance = random.Random(20261122)
    right = [exchange for exchange in done if settled_at_once(exchange)]
    chance.shuffle(right)
    # A few of each route, answers and errors, so that no route is left out; then any until there are a hundred.
    groups = {(e.route, e.recording.response.status == 200): list[ReplayedExchange]() for e in right}
    for exchange in right:
        groups[exchange.route, exchange.recording.response.status == 200].append(exchange)
    chosen = [exchange for group in groups.values() for exchange in group[:4]]
    chosen += [exchange for exchange in right if exchange not in chosen][: EXCHANGES - len(chosen)]
    return differ, chosen


@pytest.fixture(scope="module")
def compared(sqlite_url: str) -> tuple[Differ, list[ReplayedExchange]]:
    """The differ and the exchanges."""
    return asyncio.run(exchanges(sqlite_url))


def compare(differ: Differ, exchange: ReplayedExchange, new: Observation | None = None) -> Comparison:
    """The verdict on an exchange, with another new answer."""
    assert exchange.asked is not None
    assert exchange.new is not None
    return differ.compare(exchange.asked, exchange.recording.response, new or exchange.new)


def with_body(new: Observation, document: object) -> Observation:
    """The answer with another document."""
    return replace(new, body=json.dumps(document).encode())


def leads(path: str, differing: str) -> bool:
    """Whether the difference is at the damage, above it or inside it."""
    a, b = generalise(path), generalise(differing)
    return a.startswith(b) or b.startswith(a)


def test_undamaged_answers_are_never_a_mismatch(compared: tuple[Differ, list[ReplayedExchange]]) -> None:
    """The hundred exchanges are right as they are."""
    differ, chosen = compared
    verdicts = [compare(differ, exchange).outcome for exchange in chosen]
    assert len(verdicts) == EXCHANGES
    assert set(verdicts) <= set(RIGHT)


def test_every_damage_is_a_mismatch_at_the_right_path(
    compared: tuple[Differ, list[ReplayedExchange]],
) -> None:
    """A value, a type, a row, an element, a key, an empty text, a deviation not carried out."""
    differ, chosen = compared
    chance = random.Random(7)
    kinds: dict[str, int] = {}
    survivors = []
    for exchange in chosen:
        assert exchange.new is not None
        if exchange.new.status != 200:
            continue  # the tests below damage errors
        for damage in damages(exchange, chance):
            new = with_body(exchange.new, damage.document)
            found = compare(differ, exchange, new)
            kinds[damage.kind] = kinds.get(damage.kind, 0) + 1
            if found.outcome is not Outcome.MISMATCH or not any(
                leads(damage.path, d.path) for d in found.differences
            ):
                survivors.append((exchange.recording.id, damage.kind, damage.path, found.verdict))
    assert survivors == []
    assert len(kinds) >= 7
    assert sum(kinds.values()) > 300


@pytest.mark.parametrize("status", [200, 204, 400, 418])
def test_a_wrong_status_is_a_mismatch(compared: tuple[Differ, list[ReplayedExchange]], status: int) -> None:
    """Whatever the document says."""
    differ, chosen = compared
    for exchange in chosen:
        assert exchange.new is not None
        if exchange.new.status == status:
            continue
        damaged = replace(exchange.new, status=status)
        found = compare(differ, exchange, damaged)
        assert (found.outcome, found.differences[0].path) == (Outcome.MISMATCH, "status"), (
            exchange.recording.id
        )


@pytest.mark.parametrize("code", ["999", None])
def test_a_wrong_or_lost_legacy_code_is_a_mismatch(
    compared: tuple[Differ, list[ReplayedExchange]], code: str | None
) -> None:
    """Clients look at the code."""
    differ, chosen = compared
    tried = 0
    for exchange in chosen:
        assert exchange.new is not None
        document = decode(exchange.new).document
        if not isinstance(document, dict) or (exchange.new.status or 0) < 400 or document.get("code") == code:
            continue
        tried += 1
        damaged = with_body(exchange.new, document | {"code": code})
        found = compare(differ, exchange, damaged)
        assert found.outcome is Outcome.MISMATCH, exchange.recording.id
        assert "$.code" in [difference.path for difference in found.differences]
    assert tried >= 15


class Watched(Observation):
    """An answer that remembers which of its headers were asked for."""

    asked: ClassVar[set[str]] = set()

    def header(self, name: str) -> str | None:
        """Remember, and answer."""
        self.asked.add(name)
        return next((value for key, value in self.headers if key.lower() == name), None)


def watched(one: Observation) -> Watched:
    """The same answer, watched."""
    return Watched(one.status, one.headers, one.body, one.seconds, one.error)


def test_no_header_is_looked_at_that_is_not_listed() -> None:
    """Over an exchange of each entry and rule: verdicts on equal answers are remembered by the listed ones only."""
    Watched.asked.clear()
    config = config_directory(None)
    differ = Differ(load_registry(config), load_problems(config))
    for one in stored():
        answers = {further: watched(answer) for further, answer in one.answers.items()}
        verdict(differ, replace(one, legacy=watched(one.legacy), new=watched(one.new), answers=answers))
    assert Watched.asked <= COMPARED
    assert len(Watched.asked) >= 5
