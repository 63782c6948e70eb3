"""Requests that clients of other languages send, as they send them: ``raw/CLIENT-NN-NAME.http``.

Comments first: where in the client's source the request comes from, and what it reads of the answer, as ``answers
STATUS TYPE: PATH[=TEXT] …``. Then the request, whose lines end with CR LF when it is sent; ``{host}`` and
``{length}`` are filled in. The paths lead through the document, from below its root; for a text that is neither XML
nor JSON, its beginning stands in quotes.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

FOLDER: Final = Path(__file__).parent / "raw"
CLIENTS: Final = ("openml-java", "openml-r", "mlr3oml")
"""In this order: what one stores, the next one does not find, but its ids are used up."""
_ANSWERS: Final = re.compile(r"answers (\d{3}) (.+?): (.+)")
_NAMESPACE: Final = "{http://openml.org/openml}"


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request of a client.

    Args:
        name: Of its file.
        source: Where it comes from.
        status: Of the answer.
        media_type: Of the answer.
        reads: What the client reads of the answer.
    """

    name: str
    source: str
    status: int
    media_type: str
    reads: str
    text: str

    def sent(self, host: str) -> bytes:
        """The bytes that go over the wire."""
        head, _, body = self.text.partition("\n\n")
        content = body.replace("\n", "\r\n").encode()
        filled = head.replace("{host}", host).replace("{length}", str(len(content)))
        return filled.replace("\n", "\r\n").encode() + b"\r\n\r\n" + content

    def wrong(self, status: int, media_type: str, body: bytes) -> list[str]:
        """What the client would not find in an answer."""
        kinds = [kind.partition(";")[0] for kind in (media_type, self.media_type)]
        if status != self.status or kinds[0] != kinds[1]:
            return [f"{status} {media_type}"]
        if self.reads.startswith("'"):
            return [] if self.reads[1:-1] in body.decode() else [self.reads]
        find = _in_json if "json" in self.media_type else _in_xml
        return [path for path in self.reads.split() if not find(body, *path.partition("=")[::2])]


def _in_xml(body: bytes, path: str, text: str) -> bool:
    steps = "/".join(_NAMESPACE + step for step in path.split("/"))
    found = etree.fromstring(body).findall(steps)
    return any(not text or element.text == text for element in found)


def _in_json(body: bytes, path: str, text: str) -> bool:
    value = json.loads(body)
    for step in path.split("."):
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value is not None and (not text or str(value) == text)


def read_requests() -> list[RawRequest]:
    """All requests, in the order in which they are sent."""
    return [_read(path) for client in CLIENTS for path in sorted(FOLDER.glob(f"{client}-*.http"))]


def _read(path: Path) -> RawRequest:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    comments = [line[2:].strip() for line in lines if line.startswith("# ")][:2]
    told = _ANSWERS.fullmatch(comments[1])
    assert told is not None, path
    text = "".join(lines[2:])
    return RawRequest(path.stem, comments[0], int(told[1]), told[2], told[3], text)


def send(request: RawRequest, url: str) -> tuple[int, str, bytes]:
    """Send a request. ``url``: of the backend. Returns status, media type and body of the answer."""
    host = urlsplit(url).netloc
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=30) as connection:
        connection.sendall(request.sent(host))
        response = HTTPResponse(connection, method=request.text.partition(" ")[0])
        response.begin()
        body = response.read()
        # As a client does that says it takes that.
        if response.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        return response.status, response.headers["Content-Type"], body
