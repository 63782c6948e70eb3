"""Documents of evaluations."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_an_evaluation_has_all_its_fields(client: httpx.AsyncClient) -> None:
    """No value is null, no array an empty one."""
    assert (await client.get("/evaluation/list?run=60001&function=prior_entropy")).json() == [
        {
            "run_id": 60001,
            "task_id": 1,
            "setup_id": 5,
            "flow_id": 2,
            "flow_name": "weka.MossTree(2)",
            "data_name": "petal-marks",
            "function": "prior_entropy",
            "upload_time": "2020-06-24T07:13:17",
            "value": None,
            "array_data": [],
        }
    ]


async def test_parameters_are_the_stored_texts(client: httpx.AsyncClient) -> None:
    """PHP escapes them for HTML, and breaks its JSON with the odd ones."""
    (row,) = (await client.get("/evaluation/setup/list?run=30&limit=1")).json()
    values = {parameter["parameter_name"]: parameter["value"] for parameter in row["parameters"]}
    assert values["xml"] == '<a href="x">&amp;</a>'
    assert values['quote"name'] == '"'
    assert values["new\nline"] == "a\nb"
