"""Endpoints of stored files."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from backend.app import create_app
from config.settings import BackendSettings

pytestmark = pytest.mark.anyio

FILE = "/data/v1/download/42/lantern-shapes.arff"


async def test_a_file_has_its_checksum_as_entity_tag(client: httpx.AsyncClient, sample: Path) -> None:
    """The bytes as stored, with the type of the row."""
    response = await client.get(FILE)
    stored = sample / "files" / "dataset_structured" / "0" / "2" / "lantern-shapes.arff"
    assert response.content == stored.read_bytes()
    assert response.headers["etag"] == '"6bf4f42ed1bf1fa720abd6a9af5dd159"'
    assert response.headers["content-type"] == "text/plain;charset=UTF-8"


async def test_a_current_copy_is_not_sent_again(client: httpx.AsyncClient) -> None:
    """304 with the tag and no body."""
    response = await client.get(FILE, headers={"If-None-Match": '"6bf4f42ed1bf1fa720abd6a9af5dd159"'})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    ("range_", "status", "content_range", "length"),
    [
        ("bytes=0-9", 206, "bytes 0-9/76", 10),
        ("bytes=-6", 206, "bytes 70-75/76", 6),
        ("bytes=0-1,5-6", 200, None, 76),
    ],
)
async def test_one_range_is_sent(
    client: httpx.AsyncClient, range_: str, status: int, content_range: str | None, length: int
) -> None:
    """Several at once get the whole file."""
    response = await client.get(FILE, headers={"Range": range_})
    assert response.status_code == status
    assert response.headers.get("content-range") == content_range
    assert len(response.content) == length


async def test_a_range_beyond_the_end_is_refused(client: httpx.AsyncClient) -> None:
    """As a problem document that tells the size."""
    response = await client.get(FILE, headers={"Range": "bytes=100-"})
    assert (response.status_code, response.headers["content-range"]) == (416, "bytes */76")
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_range_of_another_version_is_ignored(client: httpx.AsyncClient) -> None:
    """If-Range names a tag that the file does not have."""
    response = await client.get(FILE, headers={"Range": "bytes=0-9", "If-Range": '"old"'})
    assert response.status_code == 200


@pytest.mark.parametrize(("who", "status"), [(None, 403), ("writer", 403), ("owner", 200), ("admin", 200)])
async def test_private_files_are_for_owner_and_administrators(
    client: httpx.AsyncClient, keys: dict[str, str], who: str | None, status: int
) -> None:
    """In every form."""
    query = f"?api_key={keys[who]}" if who else ""
    for path in (
        "/data/v1/download/239/x.arff",
        "/data/download/239/x",
        "/data/view/239/x",
        "/data/get_csv/239",
    ):
        assert (await client.get(path + query)).status_code == status


async def test_what_is_stored_elsewhere_is_redirected(client: httpx.AsyncClient) -> None:
    """To the address of the row, unchanged."""
    response = await client.get("/data/v1/download/261/x.arff")
    assert response.status_code == 302
    assert response.headers["location"] == "https://elsewhere.sample.test/fallow-beacons.arff?a=1&b=2"


@pytest.mark.parametrize(
    "path", ["/data/v1/download/999999/x", "/data/v1/download/41/x", "/data/get_csv/305", "/data/get_csv/261"]
)
async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    """No row, no file, no data set."""
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("key", "status"), [("none", 403), ("writer", 403), ("readonly", 403), ("admin", 404)]
)
async def test_rights_are_asked_for_before_existence_in_the_csv_form(
    client: httpx.AsyncClient, keys: dict[str, str], key: str, status: int
) -> None:
    """Nobody but administrators may have what is not there, as in PHP."""
    query = "" if key == "none" else f"?api_key={keys[key]}"
    for path in ("/data/get_csv/999999", "/data/v1/get_csv/0/a", "/data/get_csv/-1"):
        assert (await client.get(path + query)).status_code == status


async def test_the_csv_form_has_the_names_of_the_features(client: httpx.AsyncClient) -> None:
    """Not those that the file declares."""
    response = await client.get("/data/v1/get_csv/53/caf_-orders.arff")
    assert response.text == '"価格","V2","V3","V4","class"\n1,a\n2,b\n?,a\n'


@pytest.fixture
async def with_splits(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a backend that stores the splits of task 1 and sends for others elsewhere."""
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "1.arff").write_text("@data\n")
    settings = BackendSettings(database=database_url, files=tmp_path, splits_url="https://splits.test/")
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://backend.test") as opened:
            yield opened


async def test_stored_splits_are_sent(with_splits: httpx.AsyncClient) -> None:
    """From the file root."""
    assert (await with_splits.get("/api_splits/get/1/Task_1.arff")).text == "@data\n"


@pytest.mark.parametrize("path", ["//api_splits/get/1/Task_1.arff", "/api_splits///get/1//Task_1.arff"])
async def test_slashes_too_many_are_none(with_splits: httpx.AsyncClient, path: str) -> None:
    """PHP itself writes two at the head of the address, in tasks of some types."""
    assert (await with_splits.get(f"http://backend.test{path}")).text == "@data\n"


async def test_only_downloads_have_slashes_too_many(with_splits: httpx.AsyncClient) -> None:
    """The new API's own paths do not."""
    assert (await with_splits.get("http://backend.test//datasets/61")).status_code == 404


async def test_other_splits_are_elsewhere(with_splits: httpx.AsyncClient) -> None:
    """Where the setting says."""
    response = await with_splits.get("/api_splits/get/2/Task_2.arff")
    assert response.headers["location"] == "https://splits.test/api_splits/get/2/Task_2.arff"


async def test_without_a_setting_there_are_none(client: httpx.AsyncClient) -> None:
    """Nothing is invented."""
    assert (await client.get("/api_splits/get/2/Task_2.arff")).status_code == 404


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/xsd/openml.data.upload", "text/xml; charset=utf-8"),
        ("/xml_example/run", "text/xml; charset=utf-8"),
        ("/arff_example/predictions", "text/plain; charset=utf-8"),
    ],
)
async def test_documents_are_sent(client: httpx.AsyncClient, path: str, media_type: str) -> None:
    """With PHP's content types."""
    response = await client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)


@pytest.mark.parametrize("path", ["/xsd/nope", "/xsd", "/xml_example/..%2Frun", "/arff_example/x"])
async def test_unknown_documents_are_not_found(client: httpx.AsyncClient, path: str) -> None:
    """Only those that are listed, whatever is on the disk."""
    assert (await client.get(path)).status_code == 404


@pytest.fixture
async def with_own_documents(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a backend whose operator has copies of a schema and an example."""
    for name, content in (("xsd/openml.run.upload.xsd", b"<a\r\n/>"), ("arff_example/own.arff", b"\xff")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(content)
    (tmp_path / "secret.xsd").write_bytes(b"secret")
    app = create_app(BackendSettings(database=database_url, static=tmp_path))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://backend.test") as http:
            yield http


async def test_an_operators_own_documents_are_sent_as_they_are(with_own_documents: httpx.AsyncClient) -> None:
    """Byte for byte; what there is no copy of comes from the program."""
    own = await with_own_documents.get("/xsd/openml.run.upload")
    assert (own.content, own.headers["content-type"]) == (b"<a\r\n/>", "text/xml; charset=utf-8")
    assert (await with_own_documents.get("/arff_example/own")).content == b"\xff"
    assert b"schema" in (await with_own_documents.get("/xsd/openml.task.upload")).content


@pytest.mark.parametrize("name", ["../secret", "..%2Fsecret", "%2e%2e/secret", "nope"])
async def test_nothing_beside_the_documents_is_sent(with_own_documents: httpx.AsyncClient, name: str) -> None:
    """A name is one of a document."""
    answer = await with_own_documents.get(f"/xsd/{name}")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        *(f"xsd/openml.{name}" for name in ("data.edit", "data.features", "data.qualities", "data.upload")),
        *(
            f"xsd/openml.{name}"
            for name in ("implementation.upload", "run.evaluate", "run.trace", "run.upload")
        ),
        *(
            f"xsd/openml.{name}"
            for name in ("study.upload", "task.search", "task.types.search", "task.upload")
        ),
        *(
            f"xml_example/{name}"
            for name in ("data", "flow", "run", "run.evaluate", "run.trace", "study", "task")
        ),
        *(f"arff_example/{name}" for name in ("predictions", "trace")),
    ],
)
async def test_every_document_of_php_is_there(client: httpx.AsyncClient, name: str) -> None:
    """By PHP's names (legacy notes, data 1.4)."""
    assert (await client.get(f"/{name}")).status_code == 200
