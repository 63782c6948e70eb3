"""``parity``: the commands of the proxy side. Wrong use or bad input is one line on stderr and exit status 2."""

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from config.errors import ConfigError
from config.location import config_directory
from config.settings import load_backend_settings, load_proxy_settings
from proxy import cli_deviations, cli_report, cli_rollout
from proxy.baseline import load_baseline
from proxy.check import CheckError, InProcess, Limits, check
from proxy.check_outputs import Outputs, write_outputs
from proxy.check_report import check_document, print_check
from proxy.check_scenarios import check_scenarios
from proxy.check_stage import Place
from proxy.cli_baseline import baseline_command
from proxy.cli_output import time_of, waiting, wrote_json
from proxy.console import report_console
from proxy.demo import demo
from proxy.legacy import Behaviour, Fault, RecordedServer
from proxy.legacy_scenarios import play
from proxy.listen import ListenError, announce, run_loop, serve_forever
from proxy.record import LogError, utc_now
from proxy.recordings import RecordingError, read_recordings
from proxy.serving import serve
from proxy.workers import supervise

app = typer.Typer(
    name="parity",
    help="Compare OpenML's legacy API with the new one, request by request.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(cli_deviations.commands, name="deviations")
cli_report.register(app)
app.add_typer(cli_rollout.commands, name="rollout")
app.command("readiness")(cli_rollout.readiness_command)
app.command("baseline")(baseline_command)

Config = Annotated[
    str | None, typer.Option("--config", help="Directory of the configuration.", metavar="DIR")
]
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

Port = Annotated[int, typer.Option(help="Port to listen on, 0 for any free one.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Address to listen on.")]

BAD_INPUT = (ConfigError, RecordingError, CheckError, ListenError, LogError)


@app.command("check")
def check_command(
    recordings: Recordings = None,
    more: More = None,
    scenarios: Scenarios = None,
    sample: Sample = None,
    force: Force = False,
    new: Annotated[str | None, typer.Option(help="URL of the new side.")] = None,
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
    config: Config = None,
    concurrency: Annotated[int, typer.Option(help="Requests under way at a time.", min=1)] = 8,
) -> None:
    """Replay recorded requests against the new side; exit 0 for parity, 1 for none, 2 for wrong use."""
    paths = _paths(recordings, scenarios, more)
    if scenarios is None and (sample is not None or force):
        raise CheckError("--sample and --force only go with --scenarios")
    if scenarios is not None and (database is None or now is not None):
        raise CheckError("--scenarios needs --database URL, and has a clock of its own instead of --now")
    if (new is None) == (database is None):
        raise CheckError("give either --new URL or --database URL")
    in_process = {
        "--public-url": public_url,
        "--object-store-url": object_store_url,
        "--files": files,
        "--now": now,
    }
    unused = [name for name, value in in_process.items() if value is not None]
    if new is not None and unused:
        raise CheckError(f"{', '.join(unused)} only go with --database")
    side: str | InProcess
    if database is not None:
        side = InProcess(database, public_url, object_store_url, files, time_of(now, "--now"))
    else:
        assert new is not None
        side = new
    defaults, today = Limits(), utc_now().date()
    accepted = None if baseline is None else load_baseline(baseline)
    limits = Limits(
        frozenset(fail_on.split(",")) if fail_on else defaults.fail_on,
        min_compared,
        dict(_maximum(item) for item in max_skipped or ()),
        frozenset() if accepted is None else accepted.valid(today),
    )
    directory = config_directory(config)
    with waiting() as progress:
        bar = progress.add_task("replaying", total=None)

        def show(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        if scenarios is not None and database is not None:
            place = Place(database, sample or directory / "sample", files, force)
            played = asyncio.run(
                check_scenarios(
                    paths,
                    place,
                    directory,
                    limits=limits,
                    public_url=public_url,
                    object_store_url=object_store_url,
                    route=route,
                    progress=show,
                )
            )
            result, effects = played.check, played.effects
        else:
            replayed = check(
                paths, side, directory, limits=limits, route=route, concurrency=concurrency, progress=show
            )
            result, effects = asyncio.run(replayed), None
    outputs = Outputs(junit, sarif, markdown)
    remarks = write_outputs(result, outputs, directory, baseline=accepted, today=today)
    if not wrote_json(check_document(result, effects), json):
        print_check(report_console(), result, effects)
    for remark in remarks:
        typer.echo(f"parity: {remark}", err=True)
    raise typer.Exit(1 if result.breaches else 0)


@app.command("legacy")
def legacy_command(
    recordings: Recordings = None,
    more: More = None,
    scenarios: Scenarios = None,
    sample: Sample = None,
    database: Annotated[
        str | None, typer.Option(help="With --scenarios: database that they change.", metavar="URL")
    ] = None,
    files: Annotated[
        Path | None, typer.Option(help="With --scenarios: folder of the files they change.", metavar="DIR")
    ] = None,
    force: Force = False,
    config: Config = None,
    port: Port = 0,
    host: Host = "127.0.0.1",
    latency: Annotated[
        str, typer.Option(help="Seconds before each answer, or 'recorded'.", metavar="SECONDS|recorded")
    ] = "0",
    fault: Annotated[
        str | None,
        typer.Option(
            help="Misbehave: error, hang, reset, trickle or garbage; reset:10 at every tenth request.",
            metavar="FAULT[:N]",
        ),
    ] = None,
) -> None:
    """Answer as PHP did when it was recorded; with --scenarios also change what it changed."""
    behaviour = _behaviour(latency, fault)
    paths = _paths(recordings, scenarios, more)
    if (scenarios is None) != (database is None):
        raise CheckError("--scenarios needs --database URL, and --database needs --scenarios PATH")
    if scenarios is None and (sample is not None or files is not None or force):
        raise CheckError("--sample, --files and --force only go with --scenarios")
    if database is not None:
        directory = config_directory(config)
        place = Place(database, sample or directory / "sample", files, force)
        run_loop(play(paths, place, load_backend_settings(directory), host, port, behaviour))
        return
    server = RecordedServer(read_recordings(paths), behaviour)
    serve_forever(server, host, port)


@app.command("serve")
def serve_command(
    legacy: Annotated[str | None, typer.Option(help="URL of the legacy side.", metavar="URL")] = None,
    new: Annotated[str | None, typer.Option(help="URL of the new side.", metavar="URL")] = None,
    port: Annotated[int | None, typer.Option(help="Port, 0 for any free one.", min=0, max=65535)] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    admin_port: Annotated[
        int | None, typer.Option(help="Port of the admin side, 0 for any free one.", min=0, max=65535)
    ] = None,
    log: Annotated[str | None, typer.Option(help="SQLAlchemy URL of the diff log.", metavar="URL")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve on the one port.", min=1)] = None,
    config: Config = None,
) -> None:
    """Run the proxy: serve one side, ask the other in the shadow, compare."""
    directory = config_directory(config)
    options = {
        "legacy": legacy,
        "new": new,
        "port": port,
        "host": host,
        "admin_port": admin_port,
        "log": log,
        "workers": workers,
    }
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    settings = replace(load_proxy_settings(directory), **chosen)

    def ready(url: str, admin_url: str) -> None:
        sys.stderr.write(f"admin side on {admin_url}\n")
        announce(url)

    run = supervise if settings.workers > 1 else serve
    run_loop(run(settings, directory, ready))


@app.command("demo")
def demo_command(
    once: Annotated[bool, typer.Option("--once", help="End after the report.")] = False,
    port: Port = 0,
    config: Config = None,
) -> None:
    """Show it working: sample database, recorded PHP, backend, proxy, clients, report."""
    directory = config_directory(config)
    with tempfile.TemporaryDirectory(prefix="parity-demo-") as folder:
        run_loop(demo(Path(folder), directory, report_console(), once=once, port=port))


def _paths(
    recordings: list[Path] | None, scenarios: list[Path] | None, more: list[Path] | None
) -> tuple[Path, ...]:
    if (recordings is None) == (scenarios is None):
        raise CheckError("give either --recordings PATH or --scenarios PATH")
    return (*(recordings or scenarios or ()), *(more or ()))


def _behaviour(latency: str, fault: str | None) -> Behaviour:
    try:
        seconds = None if latency == "recorded" else float(latency)
    except ValueError as error:
        raise CheckError(f"--latency wants seconds or 'recorded', not {latency!r}") from error
    if fault is None:
        return Behaviour(seconds)
    name, _, every = fault.partition(":")
    if name not in set(Fault) or not (every or "1").isdecimal() or int(every or 1) < 1:
        raise CheckError(f"--fault wants one of {', '.join(Fault)}, or e.g. reset:10, not {fault!r}")
    return Behaviour(seconds, Fault(name), int(every or 1))


def _maximum(item: str) -> tuple[str, int]:
    reason, separator, number = item.partition("=")
    if not separator or not number.isdecimal():
        raise CheckError(f"--max-skipped wants REASON=N, not {item!r}")
    return reason, int(number)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except BAD_INPUT as error:
        _give_up(error)


def _give_up(error: Exception) -> NoReturn:
    sys.stderr.write(f"parity: {' '.join(str(error).split())}\n")
    sys.exit(2)
