"""Taking the envelope off."""

import pytest

from diffing.rules.envelope import RULE, open_envelope


@pytest.mark.parametrize(
    ("document", "keys", "inner"),
    [
        ({"data": {"dataset": [1]}}, ("data", "dataset"), [1]),
        ({"task": {"task_id": "1"}}, ("task",), {"task_id": "1"}),
        ({"data": {"dataset": [1], "more": 1}}, ("data", "dataset"), {"dataset": [1], "more": 1}),
        ({"other": 1}, ("data", "dataset"), {"other": 1}),
        ([1], ("data",), [1]),
        ({"a": 1}, (), {"a": 1}),
    ],
)
def test_the_keys_of_the_route_are_taken_off(document: object, keys: tuple[str, ...], inner: object) -> None:
    """From outside in, as long as there is nothing beside them."""
    told: list[str] = []
    assert open_envelope(document, keys, lambda rule, _before, _after: told.append(rule)) == inner
    assert told == ([RULE.id] if inner is not document and inner != document else [])
