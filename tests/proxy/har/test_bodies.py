"""Texts of HAR files as bytes."""

from typing import Any

import pytest

from proxy.har.bodies import UNREADABLE, Unsaid, answered, body_of

TEXTS: dict[str, tuple[dict[str, Any], int | None, bytes]] = {
    "UTF-8": ({"text": "é"}, 2, b"\xc3\xa9"),
    "UTF-8, size unknown": ({"text": "é"}, None, b"\xc3\xa9"),
    "UTF-8, size of something else": ({"text": "é"}, 99, b"\xc3\xa9"),
    "read as ISO 8859-1": ({"text": "\xc3\xa9"}, 2, b"\xc3\xa9"),
    "ISO 8859-1": ({"text": "é", "mimeType": "text/plain; charset=ISO-8859-1"}, 1, b"\xe9"),
    "of another charset": ({"text": "€", "mimeType": 'text/plain; charset="windows-1252"'}, 1, b"\x80"),
    "of an unknown charset": ({"text": "é", "mimeType": "text/plain; charset=x"}, 2, b"\xc3\xa9"),
    "bytes that are no UTF-8": ({"text": "caf\udce9"}, 4, b"caf\xe9"),
    "base64": ({"text": "/w==", "encoding": "base64"}, 1, b"\xff"),
    "base64 in lines": ({"text": "/w\r\n==", "encoding": "base64"}, None, b"\xff"),
    "base64, size of the coded body": ({"text": "/w==", "encoding": "base64"}, 77, b"\xff"),
    "no base64": ({"text": "{}", "encoding": "base64"}, None, b"{}"),
    "base64 by accident": ({"text": "null", "encoding": "base64"}, 4, b"null"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_the_bytes_that_were_meant(name: str) -> None:
    """The size decides where a text can be several."""
    content, size, body = TEXTS[name]
    assert body_of(content, size) == body


def test_half_a_character_is_no_text() -> None:
    """Nobody knows its bytes."""
    with pytest.raises(Unsaid, match=UNREADABLE):
        body_of({"text": "\ud83d"}, 3)


LENGTH = [{"name": "Content-Length", "value": "851"}]
EMPTY: dict[str, tuple[dict[str, Any], str]] = {
    "size 0": ({"content": {"size": 0}}, "GET"),
    "an empty text": ({"content": {"text": ""}}, "GET"),
    "length 0": ({"content": {}, "headers": [{"name": "content-length", "value": "0"}]}, "GET"),
    "HEAD": ({"content": {"size": 851}, "headers": LENGTH}, "HEAD"),
    "204": ({"status": 204}, "GET"),
}
UNSAVED: dict[str, dict[str, Any]] = {
    "no content": {},
    "size -1": {"content": {"size": -1}},
    "size absent": {"content": {"mimeType": "application/json"}},
    "a size": {"content": {"size": 851}},
    "an empty text with a size": {"content": {"text": "", "size": 851}},
    "a length": {"content": {"size": 0}, "headers": LENGTH},
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_body_is_told_apart(name: str) -> None:
    """Where something says that there was none."""
    response, method = EMPTY[name]
    assert answered(response, method) == b""


@pytest.mark.parametrize("name", UNSAVED)
def test_from_one_that_was_not_saved(name: str) -> None:
    """It is not taken for an empty one."""
    with pytest.raises(Unsaid, match="without their content"):
        answered(UNSAVED[name], "GET")
