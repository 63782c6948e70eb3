"""Files of requests: recordings whose answers do not matter, or plain lines like ``GET /api/v1/json/data/1``."""

import shlex
from pathlib import Path
from typing import Final

from diffing.model import Observation
from proxy.har.caller_keys import caller_in
from proxy.recordings import RecordedRequest, Recording, RecordingError, read_recordings

NOBODY_KNOWS: Final = "?"
"""The caller of a request with a key that nobody has named."""

UNANSWERED: Final = Observation(None, (), b"", error="not asked")
_FORM: Final = ("Content-Type", "application/x-www-form-urlencoded")


def read_requests(file: Path, base: str) -> list[Recording]:
    """Read a file of requests.

    Args:
        file: Recordings (one HAR entry a line, also gzipped, or a directory of them), or plain lines: a method, a
            target, and what curl knows as ``-H 'Name: value'`` and ``-d BODY``; ``#`` begins a comment.
        base: Scheme and authority of plain lines.

    Returns:
        The requests; those of plain lines have no answer.

    Raises:
        RecordingError: The file cannot be read, or a line is neither.
    """
    if file.is_dir() or file.name.endswith(".gz"):
        return list(read_recordings([file]))
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror}", file) from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"is not UTF-8 (byte {error.start})", file) from error
    if text.lstrip().startswith("{"):
        return list(read_recordings([file]))
    return [
        _request(line, file, number, base)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]


def _request(line: str, file: Path, number: int, base: str) -> Recording:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise RecordingError(f"is no request: {error}", file, number) from error
    if len(words) < 2 or not words[0].isupper() or not words[1].startswith("/"):
        raise RecordingError(
            "is no request; expected METHOD /TARGET [-H 'Name: value'] [-d BODY]", file, number
        )
    headers: list[tuple[str, str]] = []
    body = ""
    rest = iter(words[2:])
    for word in rest:
        value = next(rest, None)
        if word == "-H" and value and value.partition(":")[2]:
            name, _, content = value.partition(":")
            headers.append((name.strip(), content.strip()))
        elif word == "-d" and value is not None:
            body += ("&" if body else "") + value
        else:
            raise RecordingError(
                f"{word} is not known here; there are -H 'Name: value' and -d BODY", file, number
            )
    if body and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(_FORM)
    request = RecordedRequest(words[0], base, words[1].encode(), tuple(headers), body.encode())
    return Recording(f"{file.name}:{number}", "", caller_of(request), request, UNANSWERED)


def caller_of(request: RecordedRequest) -> str:
    """Who asks: whom a placeholder names, ``none`` without a key, else nobody knows."""
    placed = caller_in(request)
    if placed is not None:
        return placed
    named = any(name.lower() in ("api_key", "authorization") for name, _ in request.headers)
    return NOBODY_KNOWS if named or b"api_key=" in request.target + request.body else "none"
