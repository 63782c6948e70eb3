"""Compare in a process of its own: never on the event loop that serves clients (design §5)."""

import asyncio
import hashlib
import pickle
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Final, cast

from config import text
from config.problems import load_problems
from config.routes import Route, load_routes
from config.startup import loading
from diffing.cluster import face_name, signature
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.face import compare_faces, face_asked
from diffing.further import WHOLE, Answers
from diffing.headers import compared
from diffing.model import UNROUTED, Asked, Comparison, Difference, Observation, Outcome
from diffing.usage import Fact, Usage
from proxy.compare.control import same_side
from proxy.exchange.example import shortened
from proxy.runtime import child
from proxy.runtime.channel import frame, read_frame, receive

TOO_EXPENSIVE = Comparison(Outcome.TOO_EXPENSIVE)
_KNOWN: Final = 2048
"""So many verdicts on equal answers are remembered; each is a few hundred bytes."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be compared. Routes travel by name; the process has its own route map.

    Args:
        route: Name of the route, None when there is none.
        method: The client's method.
        parameters: As ``Asked`` has them.
        role: Likewise.
        format: Likewise.
        known: Likewise.
        answers: What the follow-ups gave.
        control: Both answers are of one side (A/A): no deviation applies.
        rehearsed: As ``Asked`` has it.
        caller: Likewise.
        guessed: Likewise.
        face: Both answers are of the legacy dialect: nothing is normalised between them.
    """

    route: str | None
    method: str
    parameters: Mapping[str, str]
    role: str
    format: str
    known: bool
    legacy: Observation
    new: Observation
    answers: Answers = field(default_factory=dict)
    control: bool = False
    rehearsed: bool = False
    caller: str | None = None
    guessed: bool = False
    face: bool = False

    def asked(self, route: Route | None) -> Asked:
        """The facts of the request. ``route``: the one that is named."""
        return Asked(
            route,
            self.method,
            self.parameters,
            self.role,
            self.format,
            self.known,
            self.rehearsed,
            self.caller,
            self.guessed,
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """A comparison and the signature of its differences, small enough to be stored. ``comparison``: what came of it.
    ``usage``: what entries of the registry did besides explaining (diffing.usage).
    """

    comparison: Comparison
    signature: str
    usage: tuple[Fact, ...] = ()


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

    async def compare(self, question: Question) -> Judgement:
        """Compare one exchange.

        The same question has the same answer as long as the configuration is the same, so one without differences is
        remembered by a digest of all that a comparison looks at. Returns what came of it; a comparison that fails is a
        mismatch that says so.
        """
        try:
            whole = question.control or question.face
            message = frame(question if whole else _essential(question))
        except (pickle.PickleError, TypeError) as error:
            return _failed(question, error)
        digest = hashlib.blake2b(message).digest()
        async with self._turn:
            known = self._known.get(digest)
            if known is not None:
                return known
            try:
                found = await self._ask(question, message)
            except asyncio.CancelledError:
                self._kill()  # else its answer would be taken for that to the next question
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
        """Compare by another configuration from the next question on. ``config``: its directory, which has been
        checked.
        """
        async with self._turn:
            self._config = config
            self._known.clear()
            await self._end()

    async def aclose(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _ask(self, question: Question, message: bytes) -> Judgement:
        for _ in range(2):
            reader, writer = await self._started()
            writer.write(message)
            try:
                async with asyncio.timeout(self._limit):
                    answer = await read_frame(reader)
            except TimeoutError:
                await self._end()
                return Judgement(TOO_EXPENSIVE, named(question, TOO_EXPENSIVE))
            if isinstance(answer, Judgement):
                return answer
            # Somebody killed the process (perhaps the kernel, for want of memory): one more try with a new one.
            await self._end()
            self._restarted()
        return Judgement(TOO_EXPENSIVE, named(question, TOO_EXPENSIVE))

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


def _essential(question: Question) -> Question:
    """A question without what no comparison looks at."""
    return replace(
        question,
        legacy=compared(question.legacy),
        new=compared(question.new),
        answers={further: compared(answer) for further, answer in question.answers.items()},
    )


def _start(channel: socket.socket, config: Path, memory: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        child.command("proxy.compare.comparer", str(channel.fileno()), str(config.resolve()), str(memory)),
        pass_fds=[channel.fileno()],
        stdin=subprocess.DEVNULL,
        env=child.environment(),
    )


def judge(differ: Differ, asked: Asked, question: Question) -> Judgement:
    """Compare, and cut what comes of it down to what is stored."""
    if question.control:
        comparison = same_side(question.legacy, question.new)
    elif question.face:
        whole = question.answers.get(WHOLE)
        comparison = compare_faces(face_asked(asked, question.legacy), question.legacy, question.new, whole)
    else:
        comparison = differ.compare(asked, question.legacy, question.new, question.answers)
    name = named(question, comparison)
    usage = tuple(differ.usage.facts()) if differ.usage is not None else ()
    return Judgement(shortened(comparison), name, usage)


def work() -> None:
    """Answer questions until the other end is closed: the main function of the comparing process."""
    # Ctrl-C goes to the whole group; the process that serves drains first and then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]), resource.RLIM_INFINITY))
    config = Path(sys.argv[2])
    with socket.socket(fileno=int(sys.argv[1])) as channel, channel.makefile("rwb") as pipe:
        _answer(cast(BinaryIO, pipe), config)


def _answer(pipe: BinaryIO, config: Path) -> None:
    usage = Usage()
    with loading():
        routes = load_routes(config)
        differ = Differ(load_registry(config), load_problems(config), usage=usage)
    while (question := receive(pipe)) is not None:
        try:
            asked = question.asked(routes[question.route] if question.route else None)
            usage.clear()
            judgement = judge(differ, asked, question)
        except MemoryError:
            judgement = Judgement(TOO_EXPENSIVE, named(question, TOO_EXPENSIVE))
        except Exception as error:  # a failing comparison is reported, it does not end the others
            judgement = _failed(question, error)
        try:
            message = frame(judgement)
        except Exception as error:  # likewise one that cannot be told
            message = frame(_failed(question, error))
        try:
            pipe.write(message)
            pipe.flush()
        except OSError:
            return


def _failed(question: Question, error: BaseException) -> Judgement:
    told = text.clean(f"{type(error).__name__}: {error}", text.SENTENCE)
    comparison = Comparison(
        Outcome.MISMATCH,
        differences=(Difference("$", "comparing failed", None, None, (f"Comparing failed: {told}",)),),
    )
    return Judgement(comparison, named(question, comparison))


def named(question: Question, comparison: Comparison) -> str:
    """The signature of a comparison."""
    route = question.route or UNROUTED
    name = face_name(route) if question.face else route
    return signature(name, question.legacy, question.new, comparison.differences)
