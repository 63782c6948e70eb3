"""Three faults that the demo gives the new side, so that there are differences to look at."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config import text
from diffing.cluster import cluster_id
from diffing.paths import generalise
from proxy.compare.tally import Cluster
from proxy.log.clusters import SHORT

Answer = tuple[int, Any]
"""Status and document."""


@dataclass(frozen=True, slots=True)
class SeededFault:
    """A fault of the new side.

    Args:
        told: What is wrong, for the person who looks for it.
        route: The route that shows it.
        path: Where a comparison finds it.
        target: Paths of requests that are answered wrong.
        alter: Makes the wrong answer of the right one; one that it leaves alone is given back as it is.
    """

    told: str
    route: str
    path: str
    target: re.Pattern[str]
    alter: Callable[[Answer], Answer]


def _upper_format(answer: Answer) -> Answer:
    status, document = answer
    if status == 200 and isinstance(document, dict) and "format" in document:
        return status, {**document, "format": str(document["format"]).upper()}
    return answer


def _without_last_row(answer: Answer) -> Answer:
    status, document = answer
    return (status, document[:-1]) if status == 200 and isinstance(document, list) else answer


def _gone(answer: Answer) -> Answer:
    status, document = answer
    return (410, {**document, "status": 410}) if status == 404 and isinstance(document, dict) else answer


# Data set 61 is also asked in ways that PHP refuses: each would be a difference of its own.
FAULTS: Final = (
    SeededFault(
        "a wrong value: the format of data sets is in upper case",
        "dataset.get",
        "$.format",
        re.compile(r"/datasets/(?!61$)[0-9]+"),
        _upper_format,
    ),
    SeededFault(
        "a missing row: the last feature of data sets",
        "dataset.features",
        "$[*]",
        re.compile(r"/datasets/features/(?!61$)[0-9]+"),
        _without_last_row,
    ),
    SeededFault(
        "an undocumented status: 410 for flows that are not there",
        "flow.get",
        "status",
        re.compile(r"/flows/[0-9]+"),
        _gone,
    ),
)


class WithFaults:
    """An application whose answers have faults.

    Args:
        faults: What is wrong.
    """

    def __init__(self, app: ASGIApp, faults: Sequence[SeededFault] = FAULTS) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, wrong where a fault says so."""
        fault = next((fault for fault in self._faults if _concerns(fault, scope)), None)
        if fault is None:
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        # HEAD has the headers of GET, also those of a wrong answer.
        await self._app({**scope, "method": "GET"}, receive, keep)
        start, body = _wrong(fault, messages)
        await send(start)
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _concerns(fault: SeededFault, scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and fault.target.fullmatch(scope["path"]) is not None
    )


def _wrong(fault: SeededFault, messages: Sequence[Message]) -> tuple[Message, bytes]:
    start = messages[0]
    body = b"".join(message.get("body", b"") for message in messages[1:])
    try:
        right = start["status"], orjson.loads(body)
    except orjson.JSONDecodeError:
        return start, body
    wrong = fault.alter(right)
    if wrong == right:
        return start, body
    status, document = wrong
    body = text.json_bytes(document)
    headers = [
        (name, str(len(body)).encode() if name == b"content-length" else value)
        for name, value in start["headers"]
    ]
    return {**start, "status": status, "headers": headers}, body


def not_as_seeded(clusters: Iterable[Cluster], faults: Sequence[SeededFault] = FAULTS) -> list[str]:
    """What was found beside the faults, and the faults that were not found; empty when all is as it must be."""
    wrong = []
    left = list(faults)
    for cluster in clusters:
        place = cluster.route, generalise(str(cluster.example["path"]))
        fault = next((fault for fault in left if (fault.route, fault.path) == place), None)
        if fault is None:
            wrong.append(f"{cluster_id(cluster.signature)[:SHORT]} was not seeded: {cluster.signature}")
        else:
            left.remove(fault)
    return [*wrong, *(f"not found, though seeded: {fault.told}" for fault in left)]
