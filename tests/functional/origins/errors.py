"""Where errors come from: those of the contract, by legacy code and route, as data that nothing generates.

``errors.toml`` says it; see its head for how.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.problems import ProblemType
from config.routes import RouteMap

FILE: Final = Path(__file__).parent / "errors.toml"
REFUSED_INPUT: Final = "validation-error"
OTHERWISE: Final = 422
"""The status of a code that section E does not name."""


@dataclass(frozen=True, slots=True)
class Error:
    """One error that a route can give. ``code``: the legacy code; None where PHP has none. ``slug``: the problem
    type.
    """

    route: str
    code: str | None
    slug: str


def stated() -> dict[str, Any]:
    """What the file says."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def disagreements(
    declared: Iterable[Error],
    problems: Mapping[str, ProblemType],
    routes: RouteMap,
    said: Mapping[str, Any],
    *,
    whole: bool = True,
) -> list[str]:
    """Where declared errors and the file disagree, one sentence each.

    Args:
        declared: What routes say that they can give, whoever says so for them.
        problems: The table of problem types.
        said: Of ``stated``.
        whole: The declarations are all there are, so that a stated error that nobody declares is a disagreement.
    """
    statuses = {(route, code, slug): status for route, code, slug, status in _rows(said, routes)}
    found = []
    seen = set()
    for error in declared:
        key = (error.route, error.code, error.slug)
        seen.add(key)
        status = problems[error.slug].status if error.slug in problems else None
        if key not in statuses:
            found.append(f"{error.route}: {error.code} is {error.slug}, which is not stated")
        elif status != statuses[key]:
            found.append(
                f"{error.route}: {error.code} is {error.slug} with {status}, not with {statuses[key]}"
            )
    missing = sorted(set(statuses) - seen, key=str) if whole else []
    return found + [f"{route}: nobody declares {code} as {slug}" for route, code, slug in missing]


def from_table(route: str, table: Mapping[str, str]) -> Iterator[Error]:
    """The errors of a route whose codes and types stand in a table. ``table``: problem type by legacy code."""
    return (Error(route, code, slug) for code, slug in table.items())


def inconsistencies(said: Mapping[str, Any]) -> list[str]:
    """Where the file contradicts the contract without a why, one sentence each. ``said``: of ``stated``."""
    section_e = {code: int(status) for status, codes in said["statuses"].items() for code in codes}
    named = {(slug, code) for slug, codes in said["types"].items() for code in codes}
    never = {code for entry in said["never"] for code in entry["codes"]}
    coded = [error for error in said["error"] if "code" in error]
    given = {error["code"] for error in coded}
    found = []
    for error in coded:
        wanted = section_e.get(error["code"], OTHERWISE)
        if (error["status"] != wanted) != bool(error.get("why", "").strip()):
            found.append(
                f"{error['code']} {error['type']}: section E has {wanted}, the file {error['status']}"
            )
        if (error["status"] == OTHERWISE) != (error["type"] == REFUSED_INPUT):
            found.append(f"{error['code']}: input is refused with {OTHERWISE}, and nothing else is")
    types = {(error["type"], error["code"]) for error in coded}
    found += [f"{code} is never {slug}, as section D has it" for slug, code in sorted(named - types)]
    found += [f"{code} is never given, and is given" for code in sorted(never & given)]
    found += [f"{code} of section E is neither given nor never" for code in set(section_e) - given - never]
    found += [f"never {entry['codes'][0]}: has no why" for entry in said["never"] if not entry["why"].strip()]
    return found


def _rows(said: Mapping[str, Any], routes: RouteMap) -> Iterator[tuple[str, str | None, str, int]]:
    for error in said["error"]:
        for name in error["routes"]:
            for route in _names(name, routes):
                yield route, error.get("code"), error["type"], error["status"]


def _names(name: str, routes: RouteMap) -> Iterator[str]:
    if name not in ("*", "writes"):
        yield name
        return
    yield from (route.name for route in routes if name == "*" or route.writes)
