"""An entry of the registry as TOML to paste, and where it belongs."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from diffing.deviations import UNWRITTEN
from diffing.paths import MISSING
from diffing.registry import SHARED, SHARED_FILES, Deviation, Registry
from diffing.rules.derived import SOURCE
from proxy.triage.scaffold import EntryDraft, Unfit

PLACEHOLDER: Final = (
    f"{UNWRITTEN}: why is this difference intended? One or two sentences for who reads the report."
)
# Half characters, which JSON can escape and TOML cannot hold.
_HALF: Final = re.compile("[\ud800-\udfff]")


def entry_toml(draft: EntryDraft, route: str, registry: Registry, taken: set[str]) -> str:
    """An entry as TOML; the loader refuses it until its why is written.

    ``registry``: tells ids that are given already, and the section of the guide. ``taken``: further ids that are
    given; the entry's is added. Raises Unfit: TOML has no form for a value.
    """
    name = _free(f"{route}-{draft.name}", {*registry.by_id, *taken})
    taken.add(name)
    keys = {name: value for name, value in draft.keys.items() if value != {}}
    lines = [
        "[[deviation]]",
        f"id = {_value(name)}",
        f"kind = {_value(str(draft.kind))}",
        f"title = {_value(draft.title)}",
        f"routes = [{_value(route)}]",
        *(f"{name} = {_value(value)}" for name, value in keys.items()),
        f"why = {_value(PLACEHOLDER)}",
        f"guide = {_value(section_of(route, registry))}",
    ]
    for name, (legacy, new) in (("example", draft.example), ("near_miss", draft.near_miss)):
        lines.append(f"[[deviation.{name}]]")
        for side, value in (("legacy", legacy), ("new", new)):
            if value is not MISSING:
                lines.append(f"{side}_json = {_value(_json(value))}")
        if draft.request:
            lines.append(f"request = {_value(draft.request)}")
    return "\n".join(lines) + "\n"


def with_why(text: str, why: str) -> str:
    """Entries with their why written. ``text``: what ``entry_toml`` gave. ``why``: for whoever reads the report."""
    return text.replace(f"why = {_value(PLACEHOLDER)}", f"why = {_value(why)}")


def section_of(route: str, registry: Registry) -> str:
    """The section of the guide in which most entries of the route are."""
    return _most((entry.guide for entry in _own(route, registry)), "all")


def file_of(route: str, registry: Registry) -> str:
    """The file in which most entries of the route are."""
    return _most((entry.source for entry in _own(route, registry)), SHARED)


def _own(route: str, registry: Registry) -> Iterator[Deviation]:
    """The entries that are about the route and not about all."""
    return (
        entry for entry in registry.of_route(route) if entry.source not in (*SHARED_FILES, "xml.toml", SOURCE)
    )


def _most(words: Iterator[str], default: str) -> str:
    counted = Counter(words).most_common(1)
    return counted[0][0] if counted else default


def _free(name: str, taken: Collection[str]) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    numbers = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in numbers if candidate not in taken)


def _json(value: object) -> str:
    plain = json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if _HALF.search(plain) else plain


def _value(value: Any) -> str:
    """A value as TOML, in one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str) and not _HALF.search(value):
        plain = "'" not in value and value.isprintable() and ("\\" in value or '"' in value)
        # A basic string of TOML is one of JSON, but for DEL, which must be escaped.
        return f"'{value}'" if plain else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise Unfit(f"{value!r} cannot be written as TOML; no transform can make it")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)
