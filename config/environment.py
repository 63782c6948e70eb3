"""Settings from environment variables: the name of a field in upper case behind a prefix."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin, get_type_hints

from config.errors import ConfigError
from config.typed import unknown


def environment_table(
    cls: type, prefix: str, environ: Mapping[str, str], *, strict: bool = False
) -> dict[str, Any]:
    """Read the variables that belong to a settings class.

    A field ``port`` behind the prefix ``PARITY_`` is ``PARITY_PORT``; the field ``workers`` of a nested table
    ``shadow`` is ``PARITY_SHADOW_WORKERS``. Lists are comma-separated. An empty variable counts as not set. Returns a
    table as a TOML file would give it, with only what is set. Raises ConfigError: a value does not have its field's
    type, or a variable is unknown.

    Args:
        cls: The dataclass of the settings.
        prefix: What the variables begin with.
        strict: Refuse variables with the prefix that no field has.
    """
    table: dict[str, Any] = {}
    known: dict[str, None] = {}
    for name, keys, hint in _variables(cls, prefix, ()):
        known[name] = None
        text = environ.get(name, "")
        if not text:
            continue
        target = table
        for key in keys[:-1]:
            target = target.setdefault(key, {})
        target[keys[-1]] = _value(hint, text, name)
    if strict:
        for name in sorted(environ):
            if name.startswith(prefix) and name not in known:
                raise ConfigError(unknown(name, known), key=name)
    return table


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One table over another; nested tables are merged, all else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        nested = isinstance(value, Mapping) and isinstance(old, Mapping)
        merged[key] = merge(old, value) if nested else value  # type: ignore[arg-type]  # nested says that it is one
    return merged


def _variables(cls: type, prefix: str, keys: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    hints = get_type_hints(cls)
    for field in dataclasses.fields(cls):
        hint = hints[field.name]
        name = prefix + field.name.upper()
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            yield from _variables(hint, name + "_", (*keys, field.name))
        else:
            yield name, (*keys, field.name), hint


def _value(hint: Any, text: str, name: str) -> Any:
    arms = {hint, *get_args(hint)} if get_origin(hint) is not tuple else {hint}
    if bool in arms:
        if text.lower() not in ("true", "false", "1", "0"):
            raise ConfigError(f"must be true or false, not {text!r}", key=name)
        return text.lower() in ("true", "1")
    if int in arms or float in arms:
        try:
            return int(text) if int in arms else float(text)
        except ValueError as error:
            kind = "an integer" if int in arms else "a number"
            raise ConfigError(f"must be {kind}, not {text!r}", key=name) from error
    if get_origin(hint) is tuple:
        return [item.strip() for item in text.split(",") if item.strip()]
    return text
