"""``parity file``: say of a cluster what it is, and get what has to be written about it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from config.location import check_writable, config_directory
from config.text import block
from proxy.checking.check import CheckError
from proxy.commands.options import Config
from proxy.commands.output import say
from proxy.commands.report import Log, log_url
from proxy.log.clusters import Shown, read_cluster
from proxy.log.reading import reading
from proxy.rollout.live_config import load_live_config
from proxy.triage.decide import document_cluster
from proxy.triage.file_cluster import TriageError, TriageVerdict, file_cluster


def file_command(
    cluster: Annotated[
        str, typer.Argument(help="Its name as the report shows it, or the beginning.", metavar="CLUSTER")
    ],
    verdict: Annotated[
        TriageVerdict,
        typer.Option(
            "--as",
            help="documented: the difference is intended; legacy-defect: PHP breaks; new-wrong: the new side is wrong.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Append the entry to this file, or write the issue into it.", metavar="FILE"),
    ] = None,
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="Append the entry to its file of the registry, lint it, undo it if that fails."
        ),
    ] = False,
    why: Annotated[
        str | None, typer.Option(help="With --write: why the difference is intended.", metavar="TEXT")
    ] = None,
    log: Log = None,
    config: Config = None,
) -> None:
    """Make a registry entry of a cluster (everything but the why), or the text of an issue."""
    if write != (why is not None) or (why is not None and not why.strip()):
        raise CheckError("--write and --why TEXT go together: an entry says why the difference is intended")
    if write and (out is not None or verdict is TriageVerdict.NEW_WRONG):
        raise CheckError("--write is for entries of the registry; it takes neither --out nor --as new-wrong")
    directory = config_directory(config)
    found = asyncio.run(_cluster(log_url(log, config), cluster))
    if why is not None:
        say(document_cluster(found, verdict, why, directory))
        return
    try:
        filed = file_cluster(found, verdict, load_live_config(directory))
    except TriageError as error:
        raise CheckError(str(error)) from error
    if out is None:
        typer.echo(block(filed.text), nl=False)
    else:
        check_writable(out)
        try:
            with out.open("w" if filed.file is None else "a", encoding="utf-8") as opened:
                opened.write(filed.text if opened.tell() == 0 else f"\n{filed.text}")
        except OSError as error:
            raise CheckError(f"{out} cannot be written: {error.strerror}") from error
    say(f"parity: {filed.remark}", error=True)


async def _cluster(url: str, name: str) -> Shown:
    async with reading(url) as connection:
        return await read_cluster(connection, name)
