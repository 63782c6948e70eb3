"""Tagging and untagging of all five kinds, through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backend import tables

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

KINDS = {
    "data": ("/datasets", 61, tables.dataset_tag),
    "task": ("/tasks", 59, tables.task_tag),
    "flow": ("/flows", 1, tables.implementation_tag),
    "run": ("/run", 25, tables.run_tag),
    "setup": ("/setup", 4, tables.setup_tag),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_tag_is_put_and_taken(writable: Writable, keys: dict[str, str], kind: str) -> None:
    """Each kind answers all its tags, and the row says who and when."""
    path, number, table = KINDS[kind]
    key = {"api_key": keys["writer"]}
    before = await writable.rows(table)
    body = {f"{kind}_id": str(number), "tag": "fresh-tag"}
    tagged = await writable.http.post(f"{path}/tag", params=key, data=body)
    assert tagged.status_code == 200, tagged.text
    assert tagged.json()[f"{kind}_tag"]["id"] == str(number)
    assert "fresh-tag" in tagged.json()[f"{kind}_tag"]["tag"]
    [row] = [row for row in await writable.rows(table) if row not in before]
    assert (row[0], row[1], row[2], str(row[3])) == (number, "fresh-tag", 2, "2026-11-22 12:00:00")
    untagged = await writable.http.post(
        f"{path}/untag", params=key, json={f"{kind}_id": number, "tag": "FRESH-tag"}
    )
    assert untagged.status_code == 200, untagged.text
    assert await writable.rows(table) == before


@pytest.mark.parametrize("sent", [" {}", "{} ", "{}\n", "\t{}", "{}%20"])
@pytest.mark.parametrize("kind", KINDS)
async def test_blanks_around_an_id_do_not_count(
    writable: Writable, keys: dict[str, str], kind: str, sent: str
) -> None:
    """PHP takes them, and answers the id without them."""
    path, number, _ = KINDS[kind]
    body = {f"{kind}_id": sent.format(number), "tag": "blank-id"}
    tagged = await writable.http.post(f"{path}/tag", params={"api_key": keys["writer"]}, data=body)
    assert (tagged.status_code, tagged.json()[f"{kind}_tag"]["id"]) == (200, str(number))


@pytest.mark.parametrize("word", ["tag", "untag"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_plus_makes_an_unknown_id(
    writable: Writable, keys: dict[str, str], kind: str, word: str
) -> None:
    """PHP dies of it, before or after storing; nothing is stored here."""
    path, number, table = KINDS[kind]
    before = await writable.rows(table)
    body = {f"{kind}_id": f"+{number}", "tag": "plus"}
    refused = await writable.http.post(f"{path}/{word}", params={"api_key": keys["writer"]}, data=body)
    assert (refused.status_code, refused.json()["code"]) == (404, "472")
    assert f"+{number}" in refused.json()["detail"]
    assert await writable.rows(table) == before


@pytest.mark.parametrize("sent", ["a%41b", "a%2541b", "a\0Ab", "aA\x7fb", "aA%00b"])
async def test_a_tag_is_what_php_makes_of_it(writable: Writable, keys: dict[str, str], sent: str) -> None:
    """Percent sequences are undone and control characters go, when it is put and when it is taken."""
    fields, params = {"data_id": "61", "tag": sent}, {"api_key": keys["writer"]}
    tagged = await writable.http.post("/datasets/tag", params=params, data=fields)
    assert "aAb" in tagged.json()["data_tag"]["tag"]
    untagged = await writable.http.post("/datasets/untag", params=params, data=fields)
    assert "aAb" not in untagged.json()["data_untag"]["tag"]


@pytest.mark.parametrize("tag", ["petal", "PETAL"])
async def test_a_refused_tag_names_the_id_as_sent(writable: Writable, keys: dict[str, str], tag: str) -> None:
    """PHP says ``id=061``, for one who sent that."""
    refused = await writable.http.post(
        "/datasets/tag", params={"api_key": keys["writer"]}, data={"data_id": "061", "tag": tag}
    )
    assert (refused.status_code, refused.json()["detail"].split(": ")[-1]) == (409, f"id=061; tag={tag}.")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "471"),
        ({"data_id": "61"}, 422, "471"),
        ({"data_id": "61", "tag": "0"}, 422, "471"),
        ({"data_id": "0", "tag": "t"}, 422, "471"),
        ({"data_id": "abc", "tag": "t"}, 422, "472"),
        ({"data_id": "61abc", "tag": "t"}, 422, "472"),
        ({"data_id": "999999", "tag": "t"}, 404, "472"),
        ({"data_id": "61", "tag": "two words"}, 422, "477"),
        ({"data_id": "61", "tag": "x" * 65}, 422, "477"),
        ({"data_id": "999999", "tag": "two words"}, 404, "472"),
        ({"data_id": "61", "tag": "document.cookie"}, 422, "477"),
        ({"data_id": "61", "tag": "window.onload"}, 422, "477"),
        ({"data_id": "61", "tag": "%70etal"}, 409, "473"),
        ({"data_id": "61", "tag[]": "t"}, 422, "471"),
        ({"data_id[]": "61", "tag": "t"}, 422, "471"),
        ({"data_id": "130", "tag": "t"}, 403, "112"),
        ({"data_id": "61", "tag": "petal"}, 409, "473"),
        ({"data_id": "61", "tag": "PETAL"}, 409, "474"),
    ],
)
async def test_a_refused_tag_changes_nothing(
    writable: Writable, keys: dict[str, str], body: dict[str, str], status: int, code: str
) -> None:
    """The first mistake in the order of the contract answers, and no row changes."""
    before = await writable.rows(tables.dataset_tag)
    answer = await writable.http.post("/datasets/tag", params={"api_key": keys["writer"]}, data=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await writable.rows(tables.dataset_tag) == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"data_id": "61"}, 422, "471"),
        ({"data_id": "999999", "tag": "t"}, 404, "472"),
        ({"data_id": "130", "tag": "secret"}, 404, "472"),
        ({"data_id": "61", "tag": "never-set"}, 404, "475"),
        ({"data_id": "61", "tag": "€"}, 404, "475"),
        ({"data_id": "61", "tag": "petal"}, 403, "476"),
    ],
)
async def test_a_tag_that_one_may_not_take_stays(
    writable: Writable, keys: dict[str, str], body: dict[str, str], status: int, code: str
) -> None:
    """Taking off asks for the tag's owner; a data set that one may not see is unknown."""
    before = await writable.rows(tables.dataset_tag)
    answer = await writable.http.post("/datasets/untag", params={"api_key": keys["writer"]}, data=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await writable.rows(tables.dataset_tag) == before


async def test_data_untag_answers_in_three_forms(writable: Writable, keys: dict[str, str]) -> None:
    """Two tags are a list, one is a text, none is no key; the others always have a list."""
    key = {"api_key": keys["admin"]}
    forms = []
    for tag in ("study_14", "under100k", "petal", "openfield"):
        answer = await writable.http.post("/datasets/untag", params=key, data={"data_id": "061", "tag": tag})
        forms.append(answer.json()["data_untag"])
    assert forms == [
        {"id": "061", "tag": ["openfield", "petal", "under100k"]},
        {"id": "061", "tag": ["openfield", "petal"]},
        {"id": "061", "tag": "openfield"},
        {"id": "061"},
    ]
    await writable.http.post("/setup/tag", params=key, data={"setup_id": "9", "tag": "t"})
    last = await writable.http.post("/setup/untag", params=key, data={"setup_id": "9", "tag": "t"})
    assert last.json() == {"setup_untag": {"id": "9", "tag": []}}


async def test_delete_takes_a_tag_off(writable: Writable, keys: dict[str, str]) -> None:
    """DELETE of a data set's tag has an empty answer."""
    gone = await writable.http.delete("/datasets/61/tag", params={"api_key": keys["admin"], "tag": "petal"})
    again = await writable.http.delete("/datasets/61/tag", params={"api_key": keys["admin"], "tag": "petal"})
    bare = await writable.http.delete("/datasets/61/tag", params={"api_key": keys["admin"]})
    assert (gone.status_code, gone.content) == (204, b"")
    assert (again.status_code, again.json()["code"]) == (404, "475")
    assert (bare.status_code, bare.json()["code"]) == (422, "471")
    assert bare.json()["errors"][0]["loc"] == ["query", "tag"]


async def test_equal_tags_at_once_are_one_row(writable: Writable, keys: dict[str, str]) -> None:
    """Of many equal requests one succeeds and all others are told of the conflict."""
    answers = await asyncio.gather(
        *(
            writable.http.post(
                "/datasets/tag", params={"api_key": keys["writer"]}, data={"data_id": "61", "tag": "race"}
            )
            for _ in range(12)
        )
    )
    assert sorted((answer.status_code, answer.json().get("code")) for answer in answers) == [
        (200, None),
        *[(409, "473")] * 11,
    ]
    assert len(await writable.rows(tables.dataset_tag, tables.dataset_tag.c.tag == "race")) == 1


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("readonly", 403), ("nogroup", 403)])
async def test_tagging_needs_an_account_that_may_write(
    writable: Writable, keys: dict[str, str], who: str | None, status: int
) -> None:
    """Without a key or with a read-only one nothing happens."""
    key = {"api_key": keys[who]} if who else {}
    answer = await writable.http.post("/tasks/tag", params=key, data={"task_id": "59", "tag": "t"})
    assert answer.status_code == status
