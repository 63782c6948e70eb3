"""What a request names, held to the new answer: the thing, the columns of its filters, the limit, each row once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from config.routes import Route, RowList
from config.templates import segment_names
from diffing.model import Asked, Difference
from diffing.paths import MISSING, parse, values
from diffing.rows import number_of, top_rows
from diffing.walk import canonical

_NUMBERS: Final = re.compile(r"[0-9]+(?:,[0-9]+)*")
_TEXT: Final = re.compile(r"[A-Za-z][\w.-]*")
_NO_CHOICE: Final = frozenset({"all", "any", "0"})
"""PHP takes these for a filter that is not there, each where it knows it."""
REPEATING: Final = frozenset(
    {
        "run.list",
        "evaluation.list",
        "evaluation.setup_list",
        "dataset.features",
        "dataset.add_ontology",
        "dataset.remove_ontology",
    }
)
"""A run stands once for each row that PHP joins it with; an ontology can be added to a feature twice."""


def asked_for_differences(asked: Asked, document: object) -> Iterator[Difference]:
    """Where a success is about another thing than the request, or lists what was not asked for. ``document``: the new
    answer.
    """
    if asked.route is None:
        return
    if isinstance(document, dict):
        yield from _of_another(asked, asked.route, document)
    if isinstance(document, list):
        yield from _not_asked_for(asked, asked.route, document)
    for rows in () if asked.route.name in REPEATING else asked.route.rows:
        for found in values(document, parse(rows.at)):
            if isinstance(found, list):
                yield from _twice(rows, found)


def _of_another(asked: Asked, route: Route, document: Mapping[str, object]) -> Iterator[Difference]:
    for name in segment_names(route.new.path):
        legacy = next((key for key, to in route.parameters.items() if to == f"path.{name}"), name)
        key = name if name in document else "id"
        value, found = asked.parameters.get(legacy, ""), document.get(key)
        if value.isdecimal():
            if isinstance(found, int | str) and str(found) != (value.lstrip("0") or "0"):
                yield Difference(f"$.{key}", "value", value, found)
        elif _TEXT.fullmatch(value) and "alias" in document and name.endswith("_id"):
            alias = document["alias"]
            if not isinstance(alias, str) or _folded(alias) != _folded(value):
                yield Difference("$.alias", "value", value, alias)


def _not_asked_for(asked: Asked, route: Route, listed: Sequence[object]) -> Iterator[Difference]:
    if not listed and route.codes.empty:
        yield Difference("$", "missing", f"rows, or code {route.codes.empty}", listed)
    limit = asked.parameters.get("limit", "")
    if len(listed) > number_of(limit) > 0:
        yield Difference("$", "extra", f"{limit} rows", f"{len(listed)} rows")
    top = top_rows(route)
    for name, column in ({} if top is None else top.shows).items():
        picked = chosen(asked.parameters.get(name, ""))
        for index, row in enumerate(listed):
            value = row.get(column, MISSING) if isinstance(row, dict) else MISSING
            if picked and (type(value) not in (int, str) or _folded(str(value)) not in picked):
                yield Difference(f"$[{index}].{column}", "value", asked.parameters[name], value)


def chosen(given: str) -> frozenset[str]:
    """The values of a filter, of which a row must have one; none where it chooses nothing, or PHP reads more in it."""
    if given.casefold() in _NO_CHOICE:
        return frozenset()
    if _NUMBERS.fullmatch(given):
        return frozenset(number.lstrip("0") or "0" for number in given.split(","))
    return frozenset({_folded(given)}) if _TEXT.fullmatch(given) else frozenset()


def _folded(text: str) -> str:
    """A text without case and accents, which the database does not tell apart."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _twice(rows: RowList, listed: Sequence[object]) -> Iterator[Difference]:
    seen = set()
    for index, row in enumerate(listed):
        keyed = rows.key and isinstance(row, dict)
        key = canonical([row.get(column) for column in rows.key] if keyed else row)  # type: ignore[attr-defined]  # a dict
        if key in seen:
            yield Difference(f"{rows.at}[{index}]", "duplicate", None, row)
        seen.add(key)
