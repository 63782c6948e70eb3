"""Damage to right answers, kind by kind: each mutant must come out as a mismatch at the right path.

The kinds are one explicit list. A kind gives at most one mutant of an answer, at a place that chance chooses, and none
where it does not fit.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import httpx

from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.decode import load_json
from diffing.deviations import load_registry
from diffing.model import Asked, Comparison, FollowUp, Observation, Outcome
from diffing.paths import generalise
from diffing.registry import Kind
from diffing.rows import unspecified
from proxy.check import InProcess, open_side
from proxy.observe import observe
from proxy.recordings import Recording, read_recordings
from proxy.replay import Exchange, Replay
from proxy.translation import Translation
from proxy.unlimited import unlimited

RIGHT = (Outcome.MATCH, Outcome.EXPLAINED)
RECORDINGS = Path("tests/recordings/read")
FILE = "one bit of a file"
SCALARS = (bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a document, where it is, and how to get there."""

    path: str
    way: tuple[str | int, ...]
    value: object


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged answer.

    Args:
        kind: What was done to it.
        path: Where; a difference must be there, above or below.
        new: The answer.
    """

    kind: str
    path: str
    new: Observation


@dataclass(frozen=True, slots=True)
class Answer:
    """A right answer that is to be damaged."""

    asked: Asked
    new: Observation
    document: object
    nodes: tuple[Node, ...]
    chance: random.Random

    def some(self, fits: Callable[[Node], bool]) -> Node | None:
        """A node that fits, whichever."""
        fitting = [node for node in self.nodes if fits(node)]
        return self.chance.choice(fitting) if fitting else None

    def with_value(self, kind: str, node: Node, value: object) -> Mutant:
        """The answer with another value at a node."""
        if not node.way:
            return Mutant(kind, node.path, replace(self.new, body=json.dumps(value).encode()))

        def put(parent: object) -> None:
            parent[node.way[-1]] = value  # type: ignore[index]  # the way was read off the same document

        return self.changed(kind, node, put, node.path)

    def changed(self, kind: str, node: Node, change: Callable[[object], None], path: str) -> Mutant:
        """The answer after a change of the container of a node."""
        copy: object = load_json(json.dumps(self.document).encode())
        parent = copy
        for step in node.way[:-1]:
            parent = parent[step]  # type: ignore[index]  # likewise
        change(parent)
        return Mutant(kind, path, replace(self.new, body=json.dumps(copy).encode()))


Damage = Callable[[Answer], Mutant | None]


def _scalar(
    name: str, fits: Callable[[object], bool], change: Callable[[object], object]
) -> tuple[str, Damage]:
    def make(answer: Answer) -> Mutant | None:
        node = answer.some(lambda node: bool(node.way) and fits(node.value))
        return None if node is None else answer.with_value(name, node, change(node.value))

    return name, make


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _last_digit(value: object) -> object:
    text = repr(value)
    places = [index for index, character in enumerate(text.partition("e")[0]) if character.isdigit()]
    for place in reversed(places):
        digit = str((int(text[place]) + 1) % 10)
        other = type(value)(text[:place] + digit + text[place + 1 :])  # type: ignore[call-arg]  # int or float
        if other != value:  # the seventeenth digit may say nothing
            return other
    raise AssertionError(f"{value!r} has no digit that counts")


def _other_form(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return decomposed if decomposed != text else unicodedata.normalize("NFC", text)


def _other_value(value: object) -> object:
    return (
        (not value)
        if isinstance(value, bool)
        else value + 1
        if isinstance(value, int | float)
        else f"{value}x"
    )


def _key(name: str, change: Callable[[dict[str, object], str], None]) -> tuple[str, Damage]:
    def make(answer: Answer) -> Mutant | None:
        node = answer.some(lambda node: bool(node.way) and isinstance(node.way[-1], str))
        if node is None:
            return None
        key = str(node.way[-1])
        return answer.changed(name, node, lambda parent: change(parent, key), node.path)  # type: ignore[arg-type]  # a dict

    return name, make


def _rename(parent: dict[str, object], key: str) -> None:
    parent[f"{key}_"] = parent.pop(key)


def _drop(parent: dict[str, object], key: str) -> None:
    del parent[key]


def _add(parent: dict[str, object], key: str) -> None:
    parent[f"{key}_"] = parent[key]


def _rows(name: str, change: Callable[[list[object], int], None]) -> tuple[str, Damage]:
    def make(answer: Answer) -> Mutant | None:
        node = answer.some(lambda node: bool(node.way) and isinstance(node.way[-1], int))
        if node is None:
            return None
        index = int(node.way[-1])
        above = node.path.rpartition("[")[0]
        return answer.changed(name, node, lambda rows: change(rows, index), above)  # type: ignore[arg-type]  # a list

    return name, make


def _lose(rows: list[object], index: int) -> None:
    del rows[index]


def _double(rows: list[object], index: int) -> None:
    rows.insert(index, rows[index])


def _another(rows: list[object], index: int) -> None:
    row = rows[index]
    rows.append(
        {**row, "did": -1, "id": -1}
        if isinstance(row, dict)
        else _other_value(row)
        if type(row) in SCALARS
        else None
    )


def _swapped(answer: Answer) -> Mutant | None:
    unordered = (
        {rows.at for rows in answer.asked.route.rows if not rows.ordered} if answer.asked.route else set()
    )

    def fits(node: Node) -> bool:
        if not isinstance(node.value, list) or generalise(node.path) in unordered:
            return False
        return any(json.dumps(a) != json.dumps(b) for a, b in pairwise(node.value))

    node = answer.some(fits)
    if node is None or not isinstance(node.value, list):
        return None
    rows = list(node.value)
    where = [i for i in range(len(rows) - 1) if json.dumps(rows[i]) != json.dumps(rows[i + 1])]
    index = answer.chance.choice(where)
    rows[index], rows[index + 1] = rows[index + 1], rows[index]
    return answer.with_value("swapped rows", node, rows)


def _cut_list(answer: Answer) -> Mutant | None:
    node = answer.some(lambda node: isinstance(node.value, list) and len(node.value) > 1)
    if node is None or not isinstance(node.value, list):
        return None
    return answer.with_value("cut list", node, node.value[: len(node.value) // 2])


def _status(answer: Answer) -> Mutant | None:
    # An answer to a preflight may have a body or not (docs/migration-guide.md): both are right.
    preflight = answer.asked.method == "OPTIONS" and answer.new.status in (200, 204)
    right = (200, 204) if preflight else (answer.new.status,)
    others = [status for status in (200, 204, 400, 404, 418) if status not in right]
    return Mutant("wrong status", "status", replace(answer.new, status=answer.chance.choice(others)))


def _header(name: str, header: str, value: str | None) -> tuple[str, Damage]:
    def make(answer: Answer) -> Mutant | None:
        if answer.new.header(header) is None or answer.new.status != 200:
            return None
        kept = tuple(pair for pair in answer.new.headers if pair[0].lower() != header)
        headers = kept if value is None else (*kept, (header, value))
        return Mutant(name, f"header.{header}", replace(answer.new, headers=headers))

    return name, make


def _code(name: str, change: Callable[[dict[str, object]], None]) -> tuple[str, Damage]:
    def make(answer: Answer) -> Mutant | None:
        document = answer.document
        if not isinstance(document, dict) or not document.get("code") or (answer.new.status or 0) < 400:
            return None
        damaged = dict(document)
        change(damaged)
        return Mutant(name, "$.code", replace(answer.new, body=json.dumps(damaged).encode()))

    return name, make


def _byte(answer: Answer) -> Mutant | None:
    if answer.document is not None or not answer.new.body:
        return None
    place = answer.chance.randrange(len(answer.new.body))
    body = bytearray(answer.new.body)
    body[place] ^= 1
    return Mutant(FILE, "$", replace(answer.new, body=bytes(body)))


KINDS: tuple[tuple[str, Damage], ...] = (
    _scalar("other value", lambda value: type(value) in SCALARS, _other_value),
    _scalar("integer to real", _integer, lambda value: float(value)),  # type: ignore[arg-type]  # an integer
    _scalar("number to text", _number, lambda value: json.dumps(value)),
    _scalar("number to truth", lambda value: value in (0, 1) and _number(value), bool),
    _scalar(
        "text to number",
        lambda value: isinstance(value, str) and value.isdecimal(),
        lambda value: int(str(value)),
    ),
    _scalar("last digit", _number, _last_digit),
    _scalar("null for a value", lambda value: type(value) in SCALARS, lambda _: None),
    _scalar("empty text for null", lambda value: value is None, lambda _: ""),
    _scalar("empty list for null", lambda value: value is None, lambda _: []),
    _scalar("null for empty", lambda value: value in ("", []) and not _number(value), lambda _: None),
    _scalar("empty text for empty list", lambda value: value == [], lambda _: ""),
    _scalar(
        "cut text", lambda value: isinstance(value, str) and len(value) > 1, lambda value: str(value)[:-1]
    ),
    _scalar("blank behind", lambda value: isinstance(value, str), lambda value: f"{value} "),
    _scalar("blank before", lambda value: isinstance(value, str), lambda value: f" {value}"),
    _scalar(
        "unicode form",
        lambda value: isinstance(value, str) and _other_form(value) != value,
        lambda value: _other_form(str(value)),
    ),
    _scalar(
        "letter case",
        lambda value: isinstance(value, str) and value.swapcase() != value,
        lambda value: str(value).swapcase(),
    ),
    _scalar("list around", lambda value: type(value) in SCALARS, lambda value: [value]),
    _key("renamed key", _rename),
    _key("lost key", _drop),
    _key("further key", _add),
    _rows("lost row", _lose),
    _rows("doubled row", _double),
    _rows("further row", _another),
    ("swapped rows", _swapped),
    ("cut list", _cut_list),
    ("wrong status", _status),
    _header("other media type", "content-type", "text/x-other"),
    _header("lost header", "access-control-allow-origin", None),
    _code("wrong code", lambda document: document.update(code="999")),
    _code("lost code", lambda document: document.update(code=None)),
    (FILE, _byte),
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replayed exchange, and the whole list where only a part of it was asked for."""

    exchange: Exchange
    everything: Observation | None


@dataclass(slots=True)
class Outcomes:
    """What became of mutants.

    Args:
        answers: Right answers that were damaged.
        wrong: Ids of undamaged exchanges that were a mismatch.
        kinds: Mutants by kind.
        argued: Mutants that nothing can be said of, by reason: an entry of the registry says that the legacy side tells
            nothing there, or the exchange is skipped for a reason.
        survivors: All other mutants that were no mismatch, or one elsewhere.
    """

    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    argued: Counter[str] = field(default_factory=Counter)
    survivors: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All mutants."""
        return self.kinds.total()

    @property
    def share_argued(self) -> float:
        """Mutants that nothing can be said of, of all."""
        return self.argued.total() / self.total if self.total else 0.0


def mutants(exchange: Exchange, chance: random.Random) -> Iterator[Mutant]:
    """All mutants of an exchange: one of each kind that fits."""
    assert exchange.asked is not None
    assert exchange.new is not None
    try:
        document = (
            load_json(exchange.new.body) if "json" in (exchange.new.header("content-type") or "") else None
        )
    except ValueError:
        document = None
    good = exchange.new.status == 200
    nodes = tuple(_nodes(document, "$", ())) if document is not None and good else ()
    answer = Answer(exchange.asked, exchange.new, document, nodes, chance)
    for _, make in KINDS:
        mutant = make(answer)
        if mutant is not None:
            yield mutant


def damage(differ: Differ, exchanges: Iterable[Replayed], seed: int, most: int | None = None) -> Outcomes:
    """Damage right exchanges and compare.

    Args:
        differ: Compares.
        exchanges: Replayed ones; those that are not settled by their two answers are passed over.
        seed: Chooses places.
        most: Most mutants of one exchange; None for all.
    """
    chance = random.Random(seed)
    found = Outcomes()
    for replay in exchanges:
        exchange = replay.exchange
        if exchange.comparison.outcome is Outcome.MISMATCH:
            found.wrong.append(exchange.recording.id)
        if not settled_at_once(differ, exchange):
            continue
        found.answers += 1
        made = list(mutants(exchange, chance))
        for mutant in made if most is None else chance.sample(made, min(most, len(made))):
            found.kinds[mutant.kind] += 1
            verdict = compare(differ, exchange, mutant.new)
            if verdict.follow_up is FollowUp.UNLIMITED and replay.everything is not None:
                verdict = compare(differ, exchange, mutant.new, replay.everything)
            if mutant.kind == FILE and verdict.outcome is Outcome.NEW_ERROR:
                continue  # the bit has made it undecodable, which fails a check like a mismatch
            if verdict.outcome is not Outcome.MISMATCH or not any(
                leads(mutant.path, difference.path) for difference in verdict.differences
            ):
                reason = _argument(differ, exchange, mutant, verdict)
                if reason is not None:
                    found.argued[reason] += 1
                    continue
                paths = ", ".join(difference.path for difference in verdict.differences[:3])
                told = f"{verdict.verdict} {paths}"
                found.survivors.append((exchange.recording.id, mutant.kind, mutant.path, told))
    return found


def _argument(differ: Differ, exchange: Exchange, mutant: Mutant, verdict: Comparison) -> str | None:
    """Why nothing can be said of a mutant; None when something should have been said."""
    if verdict.outcome is Outcome.SKIPPED:
        return verdict.verdict
    hits = {*exchange.comparison.deviations, *verdict.deviations}
    place = generalise(mutant.path)
    for entry in differ.registry.of_route(exchange.route):
        if entry.id in hits and entry.kind is Kind.TOLERANCE and any(place.startswith(at) for at in entry.at):
            return entry.id
    return None


def settled_at_once(differ: Differ, exchange: Exchange) -> bool:
    """Right, and without asking for a further answer."""
    if exchange.asked is None or exchange.new is None or exchange.comparison.outcome not in RIGHT:
        return False
    return compare(differ, exchange, exchange.new).outcome in RIGHT


def compare(
    differ: Differ, exchange: Exchange, new: Observation, everything: Observation | None = None
) -> Comparison:
    """The verdict on an exchange, with another new answer."""
    assert exchange.asked is not None
    return differ.compare(exchange.asked, exchange.recording.response, new, everything)


def leads(path: str, differing: str) -> bool:
    """Whether the difference is at the damage, above it or inside it."""
    # A damaged key column may have become a list, whose bracket does not end the row's name.
    a, b = generalise(path), generalise(re.sub(r"=\[[^\]]*\]", "=", differing))
    return a.startswith(b) or b.startswith(a)


async def replayed(
    database: str, choose: Callable[[list[Recording]], list[Recording]]
) -> tuple[Differ, list[Replayed]]:
    """The recorded exchanges with the answers of the real backend.

    Args:
        database: Where the sample is.
        choose: Chooses recordings.
    """
    config = config_directory(None)
    routes = load_routes(config)
    differ = Differ(load_registry(config), load_problems(config))
    files = Path("config/sample/files")
    side = InProcess(database, "https://openml.test/", "https://minio.openml.test/", files)
    recordings = choose(list(read_recordings([RECORDINGS])))
    async with open_side(side, config) as transport:
        exchanges = await Replay(recordings, routes, differ, transport).run()
        return differ, [Replayed(exchange, await _everything(transport, exchange)) for exchange in exchanges]


async def _everything(side: httpx.AsyncBaseTransport, exchange: Exchange) -> Observation | None:
    """The whole list behind a limited one: a differing row of it is asked for again, like in the proxy."""
    asked, found = exchange.asked, exchange.translation
    if asked is None or not unspecified(asked) or not isinstance(found, Translation):
        return None
    return await observe(side, "GET", unlimited(found.target, found.route))


def _nodes(value: object, path: str, way: tuple[str | int, ...]) -> Iterator[Node]:
    yield Node(path, way, value)
    if isinstance(value, dict):
        for key, element in value.items():
            yield from _nodes(element, f"{path}.{key}", (*way, key))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _nodes(element, f"{path}[{index}]", (*way, index))
