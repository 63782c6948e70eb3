"""Damage to right answers, kind by kind: each mutant must come out as a mismatch at the right path.

The kinds are one explicit list. A kind gives at most one mutant of an answer, at a place that chance chooses, and none
where it does not fit.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.decode import decode, load_json
from diffing.deviations import load_registry
from diffing.further import wanted
from diffing.model import Comparison, FollowUp, Observation, Outcome
from diffing.parity import FAILING, GOOD
from diffing.paths import generalise
from diffing.rows import CUTTING, top_rows, unspecified
from diffing.walk import canonical
from proxy.checking.check import InProcess, open_side
from proxy.checking.replay import Replay, ReplayedExchange
from proxy.compare.unlimited import unlimited
from proxy.message.translation import Translation
from proxy.outbound.observe import observe
from proxy.outbound.transport import Transport
from proxy.recordings.recording import Recording, read_recordings
from tests.functional.frozen.moves import known_failures, load_listed
from tests.functional.frozen.verdicts import frozen
from tests.functional.mutant import Answer, Mutant, nodes_of
from tests.functional.mutant_answers import ANSWERS, FILE
from tests.functional.mutant_named import NAMED
from tests.functional.mutant_shapes import SHAPES
from tests.functional.mutant_values import VALUES

RECORDINGS = Path("tests/recordings/read")
KINDS = (*VALUES, *SHAPES, *NAMED, *ANSWERS)
HELD = frozenset(name for name, _ in NAMED)
"""Found whatever PHP said: the request tells it."""


NOTHING_TOLD = "an empty 500"
"""Of a value within the schema nothing can be said where PHP told none."""

ANOTHER_CHOICE = "another row of a limited list"
"""Nothing says which rows a limited list without an order has: one that became another of them is as right."""

OF_BLANKS = frozenset({"blank before", "blank behind"})
HIDDEN = "administrators-see-all"
BLANKS = frozenset(
    {
        *("text-pasted", "xml-list-printed", "dataset-descriptions-pasted"),
        *(HIDDEN, "task-list-unprinted-inputs"),
    }
)
"""PHP's XML keeps no blanks at the ends of texts, nor does what the new side says elsewhere."""
"""PHP leaves rows out: that one of them is missing nobody can tell, nor what only the list says of it."""
ONLY_LISTED = {
    "dataset.list": {"status", "md5_checksum"},
    "task.list": {"status"},
    "flow.list": {"full_name"},
    "run.list": {"upload_time"},
    "evaluation.list": {"upload_time", "data_name"},
}
"""Columns that no other answer about the thing has."""

UNKNOWN = Observation(404, (("Content-Type", "application/problem+json"),), b'{"status": 404}')
"""What the new side answers to the question of a premise: damage makes nothing private."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replayed exchange, and the whole list where only a part of it was asked for."""

    exchange: ReplayedExchange
    everything: Observation | None


@dataclass(slots=True)
class Outcomes:
    """What became of mutants.

    Args:
        answers: Right answers that were damaged.
        wrong: Ids of undamaged exchanges that were a mismatch.
        argued: Mutants that nothing can be said of, by reason: an entry of the registry says that the legacy side
            tells nothing there, or the exchange is skipped for a reason.
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


def mutants(exchange: ReplayedExchange, chance: random.Random) -> Iterator[Mutant]:
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
    nodes = tuple(nodes_of(document, "$", ())) if document is not None and good else ()
    answer = Answer(exchange.asked, exchange.new, document, nodes, chance)
    for _, make in KINDS:
        mutant = make(answer)
        if mutant is not None:
            yield mutant


def damage(differ: Differ, exchanges: Iterable[Replayed], seed: int, most: int | None = None) -> Outcomes:
    """Damage right exchanges and compare.

    Args:
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
            verdict = compare(differ, exchange, mutant.new, replay.everything)
            if mutant.kind == FILE and verdict.outcome is Outcome.NEW_ERROR:
                continue  # the bit has made it undecodable, which fails a check like a mismatch
            if verdict.outcome is Outcome.LEGACY_ERROR and verdict.verdict in FAILING:
                continue  # what is left says nothing of why PHP broke
            if verdict.outcome is not Outcome.MISMATCH or not any(
                leads(mutant.path, difference.path) for difference in verdict.differences
            ):
                reason = _argument(differ, exchange, mutant, verdict)
                if reason is None and _is_another_choice(mutant, replay.everything):
                    reason = ANOTHER_CHOICE
                if reason is not None:
                    found.argued[reason] += 1
                    continue
                paths = ", ".join(difference.path for difference in verdict.differences[:3])
                told = f"{verdict.verdict} {paths}"
                found.survivors.append((exchange.recording.id, mutant.kind, mutant.path, told))
    return found


def _argument(differ: Differ, exchange: ReplayedExchange, mutant: Mutant, verdict: Comparison) -> str | None:
    """Why nothing can be said of a mutant; None when something should have been said."""
    if verdict.outcome is Outcome.SKIPPED:
        return verdict.verdict
    told = mutant.kind in HELD or _told(exchange)
    if verdict.outcome is Outcome.LEGACY_ERROR and in_document(mutant) and not told:
        return NOTHING_TOLD
    hits = {*exchange.comparison.deviations, *verdict.deviations}
    for entry in differ.registry.of_route(exchange.route):
        if entry.id in verdict.deviations and entry.derive == "schema" and in_document(mutant):
            return entry.id
        if (
            entry.id in BLANKS
            and entry.id in hits
            and mutant.kind in OF_BLANKS
            and _same_but_blanks(exchange, mutant)
        ):
            return entry.id
        if entry.id == HIDDEN and entry.id in hits and _only_hidden(differ, exchange, mutant):
            return entry.id
    return None


def _only_hidden(differ: Differ, exchange: ReplayedExchange, mutant: Mutant) -> bool:
    """Whether only rows are damaged that PHP does not list: they are gone, or another in what only the list says."""
    assert exchange.asked is not None
    assert exchange.new is not None
    top = top_rows(exchange.asked.route)
    right, damaged = load_json(exchange.new.body), load_json(mutant.new.body)
    listed = differ.normalised(exchange.asked, decode(exchange.recording.response)).document
    if top is None or not isinstance(right, list) or not isinstance(damaged, list):
        return False
    shown = {_key(row, top.key) for row in listed} if isinstance(listed, list) else set()
    columns = ONLY_LISTED.get(exchange.route, set[str]())

    def told(row: object) -> bytes:
        if not isinstance(row, dict) or _key(row, top.key) in shown:
            return canonical(row)
        return canonical({name: value for name, value in row.items() if name not in columns})

    before, after = [told(row) for row in right], [told(row) for row in damaged]
    hidden = {told(row) for row in right if _key(row, top.key) not in shown}
    left = iter(before)
    # What is left is as it was and in its order, and nothing but hidden rows is gone.
    return all(row in left for row in after) and set(before) - set(after) <= hidden


def _key(row: object, columns: Iterable[str]) -> bytes:
    return canonical([row.get(column) for column in columns] if isinstance(row, dict) else row)


def _same_but_blanks(exchange: ReplayedExchange, mutant: Mutant) -> bool:
    """Whether a damaged document is the right one, blanks at the ends of its texts aside."""
    assert exchange.new is not None
    right, damaged = load_json(exchange.new.body), load_json(mutant.new.body)
    return canonical(_trimmed(right)) == canonical(_trimmed(damaged))


def _trimmed(value: object) -> object:
    match value:
        case str():
            return value.strip()
        case list():
            return [_trimmed(element) for element in value]
        case dict():
            return {key: _trimmed(element) for key, element in value.items()}
        case _:
            return value


def _is_another_choice(mutant: Mutant, everything: Observation | None) -> bool:
    """Whether a damaged list has rows of the whole list only, each as it is there."""
    if everything is None or mutant.new.status != 200:
        return False
    rows, whole = load_json(mutant.new.body), load_json(everything.body)
    if not isinstance(rows, list) or not isinstance(whole, list):
        return False
    return {canonical(row) for row in rows} <= {canonical(row) for row in whole}


def _told(exchange: ReplayedExchange) -> bool:
    """Whether PHP said anything; where it refuses a read by POST, as GET."""
    asked_again = exchange.answers.get((FollowUp.LEGACY_GET, None), exchange.recording.response)
    return bool(asked_again.body)


def in_document(mutant: Mutant) -> bool:
    """Whether a document was damaged, and not what is around it."""
    return mutant.path.startswith("$")


def settled_at_once(differ: Differ, exchange: ReplayedExchange) -> bool:
    """Right, and by the further answers that it took."""
    if exchange.asked is None or exchange.new is None or exchange.comparison.verdict not in GOOD:
        return False
    return compare(differ, exchange, exchange.new).verdict in GOOD


def compare(
    differ: Differ, exchange: ReplayedExchange, new: Observation, everything: Observation | None = None
) -> Comparison:
    """The verdict on an exchange, with another new answer and the further answers that it took. ``new``: the other
    answer. ``everything``: the whole list, where that is known.
    """
    assert exchange.asked is not None
    assert exchange.new is not None
    answers = dict(exchange.answers)
    if everything is not None:
        answers.setdefault((FollowUp.UNLIMITED, None), everything)
    while True:
        found = differ.compare(exchange.asked, exchange.recording.response, new, answers)
        further = wanted(found)
        if further == (FollowUp.STRANGER, None) and further not in answers:
            answers[further] = exchange.new  # nobody had to ask of the right answer: nothing in it is private
            continue
        if further is None or further[1] is None or further in answers:
            return found
        answers[further] = UNKNOWN


def leads(path: str, differing: str) -> bool:
    """Whether the difference is at the damage, above it or inside it."""
    # A damaged key column may have become a list, whose bracket does not end the row's name.
    a, b = generalise(path), generalise(re.sub(r"=\[[^\]]*\]", "=", differing))
    return a.startswith(b) or b.startswith(a)


async def replayed(
    database: str, choose: Callable[[list[Recording]], list[Recording]]
) -> tuple[Differ, list[Replayed]]:
    """The recorded exchanges with the answers of the real backend, without those that are known to fail. ``database``:
    where the sample is.
    """
    config = config_directory(None)
    routes = load_routes(config)
    differ = Differ(load_registry(config), load_problems(config))
    files = Path("config/sample/files")
    side = InProcess(database, "https://openml.test/", "https://minio.openml.test/", files)
    known = known_failures(frozen("read"), load_listed())
    recordings = choose([one for one in read_recordings([RECORDINGS]) if one.id not in known])
    async with open_side(side, config) as transport:
        exchanges = await Replay(recordings, routes, differ, transport).run()
        return differ, [Replayed(exchange, await _everything(transport, exchange)) for exchange in exchanges]


async def _everything(side: Transport, exchange: ReplayedExchange) -> Observation | None:
    """The whole list behind a limited one: a differing row of it is asked for again, like in the proxy."""
    asked, found = exchange.asked, exchange.translation
    cut = asked is not None and (unspecified(asked) or bool(CUTTING & asked.parameters.keys()))
    if not cut or not isinstance(found, Translation):
        return None
    return await observe(side, "GET", unlimited(found.target, found.route))
