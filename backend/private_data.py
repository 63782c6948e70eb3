"""What hangs on private data sets of others: it appears in no list (new-API contract, decision 9)."""

from sqlalchemy import ColumnElement, FromClause, Integer, Select, and_, cast, false, func, literal, select

from backend import tables
from backend.access import PUBLIC, User

# Names of their own, for the statements around them may ask the same tables for something else.
_data = tables.dataset.alias("private_dataset")
_given = tables.task_inputs.alias("private_input")
_run = tables.run.alias("private_run")


def of_dataset(user: User, did: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a data set is private and not the caller's, as a condition; never for administrators."""
    if user.is_admin:
        return false()
    return _one(select(literal(1)).where(_data.c.did == did, hidden(user, _data)))


def of_task(user: User, task_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the source data of a task is such a data set."""
    if user.is_admin:
        return false()
    return _one(
        select(literal(1))
        .where(_given.c.task_id == task_id, _given.c.input == "source_data")
        .where(_data.c.did == cast(_given.c.value, Integer), hidden(user, _data))
    )


def of_run(user: User, run_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the task of a run is on such a data set."""
    if user.is_admin:
        return false()
    return _one(select(literal(1)).where(_run.c.rid == run_id, of_task(user, _run.c.task_id)))


def _one(rows: Select[int]) -> ColumnElement[bool]:
    """Whether there is a row. EXISTS says the same, but MariaDB answers that by reading all such rows first."""
    return rows.limit(1).scalar_subquery().is_not(None)


def hidden(user: User, data: FromClause) -> ColumnElement[bool]:
    """Whether a row of data sets is private and not the caller's."""
    return and_(data.c.visibility != PUBLIC, func.coalesce(data.c.uploader, 0) != user.id)
