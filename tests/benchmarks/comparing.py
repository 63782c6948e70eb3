"""The ladder of cost: canonical bytes, the keyed walk, and DeepDiff on whole documents, which nobody should use."""

from __future__ import annotations

import copy
from typing import Any

from deepdiff import DeepDiff

from config.routes import RowList
from diffing.walk import canonical, walk
from tests.benchmarks.timing import medians, show

ROWS = (RowList("$", ("did",)), RowList("$[*].quality", ("name",)))


def listing(size: int) -> list[dict[str, Any]]:
    """A list of data sets like the real one."""
    return [
        {
            "did": did,
            "name": f"set-{did}",
            "status": "active",
            "quality": [{"name": f"Q{number}", "value": did * 1.5 + number} for number in range(11)],
        }
        for did in range(size)
    ]


def run() -> None:
    """Two equal lists of 500 data sets, two in another order, and two with one value that differs."""
    ours = listing(500)
    equal = copy.deepcopy(ours)
    shuffled = copy.deepcopy(ours)[::-1]
    different = copy.deepcopy(ours)
    different[250]["quality"][5]["value"] = -1.0
    found = medians(
        5,
        {
            "canonical bytes of two equal lists": lambda: canonical(ours) == canonical(equal),
            "walk, rows in another order": lambda: walk(ours, shuffled, ROWS),
            "walk, one value differs": lambda: walk(ours, different, ROWS),
        },
    )
    small = copy.deepcopy(different[230:260])
    found["DeepDiff on 30 of the 500 rows, order ignored"] = medians(
        3, {"deepdiff": lambda: DeepDiff(ours[230:260], small, ignore_order=True)}
    )["deepdiff"]
    show("Comparing 500 data sets (about 330 KB)", "canonical bytes of two equal lists", found)
