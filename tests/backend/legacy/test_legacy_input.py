"""Requests as PHP reads them."""

from typing import Any

import pytest
from starlette.types import Message

from backend.legacy.legacy_input import LegacyInput, for_operation, read_legacy_input
from config.dispatch import dispatcher
from config.location import config_directory
from config.routes import load_routes


async def read(method: str, query: str, body: bytes, kind: str, limit: int = 1000) -> LegacyInput:
    """What PHP reads of a request; its files are closed."""
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    scope: dict[str, Any] = {"type": "http", "method": method, "headers": headers, "query_string": b""}

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    raw, received = await read_legacy_input(scope, receive, query, limit)
    await raw.form.close()
    return received


FORM = "application/x-www-form-urlencoded"


@pytest.mark.anyio
async def test_the_key_of_the_query_hides_that_of_the_form() -> None:
    """An empty one, too; an empty one and 0 are none."""
    assert (await read("POST", "api_key=a", b"api_key=b", FORM)).key() == "a"
    assert (await read("POST", "api_key=", b"api_key=b", FORM)).key() is None
    assert (await read("POST", "", b"api_key=b", FORM)).key() == "b"
    assert (await read("GET", "api_key=0", b"", "")).key() is None
    assert (await read("GET", "api_key[]=x", b"", "")).key() == "Array"


@pytest.mark.anyio
async def test_only_forms_of_a_post_are_read() -> None:
    """No JSON, and nothing of other methods."""
    assert (await read("PUT", "", b"api_key=b", FORM)).key() is None
    assert (await read("POST", "", b'{"api_key":"b"}', "application/json")).key() is None


@pytest.mark.anyio
async def test_fields_go_where_the_operation_has_them() -> None:
    """By the route map's names."""
    match = dispatcher(load_routes(config_directory())).legacy("GET", ("task", "list", "type", "1"), {})
    assert match is not None
    _, given = for_operation(match, {"type": "1"}, await read("GET", "limit=3", b"", ""))
    assert given.query == [("task_type_id", "1")]


@pytest.mark.anyio
async def test_a_field_and_a_file_can_have_one_name() -> None:
    """The operation gets both, whichever came last."""
    parts = (
        ('name="description"', "field"),
        ('name="description"; filename="a.xml"', "file"),
        ('name="api_key"; filename="b"', "no key"),
        ('name="api_key"', "k"),
        ('name="api_key"; filename="c"', "none either"),
    )
    body = "".join(f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n" for head, text in parts)
    received = await read("POST", "", f"{body}--x--\r\n".encode(), "multipart/form-data; boundary=x")
    match = dispatcher(load_routes(config_directory())).legacy("POST", ("data",), {})
    assert match is not None
    _, given = for_operation(match, {}, received)
    assert received.key() == "k"
    field, file = given.form.getlist("description")
    assert field == "field"
    assert not isinstance(file, str)


@pytest.mark.anyio
async def test_files_stay_in_their_order() -> None:
    """Those that the operation names, and others between them."""
    names = ("model_pickle", "predictions", "trace", "description", "more")
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="f"\r\n\r\n{name}\r\n'
        for name in names
    )
    received = await read("POST", "", f"{body}--x--\r\n".encode(), "multipart/form-data; boundary=x")
    match = dispatcher(load_routes(config_directory())).legacy("POST", ("run",), {})
    assert match is not None
    _, given = for_operation(match, {}, received)
    assert tuple(given.form) == names


@pytest.mark.anyio
async def test_what_is_too_much_of_a_form_is_not_there() -> None:
    """Behind a thousand fields, and twenty files, PHP reads no more, and says nothing."""
    fields = "&".join(f"a{number}=1" for number in range(999))
    received = await read("POST", "", f"{fields}&b=1&c=1".encode(), FORM, limit=100_000)
    assert (len(received.form), received.form.get("b"), received.form.get("c")) == (1000, "1", None)
    part = 'Content-Disposition: form-data; name="{}"'.format
    texts = [f"{part(f't{number}')}\r\n\r\n1" for number in range(1001)]
    files = [f'{part(f"f{number}")}; filename="x"\r\n\r\n1' for number in range(21)]
    body = "".join(f"--B\r\n{one}\r\n" for one in [*files, *texts]) + "--B--\r\n"
    received = await read("POST", "", body.encode(), "multipart/form-data; boundary=B", limit=100_000)
    assert list(received.files) == [f"f{number}" for number in range(20)]
    assert list(received.form) == [f"t{number}" for number in range(1000)]
