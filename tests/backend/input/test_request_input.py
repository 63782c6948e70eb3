"""What a request brings."""

import base64
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.types import Message, Scope

from backend.input.request_input import ABSENT, Given, RequestInput, read_input
from backend.problems import InputProblem, Problem

pytestmark = pytest.mark.anyio

FORM = "application/x-www-form-urlencoded"
LIMIT = 1000


async def received(
    query: str = "", body: bytes = b"", content_type: str = "", *, limit: int = LIMIT, **headers: str
) -> RequestInput:
    """Read a request with these parts."""
    fields = {"content-type": content_type, **headers}
    if body:
        fields.setdefault("content-length", str(len(body)))
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": query.encode(),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in fields.items() if value
        ],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    _, found = await read_input(scope, receive, limit)
    await found.form.close()
    return found


@pytest.mark.parametrize(
    ("query", "form", "authorization", "key"),
    [
        ("", "", "", None),
        ("api_key=a", "api_key=b", "Bearer c", "a"),
        ("api_key=a&api_key=b", "", "", "a"),
        ("api_key=", "api_key=b", "Bearer c", None),
        ("api_key=0", "", "", None),
        ("api_key", "", "", None),
        ("api_key[]=x", "", "", "x"),
        ("API_KEY=a", "api_key=b", "Bearer c", "b"),
        ("", "api_key=0", "Bearer c", None),
        ("", "", "Bearer c", "c"),
        ("", "", "bearer  c ", "c"),
        ("", "", "Basic " + base64.b64encode(b"c:").decode(), "c"),
        ("", "", "Basic " + base64.b64encode(b"me:c").decode(), "c"),
        ("", "", "Basic !!", "!!"),
        ("", "", "Digest c", None),
        ("api_key=%C3%28", "", "", "\ufffd("),
    ],
)
async def test_the_key_is_found_where_it_counts_first(
    query: str, form: str, authorization: str, key: str | None
) -> None:
    """Query, then form, then header; presence in the query hides the others; "" and 0 are none."""
    found = await received(query, form.encode(), FORM if form else "", authorization=authorization)
    assert found.key() == key


async def test_values_know_where_they_stood() -> None:
    """A repeated name is a list; pagination is flattened; null is not given; the key is no parameter."""
    body = b'{"tag": "x", "status": null, "pagination": {"limit": 5}}'
    found = await received("data_id=1&data_id=2&tag=y&api_key=k", body, "application/json")
    assert found.parameters() == {
        "data_id": Given(["1", "2"], ("query", "data_id")),
        "tag": Given("x", ("body", "tag")),
        "limit": Given(5, ("body", "pagination", "limit")),
    }


async def test_a_form_is_read_like_a_query() -> None:
    """Its fields are parameters, with the place body."""
    found = await received("", urlencode({"data_id": "5", "tag": "a b"}).encode(), FORM)
    assert found.parameters()["tag"] == Given("a b", ("body", "tag"))


async def test_no_body_is_no_json() -> None:
    """An empty body is absent whatever its content type says; JSON null is a body."""
    assert (await received(content_type="text/plain")).json is ABSENT
    assert (await received(body=b"null", content_type="application/json")).json is None


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"{", "application/json", "json_invalid"),
        (b'"\\ud800"', "application/json", "json_invalid"),
        (b"[1]", "application/json", "json_object"),
        (b"null", "application/json", "json_object"),
    ],
)
async def test_a_broken_body_is_wrong_input(body: bytes, content_type: str, kind: str) -> None:
    """What is wrong is in errors[].type."""
    with pytest.raises(InputProblem) as refused:
        (await received("", body, content_type)).parameters()
    assert [error["type"] for error in refused.value.errors] == [kind]


@pytest.mark.parametrize(
    ("body", "headers", "slug"),
    [
        (b"x", {"content_type": "text/plain"}, "unsupported-media-type"),
        (b"{" + b" " * 1000 + b"}", {"content_type": "application/json"}, "content-too-large"),
        (
            b"{" + b" " * 1000 + b"}",
            {"content_type": "application/json", "content-length": "2"},
            "content-too-large",
        ),
    ],
)
async def test_a_body_that_is_not_taken_is_refused(body: bytes, headers: dict[str, Any], slug: str) -> None:
    """Neither JSON nor a form, or longer than allowed, whatever its declared length."""
    with pytest.raises(Problem) as refused:
        await received("", body, headers.pop("content_type", ""), limit=LIMIT, **headers)
    assert refused.value.slug == slug


@pytest.mark.parametrize(
    ("query", "body", "content_type", "slug"),
    [
        ("&" * 1000, b"", "", "validation-error"),
        ("", b"&" * 1000, FORM, None),
        ("", b"a&" * 499 + b"b", FORM, None),
        ("", b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", "application/json", "validation-error"),
        ("", b'{"a":' + b"[" * 98 + b"]" * 98 + b"}", "application/json", None),
        ("", b"[" + b"[]," * 200 + b"[]]", "application/json", None),
    ],
)
async def test_counts_are_bounded(query: str, body: bytes, content_type: str, slug: str | None) -> None:
    """Fields of a query or form, and how deep values of JSON lie in each other."""
    refused = None
    try:
        await received(query, body, content_type)
    except Problem as problem:
        refused = problem.slug
    assert refused == slug


async def test_only_files_of_a_form_may_be_larger_than_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """They go to the disk; fields and JSON do not, whatever the operation takes."""
    monkeypatch.setattr("backend.input.request_input.IN_MEMORY_LIMIT", 100)
    part = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n' + b"x" * 200 + b"\r\n--b--\r\n"
    multipart = "multipart/form-data; boundary=b"
    read = await received("", part % (b"f", b'; filename="a.txt"'), multipart)
    assert [name for name, _ in read.form.multi_items()] == ["f"]
    with pytest.raises(InputProblem):
        await received("", part % (b"f", b""), multipart)
    with pytest.raises(Problem) as refused:
        await received("", b"{" + b" " * 200 + b"}", "application/json")
    assert refused.value.slug == "content-too-large"


@pytest.mark.parametrize(
    ("fields", "kind"), [(1000, None), (1001, "form_invalid"), (500_000, "form_invalid")]
)
async def test_a_form_has_a_thousand_fields(fields: int, kind: str | None) -> None:
    """PHP leaves out what is more, silently."""
    body = b"&".join([b"a=1"] * fields) + b"&&"
    if kind is None:
        assert len((await received("", body, FORM, limit=10_000)).form.getlist("a")) == fields
        return
    with pytest.raises(InputProblem, match="at most 1000 fields") as refused:
        await received("", body, FORM, limit=10_000_000)
    assert [error["type"] for error in refused.value.errors] == [kind]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"a=1&&b=%zz%4&c", [("a", "1"), ("b", "%zz%4"), ("c", "")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"a+b=%2B+%C3%BC&a=caf%E9&a=caf\xe9", [("a b", "+ \u00fc"), ("a", "caf"), ("a", "caf")]),
    ],
)
async def test_a_url_encoded_form_is_read_as_php_does(body: bytes, fields: list[tuple[str, str]]) -> None:
    """Only ``&`` separates; bytes that are no UTF-8 go."""
    assert (await received("", body, FORM)).form.multi_items() == fields


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("api_key=1&api_key=2", "2"),
        ("api_key=1&api_key[]=2", "api_key[]"),
        ("api_key[]=1&api_key=2", "2"),
        ("api_key=1&api_key=", None),
    ],
)
async def test_the_last_key_of_a_form_counts(body: str, key: str | None) -> None:
    """A list is nobody's key."""
    assert (await received("", body.encode(), FORM)).key() == key
