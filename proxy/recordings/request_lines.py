"""Files of requests: recordings whose answers do not matter, or plain lines like ``GET /api/v1/json/data/1``."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from diffing.model import Observation
from proxy.recordings.caller_keys import caller_in
from proxy.recordings.form_parts import FormPart, PartError, form_of, parts_of, read_part, written
from proxy.recordings.recording import RecordedRequest, Recording, RecordingError, read_recordings

NOBODY_KNOWS: Final = "?"
"""The caller of a request with a key that nobody has named."""

UNANSWERED: Final = Observation(None, (), b"", error="not asked")
_FORM: Final = ("Content-Type", "application/x-www-form-urlencoded")


def read_requests(file: Path, base: str) -> list[Recording]:
    """Read a file of requests. Returns the requests; those of plain lines have no answer. Raises RecordingError: the
    file cannot be read, or a line is neither.

    Args:
        file: Recordings (one HAR entry a line, also gzipped, or a directory of them), or plain lines: a method, a
            target, and what curl knows as ``-H 'Name: value'``, ``-d BODY`` and ``-F NAME=CONTENT`` (``form_parts``;
            files are looked for beside this one). ``#`` begins a comment; what stands between quotes may go on in the
            next line.
        base: Scheme and authority of plain lines.
    """
    if file.is_dir() or file.name.endswith(".gz"):
        return list(read_recordings([file]))
    try:
        text = file.read_bytes().decode()
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror}", file) from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"is not UTF-8 (byte {error.start})", file) from error
    if text.lstrip().startswith("{"):
        return list(read_recordings([file]))
    return [_request(words, file, number, base) for number, words in _lines(text, file)]


def request_line(request: RecordedRequest) -> str:
    """A request as a line that ``read_requests`` reads. ``request``: a request without a body, with a form in UTF-8,
    or with one that ``form_of`` made.
    """
    parts = parts_of(request.headers, request.body)
    made = None if not request.body else _FORM if parts is None else form_of(parts)[0]
    words = [request.method, shlex.quote(request.target.decode())]
    for header in request.headers:
        if header != made:
            words += ["-H", shlex.quote(": ".join(header))]
    if parts is not None:
        for part in parts:
            words += ["-F", shlex.quote(written(part))]
    elif request.body:
        words += ["-d", shlex.quote(request.body.decode())]
    return " ".join(words)


def _lines(text: str, file: Path) -> Iterator[tuple[int, list[str]]]:
    """The words of each request and the number of its line; a quotation may go on in further lines."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        first, open_line = number, lines[number]
        number += 1
        if not open_line.strip() or open_line.lstrip().startswith("#"):
            continue
        while True:
            try:
                words = shlex.split(open_line)
                break
            except ValueError as error:
                if number == len(lines):
                    raise RecordingError(f"is no request: {error}", file, first + 1) from error
                open_line += "\n" + lines[number]
                number += 1
        yield first + 1, words


def _request(words: list[str], file: Path, number: int, base: str) -> Recording:
    if len(words) < 2 or not words[0].isupper() or not words[1].startswith("/"):
        raise RecordingError(
            "is no request; expected METHOD /TARGET [-H 'Name: value'] [-d BODY | -F NAME=CONTENT]",
            file,
            number,
        )
    headers: list[tuple[str, str]] = []
    parts: list[FormPart] = []
    body = ""
    rest = iter(words[2:])
    for word in rest:
        value = next(rest, None)
        if word == "-H" and value and value.partition(":")[2]:
            name, _, content = value.partition(":")
            headers.append((name.strip(), content.strip()))
        elif word == "-d" and value is not None:
            body += ("&" if body else "") + value
        elif word == "-F" and value is not None:
            try:
                parts.append(read_part(value, file.parent))
            except PartError as error:
                raise RecordingError(str(error), file, number) from error
        else:
            raise RecordingError(
                f"{word} is not known here; there are -H 'Name: value', -d BODY and -F NAME=CONTENT",
                file,
                number,
            )
    if parts and body:
        raise RecordingError("has both -d and -F; a body is one of them", file, number)
    form, content_bytes = form_of(parts) if parts else (_FORM, body.encode())
    if content_bytes and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(form)
    request = RecordedRequest(words[0], base, words[1].encode(), tuple(headers), content_bytes)
    return Recording(f"{file.name}:{number}", "", caller_of(request), request, UNANSWERED)


def caller_of(request: RecordedRequest) -> str:
    """Who asks: whom a placeholder names, ``none`` without a key, else nobody knows."""
    placed = caller_in(request)
    if placed is not None:
        return placed
    named = any(name.lower() in ("api_key", "authorization") for name, _ in request.headers)
    in_form = b"api_key=" in request.body or b'name="api_key"' in request.body
    return NOBODY_KNOWS if named or in_form or b"api_key=" in request.target else "none"
