"""W3C trace context: the trace of a client goes through both sides, and what each is asked is a span of its own.

https://www.w3.org/TR/trace-context/
"""

import os
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

TRACEPARENT: Final = "traceparent"
_NAME: Final = TRACEPARENT.encode()
_STATE: Final = b"tracestate"
_VALUE: Final = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
)
_SAMPLED: Final = 1
# Sampled, and that the trace's id is random; all other bits are nobody's yet.
_FLAGS: Final = 3

Pairs = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class SpanContext:
    """A span of a trace. ``trace``, ``id`` and ``parent`` are hexadecimal; a trace that begins here has no parent."""

    trace: str
    id: str
    parent: str | None
    flags: int

    @property
    def sampled(self) -> bool:
        """Whether whoever began the trace wants it kept."""
        return bool(self.flags & _SAMPLED)

    @property
    def traceparent(self) -> str:
        """As the header tells it."""
        return f"00-{self.trace}-{self.id}-{self.flags:02x}"

    def child(self) -> "SpanContext":
        """A new span below this one."""
        return SpanContext(self.trace, _random(8), self.id, self.flags)


@dataclass(frozen=True, slots=True)
class FinishedSpan:
    """What is exported of a span.

    Args:
        started: Seconds since 1970.
        attributes: None of them holds what a client sent beyond method and route.
    """

    name: str
    context: SpanContext
    started: float
    seconds: float
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    failed: bool = False


def received(headers: Sequence[tuple[bytes, bytes]]) -> SpanContext | None:
    """The span of the client, where it names one that is valid. ``headers``: pairs with lower-case names."""
    values = [value for name, value in headers if name == _NAME]
    if len(values) != 1:
        return None
    found = _VALUE.fullmatch(values[0])
    if found is None or (found[1] == b"00" and found[5]):
        return None
    return SpanContext(found[2].decode(), found[3].decode(), None, int(found[4], 16) & _FLAGS)


def entered(headers: Pairs, *, generate: bool, share: float) -> tuple[Pairs, SpanContext | None]:
    """The headers with a span of the served request, and that span; both as they were where there is no trace.

    Args:
        headers: Pairs with lower-case names.
        generate: Begin a trace where the client has none that is valid.
        share: How many of those are sampled.
    """
    client = received(headers)
    if client is not None:
        span = client.child()
        value = span.traceparent.encode()
        return [(name, value if name == _NAME else old) for name, old in headers], span
    if not generate:
        return headers, None
    flags = _FLAGS if random.random() < share else _FLAGS - _SAMPLED
    span = SpanContext(_random(16), _random(8), None, flags)
    # What stood there was not valid, so that its state is nobody's.
    kept = [pair for pair in headers if pair[0] not in (_NAME, _STATE)]
    return [*kept, (_NAME, span.traceparent.encode())], span


def _random(size: int) -> str:
    return os.urandom(size).hex()
