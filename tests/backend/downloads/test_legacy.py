"""PHP's documents of download counts."""

from backend.downloads import legacy
from backend.legacy.tree import to_json


def test_a_count_is_text() -> None:
    """Four fields; no counts are an empty document."""
    assert to_json(legacy.counted(2, "d", 61, 3)) == (
        b'{"download":{"user_id":"2","knowledge_type":"d","knowledge_id":"61","count":"3"}}'
    )
    assert to_json(legacy.downloads([])) == b'{"downloads":[]}'
