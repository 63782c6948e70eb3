"""Editing the description of a data set, through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backend import tables
from tests.backend.datasets.conftest import named

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


dataset, description = tables.dataset, tables.dataset_description


def xml(*fields: str) -> str:
    """The document with these fields, in this order."""
    inner = "".join(
        f"<oml:{field.partition('=')[0]}>{field.partition('=')[2]}</oml:{field.partition('=')[0]}>"
        for field in fields
    )
    return (
        f'<oml:data_edit_parameters xmlns:oml="http://openml.org/openml">{inner}</oml:data_edit_parameters>'
    )


async def test_anybody_edits_what_is_not_critical(writable: Writable, keys: dict[str, str]) -> None:
    """The last of a repeated element counts, unquoted; a description is a new version of the uploader's."""
    fields = {
        "data_id": "061",
        "edit_parameters": xml("description= New. ", "creator=Ann", "creator=Doe, Jane"),
    }
    answer = await writable.http.post("/datasets/edit", params={"api_key": keys["writer"]}, data=fields)
    assert (answer.status_code, answer.json()) == (200, {"id": 61})
    [row] = await named(writable, dataset, dataset.c.did == 61)
    assert (row["creator"], str(row["last_update"])) == ("Doe, Jane", "2015-09-05 16:52:08")
    *_, newest = await writable.rows(description, description.c.did == 61)
    assert tuple(newest) == (61, 2, " New. ", 16)


@pytest.mark.parametrize("form", ["file", "json"])
async def test_the_changes_may_be_a_file_or_json(writable: Writable, keys: dict[str, str], form: str) -> None:
    """Either says the same as the field."""
    key = {"api_key": keys["writer"]}
    if form == "file":
        files = {"edit_parameters": ("edit.xml", xml("language=Frisian"), "text/xml")}
        answer = await writable.http.post("/datasets/edit", params=key, data={"data_id": "61"}, files=files)
    else:
        body = {"data_id": 61, "edit_parameters": {"language": "Frisian"}}
        answer = await writable.http.post("/datasets/edit", params=key, json=body)
    assert answer.status_code == 200, answer.text
    [row] = await named(writable, dataset, dataset.c.did == 61)
    assert row["language"] == "Frisian"


@pytest.mark.parametrize(
    ("did", "parameters", "who", "answer"),
    [
        ("61", "", "writer", (422, "1061")),
        ("0", "no xml", "writer", (422, "1060")),
        ("61", xml("language=two words"), "writer", (422, "1060")),
        ("0", xml("language=Dutch"), "writer", (422, "1062")),
        ("61abc", xml("language=Dutch"), "writer", (422, "1063")),
        ("999999", xml(), "writer", (404, "1063")),
        ("130", xml(), "writer", (403, "112")),
        ("61", xml(), "writer", (422, "1064")),
        ("64", xml("description=x", "row_id_attribute=V1"), "writer", (403, "1065")),
        ("61", xml("description=x", "row_id_attribute=V1"), "admin", (409, "1066")),
        ("305", xml("description=x", "language=Dutch"), "writer", (412, "1067")),
    ],
)
async def test_an_edit_is_refused(
    writable: Writable, keys: dict[str, str], did: str, parameters: str, who: str, answer: tuple[int, str]
) -> None:
    """PHP's order: the changes, the data set, then who may; nothing of a refused edit stays."""
    before = await writable.snapshot()
    fields = {"data_id": did, "edit_parameters": parameters}
    refused = await writable.http.post("/datasets/edit", params={"api_key": keys[who]}, data=fields)
    assert (refused.status_code, refused.json()["code"]) == answer
    assert await writable.snapshot() == before


async def test_json_without_changes_lacks_them(writable: Writable, keys: dict[str, str]) -> None:
    """The body is not taken for the changes."""
    answer = await writable.http.post(
        "/datasets/edit", params={"api_key": keys["writer"]}, json={"data_id": 61}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "1061")


async def test_the_owner_edits_critical_fields_without_tasks(
    writable: Writable, keys: dict[str, str]
) -> None:
    """An administrator too."""
    fields = {"data_id": "64", "edit_parameters": xml("ignore_attribute=V2", "ignore_attribute=V3")}
    answer = await writable.http.post("/datasets/edit", params={"api_key": keys["admin"]}, data=fields)
    assert answer.status_code == 200, answer.text
    [row] = await named(writable, dataset, dataset.c.did == 64)
    assert row["ignore_attribute"] == "V3"


async def test_edits_at_once_are_versions_of_their_own(writable: Writable, keys: dict[str, str]) -> None:
    """Each text is kept."""
    answers = await asyncio.gather(
        *(
            writable.http.post(
                "/datasets/edit",
                params={"api_key": keys["writer"]},
                data={"data_id": "61", "edit_parameters": xml(f"description=Text {number}.")},
            )
            for number in range(8)
        )
    )
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len(await writable.rows(description, description.c.did == 61)) == 9
