"""``parity config``: the configuration as files of one's own."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from config.location import config_directory
from proxy.checking.check import CheckError
from proxy.commands.options import Config
from proxy.commands.output import say

commands = typer.Typer(help="The configuration as files of one's own.", no_args_is_help=True)

_PROGRAM = ("*.py", "__pycache__")


@commands.command("export")
def export_command(
    to: Annotated[Path, typer.Argument(help="A folder that is empty or not there yet.", metavar="DIR")],
    config: Config = None,
) -> None:
    """Copy the whole configuration, with the sample; commands then take it by --config DIR."""
    directory = config_directory(config)
    try:
        if to.exists() and (not to.is_dir() or any(to.iterdir())):
            raise CheckError(f"{to} is not empty; give a folder that is empty or not there yet")
        shutil.copytree(directory, to, ignore=shutil.ignore_patterns(*_PROGRAM), dirs_exist_ok=True)
    except OSError as error:
        # copytree collects what failed; the first of it says enough.
        first = error.args[0][0][2] if isinstance(error, shutil.Error) else error.strerror
        raise CheckError(f"{to} cannot be written: {first}") from error
    say(f"wrote {to}; commands take it by --config {to}")
