"""Documents of evaluation measures (new-API contract, section C)."""

from collections.abc import Iterable

from config.php.text import trimmed_or_empty

Measures = list[str]
"""The document of ``GET /evaluationmeasure/list``: names."""


def measures(names: Iterable[str]) -> Measures:
    """All evaluation measures (legacy notes, task 5). ``names``: of ``queries.measures``. Returns the names, as PHP's
    converted template shows them.
    """
    return [trimmed_or_empty(name) for name in names]
