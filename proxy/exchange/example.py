"""What is kept of a failed exchange so that a reader sees it: in the diff log, and in what a check writes."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from config import text
from diffing.model import Asked, Comparison, Difference, Observation
from proxy.exchange.curl import curl_line
from proxy.message.redact import Redactor
from proxy.message.translation import Request
from proxy.recordings.callers import role_told

MOST_DIFFERENCES: Final = 50
_MOST_NEARLY: Final = 10
_PATH: Final = 300
_PARAMETERS: Final = 20
REQUEST: Final = 2000
_BLANK: Final[Mapping[str, Any]] = {
    "request": "(the request was not kept)",
    "curl": "",
    "path": "$",
    "what": "",
    "legacy": None,
    "raw": None,
    "new": None,
    "nearly": (),
    "differences": 0,
}


def example(
    request: object, comparison: Comparison, legacy: Observation | None, new: Observation | None
) -> dict[str, Any]:
    """An example of clean text and bounded size. Returns ``request``, ``path``, ``what``, ``legacy``, ``new`` (of the
    first difference, else error or status), ``nearly``, ``differences`` (how many).

    Args:
        request: The request without secrets, as one line.
        comparison: What came of comparing.
        legacy: What the legacy side answered; None when it was not asked.
        new: Likewise the new side.

    Returns ``request``, ``path``, ``what``, ``legacy``, ``raw``, ``new`` (of the first difference, else error or
    status), ``nearly``, ``differences`` (how many).
    """
    found = shortened(comparison).differences
    first = found[0] if found else _settled(comparison, legacy, new)
    return {
        "request": text.clean(request, REQUEST),
        "path": first.path,
        "what": first.what,
        "legacy": first.legacy,
        "raw": first.raw,
        "new": first.new,
        "nearly": list(first.nearly),
        "differences": len(comparison.differences),
    }


def example_of(
    request: Request,
    comparison: Comparison,
    legacy: Observation | None,
    new: Observation | None,
    redactor: Redactor,
    known: Collection[str],
    *,
    asked: Mapping[str, Any] | None = None,
    values: bool = True,
) -> dict[str, Any]:
    """The example of a live exchange, without secrets, with the request as a curl line too.

    Args:
        request: What the client asked.
        comparison: What came of comparing.
        legacy: What the legacy side answered; None when it was not asked.
        new: Likewise the new side.
        redactor: Replaces secrets.
        known: The secrets of the exchange (``redact.secrets_of``).
        asked: What ``asked_facts`` gave; None where that is not known.
        values: Also what was sent and answered; else only where the difference is.
    """
    shown = f"{request.method} {text.clean(redactor.target(request.target))}"
    told = request if values else replace(request, headers=(), body=b"")
    found = {**example(shown, comparison, legacy, new), "curl": curl_line(told, redactor), **(asked or {})}
    if not values:
        found.pop("parameters", None)
        found |= {"legacy": None, "raw": None, "new": None, "nearly": []}
    return redactor.scrubbed(found, known)


def asked_facts(asked: Asked) -> dict[str, Any]:
    """Role and parameters of a request, of bounded size."""
    some = list(asked.parameters.items())[:_PARAMETERS]
    return {
        "role": role_told(asked),
        "parameters": {text.name(name): text.name(value) for name, value in some},
    }


def affected(example: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a further request of a cluster: ``request``, ``role``, ``parameters``.

    Args:
        example: The example of its exchange.
    """
    return {
        "request": text.clean(example.get("request", ""), text.SENTENCE),
        "role": example.get("role"),
        "parameters": example.get("parameters") or {},
    }


def read_affected(stored: str | bytes) -> list[dict[str, Any]]:
    """The requests that were stored with an example; none by an older version."""
    return list(orjson.loads(stored).get("requests", ()))


def read_example(stored: str | bytes) -> dict[str, Any]:
    """An example that was stored, perhaps by an older version that left parts of it out."""
    found = orjson.loads(stored)
    return {
        **_BLANK,
        **{
            name: value
            for name, value in found.items()
            if name != "requests" and (value is not None or name in ("legacy", "new"))
        },
    }


def shortened(comparison: Comparison) -> Comparison:
    """A comparison in clean text: no more and no longer differences than a reader wants to see, deviations once."""
    return replace(
        comparison,
        deviations=tuple(dict.fromkeys(comparison.deviations)),
        differences=tuple(map(_short, comparison.differences[:MOST_DIFFERENCES])),
    )


def _short(difference: Difference) -> Difference:
    return Difference(
        text.name(difference.path, _PATH),
        text.name(difference.what),
        text.document(difference.legacy),
        text.document(difference.new),
        tuple(text.clean(sentence, text.SENTENCE) for sentence in difference.nearly[:_MOST_NEARLY]),
        text.document(difference.raw),
    )


def _settled(comparison: Comparison, legacy: Observation | None, new: Observation | None) -> Difference:
    return Difference("$", comparison.verdict, _told(legacy), _told(new))


def _told(side: Observation | None) -> str | int | None:
    if side is None:
        return None
    return side.status if side.error is None else text.clean(side.error, text.SENTENCE)
