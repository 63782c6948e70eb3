"""What the legacy face answers otherwise than PHP on purpose, judged by the registry as a check judges it.

PHP's crashes are not built again, and what it should have refused is refused. Both are rare, so that the registry is
read when the first one comes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from config.errors import ConfigError
from config.legacy_errors import LegacyErrors, load_legacy_errors
from diffing.deviations import load_registry
from diffing.further import NONE, Answers
from diffing.model import Asked, Observation, Outcome
from diffing.registry import Registry
from proxy.compare.face_judge import FaceJudge
from proxy.exchange.exchange import Exchange
from proxy.message.translation import Translation, Untranslatable
from proxy.recordings.recording import RecordedRequest, Recording

Judged = Callable[[], Awaitable[Exchange]]
Ask = Callable[[bytes], Awaitable[Observation]]


def may_be_repaired(exchange: Exchange) -> bool:
    """Whether the registry can say more: of a read that the face was asked for, and that may be asked again."""
    return (
        exchange.decision.face
        and not exchange.control
        and exchange.comparison.outcome in (Outcome.LEGACY_ERROR, Outcome.MISMATCH)
        and all(answer is not None and answer.status for answer in (exchange.legacy, exchange.new))
        and exchange.only_reads
    )


class Repairs:
    """Judges answers of the face that differ from PHP's. ``files``: the configuration directory."""

    def __init__(self, files: Path) -> None:
        self._files = files
        self._loaded: asyncio.Future[tuple[Registry, LegacyErrors]] | None = None

    def use(self, files: Path) -> None:
        """Go by another configuration."""
        self._files, self._loaded = files, None

    async def judge(self, exchange: Exchange, of_the_new_api: Judged, ask: Ask) -> None:
        """Judge one answer anew: ``legacy_error`` or ``explained`` with what documents it, where the face answers as
        it should; else as before, or with what is wrong with the answer.

        Args:
            exchange: It was compared.
            of_the_new_api: Asks the new API the same, and compares.
            ask: Asks the face for another target.
        """
        if self._loaded is None:
            self._loaded = asyncio.ensure_future(asyncio.to_thread(_load, self._files))
        try:
            registry, errors = await self._loaded
        except (ConfigError, OSError):
            self._loaded = None  # its directory was replaced by another one, of which word is under way
            return
        request, asked, judgement = exchange.request, exchange.asked, exchange.judgement
        assert asked is not None
        assert judgement is not None
        legacy, new = exchange.pair
        sent = RecordedRequest(request.method, "", request.target, request.headers, request.body)
        recording = Recording("", exchange.route, "none", sent, legacy)
        judge = FaceJudge(registry, errors, _NewApi(of_the_new_api, asked))
        found = await judge.judge(recording, exchange.translation, new, exchange.comparison, ask)
        exchange.judgement = replace(judgement, comparison=found, signature=exchange.judged(found).signature)


def _load(files: Path) -> tuple[Registry, LegacyErrors]:
    return load_registry(files), load_legacy_errors(files)


class _NewApi:
    def __init__(self, judged: Judged, asked: Asked) -> None:
        self._judged = judged
        self._asked = asked

    async def step(self, recording: Recording, translation: Translation | Untranslatable) -> Exchange:  # noqa: ARG002  # it is the one that was served
        return await self._judged()

    async def ahead(self, recording: Recording, translation: Translation) -> Answers:  # noqa: ARG002  # nothing is written
        return NONE

    def asked(self, recording: Recording, translation: Translation) -> Asked:  # noqa: ARG002  # likewise
        return self._asked
