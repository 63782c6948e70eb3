"""``parity serve``: the proxy."""

import sys
from dataclasses import replace
from typing import Annotated, Any

import typer

from config.location import config_directory
from config.settings import load_proxy_settings
from proxy.commands.options import Config, Queue
from proxy.process.serving import serve
from proxy.process.workers import supervise
from proxy.runtime.listen import announce
from proxy.runtime.loop import run_loop


def serve_command(
    legacy: Annotated[str | None, typer.Option(help="URL of the legacy side.", metavar="URL")] = None,
    new: Annotated[str | None, typer.Option(help="URL of the new side.", metavar="URL")] = None,
    port: Annotated[int | None, typer.Option(help="Port, 0 for any free one.", min=0, max=65535)] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    admin_port: Annotated[
        int | None, typer.Option(help="Port of the admin side, 0 for any free one.", min=0, max=65535)
    ] = None,
    log: Annotated[str | None, typer.Option(help="SQLAlchemy URL of the diff log.", metavar="URL")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve on the one port.", min=1)] = None,
    queue: Queue = None,
    config: Config = None,
) -> None:
    """Run the proxy: serve one side, ask the other in the shadow, compare."""
    directory = config_directory(config)
    options = {
        "legacy": legacy,
        "new": new,
        "port": port,
        "host": host,
        "admin_port": admin_port,
        "log": log,
        "workers": workers,
    }
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    settings = replace(load_proxy_settings(directory), **chosen)
    if queue is not None:
        settings = replace(settings, queue=replace(settings.queue, url=queue))
    if settings.queue.url:
        # What is wrong with it is told now, and not by a process of each proxy.
        from proxy.fleet.seal import load_seal

        load_seal(settings.queue)

    def ready(url: str, admin_url: str) -> None:
        sys.stderr.write(f"admin side on {admin_url}\n")
        announce(url)

    run = supervise if settings.workers > 1 else serve
    run_loop(run(settings, directory, ready))
