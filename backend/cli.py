"""``openml-backend``: serve the API, load a database, pin the OpenAPI document.

Bad input is one line on stderr and exit status 2.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend.database.connections import Database
from backend.database.load import Loaded, load
from backend.serve import serve
from config.errors import BadInput, ConfigError
from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from config.settings import BackendSettings, load_backend_settings
from config.startup import loading
from config.version import show

PINNED_URL = ""
"""The pinned document does not say where it is served."""

app = typer.Typer(
    name="openml-backend",
    help="The OpenML REST API over the legacy databases.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database", help="SQLite file or MySQL/MariaDB server, as an SQLAlchemy URL.", metavar="URL"
    ),
]
ConfigOption = Annotated[
    str | None, typer.Option("--config", help="Directory of the configuration.", metavar="DIR")
]


@app.callback()
def _options(
    version: Annotated[  # its callback does it
        bool, typer.Option("--version", help="Say which version this is.", callback=show, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command("serve")
def serve_command(
    database: DatabaseOption = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on, 0 for any free one.", min=0, max=65535)
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    public_url: Annotated[
        str | None, typer.Option(help="What URLs in answers begin with.", metavar="URL")
    ] = None,
    object_store_url: Annotated[
        str | None, typer.Option(help="What URLs of Parquet files begin with.", metavar="URL")
    ] = None,
    files: Annotated[Path | None, typer.Option(help="Root of the stored files.", metavar="DIR")] = None,
    storage: Annotated[
        str | None, typer.Option(help="Bucket of the stored files, instead of a root.", metavar="URL")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Serve the API until SIGINT or SIGTERM. Options go before OPENML_* variables, those before backend.toml."""
    settings = _settings(
        config,
        database=database,
        port=port,
        host=host,
        public_url=public_url,
        object_store_url=object_store_url,
        files=files,
        storage=storage,
    )
    for name, folder, what in (
        ("files", settings.files, "the stored files"),
        ("static", settings.static, "your own schemas and examples"),
    ):
        if folder is not None and not folder.is_dir():
            raise ConfigError(f"there is no directory {folder}; it is where {what} are", key=name)
    with loading():
        from backend.app import create_app

        application = create_app(settings, config=config)
    asyncio.run(_check(settings))
    serve(application, settings.host, settings.port)


@app.command("load")
def load_command(
    source: Annotated[
        Path,
        typer.Option("--from", help="Folder with openml/ and openml_expdb/ as JSON Lines.", metavar="DIR"),
    ],
    database: DatabaseOption = None,
    files: Annotated[
        Path | None, typer.Option(help="Copy the stored files of the folder to here.", metavar="DIR")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    config: ConfigOption = None,
) -> None:
    """Create both databases and fill them from a folder."""
    settings = _settings(config, database=database)
    loaded = asyncio.run(_load(settings, source, files, force))
    typer.echo(f"loaded {loaded.rows} rows of {loaded.tables} tables, {loaded.files} files")


@app.command("openapi")
def openapi_command(
    write: Annotated[
        Path | None, typer.Option("--write", help="Write it to this file.", metavar="FILE")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Print the OpenAPI document as config/openapi.json pins it."""
    with loading():
        from backend.app import OPERATIONS
        from backend.openapi import openapi_document, pinned

    directory = config_directory(config)
    document = openapi_document(OPERATIONS, load_routes(directory), load_problems(directory), PINNED_URL)
    if write is None:
        sys.stdout.buffer.write(pinned(document))
        return
    try:
        write.write_bytes(pinned(document))
    except OSError as error:
        raise BadInput(f"{write} cannot be written: {error.strerror}") from error


def _settings(config: str | None, **given: object) -> BackendSettings:
    """The configured settings with what the command line says over them."""
    configured = load_backend_settings(config_directory(config))
    chosen = {name: value for name, value in given.items() if value is not None}
    return replace(configured, **chosen)  # type: ignore[arg-type]  # each option has its field's type


async def _check(settings: BackendSettings) -> None:
    """Say before anything is served that the database is not there."""
    database = Database(settings.database, settings.database_names)
    try:
        await database.check()
    finally:
        await database.dispose()


async def _load(settings: BackendSettings, source: Path, files: Path | None, force: bool) -> Loaded:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("loading", total=None)
        return await load(
            source,
            settings.database,
            force=force,
            files_to=files,
            names=settings.database_names,
            progress=lambda table, done, total: bar.update(
                task, description=table, completed=done, total=total
            ),
        )


def main() -> None:
    """Run the command line."""
    try:
        app()
    except BadInput as error:
        sys.stderr.write(f"openml-backend: {' '.join(str(error).split())}\n")
        sys.exit(2)
