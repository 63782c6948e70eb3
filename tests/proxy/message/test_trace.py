"""Traces go on by the letter of W3C's recommendation."""

import pytest

from proxy.message.trace import SpanContext, entered, received

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01".encode()


def test_a_valid_traceparent_goes_on_as_a_span_of_the_proxy() -> None:
    """In its place, with the client's span as the parent; its state is left as it is."""
    headers = [(b"a", b"1"), (b"traceparent", GOOD), (b"tracestate", b"x=y"), (b"b", b"2")]
    sent, span = entered(headers, generate=False, share=1)
    assert span is not None
    assert (span.trace, span.parent, span.sampled) == (TRACE, SPAN, True)
    assert span.id != SPAN
    assert sent == [headers[0], (b"traceparent", f"00-{TRACE}-{span.id}-01".encode()), *headers[2:]]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        GOOD.upper(),
        GOOD + b"-more",
        b"ff" + GOOD[2:],
        GOOD.replace(TRACE.encode(), b"0" * 32),
        GOOD.replace(SPAN.encode(), b"0" * 16),
        GOOD[:-1],
        GOOD[:-2] + b"0x",
    ],
)
def test_what_is_not_valid_is_no_trace(value: bytes) -> None:
    """It goes on as it came, unless traces begin here: then one begins, and the state is dropped."""
    headers = [(b"traceparent", value), (b"tracestate", b"x=y"), (b"a", b"1")]
    assert entered(headers, generate=False, share=1) == (headers, None)
    sent, span = entered(headers, generate=True, share=1)
    assert span is not None
    assert span.parent is None
    assert sent == [(b"a", b"1"), (b"traceparent", span.traceparent.encode())]
    assert received(sent) == SpanContext(span.trace, span.id, None, span.flags)


def test_two_traceparents_are_none() -> None:
    """Nobody can say which one is meant."""
    assert received([(b"traceparent", GOOD), (b"traceparent", GOOD)]) is None


def test_later_versions_are_read_as_this_one() -> None:
    """They may have more behind the flags; what goes on is what this version knows."""
    found = received([(b"traceparent", f"7a-{TRACE}-{SPAN}-ff-more".encode())])
    assert found == SpanContext(TRACE, SPAN, None, 3)
    assert found.traceparent == f"00-{TRACE}-{SPAN}-03"


@pytest.mark.parametrize(("share", "sampled"), [(0.0, False), (1.0, True)])
def test_a_share_of_new_traces_is_sampled(share: float, sampled: bool) -> None:
    """All or none at the ends."""
    spans = [entered([], generate=True, share=share)[1] for _ in range(50)]
    assert {span.sampled for span in spans if span} == {sampled}
    assert len({span.trace for span in spans if span}) == 50


def test_a_child_is_of_the_same_trace() -> None:
    """Below its parent."""
    parent = SpanContext(TRACE, SPAN, None, 1)
    child = parent.child()
    assert (child.trace, child.parent, child.flags, len(child.id)) == (TRACE, SPAN, 1, 16)
    assert child.id != SPAN
