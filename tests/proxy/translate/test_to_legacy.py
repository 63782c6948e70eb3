"""Requests of the new dialect become the same requests for the legacy side."""

import pytest

from config.location import config_directory
from config.routes import load_routes
from proxy.translate.to_legacy import new_to_legacy
from proxy.translate.to_new import Request, Translation, Untranslatable

ROUTES = load_routes(config_directory())
JSON = (("Content-Type", "application/json"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def _translated(
    method: str, target: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
) -> Translation:
    translation = new_to_legacy(Request(method, target.encode(), headers, body), ROUTES)
    assert isinstance(translation, Translation)
    return translation


@pytest.mark.parametrize(
    ("new", "legacy"),
    [
        ("/datasets/61", "/api/v1/json/data/61"),
        ("/v1/datasets/61?api_key=k&x=1", "/api/v1/json/data/61?api_key=k"),
        ("/datasets/%31", "/api/v1/json/data/%31"),
        ("/datasets/list?tag=Life%20Science&limit=2", "/api/v1/json/data/list/tag/Life%20Science/limit/2"),
        ("/datasets/list?tag=a%2Bb%2Fc", "/api/v1/json/data/list/tag/a%2Bb%2Fc"),
        ("/datasets/list?tag=..", "/api/v1/json/data/list/tag/%2E%2E"),
        ("/datasets/list?data_id=1&data_id=2", "/api/v1/json/data/list/data_id/1,2"),
        ("/datasets/list?data.id=61&api.key=k", "/api/v1/json/data/list/data.id/61/api.key/k"),
        ("/tasks/list?task_type_id=1", "/api/v1/json/task/list/type/1"),
        ("/flow/exists/a/b_1", "/api/v1/json/flow/exists/a/b_1"),
        ("/flows/exists/a/%2557b", "/api/v1/json/flow/exists/a/%57b"),
        ("/evaluationmeasures/list", "/api/v1/json/evaluationmeasure/list"),
        ("/data/v1/download/42/a.arff", "/data/v1/download/42/a.arff"),
        (
            "/job/request?workbench=a%20b&task_type_id=1",
            "/api/v1/json/job/request?workbench=a%20b&task_type_id=1",
        ),
    ],
)
def test_targets(new: str, legacy: str) -> None:
    """Words are renamed, the query becomes segments that PHP decodes to the same."""
    assert _translated("GET", new).target == legacy.encode()


@pytest.mark.parametrize(
    "body", [b'{"pagination": {"limit": 2}, "data_id": [1, 2]}', b'{"limit": 2, "data_id": "1,2"}']
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_filters_in_a_body_become_segments(method: str, body: bytes) -> None:
    """GET and POST, nested and flat pagination mean the same (new-API contract, decision 4)."""
    translation = _translated(method, "/datasets/list", JSON, body)
    assert (translation.method, translation.target, translation.body, translation.headers) == (
        "GET",
        b"/api/v1/json/data/list/limit/2/data_id/1,2",
        b"",
        (),
    )


def test_head_asks_php_by_get() -> None:
    """PHP treats HEAD as a write."""
    assert _translated("HEAD", "/datasets/61").method == "GET"


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ((("Authorization", "Bearer KEY"),), b"api_key=KEY"),
        ((("Authorization", "Basic dXNlcjpLRVk="),), b"api_key=KEY"),
        ((("Authorization", "Basic !"),), b""),
    ],
)
def test_the_key_of_a_header_moves_to_the_query(headers: tuple[tuple[str, str], ...], query: bytes) -> None:
    """PHP reads no header for authentication (legacy notes, data 1.3)."""
    translation = _translated("GET", "/datasets/61", headers)
    assert (query, ()) == (translation.target.partition(b"?")[2], translation.headers)


def test_the_first_key_counts() -> None:
    """As on the new side (new-API contract, decision 8); PHP would take the last."""
    assert _translated("GET", "/datasets/61?api_key=a&api_key=b").target.endswith(b"?api_key=a")


def test_a_json_write_becomes_a_form() -> None:
    """PHP reads no JSON; renamed fields get their legacy names."""
    body = b'{"dataset_id": 61, "status": "active"}'
    translation = _translated("POST", "/datasets/status/update?api_key=k", JSON, body)
    assert (translation.target, translation.body, translation.headers) == (
        b"/api/v1/json/data/status/update?api_key=k",
        b"data_id=61&status=active",
        (("content-type", "application/x-www-form-urlencoded"),),
    )


def test_the_id_of_a_study_moves_into_the_path() -> None:
    """What the new API has in the body PHP has in the path."""
    translation = _translated("POST", "/studies/attach", JSON, b'{"study_id": 99, "entity_ids": [1, 2]}')
    assert (translation.target, translation.body) == (b"/api/v1/json/study/99/attach", b"ids=1,2")


def test_a_form_write_keeps_its_other_bytes() -> None:
    """Only names change."""
    translation = _translated("POST", "/studies/attach", FORM, b"study_id=99&entity_ids=1%2c2")
    assert (
        translation.target,
        translation.body,
    ) == (b"/api/v1/json/study/99/attach", b"study_id=99&ids=1%2c2")


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "reason"),
    [
        ("GET", "/nothing", (), b"", "no route has such a path"),
        ("PUT", "/datasets/61", (), b"", "does not answer PUT"),
        ("DELETE", "/datasets/61/tag?tag=a", (), b"", "exists in the new API only"),
        ("GET", "/datasets/list?tag=", (), b"", "empty filter value"),
        ("GET", "/flows/exists/a%20b/1", (), b"", "cannot stand in a legacy path"),
        ("GET", "/flows/exists?name=a", (), b"", "from a form only"),
        ("POST", "/datasets/list", JSON, b"[", "no JSON"),
        ("POST", "/datasets/list", JSON, b'{"tag": {}}', "a nested value"),
        ("POST", "/studies", JSON, b'{"name": "a"}', "takes no JSON"),
    ],
)
def test_what_the_legacy_side_cannot_be_asked(
    method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes, reason: str
) -> None:
    """The reason is said, nothing raises."""
    refused = new_to_legacy(Request(method, target.encode(), headers, body), ROUTES)
    assert isinstance(refused, Untranslatable)
    assert reason in refused.reason
