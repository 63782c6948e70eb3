"""``parity worker``: a worker of a fleet."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from config.errors import ConfigError
from config.location import config_directory
from config.settings import load_proxy_settings
from proxy.commands.options import Config, Queue
from proxy.process.serving import process_name
from proxy.runtime.listen import announce
from proxy.runtime.loop import run_loop


def worker_command(
    queue: Queue = None,
    legacy: Annotated[str | None, typer.Option(help="URL of the legacy side.", metavar="URL")] = None,
    new: Annotated[str | None, typer.Option(help="URL of the new side.", metavar="URL")] = None,
    admin_port: Annotated[
        int | None, typer.Option(help="Port of health and metrics, 0 for any free one.", min=0, max=65535)
    ] = None,
    log: Annotated[str | None, typer.Option(help="SQLAlchemy URL of the diff log.", metavar="URL")] = None,
    name: Annotated[
        str | None, typer.Option(help="Its name in the fleet; else of machine and process.")
    ] = None,
    config: Config = None,
) -> None:
    """Judge what the proxies of a fleet put into the queue: ask the other side, compare, write the diff log."""
    directory = config_directory(config)
    options = {"legacy": legacy, "new": new, "admin_port": admin_port, "log": log}
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    settings = replace(load_proxy_settings(directory), **chosen)
    if queue is not None:
        settings = replace(settings, queue=replace(settings.queue, url=queue))
    if not settings.queue.url:
        raise ConfigError("the URL of the queue is missing; give --queue URL", table="[queue]", key="url")
    # Its libraries are those of the extra: no other command needs them.
    from proxy.process.fleet_worker import work

    run_loop(work(settings, directory, name or process_name(), announce))
