"""From bytes to documents."""

import gzip

import pytest

from diffing.decode import Form, decode, load_json
from diffing.model import Observation


def answer(body: bytes, content_type: str, *headers: tuple[str, str]) -> Observation:
    """An answer of 200."""
    return Observation(200, (("Content-Type", content_type), *headers), body)


def test_json_is_decoded_by_its_media_type() -> None:
    """Parameters of the media type do not matter."""
    assert decode(answer(b'{"a":1}', "application/json; charset=utf-8")).document == {"a": 1}


def test_integers_beyond_64_bit_stay_integers() -> None:
    """A reader that makes floats of them would call different numbers equal."""
    assert load_json(b"[123456789012345678901]") == [123456789012345678901]


@pytest.mark.parametrize(
    "body", [b'{"a":1,"a":2}', b"[NaN]", b"[1e999]", b"\xef\xbb\xbf{}", b"[1", b'"\xff"']
)
def test_what_is_no_json_is_broken(body: bytes) -> None:
    """Double keys, NaN, infinity, a byte order mark and bytes that are no UTF-8 are never guessed at."""
    assert decode(answer(body, "application/json")).form is Form.BROKEN


@pytest.mark.parametrize("body", [b"[" * 100_000 + b"]" * 100_000, b"[1][" + b"[" * 100_000])
def test_what_is_nested_too_deeply_is_broken(body: bytes) -> None:
    """It is said, it does not fail."""
    assert decode(answer(body, "application/json")).form in (Form.BROKEN, Form.TWO_DOCUMENTS)


def test_two_documents_in_one_body_are_seen() -> None:
    """PHP prints an error and then a success (legacy notes, data 12, point 11)."""
    assert decode(answer(b'{"error":{}}{"a":1}', "application/json")).form is Form.TWO_DOCUMENTS


def test_an_xml_error_is_an_error_document() -> None:
    """Errors of the key check are XML under /json/ too."""
    root = b'<oml:error xmlns:oml="http://openml.org/openml">'
    body = root + b"\n<oml:code>103</oml:code><oml:message>No </oml:message></oml:error>"
    decoded = decode(answer(body, "text/xml; charset=utf-8"))
    assert (decoded.form, decoded.document) == (Form.ERROR, {"code": "103", "message": "No"})


def test_content_coding_is_undone() -> None:
    """A compressed answer is compared by what it says."""
    assert decode(
        answer(gzip.compress(b"[1]"), "application/json", ("Content-Encoding", "gzip"))
    ).document == [1]


def test_a_coding_that_cannot_be_undone_is_told() -> None:
    """Nothing is said of what is in it."""
    found = decode(answer(b"x", "application/json", ("Content-Encoding", "br")))
    assert (found.form, found.why[:14]) == (Form.CODED, "content coding")


def test_an_html_page_is_seen() -> None:
    """PHP's front answers some paths with pages."""
    assert decode(answer(b"<html>", "text/html")).form is Form.HTML


@pytest.mark.parametrize("coded", [False, True])
def test_what_is_too_long_is_not_read(coded: bool) -> None:
    """Neither as it is, nor once it is expanded."""
    body = b'{"a":"%b"}' % (b"x" * 5000)
    headers = (("content-type", "application/json"), *((("content-encoding", "gzip"),) if coded else ()))
    answer = Observation(200, headers, gzip.compress(body) if coded else body)
    assert decode(answer, 5008).form is Form.JSON
    assert decode(answer, 5007).form is Form.CODED
    assert "more than 5007 bytes" in decode(answer, 5007).why
