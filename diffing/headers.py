"""The headers that clients depend on: media type and CORS. All others are transport."""

from __future__ import annotations

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
    """Whether an answer that nothing can be compared with may be read by pages of every origin."""
    if new.header(ORIGIN) != "*":
        yield Difference(f"header.{ORIGIN}", "value", "*", new.header(ORIGIN))


def like_differences(new: Observation, other: Observation) -> Iterator[Difference]:
    """Where the compared headers of two answers of the new side to one request in two forms differ."""
    for name in ("content-type", ORIGIN, ALLOWED):
        if new.header(name) != other.header(name):
            yield Difference(f"header.{name}", "value", other.header(name), new.header(name))


def preflight_differences(new: Observation) -> Iterator[Difference]:
    """What an answer to a CORS preflight lacks."""
    if new.status not in (200, 204):
        yield Difference("status", "status", "200 or 204", new.status)
    yield from origin_differences(new)
    for name in (ALLOWED, METHODS):
        if not new.header(name):
            yield Difference(f"header.{name}", "missing", "demanded of a preflight answer", None)


def _tokens(value: str | None) -> set[str]:
    return {token.strip().lower() for token in (value or "").split(",") if token.strip()}
