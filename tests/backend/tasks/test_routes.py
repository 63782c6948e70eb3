"""Endpoints of tasks, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio

OWNER = "DA1A0000000000000000000000000000"
ADMINISTRATOR = "AD000000000000000000000000000000"


async def test_a_task_is_described_by_the_templates_of_its_type(client: httpx.AsyncClient) -> None:
    """Typed, with lists where there can be many."""
    document = (await client.get("/tasks/01")).json()
    assert (document["id"], document["name"]) == (1, "Task 1: petal-marks (Supervised Classification)")
    assert [piece["name"] for piece in document["input"]] == [
        "source_data",
        "estimation_procedure",
        "cost_matrix",
        "evaluation_measures",
    ]
    procedure = document["input"][1]["estimation_procedure"]
    assert procedure["data_splits_url"] == "https://openml.test/api_splits/get/1/Task_1_splits.arff"
    assert procedure["parameter"][1:3] == [
        {"name": "number_folds", "value": 10},
        {"name": "percentage", "value": None},
    ]
    assert len(document["output"]) == 1
    assert document["tags"] == ["basic", "study_14", "under100k"]


@pytest.mark.parametrize("path", ["/tasks/9", "/tasks/inputs/9"])
@pytest.mark.parametrize(("key", "status"), [(None, 403), (OWNER, 200), (ADMINISTRATOR, 200)])
async def test_a_task_on_private_data_is_for_those_who_see_the_data(
    client: httpx.AsyncClient, path: str, key: str | None, status: int
) -> None:
    """Strangers are told so with the code of the data set."""
    response = await client.get(path, params={"api_key": key} if key else {})
    assert response.status_code == status
    assert response.json().get("code") == ("112" if status == 403 else None)


async def test_inputs_with_special_characters_are_shown(client: httpx.AsyncClient) -> None:
    """PHP dies of them."""
    values = {
        piece["name"]: piece["value"] for piece in (await client.get("/tasks/inputs/10")).json()["input"]
    }
    assert values["target_feature"] == "class<&>\"'"


async def test_get_and_post_of_a_list_behave_the_same(client: httpx.AsyncClient) -> None:
    """Filters in the query or in a JSON body, pagination flat or nested."""
    flat = await client.get("/tasks/list", params={"task_type_id": 1, "tag": "basic", "limit": 2})
    nested = await client.post(
        "/tasks/list", json={"task_type_id": 1, "tag": "basic", "pagination": {"limit": 2}}
    )
    assert flat.json() == nested.json()
    assert [task["task_id"] for task in flat.json()] == [1, 2]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/tasks/0", 404, "151"),
        ("/tasks/8", 412, "153"),
        ("/tasks/inputs/6", 404, "156"),
        ("/tasks/1.0", 422, None),
        ("/tasks/abc", 422, "100"),
        ("/tasks/list?type=1", 422, "480"),
        ("/tasks/list?tag=%22", 422, "481"),
        ("/tasks/list?limit=1,2", 422, "481"),
        ("/tasks/list?foo=1&task_type_id=x", 422, "480"),
        ("/tasks/list?tag=%22&task_type_id=x", 422, "481"),
        ("/tasks/list?task_type_id=1,2", 422, "482"),
        ("/tasks/list?limit=0", 422, "482"),
        ("/tasks/list?status=bogus", 422, "482"),
        ("/tasks/list?tag=nosuch", 404, "482"),
    ],
)
async def test_a_refusal_keeps_the_legacy_code(
    client: httpx.AsyncClient, path: str, status: int, code: str | None
) -> None:
    """The first mistake that PHP would find decides."""
    response = await client.get(path)
    assert (response.status_code, response.json().get("code")) == (status, code)


async def test_all_tags_are_a_plain_list(client: httpx.AsyncClient) -> None:
    """Each once."""
    tags = (await client.get("/tasks/tag/list")).json()
    assert "Life Science" in tags
    assert len(tags) == len(set(tags))
