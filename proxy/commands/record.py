"""``parity record``, ``import`` and ``export``: where recordings come from, and where they go."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from config.location import config_directory
from config.routes import load_routes
from config.settings import load_proxy_settings
from proxy.checking.check import CheckError
from proxy.checking.live import LiveOptions
from proxy.checking.record import record_live
from proxy.commands.check import Concurrency, Keys, Rate, SendWrites
from proxy.commands.options import Config
from proxy.commands.output import say, waiting
from proxy.har.entries import Writing
from proxy.har.files import export_har, import_har
from proxy.recordings.caller_keys import read_keys, resolved
from proxy.recordings.request_lines import read_requests

_LISTED = 50

Hosts = Annotated[
    list[str] | None,
    typer.Option(
        "--host", help="Whose entries are kept, repeatable; by default the one with /api/v1.", metavar="HOST"
    ),
]


def record_command(
    legacy: Annotated[str, typer.Option(help="URL of the live legacy side.", metavar="URL")],
    requests: Annotated[
        Path, typer.Option(help="Recordings, or lines like 'GET /api/v1/json/data/1'.", metavar="FILE")
    ],
    out: Annotated[Path, typer.Option(help="Where the recordings go.", metavar="FILE")],
    rate: Rate = None,
    send_writes: SendWrites = False,
    keys: Keys = None,
    concurrency: Concurrency = 8,
    config: Config = None,
) -> None:
    """Ask the live legacy server and keep its answers, without keys; exit 1 when it left some requests unanswered."""
    known = read_keys(keys)
    if out.name.endswith(".gz"):
        raise CheckError(f"--out {out} is written line by line; gzip it afterwards")
    with waiting() as progress:
        bar = progress.add_task("recording", total=None)
        found = asyncio.run(
            record_live(
                resolved(read_requests(requests, legacy), known),
                legacy,
                out,
                config_directory(config),
                asking=LiveOptions(concurrency, rate, send_writes),
                keys=known,
                progress=lambda done, total: progress.update(bar, completed=done, total=total),
            )
        )
    say(f"{out}: {found}")
    raise typer.Exit(1 if found.unanswered else 0)


def import_command(
    file: Annotated[Path, typer.Argument(help="A .har file.", metavar="FILE.har")],
    out: Annotated[Path, typer.Option(help="Where the recordings go.", metavar="FILE.jsonl")],
    host: Hosts = None,
    keys: Keys = None,
    config: Config = None,
) -> None:
    """Make recordings, without keys and cookies, of what a browser or mitmproxy has saved."""
    directory = config_directory(config)
    admins = load_proxy_settings(directory).admin_keys
    writing = Writing(load_routes(directory), read_keys(keys), admins)
    found = import_har(file, out, writing, host or ())
    for sentence in found.listed[:_LISTED]:
        say(f"parity: {sentence}", error=True)
    if len(found.listed) > _LISTED:
        say(f"parity: … and {len(found.listed) - _LISTED} more", error=True)
    say(f"{out}: {found}")


def export_command(
    recordings: Annotated[
        list[Path], typer.Argument(help="Recording files or directories.", metavar="PATH…")
    ],
    out: Annotated[Path, typer.Option(help="The .har file.", metavar="FILE.har")],
) -> None:
    """Put recordings into one .har file, which browsers and mitmproxy open."""
    say(f"{out}: {export_har(recordings, out)} exported")
