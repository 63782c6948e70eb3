"""What the new side answers where legacy refuses: it must equal an answer derived from another request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from config.problems import ProblemType
from diffing.decode import Decoded, decode
from diffing.headers import like_differences
from diffing.model import Asked, Difference, FollowUp, Observation
from diffing.problem import NO_RESULTS, problem_differences
from diffing.registry import NewSide
from diffing.rows import limited_differences, moved
from diffing.walk import walk

FOLLOW_UPS: Final[Mapping[str, FollowUp]] = {
    "offset": FollowUp.UNLIMITED,
    "headers": FollowUp.NEW_GET,
    "get": FollowUp.LEGACY_GET,
    "unsorted": FollowUp.UNSORTED,
}


def follow_up_of(asked: Asked, derive: str | None) -> FollowUp | None:
    """The further answer that a derivation needs; None when there is nothing to derive the answer from.

    What can only be asked for by POST has no GET: a GET of its path is another route. A GET that writes is not asked
    to check a HEAD, which changes nothing.
    """
    wanted = FOLLOW_UPS.get(derive or "")
    if wanted is FollowUp.NEW_GET and asked.route is not None and asked.route.writes:
        return None
    if wanted is FollowUp.LEGACY_GET and asked.route is not None:
        new = asked.route.new
        return wanted if "GET" in (new.method, *new.also) else None
    return wanted


def tail_differences(
    asked: Asked,
    new: Observation,
    young: Decoded,
    unlimited: Observation,
    problems: Mapping[str, ProblemType],
    max_nodes: int,
) -> tuple[Difference, ...]:
    """An offset alone gives the tail of the list without it; past the end there is no result.

    Where the list without limit and offset is an error, the answer must be that error.
    """
    everything = decode(unlimited).document
    if not isinstance(everything, list):
        return (*_like(new, unlimited), *walk(everything, young.document, (), max_nodes))
    rows = moved(asked, everything)
    if rows:
        found = walk(rows, young.document, (), max_nodes)
        return (*_like(new, unlimited), *found)
    return tuple(_nothing(asked, new, young, problems))


def sorted_differences(
    asked: Asked, new: Observation, young: Decoded, unsorted: Observation, problems: Mapping[str, ProblemType]
) -> tuple[Difference, ...]:
    """A sorted list has rows of the unsorted one, as many as limit and offset leave, by value as it was asked.

    A value that is null stands where the database puts it: before all others, or behind them where the order falls.
    """
    everything = decode(unsorted).document
    if not isinstance(everything, list):
        return (*_like(new, unsorted), *walk(everything, young.document, ()))
    falls = asked.parameters.get("sort_order", "").lower() == "desc"
    rows = moved(asked, sorted(everything, key=_value, reverse=falls))
    if not isinstance(young.document, list):
        if not rows:
            return tuple(_nothing(asked, new, young, problems))
        return (*_like(new, unsorted), *walk(rows, young.document, ()))
    found = [
        *_like(new, unsorted),
        *limited_differences(asked, [], young.document, everything, full=False),
    ]
    asked_for, got = ([_value(row)[1] for row in side] for side in (rows, young.document))
    if asked_for != got:
        found.append(Difference("$[*].value", "order", asked_for, got))
    return tuple(found)


def _nothing(
    asked: Asked, new: Observation, young: Decoded, problems: Mapping[str, ProblemType]
) -> Iterator[Difference]:
    """Past the end there is no result: 404, with the code of the list."""
    code = "" if asked.route is None else asked.route.codes.empty or ""
    return problem_differences(asked, None, NewSide(404, code, NO_RESULTS), new, young, problems)


def _like(new: Observation, other: Observation) -> Iterator[Difference]:
    if new.status != other.status:
        yield Difference("status", "status", other.status, new.status)
    yield from like_differences(new, other)


def _value(row: object) -> tuple[bool, float]:
    value = row.get("value") if isinstance(row, dict) else None
    return (False, 0.0) if not isinstance(value, int | float) else (True, value)


def head_differences(get: Observation, head: Observation) -> Iterator[Difference]:
    """HEAD has the status and the headers of GET, and no body (RFC 9110 section 9.3.2)."""
    if head.status != get.status:
        yield Difference("status", "status", get.status, head.status)
    if head.body:
        yield Difference("$", "extra", None, f"{len(head.body)} bytes")
    yield from like_differences(head, get)
