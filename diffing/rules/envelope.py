"""PHP wraps an answer in keys that say again what was asked for; the route map names them (`legacy.envelope`)."""

from __future__ import annotations

from collections.abc import Sequence

from diffing.registry import Example
from diffing.rules.rule import Rule, Tell

RULE = Rule(
    id="rule-envelope",
    title="An operation answers its object or its list, without an envelope",
    why="The path says what was asked for. PHP's outer keys, `data_set_description` or `data` and `dataset`, are gone.",
    guide="all",
    examples=(
        Example({"data": {"dataset": [{"did": 1}]}}, [{"did": 1}]),
        Example({"task": {"task_id": "1"}}, {"task_id": "1"}),
    ),
    near_misses=(Example({"task": {"task_id": "1"}, "more": []}, {"task_id": "1"}),),
)


def open_envelope(document: object, keys: Sequence[str], tell: Tell) -> object:
    """What is in the envelope; a document that has another key beside the envelope's stays as it is from there."""
    inner = document
    for key in keys:
        if not isinstance(inner, dict) or inner.keys() != {key}:
            break
        inner = inner[key]
    if inner is not document:
        tell(RULE.id, document, inner)
    return inner
