"""What comes out of a capture is what went in."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.location import config_directory
from config.rollout import Dialect, load_rollout
from config.routes import load_routes
from diffing.model import Observation
from proxy.exchange.decision import decide
from proxy.exchange.exchange import Exchange
from proxy.fleet.capture import Label, UnreadableCapture, decode, encode, read_label
from proxy.message.trace import SpanContext
from proxy.message.translation import Request

ROUTES = load_routes(config_directory())
ROLLOUT = load_rollout(config_directory(), ROUTES)
AT = datetime(2026, 11, 22, 12, 0, 0, 123, tzinfo=UTC).replace(tzinfo=None)
LATIN = st.text(st.characters(max_codepoint=255), max_size=20)
HEADERS = st.lists(st.tuples(LATIN, LATIN), max_size=3).map(tuple)
ANSWERS = st.builds(
    Observation,
    st.none() | st.integers(100, 599),
    HEADERS,
    st.binary(max_size=50),
    st.floats(0, 100),
    st.none() | st.sampled_from(["timeout", "too_large"]),
)


def exchange(target: str = "/api/v1/json/data/61", method: str = "GET", body: bytes = b"") -> Exchange:
    """A served exchange."""
    request = Request(method, target.encode(), (("Host", "openml.test"),), body)
    decision = decide(request, ROUTES, ROLLOUT, lambda: b"")
    found = Exchange(request, decision, at=AT)
    found.put(decision.served, Observation(200, (), b"{}", 0.1))
    return found


@given(ANSWERS, st.none() | ANSWERS, st.binary(max_size=50), st.none() | st.sampled_from(["user", "admin"]))
def test_everything_comes_back(
    served: Observation, other: Observation | None, body: bytes, role: str | None
) -> None:
    """Bytes and order of headers, times, errors, the decision, and the caller's role."""
    sent = exchange("/api/v1/json/data/list/limit/2?a=%FF", "POST", body)
    sent.legacy, sent.new = served, other
    sent.span = SpanContext("a" * 32, "b" * 16, None, 1) if role else None
    label = read_label(Label.of(sent).bytes())
    assert decode(label, encode(sent, role), ROUTES, 7) == (replace(sent, number=7), role)


@pytest.mark.parametrize("face", [False, True])
@pytest.mark.parametrize(
    "target", ["/api/v1/json/data/61", "/api/v1/xml/run/79", "/datasets/61", "/v1/tasks/59", "/nowhere"]
)
def test_the_label_says_how_it_is_counted(target: str, face: bool) -> None:
    """Route, dialects and side are those of the decision; names differ for each capture."""
    sent = exchange(target)
    sent = replace(sent, decision=replace(sent.decision, face=face, skip=None))
    one, other = (read_label(Label.of(sent).bytes()) for _ in range(2))
    assert one.id != other.id
    found, _ = decode(one, encode(sent), ROUTES)
    assert found.decision == sent.decision
    assert (one.at, one.asked) == (AT, Dialect.LEGACY if face else Dialect.NEW)


@pytest.mark.parametrize(
    "content", [b"", b"[" * 100_000, b"{}", b"[]", b"[1,2]", b"null", b'[1,"a","b","c","d","e","f"]', b"\xff"]
)
def test_what_is_no_label_is_not_read(content: bytes) -> None:
    """Whoever writes into the stream does not end a worker."""
    with pytest.raises(UnreadableCapture, match="no label"):
        read_label(content)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *((1, name) for name in ("a" * 33, "a" * 31, "A" * 32, "a" * 31 + "\0", "é" * 32, "", None, 7)),
        *((2, f"2026-11-22T12:00:00{zone}") for zone in ("+02:00", "Z", "+00:00")),
        *((2, at) for at in ("0001-01-01T00:00:00", "9999-12-31T23:59:59", "", None)),
    ],
)
def test_a_label_that_no_log_could_keep_is_not_read(place: int, value: object) -> None:
    """It would keep others from being written, or be counted nowhere."""
    label = orjson.loads(Label.of(exchange()).bytes())
    label[place] = value
    with pytest.raises(UnreadableCapture, match="no label"):
        read_label(orjson.dumps(label))


def test_a_capture_of_a_later_version_is_left_to_others() -> None:
    """Its version is told."""
    with pytest.raises(UnreadableCapture, match="version 2, here is version 1"):
        read_label(Label.of(exchange()).bytes().replace(b"[1,", b"[2,"))


def test_a_trace_that_is_none_is_left_out() -> None:
    """Whoever wrote it."""
    sent = exchange()
    sent.span = SpanContext("a" * 32, "b" * 16, None, 1)
    label = read_label(Label.of(sent).bytes())
    content = encode(sent).replace(b"a" * 32, b"z" * 32)
    assert decode(label, content, ROUTES) == (replace(sent, span=None), None)


@given(st.binary(max_size=60))
def test_what_is_no_content_is_not_read(content: bytes) -> None:
    """Also bytes that begin well."""
    label = Label.of(exchange())
    for wrong in (content, encode(exchange())[: len(content)], (8).to_bytes(4) + b'{"a":[]}' + content):
        with pytest.raises(UnreadableCapture, match="no content"):
            decode(label, wrong, ROUTES)


WRONG: dict[str, dict[str, list[Any]]] = {
    "served": {
        "status": ["x", 10**30, -1, True, 1.5, []],
        "seconds": ["x", -1, None, [], 10**400, True],
        "error": [7, [], {}],
        "headers": [None, [["a", 1]], [[None, None]], [["a"]], [["\u0100", "x"]], [[["a"], "b"]]],
        "body": [-1, 10**9, 1.5, None, "1"],
    },
    "": {
        "method": [1, None, "GET\r\nX: y", [], "", "\u0100"],
        "target": [1, None, "\u0100"],
        "headers": [None, [["a", 1]]],
        "body": [-5, 1e3, 10**9],
        "role": [7, [], "", "A B", {}, "adminx", "x" * 5000],
        "served": [None, [], 7],
        "other": [[], 7],
    },
}


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        (part, name, value)
        for part, names in WRONG.items()
        for name, values in names.items()
        for value in values
    ],
)
def test_a_field_of_another_kind_makes_it_unreadable(part: str, name: str, value: object) -> None:
    """What is only found wrong while it is judged fails a task of the worker, again and again."""
    sent = exchange()
    sent.legacy = Observation(200, (), b"{}", 0.1, None)
    content = encode(sent)
    end = 4 + int.from_bytes(content[:4])
    head = json.loads(content[4:end])
    (head[part] if part else head)[name] = value
    told = json.dumps(head).encode()
    with pytest.raises(UnreadableCapture, match="no content"):
        decode(Label.of(sent), len(told).to_bytes(4) + told + content[end:], ROUTES)


@pytest.mark.parametrize("seconds", ["NaN", "Infinity", "-Infinity"])
def test_a_time_that_is_no_number_makes_it_unreadable(seconds: str) -> None:
    """JSON as Python reads it has them."""
    sent = exchange()
    sent.legacy = Observation(200, (), b"{}", 0.125, None)
    content = encode(sent)[4:].replace(b"0.125", seconds.encode())
    end = content.index(b"}", content.index(b'"role"')) + 1
    with pytest.raises(UnreadableCapture, match="no content"):
        decode(Label.of(sent), end.to_bytes(4) + content, ROUTES)
