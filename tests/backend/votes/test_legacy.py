"""PHP's documents of votes."""

from types import SimpleNamespace
from typing import Any

from backend.legacy.tree import to_json
from backend.votes import legacy


def vote(count: int | None) -> Any:
    """A row."""
    columns: dict[str, Any] = {
        "user_id": 2,
        "knowledge_type": "d",
        "knowledge_id": 3,
        "reason": "Fishy",
        "reason_id": 1,
        "original": 1,
        "count": count,
    }
    return SimpleNamespace(**columns, _mapping=columns)


def test_likes() -> None:
    """None are no error."""
    assert to_json(legacy.likes([])) == b'{"likes":[]}'
    assert to_json(legacy.likes([vote(1)])) == (
        b'{"likes":{"like":{"user_id":"2","knowledge_type":"d","knowledge_id":"3"}}}'
    )


def test_only_original_downvotes_are_counted() -> None:
    """The list of all has no reasons, either."""
    item = b'{"user_id":"2","knowledge_type":"d","knowledge_id":"3",'
    reason = b'"reason":"Fishy","reason_id":"1","original":"1"'
    assert to_json(legacy.downvotes([vote(4)])) == (
        b'{"downvotes":{"downvote":' + item + reason + b',"count":"4"}}}'
    )
    assert to_json(legacy.downvote(vote(None))) == b'{"downvote":' + item + reason + b"}}"
    assert to_json(legacy.bare_downvotes([vote(4)])) == (
        b'{"downvotes":{"downvote":' + item + b'"reason":[],"reason_id":[],"original":"1"}}}'
    )


def test_checks() -> None:
    """1 or nothing; the reason or -1."""
    assert to_json(legacy.check(True)) == b'{"simplepair":{"key":"Exists","value":"1"}}'
    assert to_json(legacy.check(False)) == b'{"simplepair":{"key":"Exists","value":[]}}'
    assert to_json(legacy.reason_check(None)) == b'{"simplepair":{"key":"Reason id","value":"-1"}}'


def test_what_php_does_not_find_is_empty() -> None:
    """A like that was there, a downvote for a reason that nobody knows."""
    assert to_json(legacy.no_like()) == b'{"like":{"user_id":[],"knowledge_type":[],"knowledge_id":[]}}'
    unknown = vote(None)
    unknown.reason = None
    assert to_json(legacy.downvote(unknown)) == (
        b'{"downvote":{"user_id":[],"knowledge_type":[],"knowledge_id":[],"reason":[],"reason_id":[],"original":[]}}'
    )
