"""PHP's answers of tagging."""

from backend.legacy.tree import to_json
from backend.tagging.kinds import FLOW
from backend.tagging.legacy import answer


def test_the_id_is_echoed_and_one_tag_is_a_text() -> None:
    """None is no key."""
    assert to_json(answer(FLOW, "tag", "07", ["a", "b"])) == b'{"flow_tag":{"id":"07","tag":["a","b"]}}'
    assert to_json(answer(FLOW, "untag", "7", ["a "])) == b'{"flow_untag":{"id":"7","tag":"a"}}'
    assert to_json(answer(FLOW, "untag", "7", [])) == b'{"flow_untag":{"id":"7"}}'
