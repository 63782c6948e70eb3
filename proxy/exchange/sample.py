"""The exchange that shows a cluster: everything to see it again, without secrets, and no more than fits a page."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from config import text
from config.rollout import Dialect
from config.routes import RouteMap
from diffing.model import Asked, Comparison, Observation
from proxy.exchange.curl import BASE_OF_LEGACY, BASE_OF_NEW, curl_line
from proxy.exchange.decision import Decision, Side
from proxy.exchange.exchange import Exchange
from proxy.exchange.masked import named, named_headers
from proxy.message.redact import Redactor
from proxy.message.translation import Request, Untranslatable

BODY_BYTES: Final = 65_536
_HEADERS: Final = 200
_KEYED: Final = 1_048_576
_TARGET: Final = 8192
_UNKEPT: Final = Untranslatable("not kept")
# What every client sends anew, what the proxy says of the client, and cookies.
_NOT_RECORDED: Final = frozenset(
    {
        *(
            "host",
            "content-length",
            "connection",
            "cookie",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
        ),
        *("x-forwarded-proto", "x-request-id", "parity-hop", "traceparent", "tracestate"),
    }
)


@dataclass(frozen=True, slots=True)
class SampleSide:
    """One side of an exchange: what it was asked and what it answered."""

    request: Request
    answer: Observation


def size_of(legacy: SampleSide, new: SampleSide, *, keyed: bool = False) -> int:
    """How much a reader has to look at: the smaller, the better the sample.

    Args:
        keyed: A key was sent. Who repeats it needs one, too: that is worse than a megabyte.
    """
    sides = sum(
        len(side.request.target) + len(side.request.body) + len(side.answer.body) for side in (legacy, new)
    )
    return sides + (_KEYED if keyed else 0)


def sample(
    asked: Asked,
    at: datetime,
    legacy: SampleSide,
    new: SampleSide,
    comparison: Comparison,
    redactor: Redactor,
    trace: str | None = None,
) -> dict[str, Any]:
    """A sample as JSON.

    Args:
        asked: What diffing knew of the request.
        at: When it was served.
        comparison: What came of it.
        redactor: Replaces secrets.
        trace: Id of the client's trace; None where it has none.

    Returns ``asked``, ``at``, ``trace``, ``verdict``, ``sent`` and ``sent_new`` (what the legacy and the new side were
    sent, with keys as recordings have them), ``legacy`` and ``new`` (request, curl, status, headers, body),
    ``differences``.
    """
    return {
        "asked": {
            "route": asked.route.name if asked.route else None,
            "method": asked.method,
            "parameters": dict(asked.parameters),
            "role": asked.role,
            "format": asked.format,
            "known": asked.known,
            "rehearsed": asked.rehearsed,
            "caller": asked.caller,
            "guessed": asked.guessed,
        },
        "at": at.isoformat(),
        "trace": trace,
        "verdict": comparison.verdict,
        "sent": _sent(legacy.request, asked.role, redactor),
        "sent_new": _sent(new.request, asked.role, redactor),
        "legacy": _side(legacy, redactor, BASE_OF_LEGACY),
        "new": _side(new, redactor, BASE_OF_NEW),
        "differences": [asdict(difference) for difference in comparison.differences],
        "deviations": list(dict.fromkeys(comparison.deviations)),
    }


def asked_of(sample: Mapping[str, Any], routes: RouteMap) -> Asked:
    """What diffing knew of a sample's request."""
    asked = sample["asked"]
    return Asked(
        routes[asked["route"]] if asked["route"] else None,
        asked["method"],
        asked["parameters"],
        asked["role"],
        asked["format"],
        asked["known"],
        asked.get("rehearsed", False),
        asked.get("caller"),
        asked.get("guessed", False),
    )


def exchange_of(sample: Mapping[str, Any], routes: RouteMap, dialect: Dialect) -> Exchange:
    """The exchange that a sample shows, without what it was translated to. ``dialect``: that in which new was asked."""
    asked = asked_of(sample, routes)
    face = dialect is Dialect.LEGACY
    decision = Decision(Dialect.LEGACY, asked.route, _UNKEPT, Side.LEGACY, None, writes=False, face=face)
    legacy, new = answer_of(sample["legacy"]), answer_of(sample["new"])
    return Exchange(Request(asked.method, b""), decision, legacy, new, asked=asked)


def answer_of(side: Mapping[str, Any]) -> Observation:
    """The answer that a sample holds. ``side``: ``legacy`` or ``new`` of a sample."""
    body = base64.b64decode(side["base64"]) if side["base64"] is not None else side["body"].encode()
    headers = tuple((str(name), str(value)) for name, value in side["headers"])
    return Observation(side["status"], headers, body, side["seconds"], side["error"])


def _sent(request: Request, role: str, redactor: Redactor) -> dict[str, Any]:
    """A request as a recording has it."""

    def placeholder(mask: str) -> str:
        return f"KEY_OF_{role}{mask}"

    kept = named_headers(request.headers, redactor.headers(request.headers), placeholder)
    body = redactor.body(request.body, request.headers)[:BODY_BYTES]
    shown, coded = _coded(body)
    return {
        "method": request.method,
        "target": named(text.clean(redactor.target(request.target), _TARGET), placeholder),
        "headers": [
            [text.clean(part) for part in pair]
            for pair in kept[:_HEADERS]
            if pair[0].lower() not in _NOT_RECORDED
        ],
        "body": named(shown, placeholder),
        "base64": coded,
        "truncated": len(request.body) > BODY_BYTES or len(request.target) > _TARGET,
    }


def _coded(body: bytes) -> tuple[str, str | None]:
    """A body as text, or in base64 where it is none."""
    try:
        return body.decode(), None
    except UnicodeDecodeError:
        return "", base64.b64encode(body).decode()


def _side(side: SampleSide, redactor: Redactor, base: str) -> dict[str, Any]:
    body = redactor.body(side.answer.body, side.answer.headers)
    kept = body[:BODY_BYTES]
    shown, coded = _coded(kept)
    return {
        "request": f"{side.request.method} {text.clean(redactor.target(side.request.target))}",
        "curl": curl_line(side.request, redactor, base),
        "status": side.answer.status,
        "headers": [
            [text.clean(part) for part in pair] for pair in redactor.headers(side.answer.headers[:_HEADERS])
        ],
        "body": shown,
        "base64": coded,
        "truncated": len(body) > BODY_BYTES,
        "seconds": side.answer.seconds,
        "error": side.answer.error and text.clean(side.answer.error, text.SENTENCE),
    }
