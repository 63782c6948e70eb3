"""Recordings: exchanges as HAR 1.2 entries, one JSON object a line, plain or gzipped.

ValueError
└── RecordingError   a file or a line of it is no recording; the message says which line, and why
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson

from config.errors import BadInput
from diffing.model import Headers, Observation
from proxy.recordings.superseded import superseded

SUFFIXES = (".jsonl", ".jsonl.gz")
PLAYER: Final = "parity-recordings"
"""What a server that answers from recordings calls itself in its header ``Server``: its times are not PHP's."""


class RecordingError(BadInput):
    """A recording cannot be read. ``problem``: what is wrong. ``line``: number of the line, from 1; None when the
    whole file is meant.
    """

    def __init__(self, problem: str, file: Path, line: int | None = None) -> None:
        self.problem = problem
        self.file = file
        self.line = line
        super().__init__(f"{file}{'' if line is None else f':{line}'}: {problem}")


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """What a client sent.

    Args:
        base: Scheme and authority of the URL, ``https://openml.test``.
        target: Path and query byte for byte.
        headers: Pairs in the order sent.
    """

    method: str
    base: str
    target: bytes
    headers: Headers = ()
    body: bytes = b""

    @property
    def url(self) -> str:
        """The whole URL, as recorded."""
        return self.base + self.target.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded exchange.

    Args:
        id: Unique name.
        endpoint: The endpoint in the recorder's words, e.g. ``data/{id}``.
        caller: ``none``, ``bad``, ``readonly``, ``admin``, ``user2`` …
        request: What was sent.
        response: What the legacy server answered.
        unordered: The SQL gives the rows no order.
        limited: Which rows come is unspecified.
        volatile: JSON paths that differ from call to call.
        defect: How the legacy server broke, or None.
        body_dropped: The body of an HTML page was emptied after recording.
        scenario: Name of the ordered sequence that the step belongs to, or None.
        raw: The entry as read.
    """

    id: str
    endpoint: str
    caller: str
    request: RecordedRequest
    response: Observation
    unordered: bool = False
    limited: bool = False
    volatile: tuple[str, ...] = ()
    defect: str | None = None
    body_dropped: bool = False
    scenario: str | None = None
    raw: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False, compare=False)


def recording_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The recording files that the paths name; a directory stands for all files below it. Returns the files, each
    once, directories in name order. Raises RecordingError: a path does not exist, or a directory holds no recording.
    """
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES))
            if not found:
                raise RecordingError("holds no recording; expected *.jsonl or *.jsonl.gz", path)
            files.update(dict.fromkeys(found))
        elif path.is_file():
            files[path] = None
        else:
            raise RecordingError("no such file or directory", path)
    return tuple(files)


def read_recordings(paths: Iterable[Path]) -> Iterator[Recording]:
    """Read recordings, file by file and line by line; without those that later ones replace.

    ``paths``: files or directories. Yields the recordings in the order of the files. Raises RecordingError: a file
    cannot be read, or a line of it is no HAR entry.
    """
    files = recording_files(paths)
    replaced = superseded(files)
    for file in files:
        yield from (recording for recording in _read_file(file) if recording.id not in replaced)


def entry(recording: Recording, started: str = "1970-01-01T00:00:00.000Z") -> dict[str, Any]:
    """The HAR entry of a recording: as read, else made of its fields.

    ``recording``: the exchange. ``started``: when it began, ISO 8601; used when the recording was not read from a
    file. Returns a JSON-ready object with HAR 1.2's names.
    """
    if recording.raw:
        return dict(recording.raw)
    request, response = recording.request, recording.response
    flags = {
        "_unordered": recording.unordered,
        "_limited": recording.limited,
        "_volatile": list(recording.volatile),
        "_defect": recording.defect,
        "_body_dropped": recording.body_dropped,
        "_scenario": recording.scenario,
    }
    milliseconds = round(response.seconds * 1000, 3)
    mime = _header(response.headers, "content-type")
    asked: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(request.headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        asked["postData"] = {
            "mimeType": _header(request.headers, "content-type"),
            "params": [],
            **_text(request.body),
        }
    return {
        "_id": recording.id,
        "_endpoint": recording.endpoint,
        "_as": recording.caller,
        **{name: value for name, value in flags.items() if value},
        "startedDateTime": started,
        "time": milliseconds,
        "request": asked,
        "response": {
            "status": response.status or 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(response.headers),
            "content": {"size": len(response.body), "mimeType": mime, **_text(response.body)},
            "redirectURL": _header(response.headers, "location"),
            "headersSize": -1,
            "bodySize": len(response.body),
        },
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }


def _read_file(file: Path) -> Iterator[Recording]:
    number = 0
    try:
        with gzip.open(file, "rb") if file.name.endswith(".gz") else file.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _recording(line, file, number)
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingError(f"cannot be read: {error}", file, number + 1 if number else None) from error


def _recording(line: bytes, file: Path, number: int) -> Recording:
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RecordingError(f"is not JSON: {error}", file, number) from error
    return recording_of(raw, file, number)


def started(recording: Recording) -> datetime | None:
    """When a recorded request was sent, in UTC without a zone; None when the entry does not say."""
    try:
        time = datetime.fromisoformat(str(recording.raw["startedDateTime"]))
    except (KeyError, ValueError):
        return None
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def recording_of(raw: Mapping[str, Any], file: Path, number: int) -> Recording:
    """The recording that a HAR entry holds. ``file``: where it was read. ``number``: the how many-th of the file it
    is, from 1. Raises RecordingError: it is no HAR entry.
    """
    try:
        request, response = raw["request"], raw["response"]
        base, target = _split(request["url"])
        return Recording(
            id=raw.get("_id") or f"{file.name}:{number}",
            endpoint=raw.get("_endpoint", ""),
            caller=raw.get("_as", "none"),
            request=RecordedRequest(
                method=request["method"],
                base=base,
                target=target,
                headers=_headers(request["headers"]),
                body=_bytes(request.get("postData") or {}),
            ),
            response=Observation(
                status=int(response["status"]),
                headers=_headers(response["headers"]),
                body=_bytes(response["content"]),
                seconds=float(raw.get("time", 0)) / 1000,
                error=None,
            ),
            unordered=bool(raw.get("_unordered")),
            limited=bool(raw.get("_limited")),
            volatile=tuple(raw.get("_volatile") or ()),
            defect=raw.get("_defect"),
            body_dropped=bool(raw.get("_body_dropped")),
            scenario=raw.get("_scenario"),
            raw=MappingProxyType(raw),
        )
    except KeyError as error:
        raise RecordingError(f"is no HAR entry: {error} is missing", file, number) from error
    except (TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise RecordingError(f"is no HAR entry: {error}", file, number) from error


def _split(url: str) -> tuple[str, bytes]:
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise ValueError(f"the URL {url!r} has no scheme")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority}", (slash + path or "/").encode("utf-8", "surrogateescape")


def _headers(pairs: Sequence[Mapping[str, str]]) -> Headers:
    return tuple((pair["name"], pair["value"]) for pair in pairs)


def _pairs(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _bytes(content: Mapping[str, str]) -> bytes:
    text = content.get("text", "")
    if content.get("encoding") == "base64":
        return base64.b64decode(text, validate=True)
    return text.encode()


def _text(body: bytes) -> dict[str, str]:
    # HAR texts are JSON strings; a body that is not UTF-8 goes in base64 (HAR 1.2, "content").
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _header(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")
