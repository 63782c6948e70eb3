"""``parity explore``: odd but reproducible requests to two live servers."""

import asyncio
import random
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import Progress, TaskID

from config.location import config_directory
from proxy.checking.check import FailureLimits
from proxy.checking.live import LiveOptions
from proxy.commands.check import ByDialect, Concurrency, Keys, SendWrites, dialects_of, once
from proxy.commands.options import Config
from proxy.commands.output import say, waiting, wrote, wrote_json
from proxy.exploring.explore import Exploration, Explored, explore
from proxy.exploring.operated import OPTION, check_operated
from proxy.exploring.report import explore_document, print_explored, saved
from proxy.recordings.caller_keys import read_keys
from proxy.reporting.console import report_console

_RATE: Final = 20.0
_SEEDS: Final = 1_000_000


def explore_command(
    legacy: Annotated[
        str,
        typer.Option(
            help="URL of a live legacy side; a server of the new API is compared with the other as equal.",
            metavar="URL",
        ),
    ],
    new: Annotated[str, typer.Option(help="URL of the new side.", metavar="URL")],
    seed: Annotated[
        int | None,
        typer.Option(help="Of the random numbers; the same one makes the same requests.", min=0, metavar="N"),
    ] = None,
    requests: Annotated[int, typer.Option(help="How many are sent.", min=1, metavar="N")] = 1000,
    send_writes: SendWrites = False,
    save: Annotated[
        Path | None,
        typer.Option(help="Write the requests as lines for parity check --requests.", metavar="FILE"),
    ] = None,
    rate: Annotated[
        float, typer.Option(help="Most requests per second to each server.", min=0.001, metavar="R")
    ] = _RATE,
    keys: Keys = None,
    operated: Annotated[
        bool, typer.Option(OPTION, help="Ask servers that are neither loopback nor private.")
    ] = False,
    dialect: ByDialect = "new",
    json: Annotated[
        str | None, typer.Option(help="Write the result as JSON; - is stdout.", metavar="FILE|-")
    ] = None,
    config: Config = None,
    concurrency: Concurrency = 8,
) -> None:
    """Ask both servers odd questions and say where they differ; exit 0 for parity, 1 for none, 2 for wrong use."""
    for url in (legacy, new):
        check_operated(url, operated=operated)
    chosen = random.SystemRandom().randrange(_SEEDS) if seed is None else seed
    say(f"seed {chosen}", error=True)
    asking = LiveOptions(concurrency, rate, send_writes)
    results: dict[str, Explored] = {}
    dialects = dialects_of(dialect)
    once(dialects, writes=send_writes)
    for asked in dialects:
        wanted = Exploration(legacy, new, chosen, requests, asking, read_keys(keys), asked)
        with waiting() as progress:
            bar = progress.add_task(f"asking ({asked})", total=None)

            def show(done: int, total: int, bar: TaskID = bar, progress: Progress = progress) -> None:
                progress.update(bar, completed=done, total=total)

            results[asked] = asyncio.run(
                explore(wanted, config_directory(config), limits=FailureLimits(), progress=show)
            )
    if save is not None:
        # One seed makes the same requests in either dialect.
        wrote(saved(next(iter(results.values())).requests, chosen), str(save))
    documents = {name: explore_document(found) for name, found in results.items()}
    if not wrote_json(documents if len(documents) > 1 else next(iter(documents.values())), json):
        for name, found in results.items():
            if len(results) > 1:
                report_console().rule(f"dialect {name}")
            print_explored(report_console(), found)
    raise typer.Exit(1 if any(found.result.breaches for found in results.values()) else 0)
