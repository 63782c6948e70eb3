"""PHP's document of evaluation measures."""

from backend.evaluationmeasures import legacy
from backend.legacy.tree import to_json


def test_measures_are_in_two_elements() -> None:
    """Each is one."""
    assert (
        to_json(legacy.measures(["a", "b"])) == b'{"evaluation_measures":{"measures":{"measure":["a","b"]}}}'
    )
