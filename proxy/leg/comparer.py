"""Compare in a process of its own: never on the event loop that serves clients (design §5)."""

import asyncio
import pickle
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from config import text
from config.problems import load_problems
from config.routes import load_routes
from config.startup import loading
from diffing.cluster import signature
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.further import Answers
from diffing.model import Asked, Comparison, Difference, Observation, Outcome
from diffing.usage import Fact, Usage
from proxy.leg.control import same_side
from proxy.log.example import shortened
from proxy.process import child

TOO_EXPENSIVE = Comparison(Outcome.TOO_EXPENSIVE)


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
        legacy: What the legacy side answered.
        new: What the new side answered.
        answers: What the follow-ups gave.
        control: Both answers are of one side (A/A): no deviation applies.
        rehearsed: As ``Asked`` has it.
        caller: Likewise.
        guessed: Likewise.
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """A comparison and the signature of its differences, small enough to be stored.

    Args:
        comparison: What came of it.
        signature: Of its differences.
        usage: What entries of the registry did besides explaining (diffing.usage).
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
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="comparer")
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    async def compare(self, question: Question) -> Judgement:
        """Compare one exchange.

        Args:
            question: The exchange.

        Returns:
            What came of it; a comparison that fails is a mismatch that says so.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, question)

    async def start(self) -> None:
        """Start the process, so that the first comparison does not wait for it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._started)

    async def use(self, config: Path) -> None:
        """Compare by another configuration from the next question on.

        Args:
            config: Its directory, which has been checked.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._use, config)

    async def aclose(self) -> None:
        """End the process."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._end)
        self._thread.shutdown()

    def _use(self, config: Path) -> None:
        self._config = config
        self._end()

    def _ask(self, question: Question) -> Judgement:
        for _ in range(2):
            try:
                pipe = self._started()
                pipe.send(question)
                if not pipe.poll(self._limit):
                    self._end()
                    return Judgement(TOO_EXPENSIVE, _named(question, TOO_EXPENSIVE))
                answer = pipe.recv()
            except (EOFError, OSError):
                # Somebody killed the process (perhaps the kernel, for want of memory): one more try with a new one.
                self._end()
                self._restarted()
                continue
            except pickle.PickleError as error:
                self._end()
                return _failed(question, error)
            assert isinstance(answer, Judgement)
            return answer
        return Judgement(TOO_EXPENSIVE, _named(question, TOO_EXPENSIVE))

    def _started(self) -> Connection:
        if self._pipe is None or self._process is None or self._process.poll() is not None:
            self._end()
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    child.command(
                        "proxy.leg.comparer",
                        str(theirs.fileno()),
                        str(self._config.resolve()),
                        str(self._memory),
                    ),
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    env=child.environment(),
                )
            self._pipe = Connection(ours.detach())
        return self._pipe

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._pipe = self._process = None


def judge(differ: Differ, asked: Asked, question: Question) -> Judgement:
    """Compare, and cut what comes of it down to what is stored."""
    if question.control:
        comparison = same_side(question.legacy, question.new)
    else:
        comparison = differ.compare(asked, question.legacy, question.new, question.answers)
    name = signature(asked.route_name, question.legacy, question.new, comparison.differences)
    usage = tuple(differ.usage.facts()) if differ.usage is not None else ()
    return Judgement(shortened(comparison), name, usage)


def work() -> None:
    """Answer questions until the other end is closed: the main function of the comparing process."""
    # Ctrl-C goes to the whole group; the process that serves drains first and then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]), resource.RLIM_INFINITY))
    pipe, config = Connection(int(sys.argv[1])), Path(sys.argv[2])
    usage = Usage()
    with loading():
        routes = load_routes(config)
        differ = Differ(load_registry(config), load_problems(config), usage=usage)
    while True:
        try:
            question: Question = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            asked = Asked(
                routes[question.route] if question.route else None,
                question.method,
                question.parameters,
                question.role,
                question.format,
                question.known,
                question.rehearsed,
                question.caller,
                question.guessed,
            )
            usage.clear()
            judgement = judge(differ, asked, question)
        except MemoryError:
            judgement = Judgement(TOO_EXPENSIVE, _named(question, TOO_EXPENSIVE))
        except Exception as error:  # a failing comparison is reported, it does not end the others
            judgement = _failed(question, error)
        try:
            pipe.send(judgement)
        except OSError:
            return
        except Exception as error:  # likewise one that cannot be told
            pipe.send(_failed(question, error))


def _failed(question: Question, error: BaseException) -> Judgement:
    told = text.clean(f"{type(error).__name__}: {error}", text.SENTENCE)
    comparison = Comparison(
        Outcome.MISMATCH,
        differences=(Difference("$", "comparing failed", None, None, (f"Comparing failed: {told}",)),),
    )
    return Judgement(comparison, _named(question, comparison))


def _named(question: Question, comparison: Comparison) -> str:
    return signature(question.route or "(no route)", question.legacy, question.new, comparison.differences)
