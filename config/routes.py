"""The route map: every endpoint's templates on both sides (config/routes/<entity>.toml)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from config.errors import ConfigError
from config.location import ROUTES
from config.templates import parse_template, segment_names
from config.typed import Place, build, read_toml, unknown
from config.unchanged import once_for

_SHIPPED = Path(__file__).parent
_NAME = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
_METHOD = re.compile(r"[A-Z]+")
_PLACE = re.compile(r"(query|path|body)\.[A-Za-z_.]+")


@dataclass(frozen=True, slots=True)
class RowList:
    """A list of the new document that is compared as rows.

    Args:
        at: Path of the list in the new document, ``$`` for the document itself.
        key: The keys that pair a legacy row with a new one; empty for a list of scalars.
        ordered: Both sides order by the key, so the order is compared too.
        whole: Where leaving out limit and offset does not give the whole list: the values of the parameters that cut
            it (``limit``, or a segment of the path) with which it does, as far as they were given.
        shows: Parameters of the legacy request whose value each row has, with its key: ``run = "run_id"``.
    """

    at: str
    key: tuple[str, ...]
    ordered: bool = False
    whole: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    shows: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class LegacyTemplate:
    """How PHP knows the route.

    Args:
        methods: Upper-case method names, or ``*`` for any.
        path: Below ``/api/v1/json/``, or absolute when it starts with ``/``; see ``config.templates``.
        filters: Legal filters of a list in PHP's declaration order; None when the path takes none.
        texts: Those of the filters that PHP takes a text for; the others are lists of digits.
        unchecked: Those whose values PHP does not look at; its SQL does.
        first_illegal: PHP tells the first illegal filter only.
        limit: PHP pastes the text of a limit into its SQL (``pasted``: ``5,2`` skips five), or takes the number that
            it begins with (``number``: 0 is none).
        most: Rows that PHP lets a limit ask for; of a pasted one it looks at the first number.
        aliases: Further paths that PHP's dispatcher sends to the same function.
        query: Names that PHP reads from the query, else from the form, beside the key.
        form: Form fields that PHP reads, where the body is a plain form.
        form_read: Form fields that PHP reads of what only reads: the new side is asked for it with a query.
        needs: Form fields without which PHP's dispatcher takes another route.
        envelope: The keys, from outside in, that PHP wraps its JSON answer in.
        native: Its JSON is a template of PHP's own, not made of the XML (legacy notes, data 5.1).
        dies_of: Parameters of which PHP dies (an empty 500) when what they hold is no id, or not one number.
        bare_filter: What becomes of a legal filter at the end of the path that has no value: PHP ignores it
            (``dropped``), except where it is an error (``sent``, with an empty value), or says that there is a filter
            (``alone``: sent so where the path does not have it with a value, too), or has the last word (``last``: the
            value that the path gives it before does not count).
    """

    methods: tuple[str, ...]
    path: str
    filters: tuple[str, ...] | None = None
    texts: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    first_illegal: bool = False
    limit: Literal["pasted", "number"] = "pasted"
    most: int | None = None
    aliases: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    form_read: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    envelope: tuple[str, ...] = ()
    native: bool = False
    dies_of: tuple[str, ...] = ()
    bare_filter: Literal["dropped", "sent", "alone", "last"] = "dropped"


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """How the new API knows the route.

    Args:
        method: Its method; HEAD answers wherever GET does.
        path: Its path; ``{name}`` refers to the legacy segment of that name.
        also: Further methods.
        aliases: Further paths that answer too; the proxy takes the first whose names the request gives.
    """

    method: str
    path: str
    also: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LegacyError:
    """What an error code of PHP is in the new API. ``type``: slug of the problem type, which has the status.
    ``errors``: the types that the members of a validation error's ``errors`` may have.
    """

    type: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of PHP that the new API gives where PHP gives another one, or an answer.

    Args:
        id: For an id in a form that is no integer.
        filter: For a filter whose value is not legal.
        empty: For a list without rows, and a limit of 0.
        offset: PHP's for an offset without a limit, which the new API answers.
    """

    id: str | None = None
    filter: str | None = None
    empty: str | None = None
    offset: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint.

    Args:
        name: ``entity.word``, unique.
        entity: Name of the file, and of the backend's folder.
        summary: What it does, in a few words.
        writes: It changes something, whatever its method.
        implemented: The backend answers it.
        new: Template of the new side.
        legacy: Template of the legacy side; None for what only the new API has.
        parameters: Where a legacy parameter goes when its name or place changes: ``query.X``, ``path.X`` or
            ``body.X``.
        rows: Lists whose rows are paired by key.
        errors: The problem type of each code that PHP answers here; written as its slug, or as a table.
        codes: Codes of PHP with a meaning that the comparison must know.
    """

    name: str
    entity: str
    summary: str
    writes: bool
    implemented: bool
    new: NewTemplate
    legacy: LegacyTemplate | None = None
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rows: tuple[RowList, ...] = ()
    errors: Mapping[str, LegacyError] = field(default_factory=lambda: MappingProxyType({}))
    codes: Codes = Codes()


@dataclass(frozen=True, slots=True, eq=False)
class RouteMap:
    """All routes, in the order of the files and, inside a file, of PHP's dispatch.

    Two maps are equal only when they are the same object, so that what is computed from one can be cached.
    """

    routes: Mapping[str, Route]

    def __getitem__(self, name: str) -> Route:
        return self.routes[name]

    def __iter__(self) -> Iterator[Route]:
        return iter(self.routes.values())

    def __len__(self) -> int:
        return len(self.routes)


def gives_files(route: Route | None) -> bool:
    """Whether a route gives files as they are, in both dialects and whatever form was asked for."""
    return route is not None and route.entity == "files" and not route.writes


@once_for(f"{ROUTES}/*.toml")
def load_routes(config: Path) -> RouteMap:
    """Read the route map. Returns the routes of all files in ``routes/``. Raises ConfigError: a file, table or key is
    wrong, or two routes have one name.
    """
    directory = config / ROUTES
    files = sorted(directory.glob("*.toml"))
    if not files:
        raise ConfigError("holds no route map; expected one TOML file per entity", file=directory)
    routes: dict[str, Route] = {}
    for file in files:
        document = read_toml(file)
        for key in document:
            if key != "route":
                raise ConfigError(unknown(key, {"route": None}), file=file, key=key)
        tables = document.get("route", [])
        if not isinstance(tables, list):
            raise ConfigError("must be written [[route]]", file=file, table="[route]")
        for number, table in enumerate(tables, start=1):
            route = _read(table, file, number)
            if route.name in routes:
                raise ConfigError(
                    f"the name is taken already by {routes[route.name].entity}.toml; names are unique",
                    file=file,
                    table=f"[[route]] {route.name}",
                    key="name",
                )
            routes[route.name] = route
    if not any(route.errors for route in routes.values()) and directory != _SHIPPED / ROUTES:
        routes = _completed(routes)
    return RouteMap(MappingProxyType(routes))


def _completed(routes: Mapping[str, Route]) -> dict[str, Route]:
    """The routes of a map of version 0.1.0, with what the registry said about them then."""
    known, found = load_routes(_SHIPPED), dict(routes)
    for name, route in routes.items():
        if name in known.routes and route.legacy is not None and (shipped := known[name]).legacy is not None:
            told = shipped.legacy
            legacy = replace(route.legacy, envelope=told.envelope, dies_of=told.dies_of)
            found[name] = replace(route, legacy=legacy, errors=shipped.errors, codes=shipped.codes)
    return found


def _read(table: object, file: Path, number: int) -> Route:
    name = table.get("name") if isinstance(table, Mapping) else None
    place = Place(file, f"[[route]] {name if isinstance(name, str) else f'number {number}'}")
    route = build(Route, _spelled_out(table), place, {"entity": file.stem})
    if not _NAME.fullmatch(route.name):
        raise place.error("must be entity.word in lower case, like dataset.get", "name")
    if route.legacy is not None:
        _check_methods(route.legacy.methods, place, "legacy.methods", wildcard=True)
        for path in (route.legacy.path, *route.legacy.aliases):
            _check_path(path, place, "legacy.path")
    _check_methods((route.new.method, *route.new.also), place, "new.method")
    for path in (route.new.path, *route.new.aliases):
        _check_path(path, place, "new.path", absolute=True)
    _check_names(route, place)
    cutting = {"limit", *segment_names(route.new.path)}
    for name in (name for rows in route.rows for name in rows.whole):
        if name not in cutting:
            raise place.below("rows").error(
                f"must be one of {', '.join(sorted(cutting))}, not {name!r}", "whole"
            )
    sent = {*segment_names(route.new.path), *(route.legacy.filters or () if route.legacy else ())}
    for name in (name for rows in route.rows for name in rows.shows):
        if name not in sent:
            raise place.below("rows").error(
                f"must be one of {', '.join(sorted(sent))}, not {name!r}", "shows"
            )
    for parameter, target in route.parameters.items():
        if not _PLACE.fullmatch(target):
            raise place.below("parameters").error(
                f"must be query.NAME, path.NAME or body.NAME, not {target!r}", parameter
            )
    return route


def _spelled_out(table: object) -> object:
    """The table with each error that is written as a mere slug as a table of its own."""
    if not isinstance(table, Mapping) or not isinstance(table.get("errors"), Mapping):
        return table
    errors = {code: {"type": e} if isinstance(e, str) else e for code, e in table["errors"].items()}
    return {**table, "errors": errors}


def _check_names(route: Route, place: Place) -> None:
    """Each variable segment of the new path must get its value from somewhere in the legacy request."""
    if route.legacy is None:
        return
    known = {name for path in (route.legacy.path, *route.legacy.aliases) for name in segment_names(path)}
    moved = {target.split(".", 1)[1] for target in route.parameters.values() if target.startswith("path.")}
    for path in (route.new.path, *route.new.aliases):
        for segment in segment_names(path):
            if segment not in known | moved:
                raise place.error(
                    f"{{{segment}}} is no segment of the legacy path {sorted(known)}", "new.path"
                )


def _check_methods(methods: tuple[str, ...], place: Place, key: str, *, wildcard: bool = False) -> None:
    if not methods:
        raise place.error("must name at least one method", key)
    for method in methods:
        if not _METHOD.fullmatch(method) and not (wildcard and method == "*"):
            raise place.error(f"must be an upper-case method name, not {method!r}", key)


def _check_path(path: str, place: Place, key: str, *, absolute: bool = False) -> None:
    if absolute and not path.startswith("/"):
        raise place.error(f"must start with /, not {path!r}", key)
    try:
        parse_template(path)
    except ValueError as error:
        raise place.error(str(error), key) from error
