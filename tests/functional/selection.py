"""The smallest recorded exchange that each entry and rule explains, stored: `python -m tests.functional.selection`.

The answers of the new side and the further ones are stored with them, so that damage to them takes no database.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from backend.database.load import load
from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.further import MOST, Answers, wanted
from diffing.model import Asked, Comparison, FollowUp, Observation
from diffing.parity import GOOD
from diffing.registry import Registry
from diffing.rules.book import RouteRules, RuleBook
from diffing.rules.rule import Tell
from proxy.checking.check import FailureLimits, InProcess, check
from proxy.checking.replay import ReplayedExchange
from proxy.checking.sandbox import SandboxPlace
from proxy.checking.scenarios import check_scenarios
from tests.functional.conformance import CONFIG
from tests.functional.frozen.verdicts import RECORDINGS

STORED: Final = Path(__file__).parent / "selection.jsonl.gz"
UNKNOWN: Final = Observation(
    404, (("Content-Type", "application/problem+json"),), b'{"status": 404, "code": "0"}'
)
_TRIED: Final = 300
_EACH: Final = 2
"""So many exchanges of each entry: one may be explained by others too."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A recorded exchange.

    Args:
        legacy: What PHP answered.
        answers: The further answers that the comparison took.
        ids: The entries and rules that explained it.
    """

    recording: str
    asked: Asked
    legacy: Observation
    new: Observation
    answers: Answers
    ids: tuple[str, ...]


def selected(exchanges: Iterable[ReplayedExchange]) -> list[ReplayedExchange]:
    """The smallest exchanges of each entry and rule."""
    by_id: dict[str, list[ReplayedExchange]] = {}
    for exchange in exchanges:
        if exchange.new is not None and exchange.comparison.verdict in GOOD:
            for name in set(exchange.comparison.deviations):
                by_id.setdefault(name, []).append(exchange)
    chosen = {}
    for name, ones in by_id.items():
        smallest = sorted(ones, key=_size)
        without = Differ(without_one(name), load_problems(CONFIG))
        needed = (one for one in smallest[:_TRIED] if verdict(without, _selected(one)) not in GOOD)
        for one in [*islice(needed, _EACH), *smallest[:1]]:
            chosen[one.recording.id] = one
    return [chosen[name] for name in sorted(chosen)]


def without_one(name: str) -> Registry:
    """The registry without an entry, or without what a rule expects or converts."""
    registry = load_registry(CONFIG)
    assert registry.book is not None
    book = registry.book if name in registry.by_id else Without(registry.book, name)
    return Registry((entry for entry in registry.deviations if entry.id != name), book)


class Without(RuleBook):
    """The rules without one of them."""

    def __init__(self, book: RuleBook, name: str) -> None:
        self._book, self._name = book, name
        self.of_route = cache(self._of_route)

    def _of_route(self, name: str) -> RouteRules:
        whole = self._book.of_route(name)
        first, last = (
            tuple(one for one in some if one.id != self._name) for some in (whole.first, whole.last)
        )
        envelope = () if self._name == "rule-envelope" else whole.envelope
        return _Rules(envelope, whole.shape, first, last, without=self._name)


@dataclass(frozen=True, slots=True)
class _Rules(RouteRules):
    without: str = ""

    def convert(self, document: object, tell: Tell) -> object:
        """As the schema has it, but for what the missing rule would have made."""
        missing: list[tuple[object, object]] = []

        def listen(rule: str, before: object, after: object) -> None:
            if rule == self.without:
                missing.append((before, after))
            tell(rule, before, after)

        # RouteRules is a slotted dataclass, of which super() knows nothing here.
        converted = RouteRules.convert(self, document, listen)
        return {"not converted": repr(missing)} if missing else converted


def verdict(differ: Differ, one: Selected) -> str:
    """The verdict on a stored exchange."""
    return judged(differ, one).verdict


def judged(differ: Differ, one: Selected) -> Comparison:
    """What comes of a stored exchange; what was not asked when it was stored is answered with 404."""
    answers = dict(one.answers)
    for _ in range(MOST):
        found = differ.compare(one.asked, one.legacy, one.new, answers)
        further = wanted(found)
        if further is None:
            return found
        answers[further] = UNKNOWN
    return found


def _selected(exchange: ReplayedExchange) -> Selected:
    asked, new = exchange.asked, exchange.new
    assert asked is not None
    assert new is not None
    ids = tuple(sorted(set(exchange.comparison.deviations)))
    return Selected(exchange.recording.id, asked, exchange.recording.response, new, exchange.answers, ids)


def stored() -> list[Selected]:
    """What is stored."""
    routes = load_routes(CONFIG)
    found = []
    for line in gzip.decompress(STORED.read_bytes()).decode().splitlines():
        one = json.loads(line)
        name, *facts = one["asked"]
        found.append(
            Selected(
                one["recording"],
                Asked(routes[name] if name else None, *facts),
                _observation(one["legacy"]),
                _observation(one["new"]),
                {(FollowUp(kind), path): _observation(answer) for kind, path, answer in one["answers"]},
                tuple(one["ids"]),
            )
        )
    return found


def _size(exchange: ReplayedExchange) -> tuple[bool, int, str]:
    """Answers without a body come last: they show little."""
    answers = (exchange.recording.response, exchange.new, *exchange.answers.values())
    bodiless = exchange.new is None or not exchange.new.body
    return bodiless, sum(len(one.body) for one in answers if one is not None), exchange.recording.id


def _line(exchange: ReplayedExchange) -> str:
    asked, new = exchange.asked, exchange.new
    assert asked is not None
    assert new is not None
    facts = (asked.method, dict(asked.parameters), asked.role, asked.format, asked.known, asked.rehearsed)
    line = {
        "recording": exchange.recording.id,
        "asked": [asked.route.name if asked.route else None, *facts, asked.caller],
        "legacy": _stored(exchange.recording.response),
        "new": _stored(new),
        "answers": [(*further, _stored(answer)) for further, answer in exchange.answers.items()],
        "ids": sorted(set(exchange.comparison.deviations)),
    }
    return json.dumps(line, separators=(",", ":"))


def _stored(answer: Observation) -> list[object]:
    return [answer.status, answer.headers, base64.b64encode(answer.body).decode()]


def _observation(parts: Any) -> Observation:
    status, headers, body = parts
    return Observation(status, tuple((name, value) for name, value in headers), base64.b64decode(body))


def exchanges_of(folder: Path) -> Iterable[ReplayedExchange]:
    """All recorded exchanges and steps, replayed. ``folder``: where databases can be made."""
    database = f"sqlite:///{folder}/read.db"
    asyncio.run(load(CONFIG / "sample", database))
    side = InProcess(
        database, "https://openml.test/", "https://minio.openml.test/", CONFIG / "sample" / "files"
    )
    yield from asyncio.run(check((RECORDINGS / "read",), side, CONFIG, limits=FailureLimits())).exchanges
    place = SandboxPlace(f"sqlite:///{folder}/write.db", CONFIG / "sample")
    yield from asyncio.run(
        check_scenarios((RECORDINGS / "write",), place, CONFIG, limits=FailureLimits())
    ).exchanges


def by_id(found: Iterable[Selected]) -> Mapping[str, list[Selected]]:
    """The stored exchanges of each entry and rule."""
    ones: dict[str, list[Selected]] = {}
    for one in found:
        for name in one.ids:
            ones.setdefault(name, []).append(one)
    return ones


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        lines = [_line(one) for one in selected(exchanges_of(Path(name)))]
    STORED.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
    print(f"{len(lines)} exchanges, {STORED.stat().st_size} bytes")
