"""PHP's documents of setups (legacy notes, flow 3)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element


def setup(row: AnyRow, parameters: Iterable[AnyRow]) -> Element:
    """A setup with its parameters."""
    return element(
        "setup_parameters",
        element("setup_id", row.sid),
        element("flow_id", row.implementation_id),
        (_parameter(parameter, element("name", parameter.name)) for parameter in parameters),
    )


def listed(rows: Iterable[AnyRow], parameters: Iterable[AnyRow], tags: Mapping[int, int]) -> Element:
    """The setups of a list.

    Args:
        rows: Of ``queries.page``.
        parameters: Of ``queries.parameters``, of these setups.
        tags: How many tags a setup has: PHP's SQL lists each parameter as often.
    """
    of_setup: dict[int, list[AnyRow]] = defaultdict(list)
    for parameter in parameters:
        of_setup[parameter.setup].append(parameter)
    return element(
        "setups",
        (
            element(
                "setup",
                element("setup_id", row.sid),
                element("flow_id", row.implementation_id),
                (
                    _parameter(parameter)
                    for parameter in of_setup[row.sid]
                    for _ in range(max(1, tags.get(row.sid, 1)))
                ),
            )
            for row in rows
        ),
    )


def _parameter(row: AnyRow, name: Element | None = None) -> Element:
    return element(
        "parameter",
        element("id", row.id),
        element("flow_id", row.implementation_id),
        element("flow_name", row.flow_name),
        element("full_name", f"{row.fullName}_{row.name}"),
        name,
        element("parameter_name", row.name),
        element("data_type", row.dataType),
        element("default_value", row.defaultValue),
        element("value", row.value),
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
