"""Requests are read as PHP's framework reads them."""

import pytest

from config.php.requests import (
    ApiPath,
    Target,
    decode,
    encode,
    parse_form,
    printable,
    read_api_path,
    read_target,
)


@pytest.mark.parametrize(
    ("target", "segments"),
    [
        (b"/api/v1/json/data/61", ("api", "v1", "json", "data", "61")),
        (b"//api//v1/json/data///61//", ("api", "v1", "json", "data", "61")),
        (b"/api/v1/json/data/61/..", ("api", "v1", "json", "data", "61")),
        (b"/api/v1/json/data/../61", ("api", "v1", "json", "data", "61")),
        (b"/api/v1/json/data/./61", ("api", "v1", "json", "data", ".", "61")),
        (b"/index.php/api/v1/json/data", ("api", "v1", "json", "data")),
        (b"/?/api/v1/json/data/0", ("api", "v1", "json", "data", "0")),
        (b"/data/%31", ("data", "%31")),
    ],
)
def test_a_path_becomes_segments(target: bytes, segments: tuple[str, ...]) -> None:
    """Empty segments and .. vanish, nothing is decoded (legacy notes, data 1.2)."""
    assert Target(segments, "") == read_target(target)


def test_a_query_behind_a_path_in_the_query_is_the_query() -> None:
    """/?/path?query keeps its query."""
    assert Target(("api",), "a=1") == read_target(b"/?/api?a=1")


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("api", "v1", "json", "data"), ApiPath("json", ("data",))),
        (("Api_new", "v1", "xml", "data"), ApiPath("xml", ("data",))),
        (("api", "v1", "data"), ApiPath("xml", ("data",))),
        (("api", "v1", "JSON", "data"), ApiPath("xml", ("JSON", "data"))),
        (("api", "v1"), None),
        (("API", "v1", "json"), None),
        (("api", "V1", "json"), None),
    ],
)
def test_prefix_and_format_are_taken_off(segments: tuple[str, ...], expected: ApiPath | None) -> None:
    """Letter case matters, a missing format means XML (legacy notes, data 1.1)."""
    assert expected == read_api_path(segments)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("api_key=a&api_key=b", {"api_key": "b"}),
        ("api_key", {"api_key": ""}),
        ("api_key[]=x", {"api_key": "Array"}),
        ("a+b=c+d%2B", {"a_b": "c d+"}),
        ("api[key=x&a+b[c.d=2&[e=3&f[]g=4", {"api_key": "x", "a_b_c.d": "2", "f": "Array"}),
        ("&=x&", {}),
    ],
)
def test_a_form_is_read_as_php_fills_its_arrays(text: str, fields: dict[str, str]) -> None:
    """The last value wins (recordings, gate)."""
    assert fields == parse_form(text)


def test_bytes_that_are_no_text_survive() -> None:
    """What was decoded can be encoded again as it was."""
    assert encode(decode("%E9%C3%A9")) == "%E9%C3%A9"


def test_encoding_keeps_what_php_takes_raw() -> None:
    """The allowed characters stay, also in the other direction."""
    assert encode("a~.:_-(),b c%/") == "a~.:_-(),b%20c%25%2F"


def test_reports_get_no_surrogates() -> None:
    """Undecodable bytes are shown as replacement characters."""
    assert printable(decode("%E9")) == "\ufffd"
