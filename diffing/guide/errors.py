"""The table of errors: each code of PHP, its status, and the status and type that it has in the new API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from config.problems import ProblemType
from config.routes import Route
from diffing.guide.words import link
from diffing.registry import Deviation, Kind

TITLE: Final = "Errors"
_USUAL: Final = 412


class _Row(NamedTuple):
    """A code and what it becomes, apart from the endpoints where that is so."""

    code: str
    legacy: str
    status: int
    type: str


def errors_table(
    general: Sequence[Deviation],
    routes: Sequence[Route],
    problems: Mapping[str, ProblemType],
    statuses: Mapping[str, int],
) -> Iterator[str]:
    """Its lines, by code; one that names no endpoint is about all.

    Args:
        general: The entries that are about all endpoints.
        routes: The endpoints in the order of the guide.
        problems: The status of each problem type.
        statuses: The status with which PHP answers a code, where it is not the usual one.
    """
    rows: dict[_Row, list[Route]] = {row: [] for entry in general for row in _general(entry)}
    for route in routes:
        for code, error in route.errors.items():
            status = problems[error.type].status
            row = _Row(code, str(statuses.get(code, _USUAL)), status, error.type)
            rows.setdefault(row, []).append(route)
    yield "| code | PHP | now | `type` | endpoints |"
    yield "|---|---|---|---|---|"
    for row in sorted(rows, key=lambda one: (int(one.code), one.type)):
        named = ", ".join(link(route, route.name) for route in rows[row])
        yield f"| {row.code} | {row.legacy} | {row.status} | `{row.type}` | {named} |"


def _general(entry: Deviation) -> Iterator[_Row]:
    if entry.kind is Kind.STATUS and entry.legacy is not None and entry.new is not None:
        legacy = " or ".join(map(str, sorted(entry.legacy.statuses)))
        for code in entry.legacy.codes:
            yield _Row(code, legacy, entry.new.status, entry.new.type or "")
