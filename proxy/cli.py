"""``parity``: the commands of the proxy side. Wrong use or bad input is one line on stderr and exit status 2."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Any, Final

import typer

from config.errors import BadInput
from config.startup import loading
from config.text import line
from config.version import show

# Each command by the module and the name of its function, or of its group of commands, in the order of the help.
COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "serve": "serve:serve_command",
        "worker": "worker:worker_command",
        "demo": "demo:demo_command",
        "legacy": "legacy:legacy_command",
        "check": "check:check_command",
        "explore": "explore:explore_command",
        "baseline": "baseline:baseline_command",
        "report": "report:report_command",
        "show": "report:show_command",
        "compare": "report:compare_command",
        "watch": "report:watch_command",
        "dashboard": "report:dashboard_command",
        "file": "file:file_command",
        "recheck": "recheck:recheck_command",
        "accept": "recheck:accept_command",
        "deviations": "deviations:commands",
        "config": "config:commands",
        "readiness": "rollout:readiness_command",
        "rollout": "rollout:commands",
        "record": "record:record_command",
        "import": "record:import_command",
        "export": "record:export_command",
    }
)


def command_line(wanted: str | None = None) -> typer.Typer:
    """The command line. ``wanted``: the command that is asked for: only that one is loaded, for all of them take a
    second, and none for the version. With any other word, all are there.
    """
    app = typer.Typer(
        name="parity", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None
    )
    # With a callback, one command is still asked for by its name.
    app.callback(help="Compare OpenML's legacy API with the new one, request by request.")(_options)
    for name, place in COMMANDS.items():
        if wanted == "--version" or (wanted in COMMANDS and name != wanted):
            continue
        module, _, attribute = place.partition(":")
        found: Any = getattr(import_module(f"proxy.commands.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _options(
    version: Annotated[  # its callback does it
        bool, typer.Option("--version", help="Say which version this is.", callback=show, is_eager=True)
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. ``arguments``: its words, those of the process by default."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with loading():
            app = command_line(words[0] if words else None)
        app(words, prog_name="parity")
    except BadInput as error:
        sys.stderr.write(f"parity: {line(' '.join(str(error).split()), 8000)}\n")
        sys.exit(2)
