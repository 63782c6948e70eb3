"""Named regular expressions of the deviation registry (config/patterns.toml): an entry writes `<name>` for one."""

import re
from collections.abc import Mapping
from pathlib import Path

from config.typed import Place, read_toml

FILE = "patterns.toml"
_REFERENCE = re.compile(r"<([a-z][a-z0-9-]*)>")


def load_patterns(config: Path) -> Mapping[str, str]:
    """The expressions by name; none where the configuration has no such file, as that of version 0.1.0. Raises
    ConfigError: the file cannot be read, or holds something else than expressions.
    """
    file = config / FILE
    if not file.exists():
        return {}
    found: dict[str, str] = {}
    for name, expression in read_toml(file).items():
        place = Place(file)
        if not isinstance(expression, str):
            raise place.error("must be a regular expression", name)
        try:
            re.compile(expression)
        except re.error as error:
            raise place.error(f"is no regular expression: {error}", name) from error
        found[name] = expression
    return found


def spelled_out(value: object, patterns: Mapping[str, str], place: Place) -> object:
    """A value of a table with the expression in the place of each `<name>`, at any depth. Raises ConfigError: a name
    is that of no expression.
    """
    if isinstance(value, Mapping):
        return {key: spelled_out(one, patterns, place) for key, one in value.items()}
    if isinstance(value, list):
        return [spelled_out(one, patterns, place) for one in value]
    named = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if named is None:
        return value
    if named[1] not in patterns:
        raise place.error(f"{value} names no expression; known are {', '.join(sorted(patterns))}")
    return patterns[named[1]]
