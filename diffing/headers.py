"""The headers that clients depend on: media type and CORS. All others are transport."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from config.routes import gives_files
from diffing.coding import NAME as CODING
from diffing.decode import Decoded
from diffing.model import Asked, Difference, Observation

JSON: Final = "application/json"
ORIGIN: Final = "access-control-allow-origin"
ALLOWED: Final = "access-control-allow-headers"
METHODS: Final = "access-control-allow-methods"
COMPARED: Final = frozenset(
    {"content-type", CODING, ORIGIN, ALLOWED, METHODS, "www-authenticate", "allow", "location"}
)
"""A comparison looks at no others."""
CHALLENGE: Final = 'Bearer realm="OpenML", Basic realm="OpenML"'
"""How to authenticate, on every 401."""
HTTP_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

_SINGLE: Final = ("content-type", ORIGIN, "location")
_UTF_8: Final = re.compile(r"[\w.+-]+/[\w.+-]+(?: *; *charset=\"?utf-8\"?)?", re.IGNORECASE)
_OF_PHP: Final = frozenset({"origin", "x-requested-with", "content-type", "accept"})
"""The request headers that PHP allows, with every answer."""


def compared(observation: Observation) -> Observation:
    """What a comparison looks at of an answer: no other headers, and not how long it took."""
    headers = tuple(pair for pair in observation.headers if pair[0].lower() in COMPARED)
    return replace(observation, headers=headers, seconds=0.0)


def header_differences(
    asked: Asked, legacy: Observation, old: Decoded, new: Observation, young: Decoded
) -> Iterator[Difference]:
    """Where the compared headers of two successful answers differ.

    The new side may allow more request headers than PHP does (it reads `Authorization`), never fewer.
    """
    # The new API has one form: who asked for XML gets the same document as JSON. Files stay what they are.
    in_json = asked.format == "xml" and old.media_type.endswith("/xml") and not gives_files(asked.route)
    wanted = JSON if in_json else old.media_type
    if wanted != young.media_type:
        yield Difference("header.content-type", "value", wanted, young.media_type)
    elif (said := _charset(legacy)) != (says := _charset(new)) and wanted.startswith("text/") and said:
        yield Difference("header.content-type", "value", said, says)
    yield from _moved(legacy, new)
    if legacy.header(ORIGIN) != new.header(ORIGIN):
        yield Difference(f"header.{ORIGIN}", "value", legacy.header(ORIGIN), new.header(ORIGIN))
    if not _tokens(legacy.header(ALLOWED)) <= _tokens(new.header(ALLOWED)):
        yield Difference(f"header.{ALLOWED}", "value", legacy.header(ALLOWED), new.header(ALLOWED))


def _moved(legacy: Observation, new: Observation) -> Iterator[Difference]:
    """Where two redirections lead elsewhere."""
    if 300 <= (new.status or 0) < 400 and legacy.header("location") != new.header("location"):
        yield Difference("header.location", "value", legacy.header("location"), new.header("location"))


def origin_differences(new: Observation) -> Iterator[Difference]:
    """Whether an answer that nothing can be compared with may be read by pages of every origin, as PHP's may."""
    if new.header(ORIGIN) != "*":
        yield Difference(f"header.{ORIGIN}", "value", "*", new.header(ORIGIN))
    if not _tokens(new.header(ALLOWED)) >= _OF_PHP:
        yield Difference(f"header.{ALLOWED}", "value", ", ".join(sorted(_OF_PHP)), new.header(ALLOWED))


def form_differences(new: Observation) -> Iterator[Difference]:
    """What is wrong with the headers of a new answer, whatever legacy's are."""
    for name in _SINGLE:
        values = [value for key, value in new.headers if key.lower() == name]
        if len(values) > 1:
            yield Difference(f"header.{name}", "duplicate", values[0], values[1:])
    content_type = new.header("content-type")
    if content_type is not None and not _UTF_8.fullmatch(content_type):
        yield Difference("header.content-type", "value", "a media type, in UTF-8", content_type)
    challenge = new.header("www-authenticate")
    if challenge is not None and (challenge != CHALLENGE or new.status != 401):
        yield Difference("header.www-authenticate", "value", CHALLENGE, challenge)


def methods_differences(asked: Asked, new: Observation, name: str) -> Iterator[Difference]:
    """Whether a header names methods, each once, and all of the route's own. ``new``: the new answer."""
    value = new.header(name)
    named = [part.strip() for part in (value or "").split(",")]
    wanted = {"OPTIONS"}
    if asked.route is not None:
        wanted |= {asked.route.new.method, *asked.route.new.also}
        wanted |= {"HEAD"} if "GET" in wanted else set()
    if not wanted <= set(named) <= HTTP_METHODS or len(named) != len(set(named)):
        yield Difference(f"header.{name}", "value", ", ".join(sorted(wanted)), value)


def like_differences(new: Observation, other: Observation) -> Iterator[Difference]:
    """Where the compared headers of two answers of the new side to one request in two forms differ."""
    for name in ("content-type", ORIGIN, ALLOWED):
        if new.header(name) != other.header(name):
            yield Difference(f"header.{name}", "value", other.header(name), new.header(name))


def preflight_differences(asked: Asked, new: Observation) -> Iterator[Difference]:
    """What an answer to a CORS preflight lacks."""
    if new.status not in (200, 204):
        yield Difference("status", "status", "200 or 204", new.status)
    if new.body and new.status == 204:
        yield Difference("$", "extra", None, f"{len(new.body)} bytes")
    yield from origin_differences(new)
    if "authorization" not in _tokens(new.header(ALLOWED)):
        yield Difference(f"header.{ALLOWED}", "missing", "authorization", new.header(ALLOWED))
    yield from methods_differences(asked, new, METHODS)
    allow = new.header("allow")
    if allow is not None and _tokens(allow) != _tokens(new.header(METHODS)):
        yield Difference("header.allow", "value", new.header(METHODS), allow)


def _charset(answer: Observation) -> str:
    """The character set that an answer names, in small letters; empty where it names none."""
    _, _, found = (answer.header("content-type") or "").lower().partition("charset=")
    return found.partition(";")[0].strip(' "')


def _tokens(value: str | None) -> set[str]:
    return {token.strip().lower() for token in (value or "").split(",") if token.strip()}
