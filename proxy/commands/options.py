"""Options that several commands have."""

from typing import Annotated

import typer

Config = Annotated[
    str | None, typer.Option("--config", help="Directory of the configuration.", metavar="DIR")
]
Port = Annotated[int, typer.Option(help="Port to listen on, 0 for any free one.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Queue = Annotated[
    str | None,
    typer.Option("--queue", help="URL of the fleet's queue: redis://HOST:PORT/DATABASE.", metavar="URL"),
]
