"""Spans of what both sides are asked, and of the comparison, exported by OpenTelemetry where that is wanted."""

import importlib.util
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

from config import version
from config.errors import ConfigError
from diffing.model import Observation
from proxy.message.trace import FinishedSpan, SpanContext

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

_SERVICE: Final = "openml-parity"
_MOST_WAITING: Final = 2048
_BATCH: Final = 512
_PATIENCE: Final = 5
"""Seconds for one batch; what a collector does not take is dropped."""


class Spans(Protocol):
    """Who takes spans that are over; never waits."""

    def add(self, span: FinishedSpan) -> None:
        """Take a span."""


class _NoSpans:
    def add(self, _span: FinishedSpan) -> None:
        """Drop it."""


NO_SPANS: Final = _NoSpans()


def finished(
    name: str, context: SpanContext, started: float, answer: Observation, about: Mapping[str, str]
) -> FinishedSpan:
    """The span of what one side was asked. ``started``: seconds since 1970. ``about``: attributes."""
    status = {} if answer.status is None else {"http.response.status_code": answer.status}
    failed = answer.error is not None or (answer.status or 0) >= 500
    return FinishedSpan(name, context, started, answer.seconds, {**about, **status}, failed)


def check_exporter(endpoint: str) -> None:
    """What exports spans must be installed. Raises ConfigError: it is not."""
    if endpoint and not _installed():
        raise ConfigError(
            "needs OpenTelemetry: pip install 'openml-parity[otel]'", table="[tracing]", key="endpoint"
        )


def _installed() -> bool:
    try:
        return importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


class OtlpExporter:
    """Sends spans by OTLP over HTTP, from a thread of its own; where too many wait, further ones are dropped.

    ``endpoint``: URL of the collector.
    """

    def __init__(self, endpoint: str) -> None:
        # Loaded only where it is used: it takes a tenth of a second and 20 MB.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._resource = Resource({"service.name": _SERVICE, "service.version": version.told()})
        self._processor = BatchSpanProcessor(
            OTLPSpanExporter(endpoint=endpoint, timeout=_PATIENCE),
            max_queue_size=_MOST_WAITING,
            max_export_batch_size=_BATCH,
        )

    def add(self, span: FinishedSpan) -> None:
        """Take a span; one that is not sampled is dropped."""
        if span.context.sampled:
            self._processor.on_end(self._readable(span))

    def close(self) -> None:
        """Send what waits; may take as long as the collector."""
        self._processor.shutdown()  # type: ignore[no-untyped-call]  # OpenTelemetry's has no types

    def _readable(self, span: FinishedSpan) -> "ReadableSpan":
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.trace import SpanContext as OtelContext
        from opentelemetry.trace import SpanKind, Status, StatusCode, TraceFlags

        def context(own: str) -> OtelContext:
            flags = TraceFlags(span.context.flags)
            return OtelContext(int(span.context.trace, 16), int(own, 16), is_remote=False, trace_flags=flags)

        start = int(span.started * 1e9)
        return ReadableSpan(
            span.name,
            context(span.context.id),
            context(span.context.parent) if span.context.parent else None,
            self._resource,
            span.attributes,
            kind=SpanKind.CLIENT if span.name.startswith("asked") else SpanKind.INTERNAL,
            status=Status(StatusCode.ERROR if span.failed else StatusCode.UNSET),
            start_time=start,
            end_time=start + int(span.seconds * 1e9),
        )
