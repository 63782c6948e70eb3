"""Declarations of operations."""

from io import BytesIO

import pytest
from sqlalchemy import insert
from starlette.datastructures import FormData, UploadFile

from backend import tables
from backend.access import ANYONE
from backend.app import OPERATIONS
from backend.input.parameters import NoParameters
from backend.operations import JSON_BODY_LIMIT, Call, Document, operation
from backend.problems import ProblemCase
from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from tests.backend.conftest import Writable
from tests.round_trips import NOT_RECORDED, measuring


def test_a_handler_becomes_an_operation() -> None:
    """What is not said has its default."""

    async def handler(call: Call[NoParameters]) -> Document:
        return []

    declared = operation("thing.list", parameters=NoParameters, answer=list[str], round_trips=1)(handler)
    assert declared.handler is handler
    assert (declared.access, declared.status, declared.body_limit) == (ANYONE, 200, JSON_BODY_LIMIT)


def test_an_upload_may_fetch_what_its_form_lacks() -> None:
    """A field of that name is no file."""

    async def handler(call: Call[NoParameters]) -> Document:
        return []

    declare = operation(
        "thing.upload", parameters=NoParameters, answer=list[str], round_trips=1, fetches_without="thing"
    )
    forms: list[list[tuple[str, UploadFile | str]]] = [
        [("thing", UploadFile(BytesIO(b"x"), filename="x"))],
        [("thing", "x")],
    ]
    found = [declare(handler).may_fetch(FormData(form)) for form in forms]
    plain = operation("thing.list", parameters=NoParameters, answer=list[str], round_trips=1)(handler)
    assert (found, plain.may_fetch(FormData())) == ([False, True], False)


def test_every_problem_of_every_operation_is_in_the_table() -> None:
    """Raising it can never be an internal error."""
    kinds = load_problems(config_directory())
    cases: set[ProblemCase] = {case for declared in OPERATIONS for case in declared.problems}
    assert {case.slug for case in cases} - kinds.keys() == set()


def test_operations_are_the_implemented_routes() -> None:
    """What the route map calls implemented is answered, and nothing else."""
    implemented = {route.name for route in load_routes(config_directory()) if route.implemented}
    assert {declared.name for declared in OPERATIONS} == implemented


@pytest.mark.anyio
async def test_what_no_recording_asks_takes_as_many_round_trips_as_declared(
    writable: Writable, keys: dict[str, str]
) -> None:
    """All others are measured where recordings are played (tests/functional)."""
    admin = {"api_key": keys["admin"]}
    async with writable.database.write() as connection:
        await connection.execute(insert(tables.users_groups).values(user_id=874, group_id=2))
    with measuring() as most:
        gone = await writable.http.delete("/datasets/61/tag", params={**admin, "tag": "petal"})
        user = await writable.http.delete("/users/874", params=admin)
        splits = await writable.http.get("/api_splits/get/1/Task_1.arff", params=admin)
    assert [answer.status_code for answer in (gone, user, splits)] == [204, 204, 404]
    declared = {one.name: one.round_trips for one in OPERATIONS if one.name in NOT_RECORDED}
    assert most == declared
