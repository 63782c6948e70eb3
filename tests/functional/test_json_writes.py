"""Each write as JSON: rehearsed, it answers what the same as a form does."""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from lxml import etree

from backend.app import OPERATIONS
from config.location import config_directory
from config.routes import load_routes
from proxy.checking.scenarios import read_scenarios
from proxy.message.forms import read_fields, read_files
from proxy.message.translation import Request, Translation
from proxy.serve.rehearse import signed
from proxy.translate.to_new import legacy_to_new
from tests.backend.conftest import Writable, writable
from tests.functional.usual import usual_first

__all__ = ["writable"]

pytestmark = pytest.mark.anyio

WRITE = Path(__file__).parent.parent / "recordings" / "write"
SECRET = "tests sign with this"
OF_EACH = 6
_ID = re.compile(rb'(?<=id":)[0-9]+')
# JSON holds no file; a data set without one is fetched from its URL, and no test leaves this machine.
WITH_FILES = {"file.upload", "dataset.upload"}


def with_bodies() -> set[str]:
    """The writing operations that may have a JSON body."""
    routes = load_routes(config_directory(None))
    told = {operation.name: routes[operation.name] for operation in OPERATIONS}
    return {
        name
        for name, route in told.items()
        if route.writes and route.new.method in ("POST", "PUT") and (told[name].legacy is not None)
    } - WITH_FILES


ROUTES = with_bodies()


def content_type(write: Translation) -> str:
    """Of its body."""
    return next((value for name, value in write.headers if name.lower() == "content-type"), "")


def as_json(element: etree._Element) -> Any:
    """An XML description in JSON: members named like elements and attributes, what repeats is a list."""
    names = [etree.QName(child).localname for child in element]
    members: dict[str, Any] = {etree.QName(name).localname: value for name, value in element.attrib.items()}
    for child, name in zip(element, names, strict=True):
        value = as_json(child)
        if names.count(name) > 1:
            members.setdefault(name, []).append(value)
        else:
            members[name] = value
    if not members:
        return element.text or ""
    if not names and element.text:
        members["value"] = element.text
    return members


def json_of(write: Translation) -> dict[str, Any] | None:
    """The body as JSON; None when it is a form with files, or holds what JSON does not."""
    kind = content_type(write)
    fields: dict[str, Any] = {**read_fields(kind, write.body)}
    fields.pop("api_key", None)
    for name, value in fields.items():
        if value.lstrip().startswith("<"):
            return {**fields, name: as_json(etree.fromstring(value.encode()))}
    if not kind.startswith("multipart/"):
        return dict(fields)
    files = read_files(kind, write.body)
    if set(files) - {"description", "trace"} or len(files) > 1:
        return None
    [name] = files or ["description"]
    document = description(write.body)
    if document is None:
        return None
    return {**fields, name: document} if fields else document


def description(body: bytes) -> Any:
    """The XML document in a multipart body."""
    start, end = body.find(b"<oml:"), body.rfind(b"</oml:")
    if start < 0 or end < 0:
        return None
    try:
        return as_json(etree.fromstring(body[start : body.find(b">", end) + 1]))
    except etree.XMLSyntaxError:
        return None


def writes() -> Iterator[tuple[Translation, dict[str, Any]]]:
    """Recorded writes that changed something, some of each route, with their JSON."""
    routes = load_routes(config_directory(None))
    count: Counter[str] = Counter()
    plays = usual_first(read_scenarios([WRITE]))
    for step in (step for play in plays for step in play.steps if step.changes):
        sent = step.recording.request
        write = legacy_to_new(Request(sent.method, sent.target, sent.headers, sent.body), routes)
        if not isinstance(write, Translation) or write.route is None or write.route.name not in ROUTES:
            continue
        body = json_of(write) if count[write.route.name] < OF_EACH else None
        if body is not None:
            count[write.route.name] += 1
            yield write, body


async def rehearse(http: httpx.AsyncClient, write: Translation, kind: str, body: bytes) -> httpx.Response:
    """Ask for a write with its caller's key in the query, and have it taken back."""
    target = write.target
    if b"api_key=" not in target:
        key = read_fields(content_type(write), write.body).get("api_key", "")
        target += (b"&" if b"?" in target else b"?") + f"api_key={key}".encode()
    sign = signed(SECRET, Request(write.method, target, (), body), int(time.time()), secrets.token_hex(16))
    headers = {"content-type": kind, "parity-shadow": sign}
    return await http.request(write.method, target.decode("latin-1"), headers=headers, content=body)


def said(answer: httpx.Response, *, ids: bool) -> tuple[object, ...]:
    """The answer but for the words that tell where in a body something is wrong, and perhaps for new ids."""
    if answer.status_code == 422:
        return answer.status_code, answer.json().get("code")
    return answer.status_code, answer.content if ids else _ID.sub(b"", answer.content)


async def test_json_says_what_a_form_says(writable: Writable) -> None:
    """Same status, same document, of each operation that is no mere file."""
    answered, other = set(), []
    for write, body in writes():
        assert write.route is not None
        form = await rehearse(writable.http, write, content_type(write), write.body)
        json = await rehearse(writable.http, write, "application/json", orjson.dumps(body))
        if form.status_code == 200:
            answered.add(write.route.name)
        # A server goes on numbering after a rehearsal.
        ids = writable.database.is_sqlite
        if said(form, ids=ids) != said(json, ids=ids):
            other.append((write.route.name, form.text, json.text, body))
    assert other == []
    assert answered == ROUTES
