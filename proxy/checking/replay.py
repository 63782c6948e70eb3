"""Replay recordings against the new side and compare its answers with the recorded ones."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

import httpx

from config.routes import RouteMap
from diffing.cluster import signature
from diffing.compare import Differ
from diffing.model import (
    UNROUTED,
    Asked,
    Comparison,
    FollowUp,
    Observation,
    Outcome,
    SkipReason,
)
from proxy.forms import read_fields
from proxy.leg.unlimited import unlimited
from proxy.observe import observe
from proxy.php import encode
from proxy.recordings import Recording
from proxy.redact import redacted_target
from proxy.tally import Tally
from proxy.translate import legacy_to_new
from proxy.translation import Request, Translation, Untranslatable

NOT_IMPLEMENTED = Comparison(Outcome.SKIPPED, SkipReason.NOT_IMPLEMENTED)
NOT_RECORDED = Observation(None, (), b"", error="not recorded")
UNDERIVED = Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recording, what it means for the new side, and what came of it.

    Args:
        recording: The recorded exchange.
        translation: The request for the new side, or why there is none.
        asked: Facts of the request; None when the new side was not asked.
        new: What the new side answered; None when it was not asked.
        comparison: The settled comparison.
    """

    recording: Recording
    translation: Translation | Untranslatable
    asked: Asked | None
    new: Observation | None
    comparison: Comparison

    @property
    def route(self) -> str:
        """The name under which the exchange is counted."""
        return route_name(self.translation)


class Replay:
    """Asks the new side what the recordings asked the legacy side.

    Args:
        recordings: All recordings that may be needed, also those that only answer follow-ups.
        routes: The route map.
        differ: Compares.
        side: The new side.
        deadline: Seconds for one answer.
        body_cap: Most bytes of one answer.
        writes: Also ask for what changes something: the side has a database of its own for it.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        routes: RouteMap,
        differ: Differ,
        side: httpx.AsyncBaseTransport,
        *,
        deadline: float = 60.0,
        body_cap: int = 64 * 1024 * 1024,
        writes: bool = False,
    ) -> None:
        self._differ = differ
        self._writes = writes
        self._side = side
        self._deadline = deadline
        self._body_cap = body_cap
        self._translated = [
            (
                recording,
                legacy_to_new(
                    Request(
                        recording.request.method,
                        recording.request.target,
                        recording.request.headers,
                        recording.request.body,
                    ),
                    routes,
                ),
            )
            for recording in recordings
        ]
        self._roles = _roles(self._translated)
        self._legacy_gets = {
            translation.target: recording.response
            for recording, translation in reversed(self._translated)
            if isinstance(translation, Translation)
            and recording.request.method == "GET"
            and translation.format == "json"
        }
        self._unlimited: dict[bytes, asyncio.Task[Observation]] = {}

    async def run(
        self,
        selected: Callable[[str], bool] = lambda _: True,
        *,
        concurrency: int = 8,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> list[Exchange]:
        """Replay the recordings of the selected routes.

        Args:
            selected: Says of a route name whether its recordings are replayed.
            concurrency: Requests under way at a time.
            progress: Called with the number done and the number of all.

        Returns:
            One exchange per selected recording, in their order.
        """
        chosen = [pair for pair in self._translated if selected(route_name(pair[1]))]
        exchanges: list[Exchange | None] = [None] * len(chosen)
        pending = iter(enumerate(chosen))
        done = 0

        async def worker() -> None:
            nonlocal done
            for index, (recording, translation) in pending:
                exchanges[index] = await self._exchange(recording, translation)
                done += 1
                progress(done, len(chosen))

        async with asyncio.TaskGroup() as group:
            for number in range(concurrency):
                group.create_task(worker(), name=f"replay {number}")
        return [exchange for exchange in exchanges if exchange is not None]

    @property
    def translated(self) -> Sequence[tuple[Recording, Translation | Untranslatable]]:
        """The recordings, each with its request for the new side or why there is none."""
        return self._translated

    async def step(self, recording: Recording, translation: Translation | Untranslatable) -> Exchange:
        """Replay one recording now, after others that may have changed what is there.

        Args:
            recording: One of ``translated``.
            translation: Its request.

        Returns:
            The exchange.
        """
        self._unlimited.clear()
        return await self._exchange(recording, translation)

    async def _exchange(self, recording: Recording, translation: Translation | Untranslatable) -> Exchange:
        skipped = skip(recording, translation, writes=self._writes)
        if skipped is not None or isinstance(translation, Untranslatable):
            return Exchange(recording, translation, None, None, skipped or UNDERIVED)
        new = await self._ask(translation.method, translation.target, translation)
        role = self._role(recording, translation)
        asked = Asked(
            route=translation.route,
            method=recording.request.method,
            parameters=translation.parameters,
            role=role,
            format=translation.format,
            known=translation.known,
            guessed=self._guessed(recording, role),
        )
        comparison = await self._compared(recording, translation, asked, new)
        return Exchange(recording, translation, asked, new, comparison)

    async def _compared(
        self, recording: Recording, translation: Translation, asked: Asked, new: Observation
    ) -> Comparison:
        comparison = self._differ.compare(asked, recording.response, new)
        if comparison.follow_up is not None:
            comparison = await self._further(comparison, asked, translation, recording, new)
        return _settled(recording, comparison)

    async def _ask(self, method: str, target: bytes, translation: Translation) -> Observation:
        return await observe(
            self._side,
            method,
            target,
            translation.headers,
            translation.body,
            deadline=self._deadline,
            body_cap=self._body_cap,
        )

    async def _further(
        self,
        first: Comparison,
        asked: Asked,
        translation: Translation,
        recording: Recording,
        new: Observation,
    ) -> Comparison:
        answer = await self._follow(first, recording, translation)
        comparison = self._differ.compare(asked, recording.response, new, answer)
        if comparison.follow_up is None:
            return comparison
        # The GET that stands for this request needs a further answer of its own: compared as such.
        further = await self._follow(comparison, recording, translation)
        as_get = self._differ.compare(replace(asked, method="GET"), answer, new, further)
        outcome = Outcome.EXPLAINED if as_get.outcome is Outcome.MATCH else as_get.outcome
        return replace(as_get, outcome=outcome, deviations=as_get.deviations + comparison.deviations)

    async def _follow(
        self, comparison: Comparison, recording: Recording, translation: Translation
    ) -> Observation:
        kind = comparison.follow_up
        if kind is FollowUp.PREMISE and comparison.question is not None:
            return await self._ask("GET", asking(translation, comparison.question), reading(translation))
        if kind is FollowUp.LEGACY_GET:
            return await self._legacy_get(recording, translation)
        if kind is FollowUp.NEW_GET:
            return await self._ask("GET", translation.target, translation)
        target = unlimited(translation.target, translation.route)
        task = self._unlimited.get(target)
        if task is None:
            # Many recordings ask for parts of the same list; the whole list is asked for once.
            task = asyncio.create_task(self._ask("GET", target, translation), name="unlimited list")
            self._unlimited[target] = task
        return await task

    async def _legacy_get(self, recording: Recording, translation: Translation) -> Observation:  # noqa: ARG002  # a live legacy side is asked for the recording
        return self._legacy_gets.get(translation.target, NOT_RECORDED)

    def _role(self, recording: Recording, translation: Translation) -> str:
        if recording.caller != "none":
            return role_of(recording.caller)
        key = key_of(translation.target)
        return "none" if key in ("", "0") else self._roles.get(key, "bad")

    def _guessed(self, recording: Recording, role: str) -> bool:  # noqa: ARG002  # live servers are sent keys that nobody has named
        return False


def tally(exchanges: Iterable[Exchange]) -> Tally:
    """Count exchanges.

    Args:
        exchanges: What a replay gave.

    Returns:
        The tally.
    """
    result = Tally()
    for exchange in exchanges:

        def named(exchange: Exchange = exchange) -> str:
            new = exchange.new or NOT_RECORDED
            return signature(
                exchange.route, exchange.recording.response, new, exchange.comparison.differences
            )

        def example(exchange: Exchange = exchange) -> Mapping[str, Any]:
            return _example(exchange)

        result.add(exchange.route, exchange.comparison, named, example)
    return result


def route_name(translation: Translation | Untranslatable) -> str:
    """The name under which a request is counted: its route's, or that of requests without one."""
    route = translation.route if isinstance(translation, Translation) else None
    return route.name if route else UNROUTED


def role_of(caller: str) -> str:
    """The role of a recorded caller (recordings/README, ``_as``).

    ``nogroup`` may read like any user: PHP looks at groups only where something is written.
    """
    if caller in ("none", "bad", "readonly"):
        return caller
    return "admin" if caller.startswith("admin") else "user"


def role_told(asked: Asked) -> str:
    """The role of a caller, and that it is a guess where it is one."""
    return f"{asked.role} (guessed)" if asked.guessed else asked.role


def with_key_of(target: bytes, path: str) -> bytes:
    """A path of the new API, asked for with the key of another request."""
    query = target.partition(b"?")[2]
    keys = [pair for pair in query.split(b"&") if pair.partition(b"=")[0] == b"api_key"]
    return b"?".join([path.encode("ascii"), *keys[:1]])


def asking(translation: Translation, path: str) -> bytes:
    """A path of the new API, asked for with the key of another request, which may have it in its form."""
    kind = next((value for name, value in translation.headers if name.lower() == "content-type"), "")
    key = read_fields(kind, translation.body).get("api_key")
    if key is None or b"api_key=" in translation.target.partition(b"?")[2]:
        return with_key_of(translation.target, path)
    return f"{path}?api_key={encode(key)}".encode()


def reading(translation: Translation) -> Translation:
    """A request without its body."""
    kept = tuple(pair for pair in translation.headers if not pair[0].lower().startswith("content-"))
    return replace(translation, headers=kept, body=b"")


def skip(
    recording: Recording, translation: Translation | Untranslatable, *, writes: bool
) -> Comparison | None:
    """Why the new side is not asked, None when it is."""
    if isinstance(translation, Untranslatable):
        reason = SkipReason.HTML_PAGE if recording.body_dropped else SkipReason.NO_ROUTE
        return Comparison(Outcome.SKIPPED, reason)
    if translation.route is not None and not translation.route.implemented:
        return NOT_IMPLEMENTED
    refused = (recording.response.status or 0) >= 400 and recording.scenario is None
    if translation.writes and not refused and not writes:
        # A refused write changes nothing and is compared; others belong to a scenario with a database of its own.
        return Comparison(Outcome.SKIPPED, SkipReason.WRITE)
    return None


def _settled(recording: Recording, comparison: Comparison) -> Comparison:
    # Answers that differ from call to call prove nothing about the document, as long as neither status, code nor
    # headers differ. Of a read (a random pick, what happened until today) not even being equal does; what differs
    # in a scenario are times, which its clock makes the same.
    if not recording.volatile or not all(found.path.startswith("$") for found in comparison.differences):
        return comparison
    lucky = recording.scenario is None and comparison.outcome in (Outcome.MATCH, Outcome.EXPLAINED)
    return UNDERIVED if lucky or comparison.outcome is Outcome.MISMATCH else comparison


def _roles(translated: Iterable[tuple[Recording, Translation | Untranslatable]]) -> dict[str, str]:
    return {
        key_of(translation.target): role_of(recording.caller)
        for recording, translation in translated
        if recording.caller not in ("none", "bad") and isinstance(translation, Translation)
    }


def key_of(target: bytes) -> str:
    """The key of a target as the database compares keys: ignoring case and trailing blanks (new-api, decision 8)."""
    query = target.partition(b"?")[2].decode("latin-1")
    return next(
        (value.rstrip(" ").casefold() for name, value in parse_qsl(query, True) if name == "api_key"), ""
    )


def _example(exchange: Exchange) -> Mapping[str, Any]:
    request = exchange.recording.request
    first = exchange.comparison.differences[0] if exchange.comparison.differences else None
    new = exchange.new
    caller = f"[{exchange.recording.caller}]"
    return {
        "recording": exchange.recording.id,
        "request": f"{request.method} {request.base}{redacted_target(request.target, caller)}",
        "new_request": (
            f"{exchange.translation.method} {redacted_target(exchange.translation.target, caller)}"
            if isinstance(exchange.translation, Translation)
            else None
        ),
        "role": role_told(exchange.asked) if exchange.asked else None,
        "path": first.path if first else None,
        "what": first.what if first else str(exchange.comparison.outcome),
        "legacy": first.legacy if first else exchange.recording.response.status,
        "new": first.new if first else (new.error or new.status if new else None),
        "nearly": list(first.nearly) if first else [],
        "differences": len(exchange.comparison.differences),
    }
