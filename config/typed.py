"""TOML tables into typed values: one generic reader for every dataclass of the configuration."""

import dataclasses
import difflib
import re
import tomllib
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from config.errors import ConfigError
from config.text import NAME

T = TypeVar("T")

LONGEST = 16 * 1024 * 1024
"""Most bytes of a file of the configuration."""

_WORDS: dict[type, str] = {
    str: "text",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    date: "a date",
    Path: "a path",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a value was read, for error messages. ``file``: the TOML file; None when the value came from the
    environment. ``table``: the table as it is written in the file, e.g. ``[[route]] dataset.get``.
    """

    file: Path | None
    table: str = ""

    def below(self, name: str) -> "Place":
        """The place of a table nested in this one."""
        return Place(self.file, f"{self.table}.{name}" if self.table else f"[{name}]")

    def error(self, problem: str, key: str = "") -> ConfigError:
        """A ConfigError about this place."""
        return ConfigError(problem, file=self.file, table=self.table, key=key)


def read_toml(file: Path) -> dict[str, Any]:
    """Read one TOML file. Returns its top-level table. Raises ConfigError: the file cannot be read, is too long, is
    not UTF-8 or is not TOML.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LONGEST + 1)
        if len(content) > LONGEST:
            raise ConfigError(f"is longer than {LONGEST} bytes", file=file)
        return tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=file) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 (byte {error.start})", file=file) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not TOML: {error}", file=file) from error
    except (ValueError, RecursionError) as error:
        # tomllib's own limits: an integer of thousands of digits, brackets in brackets.
        raise ConfigError(f"is no TOML that can be read: {error}", file=file) from error


def build(cls: type[T], table: object, place: Place, given: Mapping[str, object] | None = None) -> T:
    """Build a dataclass from a TOML table. Returns an instance of ``cls``; fields without a key have their default.
    Raises ConfigError: a key is unknown or missing, or a value has the wrong type.

    Args:
        cls: The dataclass; its field names are the legal keys, its field types the legal values.
        table: What the file holds there.
        given: Fields that do not come from the table and may not occur in it.
    """
    given = given or {}
    if not isinstance(table, Mapping):
        raise place.error(f"must be a table, not {_shown(table)}")
    hints = _hints(cls)  # type: ignore[arg-type]  # every class is hashable; mypy does not see it of a type variable
    fields = {
        str(field.metadata.get(KEY, field.name)): field
        for field in dataclasses.fields(cls)  # type: ignore[arg-type]  # every caller passes a dataclass type; Python cannot say so
        if field.init and field.name not in given
    }
    for key in table:
        if key not in fields:
            raise place.error(unknown(key, fields), key)
    values: dict[str, object] = dict(given)
    for key, field in fields.items():
        hint = hints[field.name]
        if key in table:
            values[field.name] = convert(hint, table[key], place, key)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise place.error(f"is missing; it must be {_expected(hint)}", key)
    try:
        return cls(**values)
    except ConfigError:
        raise
    except ValueError as error:  # what a class itself finds wrong with its values
        raise place.error(str(error)) from error


KEY = "key"
"""Metadata of a field whose key in the file is no name in Python, or another word."""


def keyed(key: str) -> dict[str, str]:
    """Metadata that names a field's key in the file."""
    return {KEY: key}


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def convert(hint: Any, value: object, place: Place, key: str) -> object:
    """Check one value against the type of its field. Returns the value, with lists as tuples and tables as
    dataclasses. Raises ConfigError: the value does not have that type.

    Args:
        hint: The annotation: text, number, literal, union, tuple of one type, mapping from text, dataclass.
        value: What the file holds.
        place: The table it stands in.
    """
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        arms = [arm for arm in get_args(hint) if arm is not type(None)]
        return convert(arms[0], value, place, key) if len(arms) == 1 else _first_of(arms, value, place, key)
    if hint is object:
        return value
    if origin is Literal:
        if isinstance(value, bool) is False and value in get_args(hint):
            return value
    elif origin in (tuple, frozenset):
        if isinstance(value, list):
            return origin(
                convert(get_args(hint)[0], item, place, f"{key}[{i}]") for i, item in enumerate(value)
            )
    elif origin is re.Pattern:
        if isinstance(value, str):
            return _pattern(value, place, key)
    elif origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if isinstance(value, Mapping):
            inner = place.below(key)
            read = {name: convert(get_args(hint)[1], item, inner, name) for name, item in value.items()}
            return types.MappingProxyType(read)
    elif isinstance(hint, type) and issubclass(hint, StrEnum):
        if value in tuple(hint):
            return hint(str(value))
    elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, place.below(key))
    elif hint is Path and isinstance(value, str) and value:
        return Path(value)
    elif (read_scalar := _SCALARS.get(hint)) is not None and read_scalar(value):
        return _as_float(value, place, key) if hint is float else value
    raise place.error(f"must be {_expected(hint)}, not {_shown(value)}", key)


def _pattern(expression: str, place: Place, key: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise place.error(f"{expression!r} is no regular expression: {error}", key) from error


def unknown(key: str, known: Mapping[str, object]) -> str:
    """The sentence about a key nobody knows, with the nearest known one."""
    near = difflib.get_close_matches(key[:NAME], known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"is not known here; {hint}Known: {', '.join(known) or 'nothing'}"


def _first_of(arms: list[Any], value: object, place: Place, key: str) -> object:
    for arm in arms:
        try:
            return convert(arm, value, place, key)
        except ConfigError:
            continue
    raise place.error(f"must be {' or '.join(map(_expected, arms))}, not {_shown(value)}", key)


_SCALARS: dict[Any, Callable[[object], bool]] = {
    str: lambda value: isinstance(value, str),
    bool: lambda value: isinstance(value, bool),
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    date: lambda value: isinstance(value, date) and not isinstance(value, datetime),
}


def _expected(hint: Any) -> str:
    origin = get_origin(hint)
    if origin is Literal:
        return "one of " + ", ".join(repr(choice) for choice in get_args(hint))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "one of " + ", ".join(repr(str(choice)) for choice in hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_expected(arm) for arm in get_args(hint) if arm is not type(None))
    if origin is re.Pattern:
        return "a regular expression"
    if origin in (tuple, frozenset):
        return f"a list, each {_expected(get_args(hint)[0])}"
    return _WORDS.get(hint, "a table")


def _as_float(value: object, place: Place, key: str) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # the caller has checked that it is a number
    except OverflowError as error:
        raise place.error("is too large a number", key) from error


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return "a value that is too large to be shown"
    return text if len(text) <= 60 else text[:57] + "..."
