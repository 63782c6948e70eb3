"""Declarations of operations."""

from io import BytesIO

from starlette.datastructures import FormData, UploadFile

from backend.access import ANYONE
from backend.app import OPERATIONS
from backend.input.parameters import NoParameters
from backend.operations import JSON_BODY_LIMIT, Call, Document, operation
from backend.problems import ProblemCase
from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes


def test_a_handler_becomes_an_operation() -> None:
    """What is not said has its default."""

    async def handler(call: Call[NoParameters]) -> Document:
        return []

    declared = operation("thing.list", parameters=NoParameters, answer=list[str])(handler)
    assert declared.handler is handler
    assert (declared.access, declared.status, declared.body_limit) == (ANYONE, 200, JSON_BODY_LIMIT)


def test_an_upload_may_fetch_what_its_form_lacks() -> None:
    """A field of that name is no file."""

    async def handler(call: Call[NoParameters]) -> Document:
        return []

    declare = operation("thing.upload", parameters=NoParameters, answer=list[str], fetches_without="thing")
    forms: list[list[tuple[str, UploadFile | str]]] = [
        [("thing", UploadFile(BytesIO(b"x"), filename="x"))],
        [("thing", "x")],
    ]
    found = [declare(handler).may_fetch(FormData(form)) for form in forms]
    plain = operation("thing.list", parameters=NoParameters, answer=list[str])(handler)
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


def test_every_operation_says_how_many_round_trips_it_costs() -> None:
    """In the docstring of its handler."""
    silent = [
        declared.name
        for declared in OPERATIONS
        if "round trip" not in (declared.handler.__doc__ or "").replace("\n    ", " ")
    ]
    assert silent == []
