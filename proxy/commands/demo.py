"""``parity demo``: the main job on a sample, in one command."""

import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from config.location import config_directory
from proxy.commands.options import Config, Port
from proxy.commands.output import say
from proxy.process.demo import demo
from proxy.process.seeded import not_as_seeded
from proxy.reporting.console import report_console
from proxy.runtime.loop import run_loop


def demo_command(
    once: Annotated[bool, typer.Option("--once", help="End after the report, and keep its log.")] = False,
    port: Port = 0,
    config: Config = None,
) -> None:
    """Show it working: sample database, recorded PHP, a backend with three faults, proxy, clients, report."""
    directory = config_directory(config)
    own = [] if config is None else ["--config", str(config)]

    def command(arguments: Sequence[str]) -> str:
        takes_config = arguments[0] != "report"
        return shlex.join([program(), *arguments, *(own if takes_config else ())])

    with tempfile.TemporaryDirectory(prefix="parity-demo-") as folder:
        kept = Path(tempfile.mkdtemp(prefix="parity-demo-log-")) if once else None
        log = None if kept is None else kept / "parity-log.db"
        console = report_console()
        report = run_loop(
            demo(Path(folder), directory, console, once=once, log=log, parity=command, port=port)
        )
    if kept is None:
        return
    say(f"the log is kept; when you have seen enough: rm -r {shlex.quote(str(kept))}")
    if not report.tally.totals.compared:
        say("parity: nothing was compared", error=True)
        raise typer.Exit(1)
    wrong = not_as_seeded(report.tally.clusters.values())
    for sentence in wrong:
        say(f"parity: {sentence}", error=True)
    raise typer.Exit(1 if wrong else 0)


def program() -> str:
    """The program as this shell finds it: its name where that is enough, else its path."""
    called = Path(sys.argv[0])
    if called.name != "parity":
        return "parity"
    found = shutil.which(called.name)
    if found is not None and called.exists() and Path(found).samefile(called):
        return called.name
    whole = called.absolute()
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)
