"""The shadow leg: what was served is asked of the other side too, compared, and counted. No client waits for it."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx

from config.rollout import Dialect
from config.routes import RouteMap
from config.settings import Shadow as ShadowSettings
from diffing.model import UNROUTED, Asked, Comparison, FollowUp, Observation, Outcome, SkipReason
from proxy.comparer import Comparer, Judgement, Question
from proxy.curl import curl_line
from proxy.forms import read_fields
from proxy.forward import HOP_BY_HOP
from proxy.jobs import Job, MemoryQueue, Queue
from proxy.ledger import Evidence, Finding, Ledger
from proxy.observe import observe
from proxy.php import encode, parse_form
from proxy.policy import Decision, Side
from proxy.redact import Redactor
from proxy.replay import key_of, unlimited
from proxy.translate import KEY, new_to_legacy
from proxy.translation import Request, Translation
from proxy.witness import Asking, size_of, witness

_LOGGER = logging.getLogger(__name__)


class ShadowLeg:
    """Workers that ask the other side and compare.

    Args:
        sides: A transport for each side, shared with nobody else.
        comparer: Compares in a process of its own.
        ledger: Where verdicts are counted.
        routes: The route map.
        settings: Sizes.
        deadline: Seconds for a whole answer of the side that is asked.
        redactor: Takes secrets out of what is kept.
        admin_keys: SHA-256 of the administrators' keys.
        queue: Makes the queue.
    """

    def __init__(
        self,
        sides: Mapping[Side, httpx.AsyncBaseTransport],
        comparer: Comparer,
        ledger: Ledger,
        routes: RouteMap,
        settings: ShadowSettings,
        *,
        deadline: float,
        redactor: Redactor,
        admin_keys: Collection[str] = (),
        queue: Callable[[int, int], Queue] = MemoryQueue,
    ) -> None:
        self._sides = sides
        self._comparer = comparer
        self._ledger = ledger
        self._routes = routes
        self._settings = settings
        self._deadline = deadline
        self._redactor = redactor
        self._admin_keys = frozenset(admin_keys)
        self._queue = queue(settings.queue, settings.queue_bytes)
        self._limited_lists = 0

    def offer(self, job: Job) -> None:
        """Take a served exchange over, or count it as shed. Never waits."""
        if not self._queue.put(job):
            self.settle(job, Comparison(Outcome.SHED))

    def settle(self, job: Job, comparison: Comparison) -> None:
        """Give an exchange a verdict without comparing."""
        self._note(job, Judgement(comparison, f"{route_name(job.decision)} {comparison.verdict}"), None)

    async def work(self) -> None:
        """Work on jobs until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._settings.workers):
                group.create_task(self._worker(), name=f"shadow worker {number}")

    async def drain(self, seconds: float) -> None:
        """Wait for the verdicts of what waits; what is not done in time is shed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._queue.join(), seconds)
        for job in self._queue.drop():
            self.settle(job, Comparison(Outcome.SHED))

    async def _worker(self) -> None:
        while True:
            job = await self._queue.get()
            try:
                await self._work_on(job)
            except asyncio.CancelledError:
                self.settle(job, Comparison(Outcome.SHED))
                raise
            except Exception:
                # Whatever goes wrong here must neither stop the workers nor lose the exchange.
                _LOGGER.exception("a shadow worker failed on %s", route_name(job.decision))
                self.settle(job, Comparison(Outcome.BOTH_ERROR))
            finally:
                self._queue.done()

    async def _work_on(self, job: Job) -> None:
        decision = job.decision
        assert isinstance(decision.translation, Translation)
        if job.request.method == "HEAD" and decision.dialect is Dialect.NEW and decision.served is Side.NEW:
            # PHP has no HEAD, its GET has a body, and the new side's answer has none.
            self.settle(job, Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED))
            return
        asked = await self._ask(job, decision.served.other, None)
        legacy, new = (
            (job.served, asked.observation)
            if decision.served is Side.LEGACY
            else (asked.observation, job.served)
        )
        question = _question(job, decision.translation, legacy, new, self._admin_keys)
        judgement = await self._comparer.compare(question)
        if judgement.comparison.follow_up is not None:
            judgement = await self._further(job, judgement.comparison, question)
        if judgement.comparison.outcome is None:
            judgement = replace(judgement, comparison=Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED))
        self._note(job, judgement, (legacy, new), question)

    async def _further(self, job: Job, first: Comparison, question: Question) -> Judgement:
        kind = first.follow_up
        if kind is FollowUp.UNLIMITED:
            self._limited_lists += 1
            if self._limited_lists % self._settings.unlimited_every != 1 % self._settings.unlimited_every:
                comparison = Comparison(Outcome.SKIPPED, SkipReason.LIMITED)
                return Judgement(comparison, f"{question.route} {comparison.verdict}")
        side = Side.LEGACY if kind is FollowUp.LEGACY_GET else Side.NEW
        answer = (await self._ask(job, side, kind, first.question)).observation
        if answer.header("parity-recorded") == "no":
            # The recorded server says that it cannot know: nothing can be derived.
            answer = Observation(None, (), b"", error="not recorded")
        return await self._comparer.compare(replace(question, answer=answer))

    async def _ask(self, job: Job, side: Side, kind: FollowUp | None, premise: str | None = None) -> "_Asked":
        request = self._request_for(job, side, kind, premise)
        observation = await observe(
            self._sides[side],
            request.method,
            request.target,
            tuple(pair for pair in request.headers if pair[0].lower().encode() not in HOP_BY_HOP),
            request.body,
            deadline=self._deadline,
            body_cap=self._settings.answer_bytes,
        )
        return _Asked(request, observation)

    def _request_for(self, job: Job, side: Side, kind: FollowUp | None, premise: str | None) -> Request:
        translation = job.decision.translation
        assert isinstance(translation, Translation)
        translated = Request(translation.method, translation.target, translation.headers, translation.body)
        native = job.decision.native
        request = job.request if side is native else translated
        if kind is None:
            if request.method == "HEAD" and native is Side.NEW:
                return replace(request, method="GET")
            return request
        bare = replace(request, method="GET", body=b"", headers=_bodiless(request))
        if kind is FollowUp.UNLIMITED:
            return replace(bare, target=unlimited(request.target, translation.route))
        if kind is FollowUp.PREMISE and premise is not None:
            return replace(bare, target=_with_key_of(request, premise))
        if kind is FollowUp.LEGACY_GET and native is Side.LEGACY:
            # The key may be in the form: the way over the new side's GET puts it into the query.
            back = new_to_legacy(replace(translated, method="GET", body=b""), self._routes)
            if isinstance(back, Translation):
                # The way back always leads to JSON; the answer is wanted in the form that the client asked for.
                form = translation.format.encode()
                return replace(bare, target=back.target.replace(b"/json/", b"/" + form + b"/", 1))
        return bare

    def _note(
        self,
        job: Job,
        judgement: Judgement,
        sides: tuple[Observation, Observation] | None,
        question: Question | None = None,
    ) -> None:
        answered = sides is not None and None not in (sides[0].status, sides[1].status)
        self._ledger.add(
            Finding(
                job.at,
                route_name(job.decision),
                job.decision.dialect,
                job.decision.served,
                judgement,
                (sides[0].seconds, sides[1].seconds) if sides is not None and answered else None,
                self._example(job, judgement, sides) if judgement.comparison.differences or sides else {},
                _facts(question) if question is not None else (),
                self._evidence(job, judgement.comparison, question) if question is not None else None,
            )
        )

    def _evidence(self, job: Job, comparison: Comparison, question: Question) -> Evidence:
        translation = job.decision.translation
        assert isinstance(translation, Translation)
        translated = Request(translation.method, translation.target, translation.headers, translation.body)
        native = job.decision.native is Side.LEGACY
        legacy = Asking(job.request if native else translated, question.legacy)
        new = Asking(translated if native else job.request, question.new)
        asked = Asked(
            translation.route,
            question.method,
            question.parameters,
            question.role,
            question.format,
            question.known,
        )
        return Evidence(
            size_of(legacy, new),
            lambda: witness(asked, job.at, legacy, new, comparison, self._redactor),
        )

    def _example(
        self, job: Job, judgement: Judgement, sides: tuple[Observation, Observation] | None
    ) -> dict[str, Any]:
        request = job.request
        comparison = judgement.comparison
        first = comparison.differences[0] if comparison.differences else None
        legacy, new = sides if sides is not None else (None, None)
        return {
            "request": f"{request.method} {self._redactor.target(request.target).decode('utf-8', 'replace')}",
            "curl": curl_line(request, self._redactor),
            "path": first.path if first else None,
            "what": first.what if first else str(comparison.outcome),
            "legacy": first.legacy if first else legacy and (legacy.error or legacy.status),
            "new": first.new if first else new and (new.error or new.status),
            "nearly": list(first.nearly) if first else [],
            "differences": len(comparison.differences),
        }


@dataclass(frozen=True, slots=True)
class _Asked:
    request: Request
    observation: Observation


def route_name(decision: Decision) -> str:
    """The name under which an exchange is counted."""
    return decision.route.name if decision.route else UNROUTED


def _question(
    job: Job, translation: Translation, legacy: Observation, new: Observation, admin_keys: Collection[str]
) -> Question:
    head = job.request.method == "HEAD" and job.decision.dialect is Dialect.NEW
    return Question(
        route=translation.route.name if translation.route else None,
        method="GET" if head else job.request.method,
        parameters=dict(translation.parameters),
        role=_role(key_of(translation.target), admin_keys, legacy),
        format=translation.format,
        known=translation.known,
        legacy=legacy,
        new=new,
    )


def _facts(question: Question) -> tuple[tuple[str, str], ...]:
    """What the exchange covers of its route."""
    return (
        ("status", f"{(question.legacy.status or 0) // 100}xx"),
        ("role", question.role),
        ("format", question.format),
        *(("parameter", name[:80]) for name in question.parameters),
    )


def _role(key: str, admin_keys: Collection[str], legacy: Observation) -> str:
    """What the key turned out to be, as far as settings and the legacy answer tell."""
    if key in ("", "0"):
        return "none"
    if hashlib.sha256(key.encode()).hexdigest() in admin_keys:
        return "admin"
    refused = (legacy.status or 0) >= 400
    if refused and any(mark in legacy.body for mark in (b">103<", b'"code":"103"')):
        return "bad"
    if refused and any(mark in legacy.body for mark in (b">104<", b'"code":"104"')):
        return "readonly"
    return "user"


def _with_key_of(request: Request, path: str) -> bytes:
    """A path of the new API, asked for with the key of a request, which may be in its form."""
    query = request.target.partition(b"?")[2].decode("utf-8", "surrogateescape")
    key = parse_form(query).get(KEY) or read_fields(request.header("content-type"), request.body).get(KEY)
    return f"{path}?{KEY}={encode(key)}".encode() if key else path.encode()


def _bodiless(request: Request) -> tuple[tuple[str, str], ...]:
    dropped = ("content-type", "content-length", "content-encoding")
    return tuple(pair for pair in request.headers if pair[0].lower() not in dropped)
