"""PHP's document of evaluation measures (legacy notes, task 5)."""

from collections.abc import Iterable

from backend.legacy.tree import Element, each, element


def measures(names: Iterable[str]) -> Element:
    """The names of all evaluation measures."""
    return element("evaluation_measures", element("measures", each("measure", names)))
