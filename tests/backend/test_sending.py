"""How answers go out: long documents compressed, to those who take it."""

import gzip

import httpx
import pytest

from backend.sending import SHORTEST, takes_gzip

pytestmark = pytest.mark.anyio
FILE = "/data/v1/download/130"
LONG = ("/datasets/list?limit=100", "/api/v1/json/data/list/limit/100", "/api/v1/xml/data/list/limit/100")


async def raw(client: httpx.AsyncClient, path: str, accepted: str, method: str = "GET") -> httpx.Response:
    """An answer whose body is as it was sent."""
    request = client.build_request(method, path, headers={"accept-encoding": accepted})
    response = await client.send(request, stream=True)
    response.extensions["raw"] = b"".join([part async for part in response.aiter_raw()])
    return response


@pytest.mark.parametrize("path", LONG)
async def test_a_long_document_is_compressed(client: httpx.AsyncClient, path: str) -> None:
    """In both dialects and forms."""
    plain, small = await raw(client, path, "identity"), await raw(client, path, "br, gzip;q=0.5")
    assert plain.headers["vary"] == small.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(small.extensions["raw"]) == plain.extensions["raw"]
    assert (
        int(small.headers["content-length"])
        == len(small.extensions["raw"])
        < len(plain.extensions["raw"]) / 4
    )


async def test_head_says_what_get_says(client: httpx.AsyncClient) -> None:
    """Of the compressed form, too."""
    got, head = await raw(client, LONG[0], "gzip"), await raw(client, LONG[0], "gzip", "HEAD")
    assert (head.headers, head.extensions["raw"]) == (got.headers, b"")


async def test_a_short_document_is_not(client: httpx.AsyncClient) -> None:
    """Nor does its form depend on what a client takes."""
    found = await raw(client, "/datasets/61", "gzip")
    assert len(found.extensions["raw"]) < SHORTEST
    assert {"content-encoding", "vary"} & set(found.headers) == set()


async def test_a_file_goes_out_as_it_is_stored(client: httpx.AsyncClient) -> None:
    """Whole or in part."""
    whole = await raw(client, FILE, "gzip")
    part = await client.get(FILE, headers={"accept-encoding": "gzip", "range": "bytes=0-9"})
    assert len(whole.extensions["raw"]) > SHORTEST
    assert {"content-encoding", "vary"} & {*whole.headers, *part.headers} == set()
    assert (part.status_code, part.content) == (206, whole.extensions["raw"][:10])


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP ; Q=0.001", True),
        ("x-gzip", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("deflate, br", False),
        ("identity", False),
    ],
)
def test_who_takes_it_says_so(accepted: str, expected: bool) -> None:
    """RFC 9110, 12.5.3."""
    assert takes_gzip(accepted) is expected
