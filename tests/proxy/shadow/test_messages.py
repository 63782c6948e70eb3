"""What the processes of the proxy tell each other."""

import io
from pathlib import Path

from config.settings import ProxySettings
from diffing.model import Comparison, Outcome
from proxy.exchange.judgement import Judgement
from proxy.runtime.channel import frame, receive
from proxy.shadow.messages import ShadowReport, StartPlan


def test_messages_arrive_as_they_left() -> None:
    """Both ends have the same values."""
    plan = StartPlan(ProxySettings(legacy="http://a", new="http://b"), Path("config"), b"hop")
    judgement = Judgement(Comparison(Outcome.MATCH), "task.get match")
    report = ShadowReport([(1, judgement, (2, {"a": "b"}))], {"reasked": 1}, ["new"], Path("c"), {"tap": 1.0})
    channel = io.BytesIO(frame(plan) + frame(report))
    assert [receive(channel), receive(channel)] == [plan, report]
