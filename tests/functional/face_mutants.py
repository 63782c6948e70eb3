"""Damaged answers of the legacy face beside PHP's: each must come out, or an exception of "equal" says why."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from config.routes import load_routes
from diffing.face import CHOICE, ORDER, VOLATILE, WHITE_SPACE, FaceAsked, compare_faces
from diffing.further import WHOLE
from diffing.model import FollowUp, Observation, Outcome
from diffing.parity import GOOD
from proxy.checking.check import InProcess, open_side
from proxy.checking.face_replay import FaceReplay, facts
from proxy.recordings.recording import Recording, read_recordings
from tests.functional import face_damage
from tests.functional.faces import CONFIG, PUBLIC, READ, STORE

FOUND = (Outcome.MISMATCH, Outcome.NEW_ERROR)


@dataclass(frozen=True, slots=True)
class Pair:
    """PHP's answer and the face's, which are equal."""

    id: str
    asked: FaceAsked
    legacy: Observation
    face: Observation
    whole: Observation | None


@dataclass(slots=True)
class Outcomes:
    """What became of mutants.

    Args:
        answers: Answers that were damaged.
        argued: Those that an exception of "equal" allows, by exception.
        survivors: All others that were not found.
    """

    answers: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    argued: Counter[str] = field(default_factory=Counter)
    survivors: list[tuple[str, str, str]] = field(default_factory=list)


class _Replay(FaceReplay):
    """Also asks for the whole lists behind limited ones."""

    async def pairs(self) -> list[Pair]:
        found = []
        for exchange in await self.run():
            if exchange.new is None or exchange.comparison.verdict not in GOOD:
                continue
            asked = facts(exchange.recording, exchange.translation)
            whole = None
            if asked.limited:
                whole = await self._whole_list(WHOLE, exchange.recording, exchange.translation)
            compared = compare_faces(asked, exchange.recording.response, exchange.new, whole)
            if compared.outcome in (Outcome.MATCH, Outcome.EXPLAINED):
                found.append(
                    Pair(exchange.recording.id, asked, exchange.recording.response, exchange.new, whole)
                )
        return found


async def pairs(database: str, choose: Callable[[list[Recording]], list[Recording]]) -> list[Pair]:
    """The recorded reads that the face answers as PHP did. ``database``: with the sample."""
    side = InProcess(database, PUBLIC, STORE, CONFIG / "sample" / "files")
    recordings = choose(list(read_recordings([Path(READ)])))
    async with open_side(side, CONFIG) as transport:
        return await _Replay(recordings, load_routes(CONFIG), transport).pairs()


def damage(exchanges: Iterable[Pair], seed: int, most: int | None = None) -> Outcomes:
    """Damage answers and compare.

    Args:
        exchanges: Equal answers.
        seed: Chooses places.
        most: Most mutants of one answer; None for all.
    """
    chance, found = random.Random(seed), Outcomes()
    for pair in exchanges:
        found.answers += 1
        kinds = list(face_damage.KINDS)
        made = [(kind, mutant) for kind, make in kinds if (mutant := make(pair.face, chance)) is not None]
        for kind, mutant in made if most is None else chance.sample(made, min(most, len(made))):
            if mutant == pair.face or (
                pair.asked.page and (pair.legacy.status or 0) >= 400 and kind != "wrong status"
            ):
                continue
            found.kinds[kind] += 1
            compared = compare_faces(pair.asked, pair.legacy, mutant, pair.whole)
            if compared.outcome in FOUND or compared.follow_up is FollowUp.UNLIMITED:
                continue
            reason = argument(kind, pair, compared.deviations)
            if reason is not None:
                found.argued[reason] += 1
            else:
                found.survivors.append((pair.id, kind, f"{compared.verdict} {compared.deviations}"))
    return found


def argument(kind: str, pair: Pair, taken: tuple[str, ...]) -> str | None:
    """The exception of "equal" that allows a mutant; None when none does."""
    if kind in (face_damage.ORDER, "swapped elements") and (pair.asked.unordered or pair.asked.limited):
        return ORDER
    if CHOICE in taken and kind in ("row twice for another", "other number"):
        return CHOICE
    if VOLATILE in taken and pair.asked.volatile:
        return VOLATILE
    if kind == "cut document" and WHITE_SPACE in taken:
        return WHITE_SPACE
    return None
