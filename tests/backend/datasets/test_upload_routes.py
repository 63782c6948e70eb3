"""Uploading data sets, through the front door."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from backend import tables
from backend.app import create_app
from backend.clock import frozen_clock
from backend.database.connections import Database
from config.settings import BackendSettings
from tests.backend.conftest import NOW, Writable, scratch_url
from tests.backend.datasets.conftest import named

pytestmark = pytest.mark.anyio


dataset, file = tables.dataset, tables.file
ARFF = b"@RELATION r\n@ATTRIBUTE a REAL\n@ATTRIBUTE k {x,y}\n@DATA\n1,x\n2,y\n"


@pytest.fixture
async def allowing(scratch_database: Database, tmp_path: Path) -> AsyncIterator[Writable]:
    """A backend that may read addresses of its own network."""
    settings = BackendSettings(
        database=scratch_url(scratch_database),
        database_names=scratch_database.names,  # type: ignore[arg-type]  # the protocol's own type
        files=tmp_path,
        private_urls=True,
    )
    app = create_app(settings, frozen_clock(NOW))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://backend.test") as opened:
            yield Writable(opened, scratch_database, tmp_path)


@asynccontextmanager
async def serving(content: bytes) -> AsyncIterator[str]:
    """The address of a file, as long as the context lasts."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=content, content_type="text/plain", charset="utf-8")

    app = web.Application()
    app.add_routes([web.get("/far.arff", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/far.arff"
    finally:
        await runner.cleanup()


def xml(more: str = "", name: str = "pond", form: str = "ARFF") -> str:
    """A description."""
    fields = f"<oml:name>{name}</oml:name><oml:description>Of ponds.</oml:description><oml:format>{form}</oml:format>"
    return (
        '<oml:data_set_description xmlns:oml="http://openml.org/openml">'
        f"{fields}{more}</oml:data_set_description>"
    )


async def send(
    writable: Writable,
    key: str,
    description: str | None,
    data: bytes | None = ARFF,
    filename: str = "pond.arff",
) -> httpx.Response:
    """Upload a description and a file."""
    files = {}
    if description is not None:
        files["description"] = ("description.xml", description.encode(), "text/xml")
    if data is not None:
        files["dataset"] = (filename, data, "text/plain; charset=utf-8")
    return await writable.http.post("/datasets", params={"api_key": key}, files=files)


async def test_an_upload_is_stored(writable: Writable, keys: dict[str, str]) -> None:
    """Data set, description, file and its row, tags; lists are quoted as PHP does it."""
    more = "<oml:creator>Two, Ben</oml:creator><oml:creator>Ann</oml:creator>"
    tags = "".join(f"<oml:tag>{tag}</oml:tag>" for tag in ("pond", "pond", "Pond", "lake"))
    answer = await send(writable, keys["writer"], xml(more + tags), filename="my/pond (1).ARFF")
    assert answer.status_code == 200, answer.text
    did = answer.json()["id"]
    [row] = await named(writable, dataset, dataset.c.did == did)
    [stored] = await named(writable, file, file.c.id == row["file_id"])
    assert (row["creator"], row["version"], row["uploader"], row["isOriginal"]) == (
        '"Two, Ben","Ann"',
        "1",
        2,
        "true",
    )
    assert row["licence"] == "Public"
    assert row["url"] == f"https://openml.test/data/download/{row['file_id']}/pond (1).ARFF"
    assert stored["filepath"] == f"dataset_structured//{did // 10000}0000/{did}//pond (1).ARFF"
    assert (stored["type"], stored["extension"], stored["mime_type"]) == ("dataset", "ARFF", "text/plain")
    assert (writable.files / stored["filepath"]).read_bytes() == ARFF
    labels = tables.dataset_tag
    assert [tag["tag"] for tag in await named(writable, labels, labels.c.id == did)] == ["lake", "pond"]
    texts = tables.dataset_description
    assert await writable.rows(texts, texts.c.did == did) == [(did, 1, "Of ponds.", 2)]


@pytest.mark.parametrize(("visibility", "policy"), [("private", "private"), ("public", "public")])
async def test_the_file_is_as_visible_as_the_data_set(
    writable: Writable, keys: dict[str, str], visibility: str, policy: str
) -> None:
    """The download asks the row of the file."""
    answer = await send(writable, keys["writer"], xml(f"<oml:visibility>{visibility}</oml:visibility>"))
    [row] = await named(writable, dataset, dataset.c.did == answer.json()["id"])
    [stored] = await named(writable, file, file.c.id == row["file_id"])
    assert (row["visibility"], stored["access_policy"]) == (visibility, policy)


async def test_a_name_gets_the_next_version(writable: Writable, keys: dict[str, str]) -> None:
    """Capitals do not count, and 10 is more than 9."""
    answer = await send(writable, keys["writer"], xml(name="COPPER_moths"))
    [row] = await named(writable, dataset, dataset.c.did == answer.json()["id"])
    assert (row["name"], row["version"]) == ("COPPER_moths", "11")


@pytest.mark.parametrize(
    ("description", "data", "answer"),
    [
        (None, ARFF, (422, "135")),
        ("", ARFF, (422, "135")),
        (xml(name="two words"), b"no arff", (422, "131")),
        (xml(form="csv"), b"", (422, "133")),
        (xml("<oml:url>https://a.test/x</oml:url>"), ARFF, (422, "140")),
        (xml(), b"", (422, "130")),
        (xml(), None, (422, "141")),
        (xml(), b"no arff at all", (422, "145")),
        (xml("<oml:licence>\u00a9</oml:licence>"), ARFF, (422, "131")),
        (xml("<oml:upload_date>today</oml:upload_date>"), ARFF, (422, "131")),
        (xml("<oml:url>http://127.0.0.1/x.arff</oml:url>"), None, (422, "136")),
    ],
)
async def test_an_upload_is_refused(
    writable: Writable,
    keys: dict[str, str],
    description: str | None,
    data: bytes | None,
    answer: tuple[int, str],
) -> None:
    """In PHP's order; no row and no file is left."""
    before = await writable.snapshot(), writable.stored()
    refused = await send(writable, keys["writer"], description, data)
    assert (refused.status_code, refused.json()["code"]) == answer
    assert (await writable.snapshot(), writable.stored()) == before


async def test_the_arff_error_names_its_line(writable: Writable, keys: dict[str, str]) -> None:
    """As PHP's does."""
    refused = await send(writable, keys["writer"], xml(), ARFF.replace(b"2,y", b"2"))
    assert refused.json()["detail"] == "Arff error in dataset file: too few feature values  (l.6)"


async def test_uploads_at_once_have_different_versions(writable: Writable, keys: dict[str, str]) -> None:
    """All of them are stored whole."""
    answers = await asyncio.gather(*(send(writable, keys["writer"], xml(name="race")) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    rows = await named(writable, dataset, dataset.c.name == "race")
    assert sorted(row["version"] for row in rows) == [*"123456"]
    assert len([path for path in writable.stored() if path.endswith("/pond.arff")]) == 6


async def test_a_url_is_registered(allowing: Writable, keys: dict[str, str]) -> None:
    """The file stays where it is: its row has the address, and size and type that its server tells."""
    async with serving(ARFF) as url:
        body = {"name": "far", "description": "Far away.", "format": "Sparse_ARFF", "url": url}
        answer = await allowing.http.post("/datasets", params={"api_key": keys["writer"]}, json=body)
    assert answer.status_code == 200, answer.text
    [row] = await named(allowing, dataset, dataset.c.did == answer.json()["id"])
    [stored] = await named(allowing, file, file.c.id == row["file_id"])
    assert row["url"] == stored["filepath"] == url
    assert (stored["type"], stored["filename_original"], stored["extension"]) == (
        "url",
        "far.sparse_arff",
        "sparse_arff",
    )
    assert (stored["filesize"], stored["mime_type"]) == (len(ARFF), "text/plain; charset=utf-8")
    assert stored["md5_hash"] == hashlib.md5(ARFF, usedforsecurity=False).hexdigest()


async def test_a_url_must_lead_to_arff(allowing: Writable, keys: dict[str, str]) -> None:
    """It is looked into as a file is."""
    async with serving(b"no arff") as url:
        more = f"<oml:url>{url}</oml:url>"
        refused = await send(allowing, keys["writer"], xml(more), None)
    assert (refused.status_code, refused.json()["code"]) == (422, "145")
    assert refused.json()["detail"].startswith("Arff error in dataset url: ")


@pytest.mark.parametrize(
    ("sent", "name", "extension"),
    [
        ("pond", "pond", ""),
        ("pond.", "pond.", ""),
        ("a.tar.gz", "a.tar.gz", "gz"),
        (".arff", ".arff", "arff"),
        ("..\\up\\my pond.arff", "my pond.arff", "arff"),
        ("tab\t&<x>.arff", "tab\t&<x>.arff", "arff"),
    ],
)
async def test_a_file_keeps_its_name(
    writable: Writable, keys: dict[str, str], sent: str, name: str, extension: str
) -> None:
    """PHP moves it to the name that it came with, without an ending where it had none."""
    head = 'Content-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n'
    body = f"--b\r\n{head % ('description', 'd.xml')}{xml()}\r\n--b\r\n{head % ('dataset', sent)}".encode()
    answer = await writable.http.post(
        "/datasets",
        params={"api_key": keys["writer"]},
        content=body + ARFF + b"\r\n--b--",
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    did = answer.json()["id"]
    [row] = await named(writable, dataset, dataset.c.did == did)
    [stored] = await named(writable, file, file.c.id == row["file_id"])
    assert (stored["filepath"], stored["filename_original"], stored["extension"]) == (
        f"dataset_structured//{did // 10000}0000/{did}//{name}",
        name,
        extension,
    )
    assert (writable.files / stored["filepath"]).read_bytes() == ARFF


@pytest.mark.parametrize("name", ["..", "x" * 240 + ".arff"])
async def test_a_name_that_no_file_can_have_is_refused(
    writable: Writable, keys: dict[str, str], name: str
) -> None:
    """PHP leaves such a file where nobody finds it."""
    before = await writable.snapshot(), writable.stored()
    answer = await send(writable, keys["writer"], xml(), filename=name)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["type"], error["loc"]) == (422, "file_name", ["body", "dataset"])
    assert (await writable.snapshot(), writable.stored()) == before


async def test_a_description_may_come_in_several_ways(writable: Writable, keys: dict[str, str]) -> None:
    """A field beats a file, the last of several files counts, and XML is XML whatever it says of itself."""
    cases: tuple[tuple[dict[str, str], list[tuple[str, Any]], str], ...] = (
        (
            {"description": xml(name="field")},
            [("description", ("d.xml", xml(name="file").encode()))],
            "field",
        ),
        ({}, [("description", ("d.xml", xml(name=name).encode())) for name in ("one", "two")], "two"),
        ({}, [("description", ("d.json", xml(name="three").encode(), "application/json"))], "three"),
        ({}, [("description", ("d.xml", xml(name="four").encode("utf-16")))], "four"),
    )
    for fields, files, name in cases:
        answer = await writable.http.post(
            "/datasets",
            params={"api_key": keys["writer"]},
            data=fields,
            files=[*files, ("dataset", ("d.arff", ARFF))],
        )
        [row] = await named(writable, dataset, dataset.c.did == answer.json()["id"])
        assert row["name"] == name


async def test_a_tag_of_an_upload_is_none_when_it_is_0(writable: Writable, keys: dict[str, str]) -> None:
    """PHP takes it for no tag; licences may have blanks."""
    more = "<oml:licence>CC BY 4.0</oml:licence><oml:tag>0</oml:tag><oml:tag>00</oml:tag>"
    answer = await send(writable, keys["writer"], xml(more))
    labels = tables.dataset_tag
    did = answer.json()["id"]
    assert [tag["tag"] for tag in await named(writable, labels, labels.c.id == did)] == ["00"]
    [row] = await named(writable, dataset, dataset.c.did == did)
    assert row["licence"] == "CC BY 4.0"


async def test_a_list_of_files_is_a_broken_file(writable: Writable, keys: dict[str, str]) -> None:
    """PHP has a list where it looks for a file."""
    files = {"description": ("d.xml", xml().encode()), "dataset[]": ("d.arff", ARFF)}
    answer = await writable.http.post("/datasets", params={"api_key": keys["writer"]}, files=files)
    assert (answer.status_code, answer.json()["code"]) == (422, "130")
