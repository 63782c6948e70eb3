"""The deviation registry: every documented, intended difference, read from `config/deviations/*.toml`.

`gate.toml`, which holds what all routes share, comes first, then `xml.toml`, then the other files by name, entries in
file order.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from config.errors import ConfigError
from config.openapi import load_openapi
from config.problems import load_problems
from config.routes import load_routes
from diffing.conditions import Condition, ValueCondition
from diffing.paths import MISSING, Steps, parse
from diffing.premises import Premise
from diffing.registry import Deviation, Effect, Example, Kind, LegacySide, NewSide, Registry
from diffing.rules.book import RULES, RuleBook
from diffing.tolerances import TOLERANCES
from diffing.transforms import TRANSFORMS

DERIVATIONS: Final = frozenset({"offset", "get", "headers", "preflight", "schema", "none"})
DEFECTS: Final = frozenset({"empty_200", "empty_500", "not_json", "not_xml", "two_documents", "html_500"})

UNWRITTEN: Final = "WRITE HERE"
"""How a `why` begins that nobody has written yet; `parity file` leaves it to a person."""


def load_registry(config: Path) -> Registry:
    """Read `config/deviations/*.toml`.

    Raises:
        ConfigError: names the file, the entry and the key, and says what would be right.
    """
    folder = config / "deviations"
    deviations: dict[str, Deviation] = {}
    for file in sorted(folder.glob("*.toml"), key=_order):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file}: {error}") from error
        for deviation in read_deviations(text, file):
            if deviation.id in deviations:
                raise ConfigError(
                    f"{file}: {deviation.id}: an entry of that id is in {deviations[deviation.id].source}"
                )
            deviations[deviation.id] = deviation
    _check_order(tuple(deviations.values()), folder)
    book = RuleBook(load_routes(config), load_openapi(config), load_problems(config))
    return Registry(deviations.values(), book)


def read_deviations(text: str, file: Path) -> Iterator[Deviation]:
    """The entries of one file.

    Args:
        text: Its text.
        file: Its name, for errors.

    Raises:
        ConfigError: as `load_registry`.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}") from error
    if unknown := tables.keys() - {"deviation"}:
        raise ConfigError(f"{file}: unknown table {sorted(unknown)[0]!r}; entries are [[deviation]]")
    for table in tables.get("deviation", []):
        yield _Reader(file, table).deviation()


def _check_order(deviations: Sequence[Deviation], folder: Path) -> None:
    """Every entry stands before those that it says it comes before."""
    places = {deviation.id: place for place, deviation in enumerate(deviations)}
    for place, deviation in enumerate(deviations):
        for later in deviation.before:
            if later in _RULES:
                continue
            if places.get(later, -1) <= place:
                what = "stands before it" if later in places else "is no entry"
                raise ConfigError(f"{folder / deviation.source}: {deviation.id}: before: {later!r} {what}")


def _order(file: Path) -> tuple[int, str]:
    """What all routes share first, then what the XML form says differently, then the entities."""
    first = ("gate", "xml")
    return (first.index(file.stem) if file.stem in first else len(first), file.stem)


_RULES: Final = frozenset(rule.id for rule in RULES)


class _Reader:
    """Reads one `[[deviation]]` table and says precisely what is wrong with it."""

    KEYS: Final = frozenset(
        {"id", "kind", "title", "routes", "at", "transform", "with", "when", "why", "guide", "since", "owner"}
        | {
            "issue",
            "expires",
            "example",
            "near_miss",
            "legacy",
            "new",
            "expect",
            "derive",
            "canonical",
            "premise",
            "effect",
            "before",
        }
    )

    def __init__(self, file: Path, table: Mapping[str, object]) -> None:
        self.file, self.table = file, table
        self.id = str(table.get("id", "(entry without id)"))

    def wrong(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{self.file}: {self.id}: {key}: {what}")

    def deviation(self) -> Deviation:
        if unknown := self.table.keys() - self.KEYS:
            raise self.wrong(sorted(unknown)[0], f"unknown key; known are {', '.join(sorted(self.KEYS))}")
        try:
            kind = Kind(self._text("kind"))
        except ValueError:
            raise self.wrong("kind", f"must be one of {', '.join(Kind)}") from None
        at = self._texts("at", optional=kind not in (Kind.TRANSFORM, Kind.TOLERANCE))
        examples, near_misses = self._examples("example"), self._examples("near_miss")
        if not examples or not near_misses:
            raise self.wrong("example", "an entry needs at least one example and one near_miss")
        since = self.table.get("since")
        return Deviation(
            id=self._text("id"),
            kind=kind,
            title=self._text("title"),
            routes=self._texts("routes"),
            why=self._why(),
            guide=self._text("guide"),
            source=self.file.name,
            since=since if isinstance(since, date) else None,
            when=self._condition(),
            examples=examples,
            near_misses=near_misses,
            at=at,
            steps=tuple(self._steps("at", path) for path in at),
            transform=self._transform() if kind is Kind.TRANSFORM else None,
            arguments=self._arguments() if kind is Kind.TRANSFORM else None,
            legacy=self._legacy() if kind not in (Kind.TRANSFORM, Kind.TOLERANCE) else None,
            new=self._new(kind),
            derive=self._derive(kind),
            canonical=self._canonical() if kind is Kind.TOLERANCE else None,
            premise=self._premise() if "premise" in self.table else None,
            effect=self._effect() if "effect" in self.table else None,
            before=self._texts("before", optional=True),
        )

    def _text(self, key: str) -> str:
        value = self.table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be text")
        return value

    def _why(self) -> str:
        why = self._text("why")
        if why.startswith(UNWRITTEN):
            raise self.wrong(
                "why", "is not written yet: one or two sentences for the person who reads the report"
            )
        return why

    def _texts(self, key: str, optional: bool = False) -> tuple[str, ...]:
        return self._strings(key, self.table.get(key, [] if optional else None), optional)

    def _strings(self, key: str, value: object, optional: bool = True) -> tuple[str, ...]:
        values = [value] if isinstance(value, str) else value
        if (
            not isinstance(values, list)
            or not (values or optional)
            or not all(isinstance(v, str) for v in values)
        ):
            raise self.wrong(key, "must be text or a list of texts")
        return tuple(values)

    def _table(self, key: str, required: bool = True) -> Mapping[str, object]:
        value = self.table.get(key, None if required else {})
        if not isinstance(value, dict):
            raise self.wrong(key, "must be a table")
        return value

    def _steps(self, key: str, path: str) -> Steps:
        try:
            return parse(path)
        except ValueError as error:
            raise self.wrong(key, str(error)) from error

    def _pattern(self, key: str, value: object) -> re.Pattern[str]:
        try:
            return re.compile(str(value))
        except re.error as error:
            raise self.wrong(key, f"{value!r} is no regular expression: {error}") from error

    def _patterns(self, key: str, table: object) -> Mapping[str, re.Pattern[str]]:
        if not isinstance(table, dict):
            raise self.wrong(key, "must be a table of names and regular expressions")
        return {name: self._pattern(f"{key}.{name}", pattern) for name, pattern in table.items()}

    def _optional_pattern(self, key: str, value: object) -> re.Pattern[str] | None:
        return None if value is None else self._pattern(key, value)

    def _optional_text(self, key: str, value: object) -> str | None:
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, "must be text")
        return value

    def _flag(self, key: str, value: object) -> bool | None:
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def _transform(self) -> str:
        name = self._text("transform")
        if name not in TRANSFORMS:
            raise self.wrong("transform", f"{name!r} is unknown; known are {', '.join(sorted(TRANSFORMS))}")
        return name

    def _arguments(self) -> Mapping[str, object]:
        arguments, transform = self._table("with", required=False), TRANSFORMS[self._transform()]
        if missing := transform.required - arguments.keys():
            raise self.wrong("with", f"{sorted(missing)[0]} is missing")
        if unknown := arguments.keys() - transform.required - transform.optional:
            raise self.wrong("with", f"{sorted(unknown)[0]} is unknown to this transform")
        return arguments

    def _legacy(self) -> LegacySide:
        table = self._table("legacy", required=False)
        if unknown := table.keys() - {"status", "code", "defect"}:
            raise self.wrong(f"legacy.{sorted(unknown)[0]}", "unknown; known are status, code, defect")
        status = table.get("status", [])
        statuses = status if isinstance(status, list) else [status]
        defects = frozenset(self._strings("legacy.defect", table.get("defect", [])))
        if defects - DEFECTS:
            raise self.wrong("legacy.defect", f"must be one of {', '.join(sorted(DEFECTS))}")
        return LegacySide(
            frozenset(int(str(one)) for one in statuses),
            frozenset(self._strings("legacy.code", table.get("code", []))),
            defects,
        )

    def _new(self, kind: Kind) -> NewSide | None:
        if kind in (Kind.TRANSFORM, Kind.TOLERANCE):
            return None
        name = "expect" if kind is Kind.LEGACY_DEFECT else "new"
        table = self._table(name)
        if unknown := table.keys() - {"status", "code", "type", "errors", "names", "unnamed"}:
            raise self.wrong(
                f"{name}.{sorted(unknown)[0]}",
                "unknown; known are status, code, type, errors, names, unnamed",
            )
        status = table.get("status")
        if not isinstance(status, int):
            raise self.wrong(f"{name}.status", "must be a number")
        code, slug, names = table.get("code"), table.get("type"), table.get("names")
        if status >= 400 and slug is None:
            raise self.wrong(f"{name}.type", "an error needs the slug of its problem type")
        return NewSide(
            status,
            str(code) if code is not None else None,
            str(slug) if slug is not None else None,
            frozenset(self._strings(f"{name}.errors", table.get("errors", []))),
            self._pattern(f"{name}.names", names) if names is not None else None,
            self._optional_pattern(f"{name}.unnamed", table.get("unnamed")),
        )

    def _derive(self, kind: Kind) -> str | None:
        optional = kind in (Kind.REFUSAL, Kind.LEGACY_DEFECT) and "derive" in self.table
        if kind is not Kind.ACCEPTS and not optional:
            return None
        known = DERIVATIONS if kind is Kind.ACCEPTS else {"none"}
        derive = self._text("derive")
        if derive not in known:
            raise self.wrong("derive", f"must be one of {', '.join(sorted(known))}")
        return derive

    def _canonical(self) -> str:
        name = self._text("canonical")
        if name not in TOLERANCES:
            raise self.wrong("canonical", f"{name!r} is unknown; known are {', '.join(sorted(TOLERANCES))}")
        return name

    def _premise(self) -> Premise:
        table = self._table("premise")
        if wrong := table.keys() ^ {"path", "id", "code"}:
            raise self.wrong(f"premise.{sorted(wrong)[0]}", "a premise has exactly path, id and code")
        path, of = str(table["path"]), str(table["id"])
        if "{id}" not in path:
            raise self.wrong("premise.path", "must hold {id}")
        steps = self._steps("premise.id", of) if of.startswith("$") else None
        return Premise(path, of, steps, str(table["code"]))

    def _effect(self) -> Effect:
        value = self.table["effect"]
        if value == "none":
            return Effect(frozenset())
        if not isinstance(value, list) or not value:
            raise self.wrong("effect", 'must be "none" or a list of tables')
        return Effect(frozenset(self._strings("effect", value)))

    def _condition(self) -> Condition:
        table = self._table("when", required=False)
        known = {"parameter", "parameters", "method", "role", "value", "message"}
        known |= {
            "lacks",
            "format",
            "known",
            "writes",
            "method_known",
            "segment",
            "any_parameter",
            "rehearsed",
        }
        if unknown := table.keys() - known:
            raise self.wrong(f"when.{sorted(unknown)[0]}", f"unknown; known are {', '.join(sorted(known))}")
        value = table.get("value", [])
        return Condition(
            parameter=self._strings("when.parameter", table.get("parameter", [])),
            lacks=self._strings("when.lacks", table.get("lacks", [])),
            parameters=self._patterns("when.parameters", table.get("parameters", {})),
            any_parameter=self._patterns("when.any_parameter", table.get("any_parameter", {})),
            format=self._optional_text("when.format", table.get("format")),
            method=self._strings("when.method", table.get("method", [])),
            role=self._strings("when.role", table.get("role", [])),
            value=tuple(map(self._value, value if isinstance(value, list) else [value])),
            message=self._optional_pattern("when.message", table.get("message")),
            known=self._flag("when.known", table.get("known")),
            writes=self._flag("when.writes", table.get("writes")),
            method_known=self._flag("when.method_known", table.get("method_known")),
            segment=self._optional_pattern("when.segment", table.get("segment")),
            rehearsed=self._flag("when.rehearsed", table.get("rehearsed")),
        )

    def _value(self, table: Mapping[str, object]) -> ValueCondition:
        if unknown := table.keys() - {"at", "matches", "not_matches", "is", "absent"}:
            raise self.wrong(
                f"when.value.{sorted(unknown)[0]}", "known are at, matches, not_matches, is, absent"
            )
        at, absent = str(table.get("at", "")), table.get("absent")
        return ValueCondition(
            at,
            self._steps("when.value.at", at),
            self._pattern("when.value.matches", table["matches"]) if "matches" in table else None,
            self._pattern("when.value.not_matches", table["not_matches"]) if "not_matches" in table else None,
            table.get("is", MISSING),
            absent if isinstance(absent, bool) else None,
        )

    def _examples(self, key: str) -> tuple[Example, ...]:
        tables = self.table.get(key, [])
        if not isinstance(tables, list):
            raise self.wrong(key, f"must be [[deviation.{key}]] tables")
        return tuple(self._example(key, table) for table in tables)

    def _example(self, key: str, table: Mapping[str, object]) -> Example:
        if unknown := table.keys() - {"legacy", "legacy_json", "new", "new_json", "request", "document_json"}:
            raise self.wrong(
                f"{key}.{sorted(unknown)[0]}", "known are legacy, legacy_json, new, new_json, request"
            )
        request = table.get("request")
        return Example(
            self._side(key, "legacy", table),
            self._side(key, "new", table),
            request if isinstance(request, dict) else None,
            self._side(key, "document", table),
        )

    def _side(self, key: str, side: str, table: Mapping[str, object]) -> object:
        if f"{side}_json" not in table:
            return table.get(side, MISSING)
        try:
            return json.loads(str(table[f"{side}_json"]))
        except ValueError as error:
            raise self.wrong(f"{key}.{side}_json", f"is no JSON: {error}") from error
