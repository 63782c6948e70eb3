"""Compare in a process of its own, never on the event loop that serves clients."""

import asyncio
import hashlib
import pickle
import socket
import subprocess
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Final

from config import text
from config.rollout import Dialect
from diffing.headers import COMPARED, compared
from diffing.model import Asked, Comparison, Difference, Observation, Outcome
from proxy.exchange.decision import Decision, Side
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.message.translation import Request, Untranslatable
from proxy.runtime import child
from proxy.runtime.channel import frame, read_frame

TOO_EXPENSIVE: Final = Comparison(Outcome.TOO_EXPENSIVE)
_KNOWN: Final = 2048
"""So many verdicts on equal answers are remembered; each is a few hundred bytes."""
_FACTS: Final = tuple(field.name for field in fields(Asked) if field.name != "route")
_REQUEST: Final = Request("", b"")
_ELSEWHERE: Final = Untranslatable("said where it is asked")


class Comparer:
    """A process that compares, one exchange at a time.

    Args:
        config: The configuration directory, read by the process when it starts.
        limit: Seconds for one comparison; a longer one is ended with its process and is ``too_expensive``.
        memory: Most bytes of the process's address space; a comparison that wants more is ``too_expensive``.
        restarted: Called when the process had died and was started again.
    """

    def __init__(
        self,
        config: Path,
        *,
        limit: float = 10.0,
        memory: int = 2 * 1024**3,
        restarted: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._limit = limit
        self._memory = memory
        self._restarted = restarted
        self._turn = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._known: dict[bytes, Judgement] = {}
        self._changing = 0

    async def compare(self, exchange: Exchange) -> Judgement:
        """Compare an exchange that both sides have answered.

        The same exchange has the same judgement as long as the configuration is the same, so one without differences
        is remembered by a digest of all that a comparison looks at. Returns what came of it; a comparison that fails
        is a mismatch that says so.
        """
        try:
            digest = digest_of(exchange)
        except (pickle.PickleError, TypeError) as error:
            return failed(exchange, error)
        # While another configuration waits for its turn, what is known is of the one before.
        known = None if self._changing else self._known.get(digest)
        if known is not None:
            return known
        async with self._turn:
            # An equal one may have been compared meanwhile.
            known = self._known.get(digest)
            if known is not None:
                return known
            try:
                message = frame(essential(exchange))
            except (pickle.PickleError, TypeError) as error:
                return failed(exchange, error)
            try:
                found = await self._ask(exchange, message)
            except asyncio.CancelledError:
                self._kill()  # else its answer would be taken for that to the next exchange
                raise
            if found.comparison.outcome in (Outcome.MATCH, Outcome.EXPLAINED):
                self._known[digest] = found
                if len(self._known) > _KNOWN:
                    del self._known[next(iter(self._known))]
            return found

    async def start(self) -> None:
        """Start the process, so that the first comparison does not wait for it."""
        async with self._turn:
            await self._started()

    async def use(self, config: Path) -> None:
        """Compare by another configuration from the next exchange on. ``config``: its directory, which has been
        checked.
        """
        self._changing += 1
        try:
            async with self._turn:
                self._config = config
                self._known.clear()
                await self._end()
        finally:
            self._changing -= 1

    async def aclose(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _ask(self, exchange: Exchange, message: bytes) -> Judgement:
        for _ in range(2):
            reader, writer = await self._started()
            writer.write(message)
            try:
                async with asyncio.timeout(self._limit):
                    answer = await read_frame(reader)
            except TimeoutError:
                await self._end()
                return exchange.judged(TOO_EXPENSIVE)
            if isinstance(answer, Judgement):
                return answer
            # Somebody killed the process (perhaps the kernel, for want of memory): one more try with a new one.
            await self._end()
            self._restarted()
        return exchange.judged(TOO_EXPENSIVE)

    async def _started(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._process is None or self._process.poll() is not None:
            await self._end()
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = await asyncio.to_thread(_start, theirs, self._config, self._memory)
            ours.setblocking(False)
            self._streams = await asyncio.open_connection(sock=ours)
        return self._streams

    def _kill(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
        if self._process is not None:
            self._process.kill()

    async def _end(self) -> None:
        self._kill()
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)
            self._process = None


def digest_of(exchange: Exchange) -> bytes:
    """A digest of all that a comparison looks at, as ``essential`` has it: one that costs less than a message."""
    asked, control, face = exchange.asked, exchange.control, exchange.decision.face
    assert asked is not None

    def looked_at(answer: Observation | None) -> object:
        if answer is None:
            return None
        headers = answer.headers
        if not control and not face:
            headers = tuple([pair for pair in headers if pair[0].lower() in COMPARED])
        return answer.status, headers, answer.body, answer.error

    facts = [getattr(asked, name) for name in _FACTS]
    answers = [(further, looked_at(answer)) for further, answer in exchange.answers.items()]
    sides = looked_at(exchange.legacy), looked_at(exchange.new)
    told = (asked.route_name, facts, control, face, sides, answers)
    return hashlib.blake2b(pickle.dumps(told, pickle.HIGHEST_PROTOCOL)).digest()


def essential(exchange: Exchange) -> Exchange:
    """An exchange without what no comparison looks at."""
    asked, face = exchange.asked, exchange.decision.face
    route = None if asked is None else asked.route
    decision = Decision(Dialect.LEGACY, route, _ELSEWHERE, Side.LEGACY, None, writes=False, face=face)
    legacy, new, answers = exchange.legacy, exchange.new, exchange.answers
    if not exchange.control and not face:
        legacy, new = legacy and compared(legacy), new and compared(new)
        answers = {further: compared(answer) for further, answer in answers.items()}
    return Exchange(_REQUEST, decision, legacy, new, asked=asked, answers=answers, control=exchange.control)


def failed(exchange: Exchange, error: BaseException) -> Judgement:
    """The judgement where comparing itself went wrong."""
    told = text.clean(f"{type(error).__name__}: {error}", text.SENTENCE)
    difference = Difference("$", "comparing failed", nearly=(f"Comparing failed: {told}",))
    return exchange.judged(Comparison(Outcome.MISMATCH, differences=(difference,)))


def _start(channel: socket.socket, config: Path, memory: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        child.command("proxy.process.comparing", str(channel.fileno()), str(config.resolve()), str(memory)),
        pass_fds=[channel.fileno()],
        stdin=subprocess.DEVNULL,
        env=child.environment(),
    )
