"""Whole ``.har`` files of a browser or of mitmproxy, made recordings, and back."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import orjson

from config import text, version
from config.php.requests import read_api_path, read_target
from diffing.coding import NAME as CONTENT_ENCODING
from diffing.coding import Unreadable, plain
from diffing.model import Observation
from proxy.har.bodies import UNREADABLE, Unsaid, answered, body_of, length_of, size_in
from proxy.har.entries import Writing, line, started
from proxy.har.hosts import host_of, names
from proxy.har.hosts import plain as plain_url
from proxy.message.forms import MULTIPART, URLENCODED
from proxy.recordings.recording import RecordingError, read_recordings, recording_of
from proxy.recordings.request_lines import caller_of

# Custom fields of recordings; those of browsers tell of the page that asked.
_OURS: Final = frozenset(
    [
        "_id",
        "_endpoint",
        "_as",
        "_unordered",
        "_limited",
        "_volatile",
        "_volatile_text",
        "_defect",
        "_body_dropped",
        "_raw_url",
        "_scenario",
        "_step",
        "_code",
        "_db_changes",
        "_file_changes",
        "_about",
        "_pause",
        "_note",
    ]
)
# Of a request: what a server may answer differently for. Neither who asked nor with what.
_ASKED: Final = frozenset(
    [
        "host",
        "accept",
        "content-type",
        "content-length",
        "range",
        "origin",
        "if-none-match",
        "if-modified-since",
        "authorization",
        "api_key",
        "api-key",
        "x-api-key",
        "access-control-request-method",
        "access-control-request-headers",
    ]
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    Args:
        written: Exchanges in the recordings.
        left_out: Why others are not, and how many.
        listed: Those that are left out though they are of the host that is meant: which one, and why.
    """

    written: int
    left_out: Mapping[str, int]
    listed: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        reasons = ", ".join(f"{count} {why}" for why, count in sorted(self.left_out.items()))
        return f"{self.written} imported" + (f"; left out: {reasons}" if reasons else "")


OTHERS: Final = "of other hosts"
NO_EXCHANGE: Final = "that are no exchange"


class _LeftOut(Exception):
    """An entry is no exchange that could be compared; the message says why."""


def import_har(file: Path, out: Path, writing: Writing, hosts: Collection[str] = ()) -> Imported:
    """Make recordings of a ``.har`` file. Returns the counts. Raises RecordingError: the file is no HAR, or it does
    not tell which host is meant.

    Args:
        file: The file: HAR 1.2 as browsers and mitmproxy write it.
        out: Where the recordings go.
        writing: How they are written; no key is.
        hosts: Whose entries are kept, ``HOST`` or ``HOST:PORT``; none for the one host with paths below /api/v1.
    """
    entries = _entries(file)
    wanted = {host.lower() for host in hosts} or {_api_host(entries, file)}
    left_out: Counter[str] = Counter()
    listed: list[str] = []
    lines: list[bytes] = []
    name = out.name.partition(".")[0]
    for number, raw in enumerate(entries, start=1):
        try:
            if not wanted & names(_url(raw)):
                left_out[OTHERS] += 1
                continue
            lines.append(_line(raw, file, number, f"{name}.{number:06}", writing))
        except (_LeftOut, Unsaid) as error:
            why = str(error)
        except (UnicodeError, orjson.JSONEncodeError):
            why = UNREADABLE
        except (RecordingError, ValueError, TypeError, LookupError, AttributeError, OverflowError):
            # Whatever a program wrote into one entry, the others are read.
            why = NO_EXCHANGE
        else:
            continue
        left_out[why] += 1
        listed.append(f"entry {number}{_shown(raw)} is left out: {why}")
    try:
        out.write_bytes(b"".join(lines))
    except OSError as error:
        raise RecordingError(f"cannot be written: {error.strerror}", out) from error
    return Imported(len(lines), left_out, tuple(listed))


def _line(raw: Mapping[str, Any], file: Path, number: int, name: str, writing: Writing) -> bytes:
    """An entry as a line of recordings."""
    clean = _cleaned(raw)
    found = recording_of(clean, file, number)
    found = replace(found, response=_undone(found.response))
    if "_as" not in clean:
        found = replace(found, caller=caller_of(found.request))
    if "_id" not in clean:
        found = replace(found, id=name)
    return line(writing.entry(found, str(raw.get("startedDateTime") or started())))


def _shown(raw: object) -> str:
    """Which request an entry is about, without what may be a secret; empty where nothing tells."""
    request = raw.get("request") if isinstance(raw, dict) else None
    if not isinstance(request, dict):
        return ""
    url = str(request.get("url")).partition("?")[0].partition("#")[0]
    return f" ({text.line(request.get('method'), text.NAME)} {text.line(url, text.SENTENCE)})"


def export_har(paths: Iterable[Path], out: Path) -> int:
    """Put recordings into one ``.har`` file that browsers and mitmproxy open. ``paths``: recording files or
    directories. Returns the number of entries. Raises RecordingError: a recording cannot be read, or the file not be
    written.
    """
    entries = [dict(recording.raw) for recording in read_recordings(paths)]
    creator = {"name": "parity", "version": version.told()}
    try:
        out.write_bytes(text.json_bytes({"log": {"version": "1.2", "creator": creator, "entries": entries}}))
    except OSError as error:
        raise RecordingError(f"cannot be written: {error.strerror}", out) from error
    return len(entries)


def kept_of_request(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The headers of a request that a server may answer differently for; the pseudo headers of HTTP/2 are none."""
    return tuple(pair for pair in headers if pair[0].lower() in _ASKED)


def _entries(file: Path) -> list[Mapping[str, Any]]:
    try:
        entries = _json(file.read_bytes().removeprefix(b"\xef\xbb\xbf"))["log"]["entries"]
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror}", file) from error
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"is no HAR: {error}", file) from error
    except (KeyError, TypeError) as error:
        raise RecordingError("is no HAR: log.entries is missing", file) from error
    if not isinstance(entries, list):
        raise RecordingError("is no HAR: log.entries is no list", file)
    return entries


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        # mitmproxy writes bytes that are no UTF-8 as half surrogate pairs, which only the standard library reads.
        return json.loads(content)


def _url(raw: object) -> str:
    request = raw.get("request") if isinstance(raw, dict) else None
    if not isinstance(request, dict):
        raise _LeftOut("without a request")
    url = request.get("url")
    if not isinstance(url, str) or not isinstance(request.get("method"), str):
        raise _LeftOut("without a request")
    try:
        host_of(url)
    except ValueError as error:
        raise _LeftOut("without a request") from error
    return url.partition("#")[0]


def _api_host(entries: Iterable[object], file: Path) -> str:
    hosts: set[str] = set()
    for raw in entries:
        try:
            url = _url(raw)
            shown = host_of(url)
            path = urlsplit(url).path.encode("utf-8", "surrogateescape")
        except (_LeftOut, UnicodeError):
            continue
        if read_api_path(read_target(path).segments) is not None:
            hosts.add(shown)
    if len(hosts) == 1:
        return hosts.pop()
    what = f"entries of {', '.join(sorted(hosts))} are" if hosts else "no entry is"
    raise RecordingError(f"{what} below /api/v1; say with --host HOST whose are wanted", file)


def _cleaned(raw: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as recordings have it, with bodies as they were, and nothing of the browser."""
    request, response = raw["request"], raw.get("response")
    if _is_web_socket(raw):
        raise _LeftOut("of a WebSocket")
    if not isinstance(response, dict) or not response.get("status"):
        raise _LeftOut("without an answer")
    status = _status(response["status"])
    if status == 304 or raw.get("_fromCache"):
        raise _LeftOut("from a cache")
    if raw.get("_fetchedViaServiceWorker") is True:
        raise _LeftOut("from a service worker")
    headers = [
        {"name": name, "value": value} for name, value in kept_of_request(_pairs(request.get("headers")))
    ]
    asked: dict[str, Any] = {
        "method": request.get("method"),
        "url": plain_url(_url(raw)),
        "headers": headers,
    }
    data = request.get("postData")
    if isinstance(data, dict) and (data.get("text") or data.get("params")):
        size = size_in(request.get("bodySize"))
        asked["postData"] = _post_data(
            data, headers, length_of(request.get("headers")) if size is None else size
        )
    return {
        **{name: value for name, value in raw.items() if name in _OURS},
        "time": raw.get("time") or 0,
        "request": asked,
        "response": {
            "status": status,
            "headers": [{"name": name, "value": value} for name, value in _pairs(response.get("headers"))],
            "content": _content(answered(response, str(request.get("method")))),
        },
    }


def _status(value: Any) -> int:
    """The status of an answer, however a program writes it."""
    try:
        status = int(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise _LeftOut(NO_EXCHANGE) from error
    if not 100 <= status <= 999:
        raise _LeftOut(NO_EXCHANGE)
    return status


def _is_web_socket(raw: Mapping[str, Any]) -> bool:
    """Whether an entry became a WebSocket: messages follow, and no answer."""
    response = raw.get("response")
    switched = isinstance(response, dict) and response.get("status") == 101
    scheme = str(raw["request"].get("url")).partition(":")[0].lower()
    return switched or scheme in ("ws", "wss") or raw.get("_resourceType") == "websocket"


def _pairs(headers: object) -> list[tuple[str, str]]:
    if not isinstance(headers, list):
        return []
    return [
        (str(item.get("name", "")), str(item.get("value", ""))) for item in headers if isinstance(item, dict)
    ]


def _content(body: bytes) -> dict[str, str]:
    return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _undone(response: Observation) -> Observation:
    """An answer without a coding: its text has none in HAR, whatever its headers still say."""
    try:
        return plain(response)
    except Unreadable:
        headers = tuple(pair for pair in response.headers if pair[0].lower() != CONTENT_ENCODING)
        return replace(response, headers=headers)


def _post_data(data: Mapping[str, Any], headers: list[dict[str, str]], size: int | None) -> dict[str, str]:
    """The body of a request; one that is only told as fields is made anew."""
    if data.get("text"):
        return _content(body_of(data, size))
    fields = [item for item in data["params"] if isinstance(item, dict)]
    if any("fileName" in item and item.get("value") is None for item in fields):
        raise _LeftOut("without the files that were sent")
    kind = str(data.get("mimeType") or URLENCODED)
    if kind.lower().startswith(MULTIPART):
        boundary = hashlib.sha256(text.json_bytes(fields)).hexdigest()[:32]
        body, kind = _multipart(fields, boundary), f"{MULTIPART}; boundary={boundary}"
    else:
        body = "&".join(
            f"{quote_plus(str(item.get('name', '')))}={quote_plus(str(item.get('value') or ''))}"
            for item in fields
        ).encode()
    headers[:] = [item for item in headers if item["name"].lower() not in ("content-type", "content-length")]
    headers.append({"name": "Content-Type", "value": kind})
    return _content(body)


def _multipart(fields: Iterable[Mapping[str, Any]], boundary: str) -> bytes:
    parts = []
    for item in fields:
        disposition = f'Content-Disposition: form-data; name="{item.get("name", "")}"'
        if "fileName" in item:
            disposition += f'; filename="{item["fileName"]}"'
        kind = f"\r\nContent-Type: {item['contentType']}" if item.get("contentType") else ""
        parts.append(f"--{boundary}\r\n{disposition}{kind}\r\n\r\n{item.get('value') or ''}\r\n")
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()
