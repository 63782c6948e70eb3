"""Further requests: the key goes along, the body does not."""

from pathlib import Path

import pytest

from config.location import config_directory
from config.routes import load_routes
from diffing.model import FollowUp
from proxy.compare.further import bodiless, further_requests, legacy_get, with_key_of
from proxy.message.translation import Request, Translation
from proxy.translate.to_new import legacy_to_new

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
    ("target", "body", "expected"),
    [
        (b"/x", b"a=1&api_key=k%26", b"/datasets/1?api_key=k%26"),
        (b"/x?api_key=q", b"api_key=k", b"/datasets/1?api_key=q"),
        (b"/x", b"a=1", b"/datasets/1"),
    ],
)
def test_a_premise_is_asked_for_with_the_key_of_the_request(
    target: bytes, body: bytes, expected: bytes
) -> None:
    """In the query, else in the form; the question has no body."""
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "*/*"))
    sent = Request("POST", target, headers, body)
    found = further_requests((FollowUp.PREMISE, "/datasets/1"), sent, None, face=False)
    assert found == (Request("GET", expected, (("Accept", "*/*"),)),)


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


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FollowUp.UNLIMITED, [b"/tasks?tag=a&sort_order=up&api_key=k"]),
        (FollowUp.UNSORTED, [b"/tasks?tag=a&api_key=k"]),
        (FollowUp.STRANGER, [b"/tasks?limit=2&tag=a&sort_order=up"]),
        (FollowUp.NEW_GET, [b"/tasks?limit=2&tag=a&sort_order=up&api_key=k"]),
    ],
)
def test_a_list_is_asked_for_again_by_the_key_of_its_form(kind: FollowUp, expected: list[bytes]) -> None:
    """Without its body; a stranger has no key."""
    request = Request("POST", b"/tasks?limit=2&tag=a&sort_order=up", FORM, b"api_key=k")
    found = further_requests((kind, None), request, None, face=False)
    assert [one.target for one in found] == expected
    assert {(one.method, one.body) for one in found} == {("GET", b"")}


def test_a_whole_list_of_php_has_as_high_a_limit_as_it_takes() -> None:
    """Where it wants one: the first that is answered counts; the request stays as the client sent it."""
    route = load_routes(config_directory())["task.list"]
    request = Request("POST", b"/api/v1/xml/task/list/limit/2", FORM, b"api_key=k")
    found = further_requests((FollowUp.UNLIMITED, None), request, route, face=True)
    assert [one.target for one in found] == [
        b"/api/v1/xml/task/list",
        b"/api/v1/xml/task/list/limit/10000",
        b"/api/v1/xml/task/list/limit/1000",
    ]
    assert {(one.method, one.body) for one in found} == {("POST", b"api_key=k")}
