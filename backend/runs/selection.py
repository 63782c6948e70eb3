"""Which runs a list is about: the filters that the lists of runs and of evaluations share.

PHP checks them one after the other: unknown names, illegal values (what the readers of `backend.input.filters` do),
then the limit, the study, whether anything was asked for at all, and last a limit of 0 (legacy notes, task 3.2 and
4.2).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Final

from sqlalchemy import Column, ColumnElement, FromClause, Table, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User
from backend.handling.unprocessable import unprocessable
from backend.input.filters import Digits, Ids, OptionalIds, OptionalOffset, OptionalText
from backend.input.parameters import Parameters
from backend.operations import Call
from backend.private_data import hidden, of_task
from backend.problems import InputProblem, ProblemCase, refused

MAXIMUM: Final = 10_000
"""The longest list, in rows (of runs) or in runs that it looks at (of evaluations)."""


class PageLimit(Digits):
    """How many rows at most; 0 and too many are judged after the other filters, as PHP does."""

    def read(self, value: object) -> int:
        """Read a filter value."""
        return super().read(value)

    def describe(self) -> dict[str, Any]:
        """A number up to the maximum."""
        return {"type": "integer", "minimum": 1, "maximum": MAXIMUM}


class Studies(Ids):
    """The study whose runs are listed; the text ``0`` is none, while ``00`` asks for a study that is not there.

    PHP compares the id with the whole text ``123,124``, which MySQL reads as 123: of several only the first counts.
    """

    def read(self, value: object) -> tuple[int, ...]:
        """Read a filter value; empty for ``0``, which PHP takes for no study in its check and not in the query."""
        none = value == "0" or (value == 0 and not isinstance(value, bool))
        return () if none else super().read(value)[:1]


class RunSelection(Parameters):
    """The filters that say which runs."""

    task: OptionalIds = None
    setup: OptionalIds = None
    flow: OptionalIds = None
    uploader: OptionalIds = None
    run: OptionalIds = None
    tag: OptionalText = None
    limit: Annotated[int | None, PageLimit()] = None
    offset: OptionalOffset = None
    study: Annotated[tuple[int, ...] | None, Studies()] = None


@dataclass(frozen=True, slots=True)
class SelectionCodes:
    """The legacy codes of a list's late checks.

    Args:
        limit: The limit is above the maximum.
        study: The study is none whose runs can be listed.
        nothing_asked: No filter says which runs.
        no_results: The list is empty, or the limit is 0.
    """

    limit: str
    study: str
    nothing_asked: str
    no_results: str

    def refused(self) -> tuple[ProblemCase, ...]:
        """What a list that checks with them can answer, beside its being empty."""
        return refused(self.limit, self.study, self.nothing_asked)


def check_limit(call: Call[Any], filters: RunSelection, codes: SelectionCodes) -> None:
    """Refuse a limit above the maximum, and an offset into no rows at all. ``codes``: the legacy codes of the list.
    Raises InputProblem: 422.
    """
    if filters.limit == 0 and filters.offset:
        raise _limit_zero(call, codes)
    if filters.limit is not None and filters.limit > MAXIMUM:
        message = f"The requested limit is too high: give one of at most {MAXIMUM}"
        raise unprocessable(call, ["limit"], "limit", message, code=codes.limit, le=MAXIMUM)


async def check_study(call: Call[Any], studies: Sequence[int] | None, codes: SelectionCodes) -> None:
    """Refuse a study that has no list of runs. ``studies``: id of the study, if one was given. ``codes``: the legacy
    codes of the list. Raises InputProblem: 422.
    """
    if studies and not await _lists_runs(call.connection, studies[0]):
        message = (
            f"Study {studies[0]} cannot be used: it must exist, be about runs, and not be a legacy study"
        )
        raise unprocessable(call, ["study"], "study", message, code=codes.study)


def check_asked(call: Call[Any], filters: RunSelection, names: Sequence[str], codes: SelectionCodes) -> None:
    """Refuse a list that nothing restricts, or that may have no row. ``names``: the filters of which at least one must
    be given. ``codes``: the legacy codes of the list. Raises InputProblem: 422.
    """
    if not any(getattr(filters, name) is not None for name in names):
        message = f"Give at least one of the filters {', '.join(names)}"
        raise unprocessable(call, names, "missing", message, code=codes.nothing_asked)
    if filters.limit == 0:
        raise _limit_zero(call, codes)


def too_many(call: Call[Any], message: str, code: str, additional: str) -> InputProblem:
    """The problem of a list without a limit that would be too long. ``code``: the legacy code. ``additional``: what
    PHP says of it. Returns 422, ready to be raised.
    """
    return unprocessable(
        call, ["limit"], "too_many_results", message, code=code, additional=additional, le=MAXIMUM
    )


def read_first(filters: RunSelection) -> Table | None:
    """The table whose rows lead to the runs in the order of their ids, so that reading stops at a limit: that of tags
    or studies, where no other filter leads to few runs; None is that of the runs.
    """
    if filters.run is not None or filters.task is not None or filters.setup is not None:
        return None
    return next((member for member, _, _ in _members(filters)), None)


def _members(filters: RunSelection) -> Iterator[tuple[Table, Column[Any], ColumnElement[bool]]]:
    """The tables in which runs are looked up: each with its column of run ids, and which rows fit."""
    tag, study = tables.run_tag, tables.run_study
    if filters.tag is not None:
        yield tag, tag.c.id, tag.c.tag == filters.tag
    if filters.study is not None:
        yield study, study.c.run_id, study.c.study_id.in_(filters.study)


@cache
def selected(first: Table | None) -> tuple[FromClause, Column[Any]]:
    """What `conditions` are about: the runs with their setups and tasks, and the column that they are ordered by.
    ``first``: what `read_first` says.
    """
    run, setup, task = tables.run, tables.algorithm_setup, tables.task
    rid = run.c.rid
    start: FromClause = run
    if first is not None:
        rid = first.c.id if first is tables.run_tag else first.c.run_id
        start = first.join(run, run.c.rid == rid)
    return start.join(setup, setup.c.sid == run.c.setup).join(task, task.c.task_id == run.c.task_id), rid


def reads_in_order(filters: RunSelection) -> bool:
    """Whether reading `selected` as written, up to a limit, looks at few rows that are not listed. A flow leads to its
    runs by their setups, which are not in the order of the runs.
    """
    leading = (filters.task, filters.setup, filters.uploader, filters.run, filters.tag, filters.study)
    return filters.flow is None or any(given is not None for given in leading)


def conditions(
    filters: RunSelection, user: User, now: datetime, data: Table | None = None
) -> list[ColumnElement[bool]]:
    """The selected runs that the caller may see listed, as conditions on the tables of `selected`.

    An embargo of the task hides its runs from all but their uploaders and administrators (legacy notes, task 3.2); a
    private data set hides what hangs on it from all but its owner and administrators (new-API contract, decision 9).
    By PHP's rules an embargo holds for administrators, too, and a private data set hides nothing. ``data``: the data
    set of the task, where the statement reads it anyway. Returns the conditions, all of which must hold.
    """
    run, setup, task = tables.run, tables.algorithm_setup, tables.task
    columns = (
        (run.c.task_id, filters.task),
        (run.c.setup, filters.setup),
        (setup.c.implementation_id, filters.flow),
        (run.c.uploader, filters.uploader),
        (run.c.rid, filters.run),
    )
    found: list[ColumnElement[bool]] = [column.in_(ids) for column, ids in columns if ids is not None]
    first = read_first(filters)
    for member, of, fits in _members(filters):
        found.append(fits if member is first else run.c.rid.in_(select(of).where(fits)))
    by_new_rules = user.sees_every_row
    if not (user.is_admin and by_new_rules):
        ends = task.c.embargo_end_date
        found.append(or_(ends.is_(None), ends < now, run.c.uploader == user.id))
    if not user.is_admin and by_new_rules:
        found.append(_on_visible_data(user) if data is None else not_(hidden(user, data)))
    return found


@lru_cache(maxsize=100)
def _on_visible_data(user: User) -> ColumnElement[bool]:
    """The condition for one caller; most have no key, so that it is mostly one and the same."""
    return not_(of_task(user, tables.run.c.task_id))


async def _lists_runs(connection: AsyncConnection, study_id: int) -> bool:
    study = tables.study
    found = await connection.execute(
        select(study.c.id).where(
            study.c.id == study_id, study.c.legacy == "n", study.c.main_entity_type == "run"
        )
    )
    return found.first() is not None


def _limit_zero(call: Call[Any], codes: SelectionCodes) -> InputProblem:
    return unprocessable(call, ["limit"], "limit_zero", "Give a limit of at least 1", code=codes.no_results)
