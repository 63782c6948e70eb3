"""The recorded legacy server: answers as PHP did when it was recorded."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

import orjson
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Receive, Scope, Send

from proxy.message.fields import to_text
from proxy.message.redact import redacted_target
from proxy.recordings.recording import PLAYER, RecordedRequest, Recording
from proxy.runtime.listen import BrokenOff

# Set by the server that sends the answer, not by what was recorded.
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "keep-alive", "date", "server"})
_NEARBY: Final = 5
_TRICKLE_SECONDS: Final = 0.2

RequestKey = tuple[str, str, tuple[tuple[str, str], ...], tuple[object, ...]]


class InjectedFault(StrEnum):
    """How the recorded server can misbehave.

    ``error``: 500 with an empty body. ``hang``: no answer at all. ``reset``: the connection ends within the body.
    ``trickle``: the body comes a few bytes at a time. ``garbage``: 200 with a JSON type and no JSON.
    """

    ERROR = "error"
    HANG = "hang"
    RESET = "reset"
    TRICKLE = "trickle"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the recorded server behaves beside answering.

    Args:
        latency: Seconds before each answer; None for the recorded duration.
        fault: How it misbehaves, None for not at all.
        every: It misbehaves at every n-th request, counted from the first.
    """

    latency: float | None = 0.0
    fault: InjectedFault | None = None
    every: int = 1


class RecordedServer:
    """An ASGI application that answers recorded requests: same method, path, query, key and form. ``recordings``: the
    recorded exchanges; of two with the same request the first one counts. ``behaviour``: latency and faults.
    """

    def __init__(self, recordings: Iterable[Recording], behaviour: Behaviour | None = None) -> None:
        self._behaviour = behaviour or Behaviour()
        self._requests = 0
        self._answers: dict[RequestKey, Recording] = {}
        self._loose: dict[RequestKey, Recording] = {}
        self._methods: dict[str, dict[str, None]] = {}
        for recording in recordings:
            question = asked(recording.request)
            self._answers.setdefault(question, recording)
            # PHP drops empty path segments; a client's library may have too (legacy notes, data 1.2).
            self._loose.setdefault(loose(question), recording)
            self._methods.setdefault(_plain(question[1]), {})[recording.request.method] = None

    def __len__(self) -> int:
        return len(self._answers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        query: bytes = scope["query_string"]
        request = RecordedRequest(
            scope["method"],
            "",
            scope["raw_path"] + (b"?" + query if query else b""),
            to_text(scope["headers"]),
            body,
        )
        question = asked(request)
        recording = await self.find(question)
        self._requests += 1
        if recording is None:
            await self._unknown(request, question, send)
        else:
            await self._recorded(recording, send)

    async def find(self, question: RequestKey) -> Recording | None:
        """The recording that answers a request."""
        return self._answers.get(question) or self._loose.get(loose(question))

    async def _recorded(self, recording: Recording, send: Send) -> None:
        latency = self._behaviour.latency
        await asyncio.sleep(recording.response.seconds if latency is None else latency)
        status = recording.response.status or 500
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in recording.response.headers
            if name.lower() not in _FRAMING
        ]
        body = recording.response.body
        fault = self._behaviour.fault if self._requests % self._behaviour.every == 0 else None
        if fault is InjectedFault.HANG:
            await asyncio.Event().wait()
        if fault is InjectedFault.ERROR:
            status, body = 500, b""
        if fault is InjectedFault.GARBAGE:
            status, body = 200, b'{"garbage": '
        await _answer(
            send,
            status,
            headers,
            body,
            fault if recording.request.method != "HEAD" else None,
            head=recording.request.method == "HEAD",
        )

    async def _unknown(self, request: RecordedRequest, question: RequestKey, send: Send) -> None:
        shown = redacted_target(request.target)
        methods = list(self._methods.get(_plain(question[1]), ()))
        if methods:
            why = (
                f"the path is recorded ({', '.join(methods)}), but not with this method, query, key and form"
            )
        else:
            why = "the path is not recorded"
        same_path = [
            f"{recording.request.method} {redacted_target(recording.request.target)} as {recording.caller}"
            for (_, path, _, _), recording in self._answers.items()
            if _plain(path) == _plain(question[1])
        ]
        nearby = same_path[:_NEARBY] or get_close_matches(
            _plain(question[1]), list(self._methods), n=_NEARBY, cutoff=0.6
        )
        document = {
            "detail": f"No recording of {request.method} {shown}: {why}.",
            "recorded_nearby": nearby,
        }
        headers = [(b"content-type", b"application/json"), (b"parity-recorded", b"no")]
        await _answer(send, 404, headers, orjson.dumps(document, option=orjson.OPT_INDENT_2), None)


def asked(request: RecordedRequest) -> RequestKey:
    """What makes two requests the same: method, path, query pairs, and form fields in any order."""
    path, _, query = request.target.decode("utf-8", "surrogateescape").partition("?")
    return request.method, path, tuple(parse_qsl(query, keep_blank_values=True)), _form(request)


def _form(request: RecordedRequest) -> tuple[object, ...]:
    if not request.body:
        return ()
    kind, options = parse_options_header(
        next((value for name, value in request.headers if name.lower() == "content-type"), "")
    )
    if kind == b"application/x-www-form-urlencoded":
        pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        return tuple(sorted(pairs))
    if kind == b"multipart/form-data" and b"boundary" in options:
        with suppress(MultipartParseError):
            return tuple(_parts(request.body, options[b"boundary"]))
    return (request.body,)


def _parts(body: bytes, boundary: bytes) -> list[tuple[bytes, bytes, bytes]]:
    # Name, file name and content of each part; the boundary and the parts' other headers do not count.
    parts: list[tuple[bytes, bytes, bytes]] = []
    field = bytearray()
    header = bytearray()
    disposition: dict[bytes, bytes] = {}
    content = bytearray()

    def part_begin() -> None:
        disposition.clear()
        content.clear()

    def header_begin() -> None:
        field.clear()
        header.clear()

    def header_end() -> None:
        if bytes(field).lower() == b"content-disposition":
            disposition.update(parse_options_header(bytes(header))[1])

    def part_end() -> None:
        parts.append((disposition.get(b"name", b""), disposition.get(b"filename", b""), bytes(content)))

    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": part_begin,
            "on_header_begin": header_begin,
            "on_header_field": lambda data, start, end: field.extend(data[start:end]),
            "on_header_value": lambda data, start, end: header.extend(data[start:end]),
            "on_header_end": header_end,
            "on_part_data": lambda data, start, end: content.extend(data[start:end]),
            "on_part_end": part_end,
        },
    )
    parser.write(body)
    parser.finalize()
    return parts


def _plain(path: str) -> str:
    return "/" + "/".join(segment for segment in path.split("/") if segment)


def loose(question: RequestKey) -> RequestKey:
    """A question as clients may have changed it: no empty segments, parameters in any order."""
    # The order of parameters matters to PHP only where one occurs twice, and no recording needs it told apart then.
    method, path, query, form = question
    return method, _plain(path), tuple(sorted(query)), form


async def _answer(
    send: Send,
    status: int,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    fault: InjectedFault | None,
    *,
    head: bool = False,
) -> None:
    length = [] if head else [(b"content-length", str(len(body)).encode())]
    length.append((b"server", PLAYER.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers + length})
    if fault is InjectedFault.RESET:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        raise BrokenOff("reset, as asked")
    if fault is InjectedFault.TRICKLE:
        for start in range(0, len(body), 16):
            await asyncio.sleep(_TRICKLE_SECONDS)
            await send({"type": "http.response.body", "body": body[start : start + 16], "more_body": True})
        body = b""
    await send({"type": "http.response.body", "body": body})
