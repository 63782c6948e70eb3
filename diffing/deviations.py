"""The deviation registry: every documented, special difference, read from `config/deviations/*.toml`.

`all_routes.toml` comes first, then `xml.toml`, then the other files by name, entries in file order.
"""

from __future__ import annotations

import json
import logging
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from config.errors import ConfigError
from config.location import ROUTES
from config.openapi import load_openapi
from config.patterns import load_patterns, spelled_out
from config.problems import load_problems
from config.renamed import renamed
from config.routes import load_routes
from config.typed import Place, build
from config.unchanged import once_for
from diffing.model import UNROUTED
from diffing.registry import SHARED, SHARED_FILES, Deviation, Kind, Registry
from diffing.rules.book import RULES, RuleBook
from diffing.tolerances import TOLERANCES
from diffing.transforms import TRANSFORMS

UNWRITTEN: Final = "WRITE HERE"
"""How a `why` begins that nobody has written yet; `parity file` leaves it to a person."""

_log = logging.getLogger(__name__)
_RULES: Final = frozenset(rule.id for rule in RULES)
_FIRST: Final = (*SHARED_FILES, "xml.toml")

_MANY: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"routes", "at", "before", "effect"}),
    "legacy": frozenset({"status", "code", "defect"}),
    "new": frozenset({"errors"}),
    "when": frozenset({"parameter", "lacks", "broken_xml", "method", "role", "value", "shows", "shows_any"}),
}
"""The keys, by table, of which one value may stand without a list."""

_IN_PREMISE: Final = frozenset({"status", "shows", "hides"})

_PATTERNED: Final = frozenset({"when", "with", "new", "expect", "premise"})
"""The keys below which `<name>` stands for an expression."""

_NEEDED: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.TRANSFORM: frozenset({"at", "transform"}),
    Kind.TOLERANCE: frozenset({"at", "canonical"}),
    Kind.STATUS: frozenset({"legacy", "new"}),
    Kind.REFUSAL: frozenset({"legacy", "new"}),
    Kind.ACCEPTS: frozenset({"legacy", "new", "derive"}),
    Kind.LEGACY_DEFECT: frozenset({"legacy", "new"}),
}


@once_for("patterns.toml", "problems.toml", "openapi.json", f"{ROUTES}/*.toml", "deviations/*.toml")
def load_registry(config: Path) -> Registry:
    """Read `config/deviations/*.toml`, and the rules from the route map, the schema and the table of problems. Raises
    ConfigError: names the file, the entry and the key, and says what would be right.
    """
    routes, entries = load_routes(config), load_entries(config)
    names = (UNROUTED, *(route.name for route in routes))
    for entry in entries:
        for pattern in entry.routes:
            if not any(fnmatchcase(name, pattern) for name in names):
                file = config / "deviations" / entry.source
                raise _place(file, entry.id).error(f"there is no route {pattern}", "routes")
    book = RuleBook(routes, load_openapi(config), load_problems(config))
    return Registry(entries, book, frozenset(load_patterns(config).values()))


def load_entries(config: Path) -> tuple[Deviation, ...]:
    """The entries alone, in the order in which they apply. Raises ConfigError: as `load_registry`."""
    folder = config / "deviations"
    deviations: dict[str, Deviation] = {}
    for file in sorted(folder.glob("*.toml"), key=_order):
        if file.name in SHARED_FILES[1:]:
            _log.warning("%s: this file is called %s since version 0.2.0", file, SHARED)
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(str(error), file=file) from error
        for deviation in read_deviations(text, file):
            if deviation.id in deviations:
                known = deviations[deviation.id].source
                raise _place(file, deviation.id).error(f"an entry of that id is in {known}", "id")
            deviations[deviation.id] = deviation
    if not deviations:
        raise ConfigError(
            "holds no entry; without deviations every intended difference is a mismatch", file=folder
        )
    _check_order(tuple(deviations.values()), folder)
    return tuple(deviations.values())


def read_deviations(text: str, file: Path) -> Iterator[Deviation]:
    """The entries of one file. ``file``: its name, for errors. Raises ConfigError: as `load_registry`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not TOML: {error}", file=file) from error
    if unknown := tables.keys() - {"deviation"}:
        raise ConfigError(f"unknown table {sorted(unknown)[0]!r}; entries are [[deviation]]", file=file)
    patterns = load_patterns(file.parent.parent)
    old = [table for table in tables.get("deviation", []) if table.get("id") in renamed()]
    if old:
        _log.warning(
            "%s: %d entries are rules, or parts of other entries, since version 0.2.0 and are not read: %s ...",
            *(file, len(old), ", ".join(str(table["id"]) for table in old[:3])),
        )
    for table in tables.get("deviation", []):
        if table not in old:
            yield _deviation(_of_today(table), file, patterns)


def _deviation(table: Mapping[str, object], file: Path, patterns: Mapping[str, str]) -> Deviation:
    place = _place(file, str(table.get("id", "without id")))
    named = {
        key: spelled_out(value, patterns, place) if key in _PATTERNED else value
        for key, value in table.items()
    }
    entry = build(Deviation, _spelled_out(named, place), place, {"source": file.name})
    for key in sorted(_NEEDED[entry.kind]):
        if not getattr(entry, key):
            raise place.error(f"is missing; an entry of kind {entry.kind} needs it", key)
    for key in ("id", "title", "why", "routes"):
        if not getattr(entry, key):
            raise place.error("must not be empty", key)
    if not entry.examples or not entry.near_misses:
        raise place.error("an entry needs at least one example and one near_miss", "example")
    if entry.effect is not None and not entry.effect:
        raise place.error("must name the tables whose changes may differ", "effect")
    if entry.why.startswith(UNWRITTEN):
        what = "is not written yet: one or two sentences for the person who reads the report"
        raise place.error(what, "why")
    if entry.transform is not None:
        _check_arguments(entry, place)
    if entry.canonical is not None and entry.canonical not in TOLERANCES:
        known = ", ".join(sorted(TOLERANCES))
        raise place.error(f"{entry.canonical!r} is unknown; known are {known}", "canonical")
    return entry


def _check_arguments(entry: Deviation, place: Place) -> None:
    transform = TRANSFORMS.get(entry.transform or "")
    if transform is None:
        known = ", ".join(sorted(TRANSFORMS))
        raise place.error(f"{entry.transform!r} is unknown; known are {known}", "transform")
    given = set(entry.arguments or ())
    if missing := transform.required - given:
        raise place.error(f"{sorted(missing)[0]} is missing", "with")
    if unknown := given - transform.required - transform.optional:
        raise place.error(f"{sorted(unknown)[0]} is unknown to this transform", "with")


def _of_today(table: Mapping[str, object]) -> dict[str, object]:
    """A table of version 0.1.0 without what is a rule now: names in details, and that an error changes nothing.

    What was derived of nothing is held to the schema now, or demanded.
    """
    read = dict(table)
    for key in ("new", "expect"):
        side = read.get(key)
        if isinstance(side, Mapping) and "names" in side:
            read[key] = {name: value for name, value in side.items() if name != "names"}
    if read.get("effect") == "none":
        del read["effect"]
    if read.get("derive") == "none":
        del read["derive"]
        read |= {"derive": "schema"} if read.get("kind") == Kind.ACCEPTS else {}
    before = read.get("before")
    if isinstance(before, list):
        read["before"] = [name for name in before if name not in renamed()]
    return read


def _spelled_out(table: Mapping[str, object], place: Place) -> dict[str, object]:
    """The table with every list written as one, and with the JSON of its examples read."""
    full = dict(table)
    if "expect" in full:
        full["new"] = full.pop("expect")
    for name, keys in _MANY.items():
        inner = full if not name else full.get(name)
        if isinstance(inner, Mapping):
            read = {key: [v] if key in keys and not isinstance(v, list) else v for key, v in inner.items()}
            full = read if not name else {**full, name: read}
    if isinstance(full.get("premise"), Mapping):
        full["premise"] = _premise(full["premise"])
    for name in ("example", "near_miss"):
        full[name] = [_sides(one, place.below(name)) for one in _tables(full.get(name, []))]
    return full


def _premise(table: object) -> object:
    if not isinstance(table, Mapping):
        return table
    read = {key: [v] if key in _IN_PREMISE and not isinstance(v, list) else v for key, v in table.items()}
    return {key: _premise(v) if key in ("then", "otherwise") else v for key, v in read.items()}


def _tables(value: object) -> Sequence[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _sides(example: Mapping[str, object], place: Place) -> dict[str, object]:
    read = dict(example)
    for key in [key for key in example if key.endswith("_json")]:
        try:
            read[key.removesuffix("_json")] = json.loads(str(read.pop(key)))
        except ValueError as error:
            raise place.error(f"is no JSON: {error}", key) from error
    return read


def _check_order(deviations: Sequence[Deviation], folder: Path) -> None:
    """Every entry stands before those that it says it comes before."""
    places = {deviation.id: place for place, deviation in enumerate(deviations)}
    for place, deviation in enumerate(deviations):
        for later in deviation.before:
            if later not in _RULES and places.get(later, -1) <= place:
                what = "stands before it" if later in places else "is no entry"
                raise _place(folder / deviation.source, deviation.id).error(f"{later!r} {what}", "before")


def _place(file: Path, name: str) -> Place:
    return Place(file, f"[[deviation]] {name}")


def _order(file: Path) -> tuple[int, str]:
    """What all routes share first, then what the XML form says differently, then the entities."""
    return (_FIRST.index(file.name) if file.name in _FIRST else len(_FIRST), file.stem)
