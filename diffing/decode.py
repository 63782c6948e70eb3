"""From bytes to a document: content coding, media type, JSON, XML error documents, and what is none of these."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum

from diffing.coding import MOST, Unreadable, plain
from diffing.model import Observation
from diffing.xml_tree import NotXml, json_tree, parse_xml


class Form(StrEnum):
    """What a body turned out to be."""

    JSON = "json"  # or the JSON tree of XML
    ERROR = "error"  # the legacy error document, in either of its forms
    EMPTY = "empty"
    HTML = "html"  # also an empty one: PHP sends nothing under that type when it dies
    TEXT = "text"
    BROKEN = "broken"  # says that it is JSON or XML and is not
    TWO_DOCUMENTS = "two_documents"
    CODED = "coded"  # in a content coding that cannot be undone, or too long


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body understood.

    Args:
        media_type: Lower-case, without parameters.
        document: The JSON document; for `ERROR` the dict below its `error` key.
        why: For `BROKEN` and `CODED`, what is wrong with it.
        body: The bytes without content coding.
        pasted: Texts were read as they stand, not as JSON or XML says.
        names: The keys that helped with it.
    """

    form: Form
    media_type: str
    document: object = None
    why: str = ""
    body: bytes = b""
    pasted: bool = False
    names: frozenset[str] = frozenset()


class _Duplicate(ValueError):
    pass


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise _Duplicate("an object names a key twice")
    return document


def _finite(text: str) -> float:
    value = float(text)
    if value - value != 0.0:
        raise ValueError(f"{text} is too large for a double")
    return value


def _refused(text: str) -> object:
    raise ValueError(f"{text} is not JSON")


# The standard library's reader, not orjson: that one turns integers beyond 64 bit into floats and hides double keys.
_decoder = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_finite, parse_constant=_refused)


def load_json(body: bytes) -> object:
    """The document of a JSON text. Raises ValueError: not UTF-8, a byte order mark, not JSON, a double key, NaN or
    infinity.
    """
    return _decoder.decode(body.decode("utf-8"))


def decode(observation: Observation, most: int = MOST) -> Decoded:
    """Understand a body by its media type; never raises. ``most``: most bytes that are read."""
    content_type = observation.header("content-type") or ""
    media_type = content_type.partition(";")[0].strip().lower()
    try:
        body = plain(observation, most).body
    except Unreadable as error:
        return Decoded(Form.CODED, media_type, why=str(error))
    if len(body) > most:
        return Decoded(Form.CODED, media_type, why=f"more than {most} bytes")
    return replace(_decoded(body, media_type), body=body)


def _decoded(body: bytes, media_type: str) -> Decoded:
    if media_type == "text/html":
        return Decoded(Form.HTML, media_type)
    if not body:
        return Decoded(Form.EMPTY, media_type)
    if media_type == "application/json" or media_type.endswith("+json"):
        return _json(body, media_type)
    if media_type in ("text/xml", "application/xml"):
        return _xml(body, media_type)
    return Decoded(Form.TEXT, media_type, document=body)


def _json(body: bytes, media_type: str) -> Decoded:
    try:
        document = load_json(body)
    except ValueError as error:
        return Decoded(_broken(body), media_type, why=str(error))
    except RecursionError:
        return Decoded(Form.BROKEN, media_type, why="nested too deeply")
    if isinstance(document, dict) and document.keys() == {"error"} and isinstance(document["error"], dict):
        return Decoded(Form.ERROR, media_type, document["error"])
    return Decoded(Form.JSON, media_type, document)


def _broken(body: bytes) -> Form:
    """Two documents in one body (legacy notes, data 12, point 11): a whole one, then the beginning of another."""
    try:
        _, end = _decoder.raw_decode(body.decode("utf-8").lstrip())
    except (ValueError, RecursionError):
        return Form.BROKEN
    return Form.TWO_DOCUMENTS if end else Form.BROKEN


def _xml(body: bytes, media_type: str) -> Decoded:
    """XML as the JSON tree; the errors of the key check are XML under /json/ too (legacy notes, data 3.2)."""
    try:
        root = parse_xml(body)
    except NotXml as error:
        return Decoded(Form.BROKEN, media_type, why=str(error))
    tree = json_tree(root)
    fields = tree.get("error")
    if isinstance(fields, dict):
        return Decoded(Form.ERROR, media_type, fields)
    return Decoded(Form.JSON, media_type, tree)
