"""``parity``: the commands of the proxy side. Wrong use or bad input is one line on stderr and exit status 2."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from config.errors import ConfigError
from config.location import config_directory
from config.settings import load_backend_settings, load_proxy_settings
from proxy.check import CheckError
from proxy.checking.stage import Place
from proxy.commands import deviations as cli_deviations
from proxy.commands import record as cli_record
from proxy.commands import report as cli_report
from proxy.commands import rollout as cli_rollout
from proxy.commands.baseline import baseline_command
from proxy.commands.check import (
    Config,
    Force,
    Keys,
    More,
    Recordings,
    Sample,
    Scenarios,
    check_command,
    paths_of,
)
from proxy.commands.file import file_command
from proxy.demo import demo
from proxy.har.caller_keys import read_keys, resolved
from proxy.legacy import Behaviour, Fault, RecordedServer
from proxy.legacy_scenarios import play
from proxy.process.listen import ListenError, announce, run_loop, serve_forever
from proxy.process.serving import serve
from proxy.process.workers import supervise
from proxy.record import LogError
from proxy.recordings import RecordingError, read_recordings
from proxy.reporting.console import report_console

app = typer.Typer(
    name="parity",
    help="Compare OpenML's legacy API with the new one, request by request.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(cli_deviations.commands, name="deviations")
cli_report.register(app)
cli_record.register(app)
app.add_typer(cli_rollout.commands, name="rollout")
app.command("readiness")(cli_rollout.readiness_command)
app.command("baseline")(baseline_command)
app.command("file")(file_command)
app.command("check")(check_command)

Port = Annotated[int, typer.Option(help="Port to listen on, 0 for any free one.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Address to listen on.")]

BAD_INPUT = (ConfigError, RecordingError, CheckError, ListenError, LogError)


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
    keys: Keys = None,
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
    paths = paths_of(recordings, scenarios, more)
    if (scenarios is None) != (database is None):
        raise CheckError("--scenarios needs --database URL, and --database needs --scenarios PATH")
    if scenarios is None and (sample is not None or files is not None or force):
        raise CheckError("--sample, --files and --force only go with --scenarios")
    if database is not None:
        directory = config_directory(config)
        place = Place(database, sample or directory / "sample", files, force)
        run_loop(play(paths, place, load_backend_settings(directory), host, port, behaviour))
        return
    played = read_recordings(paths) if keys is None else resolved(read_recordings(paths), read_keys(keys))
    server = RecordedServer(played, behaviour)
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


def main() -> None:
    """Run the command line."""
    try:
        app()
    except BAD_INPUT as error:
        _give_up(error)


def _give_up(error: Exception) -> NoReturn:
    sys.stderr.write(f"parity: {' '.join(str(error).split())}\n")
    sys.exit(2)
