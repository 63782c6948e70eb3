"""Descriptions of new studies: what they are refused for, and how JSON stands for XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend import tables

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

XML = (
    '<oml:study xmlns:oml="http://openml.org/openml">{}<oml:name> A reed bed </oml:name>'
    "<oml:description>x</oml:description>{}</oml:study>"
)
TASK, RUN = (f"<oml:main_entity_type>{kind}</oml:main_entity_type>" for kind in ("task", "run"))
SUITE = "<oml:benchmark_suite>99</oml:benchmark_suite>"
RUNS = "<oml:runs><oml:run_id>25</oml:run_id></oml:runs>"


WRONG = [
    ("", "1031", "missing"),
    ("no xml", "1032", "xml_invalid"),
    (XML.format("", ""), "1032", "xml_invalid"),
    ('{"name": 1', "1032", "xml_invalid"),
    (XML.format(TASK, RUNS), "1034", "study_members"),
    (XML.format(TASK + SUITE, ""), "1035", "study_suite"),
    (XML.format(RUN + SUITE.replace("99", "999999"), ""), "1036", "study_suite"),
    (XML.format(RUN + SUITE.replace("99", "105"), ""), "1036", "study_suite"),
    (XML.format(RUN + SUITE.replace("99", "126"), ""), "1037", "study_suite"),
    (XML.format(TASK, "").replace("<oml:description>x</oml:description>", ""), "1039", "missing"),
    (XML.format(RUN, RUNS.replace("25", "999999")), "1039", "study_members"),
]


async def test_a_wrong_description_is_refused(writable: Writable, keys: dict[str, str]) -> None:
    """Each mistake has its code, names the file, and leaves no study."""
    before = await writable.rows(tables.study)
    answers = []
    for xml, *_ in WRONG:
        files = {"description": ("d.xml", xml)}
        answer = await writable.http.post("/studies", params={"api_key": keys["writer"]}, files=files)
        document = answer.json()
        answers.append((document["code"], document["errors"][0]["type"]))
        assert (answer.status_code, document["errors"][0]["loc"]) == (422, ["body", "description"])
    assert answers == [(code, kind) for _, code, kind in WRONG]
    assert await writable.rows(tables.study) == before


async def test_json_has_members_as_plain_lists(writable: Writable, keys: dict[str, str]) -> None:
    """A study without a type is a suite; null and empty lists are as if they were not there."""
    body = {"name": "A", "description": "x", "tasks": [1, 2], "runs": [], "benchmark_suite": None}
    answer = await writable.http.post("/studies", params={"api_key": keys["writer"]}, json=body)
    assert answer.json() == {"study_id": 3001}
    shown = (await writable.http.get("/studies/3001")).json()
    assert (shown["main_entity_type"], shown["task_ids"]) == ("task", [1, 2])
    as_file = await writable.http.post(
        "/studies",
        params={"api_key": keys["writer"]},
        files={"description": ("d.json", '{"name": "B", "description": "x", "tasks": [3]}')},
    )
    assert as_file.json() == {"study_id": 3002}


async def test_a_mistake_in_json_names_its_member(writable: Writable, keys: dict[str, str]) -> None:
    """There is no file that could be named."""
    body = {"name": "A", "description": "x", "main_entity_type": "task", "runs": [25]}
    answer = await writable.http.post("/studies", params={"api_key": keys["writer"]}, json=body)
    assert (answer.json()["code"], answer.json()["errors"][0]["loc"]) == ("1034", ["body", "runs"])
