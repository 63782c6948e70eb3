"""Spans reach a collector, by real OTLP, or are dropped: nobody waits for it."""

import importlib.util

import pytest

from config.errors import ConfigError
from diffing.model import Observation
from proxy.message.trace import FinishedSpan, SpanContext
from proxy.shadow.spans import OtlpExporter, check_exporter, finished
from tests.proxy.collector import collector

CONTEXT = SpanContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "b7ad6b7169203331", 1)
SPAN = FinishedSpan("asked dataset.get", CONTEXT, 1_700_000_000.0, 0.25, {"parity.side": "new"}, True)


def test_a_span_arrives_as_it_was() -> None:
    """Its place in the trace, its times, what it is about, and that it failed."""
    with collector() as (url, spans):
        exporter = OtlpExporter(url)
        exporter.add(SPAN)
        exporter.close()
    (span,) = spans
    ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
    assert ids == (CONTEXT.trace, CONTEXT.id, CONTEXT.parent)
    assert span.name == "asked dataset.get"
    assert span.end_time_unix_nano - span.start_time_unix_nano == 250_000_000
    assert {pair.key: pair.value.string_value for pair in span.attributes} == {"parity.side": "new"}
    assert span.status.code == 2


def test_a_span_that_is_not_sampled_stays_here() -> None:
    """The client wants none of its trace kept."""
    with collector() as (url, spans):
        exporter = OtlpExporter(url)
        exporter.add(FinishedSpan("x", SpanContext(CONTEXT.trace, CONTEXT.id, None, 0), 0, 1))
        exporter.close()
    assert spans == []


def test_without_opentelemetry_the_endpoint_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; without an endpoint nothing is needed."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    check_exporter("")
    with pytest.raises(ConfigError, match=r"openml-parity\[otel\]"):
        check_exporter("http://collector:4318/v1/traces")


@pytest.mark.parametrize(
    ("answer", "failed", "status"),
    [
        (Observation(200, (), b""), False, 200),
        (Observation(500, (), b""), True, 500),
        (Observation(None, (), b"", error="timeout"), True, None),
    ],
)
def test_a_leg_fails_as_its_answer_does(answer: Observation, failed: bool, status: int | None) -> None:
    """Without a status there is none to tell."""
    span = finished("asked x", CONTEXT, 0, answer, {"parity.side": "new"})
    assert span.failed == failed
    assert span.attributes.get("http.response.status_code") == status
