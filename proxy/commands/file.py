"""``parity file``: say of a cluster what it is, and get what has to be written about it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from config.location import check_writable, config_directory
from config.text import block
from proxy.check import CheckError
from proxy.commands.options import Config
from proxy.commands.output import say
from proxy.commands.report import Log, log_url
from proxy.contract import load_contract
from proxy.log.reading import reading
from proxy.reporting.clusters import Shown, read_cluster
from proxy.reporting.filing import FilingError, Verdict, file_cluster


def file_command(
    cluster: Annotated[
        str, typer.Argument(help="Its name as the report shows it, or the beginning.", metavar="CLUSTER")
    ],
    verdict: Annotated[
        Verdict,
        typer.Option(
            "--as",
            help="documented: the difference is intended; legacy-defect: PHP breaks; new-wrong: the new side is wrong.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Append the entry to this file, or write the issue into it.", metavar="FILE"),
    ] = None,
    log: Log = None,
    config: Config = None,
) -> None:
    """Make a registry entry of a cluster (everything but the why), or the text of an issue."""
    contract = load_contract(config_directory(config))
    found = asyncio.run(_cluster(log_url(log, config), cluster))
    try:
        filed = file_cluster(found, verdict, contract)
    except FilingError as error:
        raise CheckError(str(error)) from error
    if out is None:
        typer.echo(block(filed.text), nl=False)
    else:
        check_writable(out)
        try:
            with out.open("w" if filed.file is None else "a", encoding="utf-8") as file:
                file.write(filed.text if file.tell() == 0 else f"\n{filed.text}")
        except OSError as error:
            raise CheckError(f"{out} cannot be written: {error.strerror}") from error
    say(f"parity: {filed.remark}", error=True)


async def _cluster(url: str, name: str) -> Shown:
    async with reading(url) as connection:
        return await read_cluster(connection, name)
