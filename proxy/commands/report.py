"""``parity report``, ``show``, ``compare``, ``watch`` and ``dashboard``: what a diff log says."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live

from config.location import config_directory
from config.reports import load_report_settings
from config.rollout import Dialect
from config.settings import load_proxy_settings
from config.startup import loading
from proxy.commands.options import Config
from proxy.commands.output import say, time_of, waiting, wrote, wrote_json
from proxy.commands.refresh import refresh
from proxy.log.clusters import Shown, StoredCluster, read_cluster
from proxy.log.reading import find_run, ran_together, reading
from proxy.reporting.cluster_changes import changes, changes_since
from proxy.reporting.cluster_view import cluster_markdown, clusters_markdown, print_cluster, print_clusters
from proxy.reporting.console import markup, report_console
from proxy.reporting.markdown import report_markdown
from proxy.reporting.report import Report, read_report
from proxy.reporting.report_view import print_report
from proxy.reporting.tables import routes_table, summary

Log = Annotated[str | None, typer.Option("--log", help="SQLAlchemy URL of the diff log.", metavar="URL")]
Since = Annotated[
    str | None, typer.Option("--since", help="Only what was served since then (UTC).", metavar="TIME")
]
Route = Annotated[
    str | None, typer.Option("--route", help="Only routes whose name fits, e.g. 'dataset.*'.", metavar="GLOB")
]
Asked = Annotated[
    Dialect | None,
    typer.Option(
        "--dialect",
        help="Only verdicts on the new side's new API (new), or on its legacy face (legacy); both without.",
    ),
]
Json = Annotated[str | None, typer.Option("--json", help="Write it as JSON; - is stdout.", metavar="FILE|-")]
Markdown = Annotated[
    str | None, typer.Option("--markdown", help="Write it as Markdown; - is stdout.", metavar="FILE|-")
]


def report_command(
    log: Log = None,
    since: Since = None,
    route: Route = None,
    dialect: Asked = None,
    top: Annotated[int, typer.Option(help="Most differences shown.", min=0)] = 20,
    json: Json = None,
    markdown: Markdown = None,
    config: Config = None,
) -> None:
    """Show what a diff log says."""
    url = log_url(log, config)
    refresh(url, config_directory(config))
    with waiting() as progress:
        progress.add_task("reading the diff log", total=None)
        start = time_of(since, "--since")
        found = asyncio.run(read_report(url, start, route, dialect))
    _remark_on_route(found, route)
    _remark_on_begin(start, found.counted_from)
    on_stdout = wrote_json(found.document(), json)
    on_stdout |= wrote(report_markdown(found, top), markdown)
    if not on_stdout:
        print_report(report_console(), found, differences=top)


def show_command(
    cluster: Annotated[
        str, typer.Argument(help="Its name as the report shows it, or the beginning.", metavar="CLUSTER")
    ],
    log: Log = None,
    json: Json = None,
    markdown: Markdown = None,
    config: Config = None,
) -> None:
    """Show one cluster: its history, the smallest exchange, a curl line for each side, a test to paste."""
    found = asyncio.run(_cluster(log_url(log, config), cluster))
    on_stdout = wrote_json(found.document(), json)
    on_stdout |= wrote(cluster_markdown(found), markdown)
    if not on_stdout:
        print_cluster(report_console(), found)


def compare_command(
    before: Annotated[str, typer.Argument(help="The earlier run.", metavar="RUN1")] = "previous",
    after: Annotated[str, typer.Argument(help="The later run.", metavar="RUN2")] = "latest",
    since: Annotated[
        str | None,
        typer.Option(help="Instead of two runs: what came before this time and after it.", metavar="TIME"),
    ] = None,
    log: Log = None,
    json: Json = None,
    markdown: Markdown = None,
    config: Config = None,
) -> None:
    """Tell which clusters are new, still there, fixed, or not seen again between two runs (id, latest, previous)."""
    url = log_url(log, config)
    boundary = time_of(since, "--since")
    enough = load_report_settings(config_directory(config)).clusters.fixed_after
    title, clusters = asyncio.run(_against(url, before, after, boundary, enough))
    document: dict[str, Any] = {"comparison": title, "clusters": [cluster.document() for cluster in clusters]}
    on_stdout = wrote_json(document, json)
    on_stdout |= wrote(clusters_markdown(title, clusters), markdown)
    if not on_stdout:
        console = report_console()
        console.print(title)
        print_clusters(console, clusters)


def watch_command(
    log: Log = None,
    since: Since = None,
    route: Route = None,
    dialect: Asked = None,
    every: Annotated[float, typer.Option(help="Seconds between looks.", min=0.1)] = 2.0,
    times: Annotated[int, typer.Option(help="End after so many looks, 0 for never.", min=0)] = 0,
    config: Config = None,
) -> None:
    """Watch the counts while traffic flows; a line each time where the output is no terminal. Ctrl-C ends it."""
    url, start = log_url(log, config), time_of(since, "--since")
    console = report_console()
    looks = 0
    try:
        with Live(console=console, auto_refresh=False, screen=console.is_terminal) as live:
            while True:
                _look(url, start, route, dialect, console, live)
                looks += 1
                if looks == times:
                    return
                time.sleep(every)
    except KeyboardInterrupt:
        return


def dashboard_command(
    log: Log = None,
    port: Annotated[int, typer.Option(help="Port to listen on, 0 for any free one.", min=0, max=65535)] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    config: Config = None,
) -> None:
    """Serve the pages of a diff log: overview, routes, clusters, deviations, latency, comparison of runs."""
    with (
        loading()
    ):  # a third of what the other commands of this module, and those beside it, would load for nothing
        from proxy.dashboard.app import dashboard
        from proxy.dashboard.session import GuardedAdmin
        from proxy.process.admin_side import serve_pages

    url = log_url(log, config)
    asyncio.run(_readable(url))
    refresh(url, config_directory(config))
    settings = load_proxy_settings(config_directory(config))
    pages = dashboard(url, config_directory(config), token=settings.admin_token)
    guarded = GuardedAdmin(pages, token=settings.admin_token, host=host, names=settings.admin_hosts)
    serve_pages(guarded, settings, host, port)


def log_url(log: str | None, config: str | None) -> str:
    """The diff log that an option or the settings name."""
    return log or load_proxy_settings(config_directory(config)).log


def _remark_on_route(found: Report, route: str | None) -> None:
    if route is not None and not found.tally.totals.received:
        say(
            f"parity: nothing in the log fits --route {route!r}; routes are named like dataset.get",
            error=True,
        )


def _remark_on_begin(since: datetime | None, counted: datetime | None) -> None:
    """Of what is long ago the log knows the minute or the hour only; what the counts are of is told."""
    if since is not None and counted is not None and counted < since.replace(microsecond=0):
        say(
            f"parity: exchanges are counted from {counted:%Y-%m-%d %H:%M} UTC on, for the log knows no more of that "
            f"hour; differences are those that came since {since:%H:%M:%S}",
            error=True,
        )


def _look(
    url: str,
    since: datetime | None,
    route: str | None,
    dialect: Dialect | None,
    console: Console,
    live: Live,
) -> None:
    found = asyncio.run(read_report(url, since, route, dialect))
    if not console.is_terminal:
        _remark_on_route(found, route)
    line = markup(summary(found.tally))
    if console.is_terminal:
        table = routes_table(found.tally)
        table.caption = line
        live.update(table, refresh=True)
    else:
        console.print(line, soft_wrap=True)


async def _readable(url: str) -> None:
    """Say at once what each page would say."""
    async with reading(url):
        pass


async def _cluster(url: str, name: str) -> Shown:
    async with reading(url) as connection:
        return await read_cluster(connection, name)


async def _against(
    url: str, before: str, after: str, since: datetime | None, fixed_after: int
) -> tuple[str, Sequence[StoredCluster]]:
    async with reading(url) as connection:
        if since is not None:
            found = await changes_since(connection, since, fixed_after)
            return f"since {since:%Y-%m-%d %H:%M:%S} UTC", found.clusters
        earlier, later = await find_run(connection, before), await find_run(connection, after)
        if await ran_together(connection, earlier, later):
            say(
                f"parity: run {earlier[:8]} and run {later[:8]} wrote at the same time (workers or replicas of one "
                "proxy?); compare --since TIME looks at all of them",
                error=True,
            )
        found = await changes(connection, earlier, later, fixed_after)
        return f"run {earlier[:8]} against run {later[:8]}", found.clusters
