"""PHP's documents of setups (legacy notes, flow 3)."""

from collections import defaultdict
from collections.abc import Iterable

from backend.database.results import AnyRow
from backend.legacy.tree import Element, alike, element, record
from backend.legacy.values import Value

_PARAMETER = (
    "id",
    "flow_id",
    "flow_name",
    "full_name",
    "parameter_name",
    "data_type",
    "default_value",
    "value",
)


def setup(row: AnyRow, parameters: Iterable[AnyRow]) -> Element:
    """A setup with its parameters."""
    return element(
        "setup_parameters",
        element("setup_id", row.sid),
        element("flow_id", row.implementation_id),
        (_named(parameter) for parameter in parameters),
    )


def _named(row: AnyRow) -> Element:
    """A parameter of one setup, which has its name twice."""
    return record(
        "parameter",
        id=row.id,
        flow_id=row.implementation_id,
        flow_name=row.flow_name,
        full_name=f"{row.fullName}_{row.name}",
        name=row.name,
        parameter_name=row.name,
        data_type=row.dataType,
        default_value=row.defaultValue,
        value=row.value,
    )


def listed(rows: Iterable[AnyRow], parameters: Iterable[AnyRow]) -> Element:
    """The setups of a list. ``rows``: of ``queries.page``. ``parameters``: of ``queries.parameters``, in the order of
    its columns, with tags: PHP's SQL lists each parameter once for each tag of its setup.
    """
    of_setup: dict[int, list[tuple[Value, ...]]] = defaultdict(list)
    times: dict[int, int] = {}
    # A column by its name costs ten times as much as all by their order.
    for sid, value, number, name, kind, default, flow_id, flow_name, full_name, tags in parameters:
        times[sid] = max(1, tags)
        of_setup[sid].append((number, flow_id, flow_name, f"{full_name}_{name}", name, kind, default, value))
    return element(
        "setups",
        [
            record(
                "setup",
                setup_id=row.sid,
                flow_id=row.implementation_id,
                parameter=alike(
                    "parameter", _PARAMETER, of_setup.get(row.sid, ()), times=times.get(row.sid, 1)
                ),
            )
            for row in rows
        ],
    )


def existence(setup_id: int | None) -> Element:
    """Whether a setup exists."""
    return element(
        "setup_exists",
        element("exists", "false" if setup_id is None else "true"),
        element("id", -1 if setup_id is None else setup_id),
    )


def differences(rows: Iterable[AnyRow]) -> Element:
    """How far two setups differ, task by task."""
    return element(
        "setup_differences",
        (
            element(
                "task",
                element("setupA", row.sidA),
                element("setupB", row.sidB),
                element("task_id", row.task_id),
                element("task_size", row.task_size),
                element("differences", row.differences),
            )
            for row in rows
        ),
    )
