"""A capture: what a worker needs to judge an exchange that another machine served, as bytes.

A label in plain words says how the exchange is counted, whoever can read the rest. The content is a head and three
bodies: the length of the head (4 bytes, big-endian), the head (JSON), the bodies of request, served and other answer.
``VERSION`` counts the changes that a worker of an earlier version cannot read.
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from config.rollout import Dialect
from config.routes import RouteMap
from diffing.model import Observation
from diffing.unconditional import ROLES
from proxy.exchange.decision import Decision, Side, read_request, route_name
from proxy.exchange.exchange import Exchange
from proxy.message.trace import TRACEPARENT, received
from proxy.message.translation import Request, Untranslatable

VERSION: Final = 1
_LENGTH: Final = 4
_METHOD: Final = re.compile(r"[!-~]+")
_ROLE: Final = re.compile("|".join(ROLES))
_LATIN: Final = re.compile("[\0-\xff]*")
_LONGEST: Final = 1e6
# The diff log keeps it as it is: one that does not fit would keep others from being written.
_ID: Final = re.compile("[0-9a-f]{32}")
# Beyond them dates end, in databases and where something is added.
_YEARS: Final = (2000, 2999)


class UnreadableCapture(Exception):
    """It is no capture of a version that is known here."""


@dataclass(frozen=True, slots=True)
class Label:
    """How an exchange is counted.

    Args:
        id: Names the capture, wherever and however often it is read.
        at: When the exchange was served, UTC without a zone.
        asked: The dialect in which the new side is asked.
    """

    id: str
    at: datetime
    route: str
    dialect: Dialect
    served: Side
    asked: Dialect

    @classmethod
    def of(cls, exchange: Exchange) -> "Label":
        """The label of a new capture."""
        decision = exchange.decision
        name = route_name(decision)
        return cls(uuid.uuid4().hex, exchange.at, name, decision.dialect, decision.served, decision.asked)

    def bytes(self) -> bytes:
        """As it travels."""
        at = self.at.isoformat()
        return _json([VERSION, self.id, at, self.route, self.dialect, self.served, self.asked])


def read_label(content: bytes) -> Label:
    """A label as it travels. Raises UnreadableCapture: it is none, or of another version."""
    try:
        version, name, at, route, dialect, served, asked = json.loads(content)
        if version == VERSION:
            when = datetime.fromisoformat(at)
            return Label(
                _text(name, _ID), _utc(when), str(route), Dialect(dialect), Side(served), Dialect(asked)
            )
    except (ValueError, TypeError, RecursionError) as error:
        raise UnreadableCapture("it has no label of a capture") from error
    raise UnreadableCapture(f"it is a capture of version {version}, here is version {VERSION}")


def _utc(when: datetime) -> datetime:
    if when.tzinfo is not None or not _YEARS[0] <= when.year <= _YEARS[1]:
        raise ValueError("no time of an exchange")
    return when


def encode(exchange: Exchange, role: str | None = None) -> bytes:
    """The content of a capture. ``role``: the caller's, where the request does not tell it any more."""
    decision, request = exchange.decision, exchange.request
    head = {
        "method": request.method,
        "target": request.target.decode("latin-1"),
        "headers": request.headers,
        "body": len(request.body),
        "writes": decision.writes,
        "rehearse": decision.rehearse,
        "served": _told(exchange.served),
        "other": None if exchange.other is None else _told(exchange.other),
        "role": role,
    }
    if exchange.span is not None:
        head["traceparent"] = exchange.span.traceparent
    encoded = _json(head)
    bodies = [request.body, exchange.served.body, *([] if exchange.other is None else [exchange.other.body])]
    return b"".join((len(encoded).to_bytes(_LENGTH), encoded, *bodies))


def decode(label: Label, content: bytes, routes: RouteMap, number: int = 0) -> tuple[Exchange, str | None]:
    """The exchange in a capture, translated by the route map of whoever reads it, and the caller's role where it is
    told. ``number``: what the reader calls it. Raises UnreadableCapture: it is none.
    """
    try:
        start = _LENGTH + int.from_bytes(content[:_LENGTH])
        head = json.loads(content[_LENGTH:start])
        body, start = _body(head, content, start)
        request = Request(
            _text(head["method"], _METHOD), head["target"].encode("latin-1"), _pairs(head["headers"]), body
        )
        served, start = _observation(head["served"], content, start)
        other = None
        if head["other"] is not None:
            other, start = _observation(head["other"], content, start)
        role = None if head["role"] is None else _text(head["role"], _ROLE)
        writes, rehearse = bool(head["writes"]), bool(head["rehearse"])
        told = str(head.get("traceparent")).encode()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableCapture("it has no content of a capture") from error
    dialect, translation, route, _ = read_request(request, routes)
    decision = Decision(
        dialect,
        routes.routes.get(label.route, route),
        translation,
        label.served,
        None,
        writes,
        rehearse,
        face=label.asked is Dialect.LEGACY,
    )
    span = received([(TRACEPARENT.encode(), told)])
    found = Exchange(request, decision, at=label.at, number=number, span=span)
    found.put(label.served, served)
    found.put(label.served.other, other)
    return found, role


def unread(label: Label, routes: RouteMap) -> Exchange:
    """An exchange of which nothing but the label can be read."""
    route = routes.routes.get(label.route)
    face = label.asked is Dialect.LEGACY
    nothing = Untranslatable("The capture cannot be read.")
    decision = Decision(label.dialect, route, nothing, label.served, None, writes=False, face=face)
    return Exchange(Request("", b""), decision, at=label.at)


def _json(value: object) -> bytes:
    # Exactly what it is given: config.text would clean it.
    return json.dumps(value, separators=(",", ":")).encode()


def _told(answer: Observation) -> dict[str, Any]:
    return {
        "status": answer.status,
        "headers": answer.headers,
        "body": len(answer.body),
        "seconds": answer.seconds,
        "error": answer.error,
    }


def _observation(told: Mapping[str, Any], content: bytes, start: int) -> tuple[Observation, int]:
    body, end = _body(told, content, start)
    status, seconds, error = told["status"], told["seconds"], told["error"]
    if status is not None and not (type(status) is int and 100 <= status <= 999):
        raise ValueError("no status")
    if type(seconds) not in (int, float) or not 0 <= seconds < _LONGEST:
        raise ValueError("no time that an answer takes")
    if error is not None and not isinstance(error, str):
        raise TypeError("no error")
    return Observation(status, _pairs(told["headers"]), body, seconds, error), end


def _body(told: Mapping[str, Any], content: bytes, start: int) -> tuple[bytes, int]:
    end = start + told["body"]
    if type(end) is not int or not start <= end <= len(content):
        raise ValueError("no length of a body")
    return content[start:end], end


def _pairs(told: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((_text(name, _LATIN), _text(value, _LATIN)) for name, value in told)


def _text(told: str, kind: re.Pattern[str]) -> str:
    if kind.fullmatch(told) is None:
        raise ValueError("no text of its kind")
    return told
