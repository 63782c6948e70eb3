"""Facts of an exchange."""

from pathlib import Path

import pytest

from config.location import config_directory
from config.routes import load_routes
from proxy.compare.questions import bodiless, legacy_get, only_reads, with_key_of
from proxy.message.translation import Request, Translation
from proxy.translate.to_new import legacy_to_new

CODED = (("Content-Encoding", "gzip"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "9"), ("X-A", "1"))


def test_a_request_without_its_body_says_nothing_of_it() -> None:
    """Other fields stay."""
    assert bodiless(Request("POST", b"/x", FORM, b"api_key=k")) == (("X-A", "1"),)


@pytest.mark.parametrize(
    "request_", [Request("GET", b"/x?api_key=k%26"), Request("POST", b"/x", FORM, b"api_key=k%26")]
)
def test_the_key_goes_along(request_: Request) -> None:
    """From query or form."""
    assert with_key_of(request_, "/datasets/1") == b"/datasets/1?api_key=k%26"


@pytest.mark.parametrize(
    ("method", "target", "body", "again"),
    [
        ("POST", b"/api/v1/json/flow/exists", b"name=a&external_version=1", True),
        ("POST", b"/api/v1/json/data/list/limit/1", b"", True),
        ("GET", b"/api/v1/json/data/1", b"", True),
        ("GET", b"/api/v1/json/run/reset/1", b"", False),
        ("POST", b"/api/v1/json/data/tag", b"data_id=1&tag=a", False),
        ("DELETE", b"/api/v1/json/data/1", b"", False),
        ("POST", b"/api/v1/json/nothing/of/ours", b"", False),
        ("GET", b"/nothing", b"", False),
    ],
)
def test_only_reads_are_sent_again(method: str, target: bytes, body: bytes, again: bool) -> None:
    """By whatever method they are asked."""
    request = Request(method, target, FORM, body)
    assert only_reads(method, legacy_to_new(request, load_routes(config_directory()))) is again


@pytest.mark.parametrize(
    ("method", "target", "body", "expected"),
    [
        ("HEAD", b"/api/v1/json/data/1?api_key=k", b"", b"/api/v1/json/data/1?api_key=k"),
        ("POST", b"/api/v1/xml/task/list", b"api_key=k", b"/api/v1/xml/task/list?api_key=k"),
    ],
)
def test_the_get_that_stands_for_another_request(
    method: str, target: bytes, body: bytes, expected: bytes
) -> None:
    """The key of the form goes into the query; the client's form of answer stays."""
    routes = load_routes(Path(__file__).parent.parent.parent.parent / "config")
    request = Request(method, target, FORM[:1] if body else (), body)
    translation = legacy_to_new(request, routes)
    assert isinstance(translation, Translation)
    found = legacy_get(request, translation, routes)
    assert found is not None
    assert (found.method, found.target, found.body) == ("GET", expected, b"")


def test_no_get_stands_for_what_php_reads_of_a_form_only() -> None:
    """Its bare path would ask for something else."""
    routes = load_routes(Path(__file__).parent.parent.parent.parent / "config")
    request = Request("POST", b"/api/v1/json/flow/exists", FORM[:1], b"name=a&external_version=1")
    translation = legacy_to_new(request, routes)
    assert isinstance(translation, Translation)
    assert legacy_get(request, translation, routes) is None
