"""No input costs more than its length: every expression and every parser that sees outside text is named here.

What is measured is processor time on texts that make careless expressions look at each character again and again: at
this length a quadratic one takes a quarter of a second and more, a linear one milliseconds. ``PROVE=1`` takes texts
twice as long, and also compares n with 8n.
"""

import importlib
import os
import pkgutil
import re
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, ModuleType

import pytest

import backend
import config
import diffing
import proxy
from backend.input.arff_check import check_arff
from backend.input.request_input import is_deeper
from backend.input.xml_documents import IllegalDocument, parse
from backend.legacy.filters import limited, read_filters
from backend.legacy.pairs import pasted
from backend.legacy.tree import element, markup, to_json
from backend.legacy.writing import to_xml
from backend.legacy_gateway import is_legacy
from backend.problems import Problem
from backend.tasks.constraints import _filled
from backend.tasks.templates import _placeholders
from config.location import config_directory
from config.php.filtered import filtered
from config.php.requests import parse_form, read_target
from config.php.text import csv_fields, split_commas
from config.routes import load_routes
from config.settings import Limits
from diffing.decode import Form, decode
from diffing.face import FaceAsked, compare_faces
from diffing.model import Observation
from diffing.paths import generalise
from diffing.repair import repaired
from proxy.inbound.chunks import Chunked
from proxy.inbound.forwarded import Forwarding
from proxy.inbound.guard import refusal
from proxy.inbound.head import HeadReader, Refused
from proxy.message.forms import (
    MULTIPART,
    URLENCODED,
    odd_names,
    read_beginnings,
    read_contents,
    read_fields,
    read_files,
)
from proxy.message.redact import Redactor, redacted_target, secrets_of
from proxy.message.translation import Request
from proxy.rollout.caller import Callers
from proxy.translate.to_new import legacy_to_new, new_to_legacy

PROVE = bool(os.environ.get("PROVE"))
LENGTH = 20_000 if PROVE else 10_000
# A quarter for half the length: what passes here passes there, too.
MOST_SECONDS = 0.5 if PROVE else 0.125
# How an expression is asked, where it is not searched for; an anchored one may not be searched for.
ANCHORED = {
    "diffing.headers._UTF_8": "fullmatch",
    "diffing.repair._BARE": "match",
    "diffing.repair._BLANKS": "match",
    "diffing.repair._KEY": "match",
    "backend.legacy_gateway._ALLOWED": "fullmatch",
    "backend.legacy_gateway._PERHAPS": "match",
    "backend.tasks.filters.NUMERIC": "match",
    "proxy.inbound.chunks._SIZE": "fullmatch",
    "proxy.inbound.chunks._TRAILER": "fullmatch",
    "proxy.inbound.head._LINE": "fullmatch",
    "proxy.inbound.head._ABSOLUTE": "fullmatch",
    "backend.database.storing._NUMBER": "match",
    "backend.files.serving._RANGE": "fullmatch",
    "config.routes._NAME": "fullmatch",
    "config.php.multipart._KEY": "match",
    "config.php.numbers.NUMERIC": "match",
    "backend.tasks.constraints._CONDITION": "match",
    "backend.tasks.constraints._LEADING_NUMBER": "match",
}
# These are asked for up to the last place where they can end; the function that does so is among the parsers.
WITHIN = {
    "backend.tasks.constraints._INPUT",
    "config.php.filtered._SCRIPT",
    "config.php.filtered._CALL",
    "diffing.paths._ROW",
}
UNITS = [
    *(
        "a",
        "0",
        " ",
        "\t",
        "\n",
        "\r\n",
        ".",
        "-",
        "/",
        "\\",
        "[",
        "[a",
        "]",
        "<",
        "</",
        "<a",
        "<a>",
        ">",
        '"',
        "'",
        '\\"',
    ),
    *(
        "&",
        "&a",
        "&a=b",
        "=",
        "a=",
        "%",
        "%3",
        "%26",
        "%%26",
        "?",
        "?a",
        ";",
        "; ",
        ",",
        "{",
        "}",
        "(",
        "1e",
        "1.",
        "+1",
    ),
    *(
        "<script",
        "</script",
        "alert(",
        "file (",
        "[INPUT:",
        "[LOOKUP:",
        "/api_key/",
        "/token/a",
        "<api_key ",
        "<api_key>a",
    ),
    *(
        '"api_key":',
        '"api_key": "',
        '"api_key":"\\',
        '"a:',
        "a:",
        'a="',
        "for=",
        'for="\\"',
        'for="a";',
        'boundary="',
        "KEY_OF_a",
    ),
    *(
        "2026-01-01 00:00:0",
        'W/"',
        "bytes=1",
        "http://",
        "api_key=abcdef&",
        "=%3d",
        "token%",
        "\n--",
        "\r\n--b",
    ),
    *(
        "content-disposition:",
        'content-disposition: form-data; name="api_key"\r\n',
        'content-disposition:; name="',
    ),
    *(
        '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n',
        "1\r\na\r\n",
        "1;a=b\r\nx\r\n",
        "A: b\r\n",
    ),
]
ROUTES = load_routes(config_directory())
FORMS = (URLENCODED, f"{MULTIPART}; boundary=b")


def expressions() -> Iterator[tuple[str, "re.Pattern[str] | re.Pattern[bytes]"]]:
    """Every expression that a module holds, alone or in a collection, with its name."""
    for package in (proxy, backend, diffing, config):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield from _of(importlib.import_module(found.name))


def _of(module: ModuleType) -> Iterator[tuple[str, "re.Pattern[str] | re.Pattern[bytes]"]]:
    for name, value in vars(module).items():
        inner = (
            value.values()
            if isinstance(value, dict)
            else value
            if isinstance(value, list | tuple)
            else [value]
        )
        for one in inner:
            if isinstance(one, re.Pattern):
                yield f"{module.__name__}.{name}", one


def _heads(text: bytes) -> None:
    reader = HeadReader(Limits(header_bytes=10**9, target_bytes=10**9, header_count=10**9))
    reader.add(b"GET / HTTP/1.1\r\nA: " + text + b"\r\n\r\n")
    reader.head()


def _form(text: bytes) -> None:
    for kind in FORMS:
        read_fields(kind, text), read_files(kind, text), odd_names(kind, text), read_contents(kind, text)
        read_beginnings(kind, text, ("a",), 100)


def _translated(text: bytes) -> None:
    for kind in FORMS:
        headers = (("content-type", kind), ("cookie", text.decode("latin-1")))
        for target in (b"/api/v1/json/data/tag", b"/api/v1/json/data/list/" + text[:16_000]):
            request = Request("POST", target, headers, text)
            legacy_to_new(request, ROUTES)
            Callers("cookie:a").of(request, "127.0.0.1")
        new_to_legacy(Request("POST", b"/datasets/tag", headers, text), ROUTES)
    new_to_legacy(Request("POST", b"/datasets/tag", (("content-type", "application/json"),), text), ROUTES)


def _arff(text: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(ValueError, Problem):
        file = Path(folder) / "a.arff"
        file.write_bytes(b"@relation r\n@attribute a " + text + b"\n@attribute b string\n@data\n" + text)
        check_arff(file)


def _broken(text: bytes) -> None:
    for kind in ("application/json", "text/xml"):
        for body in (text, b'{"a":"' + text + b'"}', b"<oml:a>" + text + b"</oml:a>"):
            answer = decode(Observation(200, (("content-type", kind),), body))
            list(repaired(answer, frozenset({"a"})) if answer.form is Form.BROKEN else ())


def _faces(text: bytes) -> None:
    for kind, native in (("application/json", True), ("application/json", False), ("text/xml", False)):
        for body in (text, b'{"a":["' + text + b'"]}', b"<oml:a>" + text + b"</oml:a>"):
            asked = FaceAsked(native=native, limited=True, listed=True)
            answers = [Observation(200, (("content-type", kind),), sent) for sent in (b'{"a":["b"]}', body)]
            compare_faces(asked, answers[0], answers[1], answers[1])
            compare_faces(asked, answers[1], answers[0], answers[0])


def _stored(text: bytes) -> None:
    tree = element("a", markup("b", f"<c>{_text(text)}</c>"), markup("b", _text(text)))
    to_json(tree), to_xml(tree)
    pasted([("a", _text(text)), ("b", f'","c":{_text(text)}')])


def _filters(text: bytes) -> None:
    template = next(route for route in ROUTES if route.name == "dataset.list").legacy
    assert template is not None
    for value in (_text(text), f"1,{_text(text)}"):
        found = read_filters(template, ("limit", value, "tag", value, *value.split("/")))
        limited(template, {"limit": value if value.strip("0123456789,") == "" else "1"})
        assert found
    read_target(b"/api/v1/json/data/list/" + text), raw_is_legacy(text)


def raw_is_legacy(text: bytes) -> bool:
    """Whether the backend takes a target for one of PHP's."""
    return is_legacy({"path": "/", "raw_path": b"/" + text, "query_string": b""})


def _text(text: bytes) -> str:
    return text.decode("latin-1")


# Every function that reads what clients and sides send, before or without a limit in time.
PARSERS: dict[str, Callable[[bytes], object]] = {
    "heads": _heads,
    "chunks": lambda text: Chunked(Limits()).take(text),
    "guard": lambda text: refusal(
        "GET", text, [(b"host", text), (b"connection", text)], Limits(target_bytes=10**9)
    ),
    "forwarded": lambda text: Forwarding(["127.0.0.1"]).of([(b"forwarded", text)], "127.0.0.1", "http"),
    "x-forwarded-for": lambda text: Forwarding(["::1"]).of([(b"x-forwarded-for", text)], "::1", "http"),
    "forms": _form,
    "query": lambda text: (parse_form(_text(text)), read_target(b"/a?" + text), read_target(b"/" + text)),
    "translation": _translated,
    "redacted body": lambda text: (
        Redactor().body(text),
        Redactor().body(text, (("content-type", URLENCODED),)),
        Redactor().body(b"content-disposition: form-data; name=" + text),
    ),
    "redacted target": lambda text: (Redactor().target(text), redacted_target(text)),
    "redacted headers": lambda text: Redactor().headers((("referer", _text(text)), ("cookie", _text(text)))),
    "secrets": lambda text: secrets_of(text, (("authorization", _text(text)),), text),
    "paths": lambda text: generalise(_text(text)),
    "constraints of tasks": lambda text: _filled(_text(text), {}, 1),
    "templates of tasks": lambda text: _placeholders(_text(text)),
    "broken answers": _broken,
    "answers of one dialect": _faces,
    "stored texts with markup": _stored,
    "filters of the legacy dialect": _filters,
    "PHP's filter": lambda text: filtered(_text(text)),
    "CSV": lambda text: (csv_fields(_text(text)), split_commas(_text(text))),
    "XML": parse,
    "depth": lambda text: is_deeper([[_text(text)]] * 1000, 100),
    "ARFF": _arff,
}


class _TooLong(Exception):
    pass


@contextmanager
def _limited() -> Iterator[None]:
    """End what takes too much processor time, so that a red test is red soon."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS * (40 if PROVE else 8))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seconds(work: Callable[[bytes], object], text: bytes) -> float:
    """The processor time that a text takes; what is refused is refused."""
    started = time.process_time()
    try:
        with _limited():
            work(text)
    except (Refused, IllegalDocument):
        pass
    return time.process_time() - started


def check(work: Callable[[bytes], object]) -> None:
    """Whether all texts cost no more than their length."""
    for unit in UNITS:
        for tail in (b"", b"\x00"):
            text = (unit.encode() * LENGTH)[:LENGTH] + tail
            taken = seconds(work, text)
            if taken >= MOST_SECONDS:  # a busy machine makes short work look long, once
                taken = seconds(work, text)
            assert taken < MOST_SECONDS, unit
            if PROVE and taken > 0.005:
                assert seconds(work, text * 8) < 16 * taken, unit


@pytest.mark.parametrize(
    ("name", "expression"), list(expressions()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_expression_is_linear(name: str, expression: "re.Pattern[str] | re.Pattern[bytes]") -> None:
    """As it is used: a new one that is searched for must be, too."""
    if name in WITHIN:
        return
    how = ANCHORED.get(name, "finditer")

    def work(text: bytes) -> None:
        found = getattr(expression, how)(text if isinstance(expression.pattern, bytes) else _text(text))
        if how == "finditer":
            for _ in found:
                pass

    check(work)


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_is_linear(name: str) -> None:
    """Whatever is repeated in what it reads."""
    check(PARSERS[name])


def test_the_exceptions_are_there() -> None:
    """An expression that is gone needs no word."""
    assert {*ANCHORED, *WITHIN} <= {name for name, _ in expressions()}
