"""Spans reach a collector, by real OTLP, or are dropped: nobody waits for it."""

import importlib.util

import pytest

from config.errors import ConfigError
from config.tracing import Tracing
from diffing.model import Observation
from proxy.message.trace import FinishedSpan, SpanContext
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.shadow.spans import OtlpExporter, check_exporter, finished
from tests.proxy.collector import collector
from tests.proxy.spies import LEGACY_NAMES, LEGACY_TARGET, NAMES, Between, Serve, Spy, Verdicts, json

pytestmark = pytest.mark.anyio
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CONTEXT = SpanContext(TRACE, "00f067aa0ba902b7", "b7ad6b7169203331", 1)
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


async def test_a_trace_goes_through_both_sides(serve: Serve, between: Between, verdicts: Verdicts) -> None:
    """What each side is asked is another span of the client's trace, and the difference that is kept names it."""
    legacy, new = Spy(json(LEGACY_NAMES)), Spy(json([]))
    sent = (
        ("Host", "openml.test"),
        ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"),
        ("tracestate", "a=b"),
    )
    async with (
        serve(legacy) as old,
        serve(new) as young,
        between(old, young) as (url, parts),
        Upstream(url) as client,
    ):
        await observe(client, "GET", LEGACY_TARGET, sent)
        assert await verdicts(parts) == {"mismatch": 1}
        (cluster,) = parts.counters.clusters.values()
    asked = [dict(headers) for spy in (legacy, new) for _, _, headers, _ in spy.asked]
    values = [headers[b"traceparent"].decode().split("-") for headers in asked]
    assert {trace for _, trace, _, _ in values} == {TRACE}
    spans = {span for _, _, span, _ in values}
    assert len(spans - {"00f067aa0ba902b7"}) == len(asked) > 1
    assert {headers[b"tracestate"] for headers in asked} == {b"a=b"}
    assert cluster.sample is not None
    assert cluster.sample["trace"] == TRACE


@pytest.mark.parametrize("generate", [True, False])
async def test_a_trace_begins_only_where_that_is_wanted(
    serve: Serve, between: Between, verdicts: Verdicts, generate: bool
) -> None:
    """Else a side gets no field that the client did not send."""
    legacy, new = Spy(json(LEGACY_NAMES)), Spy(json(NAMES))
    async with (
        serve(legacy) as old,
        serve(new) as young,
        between(old, young, tracing=Tracing(generate=generate)) as (url, parts),
        Upstream(url) as client,
    ):
        await observe(client, "GET", LEGACY_TARGET, (("Host", "openml.test"),))
        await verdicts(parts)
    traces = {dict(spy.asked[0][2]).get(b"traceparent", b"")[3:35] for spy in (legacy, new)}
    assert len(traces) == 1
    assert (traces == {b""}) == (not generate)


async def test_every_request_and_comparison_is_a_span(
    serve: Serve, between: Between, verdicts: Verdicts
) -> None:
    """Exported below the client's, by the process of the shadow."""
    legacy, new = Spy(json(LEGACY_NAMES)), Spy(json(NAMES))
    sent = (("Host", "openml.test"), ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"))
    with collector() as (endpoint, spans):
        async with (
            serve(legacy) as old,
            serve(new) as young,
            between(old, young, tracing=Tracing(endpoint=endpoint)) as (url, parts),
            Upstream(url) as client,
        ):
            await observe(client, "GET", LEGACY_TARGET, sent)
            await verdicts(parts)
    route = "dataset.feature_quality_names"
    found = {span.name: span for span in spans}
    assert sorted(found) == [f"asked {route}", f"compared {route}", f"served {route}"]
    served = found[f"served {route}"]
    assert served.parent_span_id.hex() == "00f067aa0ba902b7"
    assert {span.parent_span_id for span in spans if span is not served} == {served.span_id}
    assert {span.trace_id.hex() for span in spans} == {TRACE}
