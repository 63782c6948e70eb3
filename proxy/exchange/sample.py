"""The exchange that shows a cluster: everything to see it again, without secrets, and no more than fits a page."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from config import text
from config.routes import RouteMap
from diffing.model import Asked, Comparison, Observation
from proxy.exchange.curl import BASE_OF_LEGACY, BASE_OF_NEW, curl_line
from proxy.message.redact import Redactor
from proxy.message.translation import Request

BODY_BYTES: Final = 65_536
_HEADERS: Final = 200


@dataclass(frozen=True, slots=True)
class SampleSide:
    """One side of an exchange: what it was asked and what it answered."""

    request: Request
    answer: Observation


def size_of(legacy: SampleSide, new: SampleSide) -> int:
    """How much a reader has to look at: the smaller, the better the sample."""
    return sum(
        len(side.request.target) + len(side.request.body) + len(side.answer.body) for side in (legacy, new)
    )


def sample(
    asked: Asked,
    at: datetime,
    legacy: SampleSide,
    new: SampleSide,
    comparison: Comparison,
    redactor: Redactor,
) -> dict[str, Any]:
    """A sample as JSON. Returns ``asked``, ``at``, ``verdict``, ``legacy`` and ``new`` (request, curl, status,
    headers, body), ``differences``.

    Args:
        asked: What diffing knew of the request.
        at: When it was served.
        comparison: What came of it.
        redactor: Replaces secrets.
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
        "verdict": comparison.verdict,
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


def answer_of(side: Mapping[str, Any]) -> Observation:
    """The answer that a sample holds. ``side``: ``legacy`` or ``new`` of a sample."""
    body = base64.b64decode(side["base64"]) if side["base64"] is not None else side["body"].encode()
    headers = tuple((str(name), str(value)) for name, value in side["headers"])
    return Observation(side["status"], headers, body, side["seconds"], side["error"])


def _side(side: SampleSide, redactor: Redactor, base: str) -> dict[str, Any]:
    body = redactor.body(side.answer.body)
    kept = body[:BODY_BYTES]
    try:
        shown, coded = kept.decode(), None
    except UnicodeDecodeError:
        shown, coded = "", base64.b64encode(kept).decode()
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
