"""Exchanges that no recording shows: a request to the real backend over the sample, and what PHP answers by the notes.

Only PHP's side is written down (unrecorded.toml). The backend answers the request and each further question; then the
database is put back to the sample.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlencode

from config.problems import load_problems
from config.routes import load_routes
from config.settings import load_backend_settings
from config.typed import Place as Where
from config.typed import build, read_toml
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Observation
from diffing.registry import Registry
from proxy.checking.check import InProcess, open_side
from proxy.checking.effect_tally import Effects, step_effect
from proxy.checking.effects import RowDifference, ScenarioWindow
from proxy.checking.replay import Replay, ReplayedExchange
from proxy.checking.sandbox import COLUMNS, Sandbox, SandboxPlace, staged
from proxy.checking.scenarios import SteppedClock
from proxy.recordings.form_parts import FormPart, form_of
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.recordings.scenarios import RowChange, Step, contents
from tests.functional.conformance import CONFIG
from tests.functional.selection import Selected

LISTED: Final = Path(__file__).parent / "unrecorded.toml"
BASE: Final = "https://openml.test"
STORE: Final = "https://minio.openml.test/"
NOW: Final = datetime.fromisoformat("2026-11-22T12:00:00")
_CORS: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept"),
)
_FORM: Final = ("Content-Type", "application/x-www-form-urlencoded")
_NUMBERS: Final[Mapping[str, int]] = {"admin": 1, "readonly": 3, "nogroup": 874}


@dataclass(frozen=True, slots=True)
class File:
    """A file of a form.

    Args:
        name: Its own name.
        content: What it holds.
        kind: Its media type.
        times: So many such files, each as a field of its own.
    """

    name: str
    content: str
    kind: str = "text/xml"
    times: int = 1


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of the legacy API.

    Args:
        target: Path and query, without the key.
        form: Fields of the form.
        further: So many further fields behind them.
        files: Files of the form, by field.
    """

    method: str
    target: str
    form: Mapping[str, str] = field(default_factory=dict)
    further: int = 0
    files: Mapping[str, File] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Legacy:
    """What PHP answers by the notes.

    Args:
        code: The code of its error; None for no error.
        message: The text of its error.
        body: Its whole body instead.
        kind: Media type of that body.
    """

    status: int
    code: str | None = None
    message: str = ""
    body: str = ""
    kind: str = "application/json; charset=utf-8"

    def answer(self) -> Observation:
        """As it comes over the wire; one that died has no body."""
        body = self.body
        if self.code is not None:
            body = json.dumps({"error": {"code": self.code, "message": self.message}})
        kind = "text/html; charset=UTF-8" if self.status == 500 else self.kind
        return Observation(self.status, (("Content-Type", kind), *_CORS), body.encode())


@dataclass(frozen=True, slots=True)
class Stored:
    """A row that PHP changes by the notes; times of writing are `<now>`.

    Args:
        table: The table with its database.
        op: What is done.
        row: After it.
    """

    table: str
    op: Literal["insert", "update", "delete"]
    row: Mapping[str, object] = field(default_factory=dict)
    before: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A scenario of an entry.

    Args:
        legacy: PHP's answer.
        source: Where it says that PHP answers so.
        caller: Who asks, as recordings name callers.
        earlier: Requests before it.
        stored: What PHP stores.
        instead: What the new side stores instead, where the entry says that something else is stored.
    """

    entry: str
    ask: Ask
    legacy: Legacy
    source: str
    caller: str = field(default="none", metadata={"key": "as"})
    earlier: tuple[Ask, ...] = ()
    stored: tuple[Stored, ...] = ()
    instead: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a scenario.

    Args:
        name: Its entry, and the how many-th of it.
        exchange: The request, both answers, and the comparison.
        effect: What became of the comparison of what is stored: `equal`, `different` or what explains it.
        wrong: Rows that are not as the scenario says that the new side leaves them.
    """

    name: str
    entry: str
    exchange: ReplayedExchange
    effect: str
    wrong: tuple[RowDifference, ...]

    def selected(self) -> Selected:
        """As a recorded exchange."""
        asked, new = self.exchange.asked, self.exchange.new
        assert asked is not None, self.name
        assert new is not None, self.name
        ids = tuple(sorted(set(self.exchange.comparison.deviations)))
        return Selected(self.name, asked, self.exchange.recording.response, new, self.exchange.answers, ids)


@dataclass(frozen=True, slots=True)
class _Listed:
    scenario: tuple[Unrecorded, ...]


def listed() -> tuple[Unrecorded, ...]:
    """All scenarios, as they are written down."""
    return build(_Listed, read_toml(LISTED), Where(LISTED)).scenario


async def play(scenarios: Sequence[Unrecorded], place: SandboxPlace) -> list[Played]:
    """Ask the backend what the scenarios ask, each from the pristine sample on. ``place``: the database to use."""
    registry = load_registry(CONFIG)
    differ, routes = Differ(registry, load_problems(CONFIG)), load_routes(CONFIG)
    clock, found = SteppedClock(NOW), list[Played]()
    async with staged(place, load_backend_settings(CONFIG)) as stage:
        side = InProcess(place.database, f"{BASE}/", STORE, stage.root, clock=clock)
        async with open_side(side, CONFIG) as transport:
            for number, one in enumerate(scenarios):
                await stage.reset()
                name = f"{one.entry}.{sum(other.entry == one.entry for other in scenarios[:number]) + 1}"
                replay = Replay(list(_recordings(name, one)), routes, differ, transport, writes=True)
                found.append(Played(name, one.entry, *await _played(one, replay, stage, registry)))
        await stage.reset()
    return found


async def _played(
    one: Unrecorded, replay: Replay, stage: Sandbox, registry: Registry
) -> tuple[ReplayedExchange, str, tuple[RowDifference, ...]]:
    *earlier, last = replay.translated
    for pair in earlier:
        done = await replay.step(*pair)
        assert done.new is not None
        assert (done.new.status or 500) < 400, done.new
    await stage.tables.look()
    stage.files.look()
    stage.files.learn(contents(last[0]))
    step = Step(last[0], _changes(one.stored), (), NOW, NOW)
    await stage.align(step)
    exchange = await replay.step(*last)
    changed, files = await stage.tables.look(), stage.files.look()
    states = (changed, stage.tables.rows), (files, stage.files.files)
    effects = Effects(1)
    window = ScenarioWindow(NOW, NOW)
    effects.judge(exchange, step_effect(step, COLUMNS, window, *states), registry)
    own = step_effect(replace(step, changes=_changes(one.instead)), COLUMNS, window, *states)
    return exchange, effects.judged[last[0].id], own.rows if one.instead else ()


def _changes(rows: Iterable[Stored]) -> tuple[RowChange, ...]:
    return tuple(RowChange(row.table, row.op, row.row, row.before) for row in rows)


def _recordings(name: str, one: Unrecorded) -> Iterator[Recording]:
    asks = (*one.earlier, one.ask)
    for number, ask in enumerate(asks, start=1):
        response = one.legacy.answer() if number == len(asks) else Observation(200, (), b"")
        yield Recording(f"{name}/{number}", "", one.caller, request(ask, one.caller), response, scenario=name)


def request(ask: Ask, caller: str) -> RecordedRequest:
    """A request as recorded ones are: the key in the query, of a POST in the form."""
    key = {} if caller == "none" else {"api_key": _key(caller)}
    if ask.method != "POST":
        target = f"{ask.target}{'&' if '?' in ask.target else '?'}{urlencode(key)}" if key else ask.target
        return RecordedRequest(ask.method, BASE, target.encode())
    fields = {**key, **ask.form, **{f"further{number}": "" for number in range(ask.further)}}
    if not ask.files:
        return RecordedRequest("POST", BASE, ask.target.encode(), (_FORM,), urlencode(fields).encode())
    parts = [FormPart(name, text.encode()) for name, text in fields.items()]
    for name, file in ask.files.items():
        parts += [
            FormPart(f"{name}{number or ''}", file.content.encode(), file.name, file.kind)
            for number in range(file.times)
        ]
    header, body = form_of(parts)
    return RecordedRequest("POST", BASE, ask.target.encode(), (header,), body)


def _key(caller: str) -> str:
    """The key of a user of the sample."""
    number = _NUMBERS.get(caller) or int(caller.removeprefix("user"))
    lines = (CONFIG / "sample" / "openml" / "users.jsonl").read_text(encoding="utf-8").splitlines()
    return next(str(user["session_hash"]) for user in map(json.loads, lines) if user["id"] == number)
