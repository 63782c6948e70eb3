"""Endpoints of runs, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_a_run_is_described(client: httpx.AsyncClient) -> None:
    """The description is typed, without envelope, its lists are lists."""
    run = (await client.get("/run/25")).json()
    assert (run["run_id"], run["uploader_name"], run["flow_id"]) == (25, "Boris Quill", 1)
    assert run["error"] == []
    assert run["error_message"] is None
    assert run["parameter_setting"][3] == {"name": "output-debug-info", "value": "", "component": 1}
    assert [used["did"] for used in run["input_data"]] == [61, 62]
    assert [made["did"] for made in run["output_data"]["dataset"]] == [304]
    assert run["output_data"]["file"][0] == {
        "did": -1,
        "file_id": 351,
        "name": "description",
        "url": "https://openml.test/data/download/351/description.xml",
    }
    assert run["output_data"]["evaluation"][1] == {
        "name": "confusion_matrix",
        "array_data": "[[44,42,11],[35,13,50],[14,15,40]]",
    }
    assert {"name": "number_of_instances", "value": 150.0, "array_data": "[50,50,50]"} in run["output_data"][
        "evaluation"
    ]


async def test_numbers_that_are_hard_to_print_are_exact(client: httpx.AsyncClient) -> None:
    """PHP shows the server's text of a double; here it is the double."""
    scores = (await client.get("/run/60001")).json()["output_data"]["evaluation"]
    assert {score["name"]: score.get("value") for score in scores} == {
        "area_under_roc_curve": 1 / 3,
        "average_cost": -12345.678,
        "build_cpu_time": 100.0,
        "build_memory": 1e15,
        "f_measure": 1e-07,
        "kappa": -0.0001,
        "mean_absolute_error": 1.5e-15,
        "precision": 0.30000000000000004,
        "predictive_accuracy": 1.0,
        "prior_entropy": None,
        "recall": 0.0,
        "run_cpu_time": 1234567.875,
        "scimark_benchmark": 1e20,
        "usercpu_time_millis": 123456789012345.0,
    }


async def test_a_run_that_php_dies_of_is_described(client: httpx.AsyncClient) -> None:
    """Names and messages are no markup."""
    run = (await client.get("/run/31")).json()
    assert run["uploader_name"] == "Marks & <Spindle>"
    run = (await client.get("/run/600001")).json()
    assert run["error_message"] == 'Error: <stack> & "trace"\nat line 3'


async def test_a_trace_is_typed(client: httpx.AsyncClient) -> None:
    """Its first iteration, as stored."""
    document = (await client.get("/run/trace/026")).json()
    assert document["run_id"] == 26
    assert document["trace"][0] == {
        "repeat": 0,
        "fold": 0,
        "iteration": 0,
        "setup_string": '{"parameter_max_depth": "2", "parameter_rate": "0.1"}',
        "evaluation": 0.8552,
        "selected": False,
    }


async def test_a_list_of_runs(client: httpx.AsyncClient) -> None:
    """A run without a time, message or details."""
    assert (await client.get("/run/list", params={"run": 500003})).json() == [
        {
            "run_id": 500003,
            "task_id": 2,
            "setup_id": 70000,
            "flow_id": 16,
            "uploader": 2,
            "upload_time": None,
            "error_message": "",
            "run_details": "",
        }
    ]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/run/0", 422, "235"),
        ("/run/00", 404, "236"),
        ("/run/29", 404, "236"),
        ("/run/abc", 422, "100"),
        ("/run/trace/0", 404, "571"),
        ("/run/trace/40", 404, "572"),
        ("/run/list", 422, "510"),
        ("/run/list?offset=2&show_errors=true", 422, "510"),
        ("/run/list?task=a&foo=1", 422, "514"),
        ("/run/list?task=a", 422, "511"),
        ("/run/list?limit=1,2", 422, "511"),
        ("/run/list?limit=10001&offset=1", 422, "516"),
        ("/run/list?study=99&limit=0", 422, "517"),
        ("/run/list?study=1", 422, "517"),
        ("/run/list?study=0", 404, "512"),
        ("/run/list?study=00", 422, "517"),
        ("/run/list?limit=0", 422, "512"),
        ("/run/list?limit=0&offset=2&study=99", 422, "512"),
        ("/run/list?task=19", 404, "512"),
        ("/run/list?task=1&offset=9999", 404, "512"),
        ("/run/reset/25", 403, "413"),
        ("/run/reset/999999", 404, "412"),
    ],
)
async def test_a_refusal_keeps_the_legacy_code(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    """Of several mistakes the one answers that PHP finds first."""
    response = await client.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_of_several_studies_the_first_is_checked(client: httpx.AsyncClient) -> None:
    """As in PHP, where the database reads `123,99` as 123; suite 99 adds no run."""
    alone = await client.get("/run/list?study=123")
    both = await client.get("/run/list?study=123,99")
    assert both.json() == alone.json()


async def test_runs_under_an_embargo_are_listed_for_their_uploader_and_administrators(
    client: httpx.AsyncClient, keys: dict[str, str]
) -> None:
    """Run 41 is of user 2."""
    answers = [
        (await client.get("/run/list", params={"run": 41, "api_key": keys[who]})).status_code
        for who in ("writer", "admin", "owner")
    ]
    assert answers == [200, 200, 404]


async def test_a_reset_by_post_is_a_write(client: httpx.AsyncClient, keys: dict[str, str]) -> None:
    """It needs a key of an account that may write; on GET PHP says that the run is somebody else's."""
    answers = [await client.post("/run/reset/25", params={"api_key": key}) for key in ("", keys["readonly"])]
    assert [answer.json()["code"] for answer in answers] == ["102", "104"]


async def test_all_tags_of_runs(client: httpx.AsyncClient) -> None:
    """Each once, in a plain list; only a run on somebody's private data set is "unescaped", and PHP lists that too."""
    tags = (await client.get("/run/tag/list")).json()
    assert len(tags) == 12
    assert tags[0] == "basic"
    assert "unescaped" not in tags
