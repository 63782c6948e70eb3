"""``parity check``: recordings, recorded writes, or two live servers against the new side."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from config.location import config_directory
from config.settings import load_proxy_settings
from proxy.checking.check import CheckError, CheckResult, Dialect, FailureLimits, InProcess, check
from proxy.checking.effect_tally import Effects
from proxy.checking.live import LiveOptions, LiveReplay, check_live
from proxy.checking.live_face import in_its_dialect
from proxy.checking.outputs import Outputs, write_outputs
from proxy.checking.report import check_document, print_check
from proxy.checking.sandbox import SandboxPlace
from proxy.checking.scenarios import check_scenarios
from proxy.commands.options import Config
from proxy.commands.output import say, time_of, waiting, wrote_json
from proxy.log.writer import utc_now
from proxy.recordings.caller_keys import CallerKeys, read_keys, resolved
from proxy.recordings.request_lines import read_requests
from proxy.reporting.baseline import NOTHING, load_baseline
from proxy.reporting.console import report_console

Recordings = Annotated[
    list[Path] | None, typer.Option("--recordings", help="Recording files or directories.", metavar="PATH…")
]
Scenarios = Annotated[
    list[Path] | None,
    typer.Option(
        "--scenarios", help="Recorded writes: files or directories, played in order.", metavar="PATH…"
    ),
]
Sample = Annotated[
    Path | None,
    typer.Option(help="With --scenarios: folder of the sample that they begin with.", metavar="DIR"),
]
Force = Annotated[
    bool, typer.Option("--force", help="With --scenarios: replace what database and files hold.")
]
# A shell expands `--recordings *.jsonl.gz` to one option value and further words; those arrive here.
More = Annotated[list[Path] | None, typer.Argument(help="Further recordings.", metavar="[PATH]…")]
Requests = Annotated[
    Path | None,
    typer.Option(
        help="What live servers are asked: recordings, or lines like 'GET /api/v1/json/data/1'.",
        metavar="FILE",
    ),
]
Rate = Annotated[
    float | None,
    typer.Option(help="Most requests per second to each live server.", min=0.001, metavar="R"),
]
SendWrites = Annotated[
    bool, typer.Option("--send-writes", help="Also send live servers what changes something.")
]
Keys = Annotated[
    Path | None,
    typer.Option(help='Keys for KEY_OF_NAME in recordings: TOML, NAME = "KEY".', metavar="FILE"),
]
ByDialect = Annotated[
    str,
    typer.Option(
        "--dialect", help="How the new side is asked: new (translated), legacy (as PHP was), or both."
    ),
]
Concurrency = Annotated[int, typer.Option(help="Requests under way at a time.", min=1)]
Spread = Annotated[
    str | None,
    typer.Option(
        "--queue",
        help="Let the workers of a fleet replay, against their new side: redis://HOST:PORT/DATABASE.",
        metavar="URL",
    ),
]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is checked.

    Args:
        side: The new side; None for that of the workers.
        directory: The configuration.
        limits: What makes the check fail.
        route: Glob of route names.
        concurrency: Requests under way at a time.
        dialect: In which the new side is asked.
    """

    side: str | InProcess | None
    directory: Path
    limits: FailureLimits
    route: str | None
    concurrency: int
    keys: CallerKeys
    dialect: Dialect


def check_command(
    recordings: Recordings = None,
    more: More = None,
    scenarios: Scenarios = None,
    sample: Sample = None,
    force: Force = False,
    legacy: Annotated[str | None, typer.Option(help="URL of a live legacy side.", metavar="URL")] = None,
    requests: Requests = None,
    rate: Rate = None,
    send_writes: SendWrites = False,
    keys: Keys = None,
    new: Annotated[str | None, typer.Option(help="URL of the new side.")] = None,
    queue: Spread = None,
    database: Annotated[
        str | None, typer.Option(help="Run the backend in this process, on this database URL.")
    ] = None,
    public_url: Annotated[str | None, typer.Option(help="Public base URL of that backend.")] = None,
    object_store_url: Annotated[str | None, typer.Option(help="Object store URL of that backend.")] = None,
    files: Annotated[Path | None, typer.Option(help="File root of that backend.", metavar="DIR")] = None,
    now: Annotated[
        str | None, typer.Option(help="What that backend's clock shows, ISO 8601.", metavar="TIME")
    ] = None,
    route: Annotated[
        str | None, typer.Option(help="Only routes whose name fits, e.g. 'dataset.*'.", metavar="GLOB")
    ] = None,
    json: Annotated[
        str | None, typer.Option(help="Write the result as JSON; - is stdout.", metavar="FILE|-")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML.", metavar="FILE")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write SARIF 2.1.0.", metavar="FILE")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write Markdown.", metavar="FILE")] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Differences that are accepted (parity baseline).", metavar="FILE")
    ] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="Verdicts that fail the check, comma-separated.", metavar="VERDICTS")
    ] = None,
    min_compared: Annotated[int, typer.Option(help="Fewest exchanges that must be compared.", min=0)] = 0,
    max_skipped: Annotated[
        list[str] | None,
        typer.Option(help="Most exchanges skipped for a reason; repeatable.", metavar="REASON=N"),
    ] = None,
    dialect: ByDialect = "new",
    config: Config = None,
    concurrency: Concurrency = 8,
) -> None:
    """Ask the new side what legacy was asked, recorded or live; exit 0 for parity, 1 for none, 2 for wrong use."""
    if legacy is None and (requests is not None or rate is not None or send_writes):
        raise CheckError("--requests, --rate and --send-writes only go with --legacy URL")
    if legacy is not None and (requests is None or recordings or scenarios or more):
        raise CheckError("--legacy URL needs --requests FILE, and takes no --recordings or --scenarios")
    paths = () if legacy is not None else paths_of(recordings, scenarios, more)
    if scenarios is None and (sample is not None or force):
        raise CheckError("--sample and --force only go with --scenarios")
    if scenarios is not None and (database is None or now is not None or keys is not None):
        raise CheckError(
            "--scenarios needs --database URL, has a clock of its own instead of --now, and takes no --keys"
        )
    side = None
    if queue is None:
        side = _side(new, database, public_url, object_store_url, files, now)
    elif any((legacy, scenarios, new, database, public_url, object_store_url, files, now)):
        raise CheckError("--queue goes with --recordings, and is instead of --new URL and --database URL")
    defaults, today = FailureLimits(), utc_now().date()
    known = None if baseline is None else load_baseline(baseline)
    accepted = NOTHING if known is None else known.on(today)
    limits = FailureLimits(
        frozenset(fail_on.split(",")) if fail_on else defaults.fail_on,
        min_compared,
        dict(_maximum(item) for item in max_skipped or ()),
        frozenset(accepted.entries),
    )
    directory = config_directory(config)
    dialects = dialects_of(dialect)
    once(dialects, writes=send_writes)
    if len(dialects) > 1 and (junit, sarif, markdown) != (None, None, None):
        raise CheckError("--junit, --sarif and --markdown show one dialect")
    results: dict[Dialect, tuple[CheckResult, Effects | None]] = {}
    for asked in dialects:
        wanted = _Wanted(side, directory, limits, route, concurrency, read_keys(keys), asked)
        with waiting() as progress:
            bar = progress.add_task(f"asking ({asked})", total=None)

            def show(done: int, total: int, bar: TaskID = bar, progress: Progress = progress) -> None:
                progress.update(bar, completed=done, total=total)

            if scenarios is not None and database is not None:
                results[asked] = _scenarios(paths, wanted, database, sample, force or bool(results), show)
            elif legacy is not None and requests is not None:
                asking = LiveOptions(concurrency, rate, send_writes)
                results[asked] = _live(requests, legacy, wanted, asking, show), None
            elif queue is not None:
                results[asked] = _spread(paths, wanted, queue, show), None
            else:
                results[asked] = _recordings(paths, wanted, show), None
    result, _ = results[dialects[0]]
    remarks = write_outputs(
        result, Outputs(junit, sarif, markdown, dialects[0]), directory, baseline=known, today=today
    )
    documents = {str(asked): check_document(*found, accepted) for asked, found in results.items()}
    if not wrote_json(documents if len(documents) > 1 else documents[dialects[0]], json):
        for asked, found in results.items():
            if len(results) > 1:
                report_console().rule(f"dialect {asked}")
            print_check(report_console(), *found, accepted=accepted)
    for remark in remarks:
        say(f"parity: {remark}", error=True)
    raise typer.Exit(1 if any(found.breaches for found, _ in results.values()) else 0)


def paths_of(
    recordings: list[Path] | None, scenarios: list[Path] | None, more: list[Path] | None
) -> tuple[Path, ...]:
    """The recordings that the options name. Raises CheckError: None, or both kinds."""
    if (recordings is None) == (scenarios is None):
        raise CheckError("give either --recordings PATH or --scenarios PATH")
    return (*(recordings or scenarios or ()), *(more or ()))


def _side(
    new: str | None,
    database: str | None,
    public_url: str | None,
    object_store_url: str | None,
    files: Path | None,
    now: str | None,
) -> str | InProcess:
    if database is not None and new is None:
        return InProcess(database, public_url, object_store_url, files, time_of(now, "--now"))
    if new is None or database is not None:
        raise CheckError("give either --new URL or --database URL")
    in_process = {
        "--public-url": public_url,
        "--object-store-url": object_store_url,
        "--files": files,
        "--now": now,
    }
    unused = [name for name, value in in_process.items() if value is not None]
    if unused:
        raise CheckError(f"{', '.join(unused)} only go with --database")
    return new


def dialects_of(option: str) -> tuple[Dialect, ...]:
    """The dialects that an option names, in their order. Raises CheckError: it names none."""
    match option:
        case "new" | "legacy":
            return (option,)
        case "both":
            return ("new", "legacy")
        case _:
            raise CheckError(f"--dialect is new, legacy or both, not {option!r}")


def once(dialects: tuple[Dialect, ...], *, writes: bool) -> None:
    """Let live servers be sent no write twice. Raises CheckError: they would be."""
    if writes and len(dialects) > 1:
        raise CheckError("--send-writes sends each write once: choose --dialect new or legacy")


def _recordings(paths: tuple[Path, ...], wanted: _Wanted, show: Callable[[int, int], None]) -> CheckResult:
    assert wanted.side is not None
    return asyncio.run(
        check(
            paths,
            wanted.side,
            wanted.directory,
            limits=wanted.limits,
            route=wanted.route,
            concurrency=wanted.concurrency,
            progress=show,
            keys=wanted.keys,
            dialect=wanted.dialect,
        )
    )


def _spread(
    paths: tuple[Path, ...], wanted: _Wanted, url: str, show: Callable[[int, int], None]
) -> CheckResult:
    # Its libraries are those of the extra: no other check needs them.
    from proxy.checking.fleet_check import check_over_fleet

    queue = replace(load_proxy_settings(wanted.directory).queue, url=url)
    return asyncio.run(
        check_over_fleet(
            paths,
            queue,
            wanted.directory,
            limits=wanted.limits,
            route=wanted.route,
            concurrency=wanted.concurrency,
            progress=show,
            keys=wanted.keys,
            dialect=wanted.dialect,
        )
    )


def _live(
    requests: Path, legacy: str, wanted: _Wanted, asking: LiveOptions, show: Callable[[int, int], None]
) -> CheckResult:
    assert wanted.side is not None
    return asyncio.run(
        check_live(
            resolved(read_requests(requests, legacy), wanted.keys),
            legacy,
            wanted.side,
            wanted.directory,
            limits=wanted.limits,
            asking=asking,
            route=wanted.route,
            progress=show,
            make=in_its_dialect(wanted.directory) if wanted.dialect == "legacy" else LiveReplay,
        )
    )


def _scenarios(
    paths: tuple[Path, ...],
    wanted: _Wanted,
    database: str,
    sample: Path | None,
    force: bool,
    show: Callable[[int, int], None],
) -> tuple[CheckResult, Effects]:
    side = wanted.side
    assert isinstance(side, InProcess)
    played = asyncio.run(
        check_scenarios(
            paths,
            SandboxPlace(database, sample or wanted.directory / "sample", side.files, force),
            wanted.directory,
            limits=wanted.limits,
            public_url=side.public_url,
            object_store_url=side.object_store_url,
            route=wanted.route,
            progress=show,
            dialect=wanted.dialect,
        )
    )
    return played.check, played.effects


def _maximum(item: str) -> tuple[str, int]:
    reason, separator, number = item.partition("=")
    if not separator or not number.isdecimal():
        raise CheckError(f"--max-skipped wants REASON=N, not {item!r}")
    return reason, int(number)
