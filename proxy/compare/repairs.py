"""What the legacy face answers otherwise than PHP on purpose, judged by the registry as a check judges it.

PHP's crashes are not built again, and what it should have refused is refused. Both are rare, so that the registry is
read when the first one comes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from config.legacy_errors import LegacyErrors, load_legacy_errors
from diffing.deviations import load_registry
from diffing.further import NONE, Answers
from diffing.model import Asked, Comparison, Observation, Outcome
from diffing.registry import Registry
from proxy.compare.comparer import Question
from proxy.compare.face_judge import FaceJudge
from proxy.compare.questions import only_reads
from proxy.exchange.exchange import Exchange
from proxy.message.translation import Translation, Untranslatable
from proxy.recordings.recording import RecordedRequest, Recording

Judged = Callable[[], Awaitable[tuple[Observation, Comparison]]]
Ask = Callable[[bytes], Awaitable[Observation]]


def may_be_repaired(exchange: Exchange, question: Question, found: Comparison) -> bool:
    """Whether the registry can say more: of a read that the face was asked for, and that may be asked again."""
    return (
        question.face
        and not question.control
        and found.outcome in (Outcome.LEGACY_ERROR, Outcome.MISMATCH)
        and None not in (question.legacy.status, question.new.status)
        and only_reads(exchange.request.method, exchange.decision.translation)
    )


class Repairs:
    """Judges answers of the face that differ from PHP's. ``files``: the configuration directory."""

    def __init__(self, files: Path) -> None:
        self._files = files
        self._loaded: asyncio.Future[tuple[Registry, LegacyErrors]] | None = None

    def use(self, files: Path) -> None:
        """Go by another configuration."""
        self._files, self._loaded = files, None

    async def judge(
        self, exchange: Exchange, question: Question, found: Comparison, of_the_new_api: Judged, ask: Ask
    ) -> Comparison:
        """Judge one answer. Returns ``legacy_error`` or ``explained`` with what documents it, where the face answers
        as it should; else what was found, or what is wrong with the answer.

        Args:
            exchange: What was served.
            question: What was compared.
            of_the_new_api: Asks the new API the same, and compares.
            ask: Asks the face for another target.
        """
        if self._loaded is None:
            self._loaded = asyncio.ensure_future(asyncio.to_thread(_load, self._files))
        try:
            registry, errors = await self._loaded
        except (ConfigError, OSError):
            self._loaded = None  # its directory was replaced by another one, of which word is under way
            return found
        translation = exchange.decision.translation
        assert isinstance(translation, Translation)
        request = exchange.request
        asked = RecordedRequest(request.method, "", request.target, request.headers, request.body)
        recording = Recording("", question.route or "", "none", asked, question.legacy)
        new = _NewApi(of_the_new_api, question.asked(translation.route))
        judge = FaceJudge(registry, errors, new)
        return await judge.judge(recording, translation, question.new, found, ask)


def _load(files: Path) -> tuple[Registry, LegacyErrors]:
    return load_registry(files), load_legacy_errors(files)


@dataclass(frozen=True, slots=True)
class _Said:
    new: Observation
    comparison: Comparison


class _NewApi:
    def __init__(self, judged: Judged, asked: Asked) -> None:
        self._judged = judged
        self._asked = asked

    async def step(self, recording: Recording, translation: Translation | Untranslatable) -> _Said:  # noqa: ARG002  # it is the one that was served
        return _Said(*await self._judged())

    async def ahead(self, recording: Recording, translation: Translation) -> Answers:  # noqa: ARG002  # nothing is written
        return NONE

    def asked(self, recording: Recording, translation: Translation) -> Asked:  # noqa: ARG002  # likewise
        return self._asked
