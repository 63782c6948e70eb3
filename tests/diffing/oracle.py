"""A slow, obvious comparison: whether two documents are the same, by the words of the specification alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from config.routes import RowList
from diffing.paths import generalise


def same(a: object, b: object, rows: Sequence[RowList], path: str = "$") -> bool:
    """Type-strict equality; lists whose rows have no specified order are the same in some order.

    Args:
        a: A document; its lists must be short, because all orders are tried.
        b: Another one.
        rows: The lists without specified order.
        path: Where both are.
    """
    if type(a) is not type(b):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(same(a[key], b[key], rows, f"{path}.{key}") for key in a)
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return False
        free = any(entry.at == generalise(path) for entry in rows)
        orders = permutations(b) if free else [tuple(b)]
        return any(
            all(
                same(one, other, rows, f"{path}[{index}]")
                for index, (one, other) in enumerate(zip(a, order, strict=True))
            )
            for order in orders
        )
    return repr(a) == repr(b)  # so that 0.0 and -0.0 are two
