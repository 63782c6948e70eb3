"""``parity deviations``: look at the registry, lint it, and write the pages that are made of it."""

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from config.guide import load_guide
from config.legacy_errors import load_legacy_errors
from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from diffing.deviations import load_registry
from diffing.guide.noticed import noticed, with_noticed
from diffing.guide.page import guide
from diffing.lint import lint_usage
from diffing.model import UNROUTED
from diffing.registry import Deviation
from diffing.registry_lint import lint_registry
from diffing.usage import STALE_AFTER, Usage
from proxy.checking.check import CheckError, CheckResult, Dialect, FailureLimits, InProcess, check, selected
from proxy.checking.sandbox import SandboxPlace
from proxy.checking.scenarios import check_scenarios
from proxy.commands.options import Config
from proxy.commands.output import say, time_of, wrote, wrote_json
from proxy.log.reading import reading
from proxy.reporting.console import markup, report_console
from proxy.reporting.deviation_usage import entry_uses, read_usage
from proxy.reporting.lint_view import lint_document, print_uses
from proxy.reporting.operations_table import operations_table
from proxy.reporting.tables import plain_table

commands = typer.Typer(help="The registry of documented deviations.", no_args_is_help=True)

Recordings = Annotated[
    list[Path] | None, typer.Option("--recordings", help="Recording files or directories.", metavar="PATH")
]
Scenarios = Annotated[
    list[Path] | None,
    typer.Option("--scenarios", help="Recorded writes: files or directories.", metavar="PATH"),
]
Database = Annotated[
    str | None, typer.Option(help="Database of the backend to replay against.", metavar="URL")
]
PublicUrl = Annotated[str | None, typer.Option(help="Public base URL of that backend.")]
ObjectStoreUrl = Annotated[str | None, typer.Option(help="Object store URL of that backend.")]
Files = Annotated[Path | None, typer.Option(help="File root of that backend.", metavar="DIR")]


@commands.command("list")
def list_command(
    route: Annotated[
        str | None, typer.Option(help="Only entries about routes whose name fits.", metavar="GLOB")
    ] = None,
    json: Annotated[
        str | None, typer.Option("--json", help="Write them as JSON; - is stdout.", metavar="FILE|-")
    ] = None,
    config: Config = None,
) -> None:
    """List the documented deviations."""
    directory = config_directory(config)
    wanted = selected(load_routes(directory), route)
    names = [name for name in (*load_routes(directory).routes, UNROUTED) if wanted(name)]
    entries = [
        entry
        for entry in load_registry(directory).deviations
        if route is None or any(entry.names(name) for name in names)
    ]
    if wrote_json({"deviations": list(map(listed, entries))}, json):
        return
    table = plain_table()
    table.add_column("id", no_wrap=True)
    for column in ("kind", "routes", "title"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        table.add_row(*(markup(text) for text in (entry.id, entry.kind, " ".join(entry.routes), entry.title)))
    report_console().print(table)


def listed(entry: Deviation) -> dict[str, Any]:
    """What a list says of an entry, as JSON."""
    return {
        "id": entry.id,
        "kind": str(entry.kind),
        "title": entry.title,
        "routes": list(entry.routes),
        "why": entry.why,
        "guide": entry.guide,
        "source": entry.source,
        "at": list(entry.at),
    }


@commands.command("lint")
def lint_command(
    recordings: Recordings = None,
    scenarios: Scenarios = None,
    log: Annotated[
        str | None, typer.Option(help="What live exchanges say: URL of a diff log.", metavar="URL")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Of the log, only what was served since then (UTC).", metavar="TIME")
    ] = None,
    stale_after: Annotated[
        int, typer.Option(help="Comparable exchanges without a hit that make an entry stale.", min=1)
    ] = STALE_AFTER,
    usage: Annotated[bool, typer.Option("--usage", help="Show how each entry is used.")] = False,
    json: Annotated[
        str | None, typer.Option(help="Write all of it as JSON; - is stdout.", metavar="FILE|-")
    ] = None,
    database: Database = None,
    public_url: PublicUrl = None,
    object_store_url: ObjectStoreUrl = None,
    files: Files = None,
    config: Config = None,
) -> None:
    """Run every example and near miss, find contradictions and what is said twice or in vain; ask exchanges, too.

    Exit 1 for entries that are wrong: examples, near misses, derivable, repeated, unconditional, causeless, dead,
    over-broad, conflicting ones.
    Stale ones are told.
    Recorded writes (--scenarios) are played on a sample of their own, in a temporary folder.
    """
    directory, after = config_directory(config), time_of(since, "--since")
    if after is not None and log is None:
        raise CheckError("--since only goes with --log")
    registry, routes = load_registry(directory), load_routes(directory)
    findings = list(lint_registry(registry, routes, load_problems(directory)))
    seen = Usage()
    if recordings:
        _check(recordings, database, public_url, object_store_url, files, directory, seen)
    if scenarios:
        asyncio.run(_play(scenarios, directory, seen))
    if log is not None:
        asyncio.run(_learn(log, after, seen))
    findings += lint_usage(registry, seen, stale_after)
    uses = list(entry_uses(registry, seen, stale_after))
    if not wrote_json(lint_document(findings, uses), json):
        if usage:
            print_uses(report_console(), uses)
        for finding in findings:
            say(f"{finding.deviation}: {finding.kind}: {finding.text}")
        say(f"{len(registry.deviations)} entries, {len(findings)} findings")
    raise typer.Exit(1 if any(finding.fails for finding in findings) else 0)


@commands.command("guide")
def guide_command(
    to: Annotated[Path, typer.Option(help="Where to write it.", metavar="FILE")] = Path(
        "docs/migration-guide.md"
    ),
    config: Config = None,
) -> None:
    """Write the migration guide that rules, entries and the route map tell."""
    _folder_of(to)
    directory = config_directory(config)
    registry, routes = load_registry(directory), load_routes(directory)
    text = guide(registry, routes, load_problems(directory), load_guide(directory))
    wrote(text, str(to))
    say(f"wrote {to}")


@commands.command("switching")
def switching_command(
    to: Annotated[Path, typer.Option(help="The page.", metavar="FILE")] = Path("docs/switching-off.md"),
    config: Config = None,
) -> None:
    """Write anew what clients of PHP's dialect may notice, in the page about switching the PHP API off."""
    directory = config_directory(config)
    part = noticed(load_registry(directory), load_routes(directory), load_legacy_errors(directory))
    try:
        page = with_noticed(to.read_text(encoding="utf-8"), part)
    except OSError as error:
        raise CheckError(f"{to} cannot be read: {error.strerror}; --to FILE names the page") from error
    except ValueError as error:
        raise CheckError(f"{to} cannot be written: {error}") from error
    wrote(page, str(to))
    say(f"wrote {to}")


@commands.command("operations")
def operations_command(
    recordings: Recordings = None,
    database: Database = None,
    public_url: PublicUrl = None,
    object_store_url: ObjectStoreUrl = None,
    files: Files = None,
    to: Annotated[Path, typer.Option(help="Where to write it.", metavar="FILE")] = Path("docs/operations.md"),
    config: Config = None,
) -> None:
    """Write the table of all operations with both their parities on the recordings: new API and legacy face."""
    _folder_of(to)
    directory = config_directory(config)
    words = recordings or [], database, public_url, object_store_url, files, directory
    new, face = _check(*words), _check(*words, dialect="legacy")
    table = operations_table(load_routes(directory), load_registry(directory), new.tally, face.tally)
    wrote(table, str(to))
    say(f"wrote {to}")


def _folder_of(page: Path) -> None:
    """Outside the repository there is none; that is told before anything is done."""
    if not page.parent.is_dir():
        raise CheckError(
            f"{page} cannot be written: there is no folder {page.parent}; --to FILE names another place"
        )


async def _learn(log: str, since: datetime | None, usage: Usage) -> None:
    async with reading(log) as connection:
        await read_usage(connection, since, usage)


async def _play(scenarios: list[Path], config: Path, usage: Usage) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = SandboxPlace(f"sqlite:///{folder}/lint.db", config / "sample", Path(folder) / "files")
        await check_scenarios(tuple(scenarios), place, config, limits=FailureLimits(), usage=usage)


def _check(
    recordings: list[Path],
    database: str | None,
    public_url: str | None,
    object_store_url: str | None,
    files: Path | None,
    config: Path,
    usage: Usage | None = None,
    dialect: Dialect = "new",
) -> CheckResult:
    if not recordings or database is None:
        raise CheckError("give --recordings PATH and --database URL")
    side = InProcess(database, public_url, object_store_url, files)
    return asyncio.run(
        check(tuple(recordings), side, config, limits=FailureLimits(), usage=usage, dialect=dialect)
    )
