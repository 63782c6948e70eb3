"""PHP's documents of setups (legacy notes, flow 3)."""

from collections import defaultdict
from collections.abc import Iterable

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element, record


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
    """The setups of a list.

    Args:
        rows: Of ``queries.page``.
        parameters: Of ``queries.parameters``, of these setups, with their tags: PHP's SQL lists each parameter once
            for each tag of its setup.
    """
    of_setup: dict[int, list[Element]] = defaultdict(list)
    for parameter in parameters:
        of_setup[parameter.setup] += [_parameter(parameter)] * max(1, parameter.tags)
    return element("setups", (_listed(row, of_setup[row.sid]) for row in rows))


def _listed(row: AnyRow, parameters: Iterable[Element]) -> Element:
    return element(
        "setup", element("setup_id", row.sid), element("flow_id", row.implementation_id), parameters
    )


def _parameter(row: AnyRow) -> Element:
    return record(
        "parameter",
        id=row.id,
        flow_id=row.implementation_id,
        flow_name=row.flow_name,
        full_name=f"{row.fullName}_{row.name}",
        parameter_name=row.name,
        data_type=row.dataType,
        default_value=row.defaultValue,
        value=row.value,
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
