"""What came of comparing travels to the process that serves."""

from diffing.model import Comparison, Outcome
from proxy.exchange.judgement import Judgement
from proxy.runtime.channel import frame


def test_a_match_is_told_in_few_bytes() -> None:
    """Most are one; the exchange itself stays where it is."""
    facts = (("status", "2xx"), ("role", "none"), ("format", "json"))
    match = Judgement(Comparison(Outcome.MATCH), "task.get 200→200 ", (), (0.1, 0.2), {}, facts)
    assert len(frame(match)) < 400
