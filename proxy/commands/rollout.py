"""``parity readiness`` and ``parity rollout``: is a route ready, and where does it stand?"""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.location import config_directory
from config.reports import load_report_settings
from config.rollout import SERVED_BY_NEW, Dialect, Stage, load_rollout
from config.routes import load_routes
from diffing.parity import percent
from proxy.checking.check import CheckError
from proxy.commands.options import Config
from proxy.commands.output import say, time_of, waiting, wrote, wrote_json
from proxy.commands.refresh import refresh
from proxy.commands.report import Json, Log, Markdown, Since, log_url
from proxy.log.reading import legacy_was_played, reading
from proxy.recordings.recording import read_recordings
from proxy.reporting import markdown as md
from proxy.reporting.console import markup, report_console
from proxy.reporting.tables import RECORDED_TIMES, plain_table
from proxy.rollout.coverage import known_of_recordings, known_of_routes, together
from proxy.rollout.edit import StageShare, held_because, next_step, with_step, write_rollout
from proxy.rollout.gate import Move
from proxy.rollout.gate_log import Decided, read_decisions
from proxy.rollout.readiness import Readiness
from proxy.rollout.readiness_log import read_readiness

commands = typer.Typer(help="Where each route stands on its way to the new side.", no_args_is_help=True)

Recordings = Annotated[
    list[Path] | None,
    typer.Option(help="Recordings that show what a route can be asked; repeatable.", metavar="PATH"),
]
Route = Annotated[str, typer.Argument(help="Name of the route.", metavar="ROUTE")]
ByDialect = Annotated[Dialect, typer.Option("--dialect", help="Which of its clients.")]
Asked = Annotated[
    Dialect,
    typer.Option(
        "--dialect", help="By verdicts on the new side's new API (new), or on its legacy face (legacy)."
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Even without evidence; the file is checked all the same.")
]
_DECISIONS = 20
_TITLES = ("route", "ready", "matched", "of", "at most", "covered", "new/legacy", "open")


def readiness_command(
    log: Log = None,
    route: Annotated[str, typer.Option(help="Only routes whose name fits.", metavar="GLOB")] = "*",
    since: Since = None,
    recordings: Recordings = None,
    dialect: Asked = Dialect.NEW,
    json: Json = None,
    markdown: Markdown = None,
    config: Config = None,
) -> None:
    """Say of each route whether it is ready for its next stage, and why not (thresholds: config/reports.toml)."""
    directory = config_directory(config)
    refresh(log_url(log, config), directory)
    with waiting() as progress:
        progress.add_task("judging the routes", total=None)
        found = asyncio.run(
            _judged(log_url(log, config), directory, route, recordings, time_of(since, "--since"), dialect)
        )
        decided, played = asyncio.run(_decided(log_url(log, config), {item.route for item in found}))
    document = {
        "routes": [item.document() for item in found],
        "gate": [item.document() for item in decided],
        "recorded_legacy": played,
    }
    remark = RECORDED_TIMES if played else ""
    on_stdout = wrote_json(document, json)
    on_stdout |= wrote(readiness_markdown(found, decided, remark), markdown)
    if not on_stdout:
        print_readiness(report_console(), found, remark)
        print_decisions(report_console(), decided)


@commands.command("show")
def show_command(config: Config = None) -> None:
    """Show where each route stands, for both dialects."""
    directory = config_directory(config)
    routes = load_routes(directory)
    rollout = load_rollout(directory, routes)
    table = plain_table()
    for title in ("route", "legacy dialect", "new dialect"):
        table.add_column(title, overflow="fold")
    for route in routes:
        placed = [rollout.of(route, dialect) for dialect in Dialect]
        table.add_row(route.name, *(f"{place.stage} {place.percentage:g} %" for place in placed))
    console = report_console()
    console.print(table)
    if rollout.kill_switch:
        console.print("[bold red]kill_switch = true: legacy serves everything[/]")


@commands.command("promote")
def promote_command(
    route: Route,
    dialect: ByDialect = Dialect.NEW,
    log: Log = None,
    since: Since = None,
    recordings: Recordings = None,
    force: Force = False,
    config: Config = None,
) -> None:
    """Move a route one step towards the new side, when the diff log says that it is ready."""
    directory = config_directory(config)
    text, step = _next(directory, route, dialect)
    reasons: list[str] = []
    held = held_because(text, route, dialect)
    if held is not None:
        reasons.append(f"it is held: {held}")
    if step.stage in SERVED_BY_NEW and not force:
        start = time_of(since, "--since")
        placed = load_rollout(directory, load_routes(directory)).placements.get((route, dialect))
        asked = placed.evidence(dialect) if placed is not None else Dialect.NEW
        refresh(log_url(log, config), directory)
        [found] = asyncio.run(_judged(log_url(log, config), directory, route, recordings, start, asked))
        reasons += found.reasons
    if reasons and not force:
        raise CheckError(
            f"{route} is not promoted to {step} because {', and '.join(reasons)}; --force does it anyway"
        )
    write_rollout(directory, with_step(text, route, dialect, step), load_routes(directory))
    say(f"{route} ({dialect}) is at {step}")


@commands.command("hold")
def hold_command(
    route: Route,
    reason: Annotated[str, typer.Option(help="Why; the next one who promotes reads it.")],
    dialect: ByDialect = Dialect.NEW,
    config: Config = None,
) -> None:
    """Keep a route where it is: it is not promoted until somebody forces it."""
    directory = config_directory(config)
    routes = load_routes(directory)
    _known(route, list(routes.routes))
    placed = load_rollout(directory, routes).placements.get((route, dialect))
    if placed is None:
        raise CheckError(f"{route} has no stage for the {dialect} dialect; promote it first")
    share = None if placed.stage in (Stage.LEGACY, Stage.NEW) else placed.percentage
    text = (directory / "rollout.toml").read_text(encoding="utf-8")
    step = StageShare(placed.stage, share)
    write_rollout(directory, with_step(text, route, dialect, step, held=reason), routes)
    say(f"{route} ({dialect}) is held at {step}")


@commands.command("rollback")
def rollback_command(
    route: Route,
    dialect: ByDialect = Dialect.NEW,
    to: Annotated[
        Stage, typer.Option(help="shadow: the new side is still asked; legacy: it is not.")
    ] = Stage.SHADOW,
    config: Config = None,
) -> None:
    """Let legacy serve a route again, at once; needs no evidence."""
    if to in SERVED_BY_NEW:
        raise CheckError(f"--to {to} is no way back; legacy or shadow")
    directory = config_directory(config)
    routes = load_routes(directory)
    _known(route, list(routes.routes))
    text = (directory / "rollout.toml").read_text(encoding="utf-8")
    write_rollout(directory, with_step(text, route, dialect, StageShare(to)), routes)
    say(f"{route} ({dialect}) is back at {to}")


def print_readiness(console: Console, found: list[Readiness], remark: str = "") -> None:
    """A table of all routes, a remark on their times, then a sentence for each that was asked at all."""
    table = plain_table()
    table.add_column("route", overflow="fold")
    for title in _TITLES[1:]:
        table.add_column(title, justify="right", no_wrap=True)
    for item in found:
        table.add_row(markup(item.route), *(str(cell) for cell in _row(item)[1:]))
    console.print(table)
    if remark:
        console.print(remark, soft_wrap=True)
    for item in found:
        if item.received:
            console.print(markup(item.sentence), soft_wrap=True, style="green" if item.ready else "")
    ready = sum(item.ready for item in found)
    console.print(
        f"{ready} of {len(found)} routes are ready; {sum(not item.received for item in found)} were not asked"
    )


def print_decisions(console: Console, decided: list[Decided]) -> None:
    """What the automatic gate has decided last, the newest first."""
    for item in decided[:_DECISIONS]:
        style = "red" if item.kind is Move.RETURN else ""
        console.print(markup(f"gate, {item.sentence}"), soft_wrap=True, style=style)
    if len(decided) > _DECISIONS:
        console.print(
            f"… and {len(decided) - _DECISIONS} more decisions of the gate (all of them with --json)"
        )


def readiness_markdown(found: list[Readiness], decided: list[Decided], remark: str = "") -> str:
    """The same as Markdown."""
    sentences = "".join(f"- {md.cell(item.sentence)}\n" for item in found if item.received)
    gate = "".join(f"- {md.cell(item.sentence)}\n" for item in decided)
    table = md.table(_TITLES, map(_row, found), numbers=6)
    told = f"{remark}\n\n" if remark else ""
    return f"# Readiness\n\n{table}\n{told}{sentences}" + (f"\n## Automatic gate\n\n{gate}" if gate else "")


def _row(item: Readiness) -> tuple[object, ...]:
    latency = "–" if item.latency is None else str(item.latency)
    yes = "yes" if item.ready else "no"
    bound, covered = percent(item.bound, 1), percent(item.covered, 1)
    return (item.route, yes, item.matched, item.trials, bound, covered, latency, item.clusters)


async def _judged(
    url: str,
    config: Path,
    route: str,
    recordings: list[Path] | None,
    since: datetime | None,
    asked: Dialect,
) -> list[Readiness]:
    routes = load_routes(config)
    known = known_of_routes(routes)
    if recordings:
        shown = known_of_recordings(read_recordings(recordings), routes)
        known = {name: facts for name, facts in together(known, shown).items() if name in routes.routes}
    thresholds = load_report_settings(config).readiness
    async with reading(url) as connection:
        found = await read_readiness(connection, known, thresholds, since=since, route=route, asked=asked)
    if not found:
        raise CheckError(f"no route fits {route!r}; routes are named like dataset.get, dataset.list")
    return found


async def _decided(url: str, routes: set[str]) -> tuple[list[Decided], bool]:
    async with reading(url) as connection:
        decided = [item for item in await read_decisions(connection) if item.route in routes]
        return decided, await legacy_was_played(connection)


def _next(config: Path, route: str, dialect: Dialect) -> tuple[str, StageShare]:
    routes = load_routes(config)
    _known(route, list(routes.routes))
    rollout = load_rollout(config, routes)
    placed = rollout.placements.get((route, dialect))
    step = (
        StageShare(Stage.LEGACY)
        if placed is None
        else next_step(placed, load_report_settings(config).rollout.canary)
    )
    if step is None:
        raise CheckError(f"{route} ({dialect}) is at new already; there is no further stage")
    return (config / "rollout.toml").read_text(encoding="utf-8"), step


def _known(route: str, names: list[str]) -> None:
    if route not in names:
        raise CheckError(f"no route is named {route!r}; routes are named like dataset.get, dataset.list")
