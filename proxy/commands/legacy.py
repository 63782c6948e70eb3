"""``parity legacy``: the recorded legacy server."""

from pathlib import Path
from typing import Annotated

import typer

from config.location import config_directory
from config.settings import load_backend_settings
from proxy.checking.check import CheckError
from proxy.checking.sandbox import SandboxPlace
from proxy.checking.scenario_server import play
from proxy.commands.check import Force, Keys, More, Recordings, Sample, Scenarios, paths_of
from proxy.commands.options import Config, Host, Port
from proxy.recordings.caller_keys import read_keys, resolved
from proxy.recordings.recording import read_recordings
from proxy.recordings.server import Behaviour, InjectedFault, RecordedServer
from proxy.runtime.listen import serve_forever
from proxy.runtime.loop import run_loop


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
        place = SandboxPlace(database, sample or directory / "sample", files, force)
        run_loop(play(paths, place, load_backend_settings(directory), host, port, behaviour))
        return
    played = read_recordings(paths) if keys is None else resolved(read_recordings(paths), read_keys(keys))
    server = RecordedServer(played, behaviour)
    serve_forever(server, host, port)


def _behaviour(latency: str, fault: str | None) -> Behaviour:
    try:
        seconds = None if latency == "recorded" else float(latency)
    except ValueError as error:
        raise CheckError(f"--latency wants seconds or 'recorded', not {latency!r}") from error
    if fault is None:
        return Behaviour(seconds)
    name, _, every = fault.partition(":")
    if name not in set(InjectedFault) or not (every or "1").isdecimal() or int(every or 1) < 1:
        raise CheckError(f"--fault wants one of {', '.join(InjectedFault)}, or e.g. reset:10, not {fault!r}")
    return Behaviour(seconds, InjectedFault(name), int(every or 1))
