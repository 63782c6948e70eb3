"""``parity demo``: the main job on a sample, in one command."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from config.location import config_directory
from proxy.commands.options import Config, Port
from proxy.commands.output import say
from proxy.process.demo import demo
from proxy.reporting.console import report_console
from proxy.runtime.loop import run_loop


def demo_command(
    once: Annotated[bool, typer.Option("--once", help="End after the report.")] = False,
    port: Port = 0,
    config: Config = None,
) -> None:
    """Show it working: sample database, recorded PHP, backend, proxy, clients, report."""
    directory = config_directory(config)
    with tempfile.TemporaryDirectory(prefix="parity-demo-") as folder:
        report = run_loop(demo(Path(folder), directory, report_console(), once=once, port=port))
    if once and not report.tally.totals.compared:
        say("parity: nothing was compared", error=True)
        raise typer.Exit(1)
