"""A share of a check, for a worker of a fleet, as bytes: recordings to be replayed, and what came of them.

A share stands alone: beside the recordings that are to be replayed it holds those that say whose their keys are, or
that answer what comparing asks legacy.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from config.errors import BadInput
from diffing.model import Comparison, Observation, Outcome, SkipReason
from diffing.parity import FAILING
from proxy.checking.check import Dialect
from proxy.checking.replay import ReplayedExchange, TranslatedRecording, example_of, replayed
from proxy.exchange.judgement import Judgement
from proxy.message.translation import Translation, Untranslatable
from proxy.recordings.callers import NOBODY, key_of
from proxy.recordings.recording import Recording, entry, recording_of

_MOST: Final = 250
_MOST_BYTES: Final = 8 * 1024 * 1024


class ShareRefused(BadInput):
    """A worker did not do a share; the message says why."""


@dataclass(frozen=True, slots=True)
class Share:
    """Recordings for one worker.

    Args:
        dialect: In which the new side is asked.
        rules: Digest of the rules that the check goes by (proxy.rollout.live_config).
        version: Of the program that checks.
        concurrency: Requests under way at a time.
        recordings: In the order of the check.
        only: The places among them of those that are to be replayed; ids need not be unique.
    """

    dialect: Dialect
    rules: str
    version: str
    concurrency: int
    recordings: tuple[Recording, ...]
    only: tuple[int, ...]


def encode_share(share: Share) -> bytes:
    """A share as it travels."""
    head = [share.dialect, share.rules, share.version, share.concurrency, share.only]
    # Made of its fields: of what was read, the keys may have been placeholders.
    entries = [entry(replace(recording, raw={})) for recording in share.recordings]
    return _json([*head, entries])


def decode_share(content: bytes) -> Share:
    """A share as it travels. It was sealed: nobody else has written it."""
    dialect, rules, version, concurrency, only, entries = json.loads(content)
    place = Path("share")
    recordings = tuple(recording_of(one, place, number) for number, one in enumerate(entries, start=1))
    return Share(dialect, rules, version, concurrency, recordings, tuple(only))


def shares_of(
    translated: Sequence[TranslatedRecording],
    chosen: Iterable[int],
    dialect: Dialect,
    rules: str,
    version: str,
    concurrency: int,
) -> Iterator[tuple[Share, list[TranslatedRecording]]]:
    """Cut a check into shares, each with what is replayed of it.

    Args:
        translated: Also those that others only need.
        chosen: The places of those that are to be replayed.
    """
    for replayed_ones, wanted in _batches(translated, chosen):
        places = sorted(wanted)
        only = {place: number for number, place in enumerate(places)}
        recordings = tuple(translated[place][0] for place in places)
        share = Share(
            dialect, rules, version, concurrency, recordings, tuple(only[place] for place in replayed_ones)
        )
        yield share, [translated[place] for place in replayed_ones]


class _Needed:
    """Knows which further recordings the replay of one looks at (proxy.checking.replay)."""

    def __init__(self, translated: Sequence[TranslatedRecording]) -> None:
        self._named: dict[str, int] = {}
        self._gets: dict[bytes, int] = {}
        for place, (recording, translation) in enumerate(translated):
            if not isinstance(translation, Translation):
                continue
            key = key_of(translation.target)
            if key and recording.caller not in NOBODY:
                self._named[key] = place
            if recording.request.method == "GET" and translation.format == "json":
                self._gets.setdefault(translation.target, place)

    def by(self, recording: Recording, translation: Translation | Untranslatable) -> set[int]:
        """The places of the recordings that this one needs."""
        if not isinstance(translation, Translation):
            return set()
        found = {self._gets.get(translation.target)}
        if recording.caller == "none":
            found.add(self._named.get(key_of(translation.target)))
        return {place for place in found if place is not None}


def _batches(
    translated: Sequence[TranslatedRecording], chosen: Iterable[int]
) -> Iterator[tuple[list[int], set[int]]]:
    """The places of a share: those that are replayed, and these with all that they need."""
    needed = _Needed(translated)
    batch: list[int] = []
    wanted: set[int] = set()
    size = 0
    for place in chosen:
        more = {place} | needed.by(*translated[place])
        added = sum(_size(translated[one][0]) for one in more - wanted)
        if batch and (len(batch) == _MOST or size + added > _MOST_BYTES):
            yield batch, wanted
            batch, wanted, size = [], set(), 0
            added = sum(_size(translated[one][0]) for one in more)
        batch.append(place)
        wanted |= more
        size += added
    if batch:
        yield batch, wanted


def _size(recording: Recording) -> int:
    return len(recording.response.body) + len(recording.request.body)


def _json(value: object) -> bytes:
    # As long as what it holds; targets that are no UTF-8 hold half surrogates, which json.loads takes back.
    return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")


def encode_results(exchanges: Iterable[ReplayedExchange]) -> bytes:
    """What came of a share, as it travels: of each exchange what a report says of it."""
    return _json({"results": [_told(exchange) for exchange in exchanges]})


def encode_refusal(why: str) -> bytes:
    """That a share was not done. ``why``: a sentence without its full stop."""
    return json.dumps({"refused": why}).encode()


def decode_results(
    content: bytes, share: Sequence[TranslatedRecording], dialect: Dialect
) -> list[ReplayedExchange]:
    """The exchanges of a share. ``share``: the recordings that were to be replayed. Raises ShareRefused."""
    found = json.loads(content)
    if "refused" in found:
        raise ShareRefused(found["refused"])
    exchanges = []
    for pair, told in zip(share, found["results"], strict=True):
        exchange = replayed(*pair, face=dialect == "legacy")
        reason = told["reason"] and SkipReason(told["reason"])
        comparison = Comparison(Outcome(told["outcome"]), reason, deviations=tuple(told["deviations"]))
        exchange.judgement = Judgement(comparison, told["signature"], example=told["example"])
        if told["asked"]:
            exchange.new = Observation(told["status"], (), b"", told["seconds"], told["error"])
        exchanges.append(exchange)
    return exchanges


def _told(exchange: ReplayedExchange) -> dict[str, Any]:
    comparison, judgement, new = exchange.comparison, exchange.judgement, exchange.new
    assert judgement is not None
    return {
        "outcome": comparison.outcome,
        "reason": comparison.reason,
        "deviations": comparison.deviations,
        "signature": judgement.signature,
        "example": example_of(exchange) if comparison.verdict in FAILING else {},
        "asked": new is not None,
        "status": new and new.status,
        "seconds": new and new.seconds,
        "error": new and new.error,
    }
