"""The description that a new study comes with: XML as PHP takes it, or JSON (legacy notes, flow 4.4)."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from backend.handling.descriptions import JsonText, given_description, valid
from backend.input.xml_documents import Node
from backend.input.xml_integers import integer
from backend.operations import Call
from backend.problems import InputError, InputProblem

FIELD: Final = "description"
SCHEMA: Final = "study_create"

# Name of the members' element, and of the ids in it, by kind of study.
_MEMBERS: Final = {"run": ("runs", "run_id"), "task": ("tasks", "task_id")}


@dataclass(frozen=True, slots=True)
class NewStudy:
    """A study as its description has it.

    Args:
        main_entity_type: ``run`` or ``task``.
        description: What it is about; None when nothing is said, which the table does not take.
        alias: Its alias, if it shall have one.
        suite: The suite whose tasks its runs are on, if there is one.
        members: Ids of its runs or tasks, as they were named.
    """

    main_entity_type: str
    name: str
    description: str | None
    alias: str | None
    suite: int | None
    members: tuple[int, ...]


async def new_study(call: Call[Any]) -> NewStudy:
    """Read the description of a new study.

    What the database says when it is stored is ignored, as in PHP: id, status, date, creator, data, flows, setups.
    Raises InputProblem: 1031 there is none, 1032 it is not as its schema wants it, 1034 it names members of the other
    kind, 1035 it is a suite that names a suite.
    """
    given = await given_description(call, FIELD, missing="1031")
    root = await valid(call, _nested(given), FIELD, SCHEMA, code="1032")
    kind = root.text("main_entity_type") or ""
    for other, (element, _) in _MEMBERS.items():
        if other != kind and root.first(element) is not None:
            message = f"A study of main entity type {kind} can only have members of that type, not {element}"
            raise wrong(call, element, "study_members", message, "1034")
    suite = root.text("benchmark_suite")
    if suite is not None and kind != "run":
        message = "Only a study of runs can refer to a benchmark suite"
        raise wrong(call, "benchmark_suite", "study_suite", message, "1035")
    element, inner = _MEMBERS[kind]
    members = root.first(element) or Node(element)
    return NewStudy(
        main_entity_type=kind,
        name=root.text("name") or "",
        description=root.text("description"),
        alias=root.text("alias"),
        suite=None if suite is None else integer(suite),
        members=tuple(map(integer, members.texts(inner))),
    )


def wrong(
    call: Call[Any], member: str, kind: str, message: str, code: str, additional: str | None = None
) -> InputProblem:
    """The problem of something in the description. Returns the problem, ready to be raised; its place is the member of
    a JSON body, else the file.

    Args:
        kind: ``errors[].type`` of the answer.
        message: What would be right.
        code: The legacy code.
        additional: What PHP says beside its text.
    """
    place = member if isinstance(call.json, dict) else FIELD
    error: InputError = {"type": kind, "loc": ["body", place], "msg": message, "input": None}
    return InputProblem(f"{message}.", [error], code=code, additional=additional)


def _nested(given: bytes | dict[str, Any]) -> bytes | dict[str, Any]:
    """JSON has members as plain lists, where the schema has elements in elements (new-API contract, section A)."""
    if isinstance(given, bytes):
        if not isinstance(given, JsonText):
            return given
        try:
            given = orjson.loads(bytes(given))
        except orjson.JSONDecodeError:
            return given  # the reader of descriptions says where it is broken
    if not isinstance(given, dict):
        return given
    nested = {"main_entity_type": "task", **given}
    for element, inner in (*_MEMBERS.values(), ("data", "data_id"), ("flows", "flow_id")):
        ids = nested.get(element)
        if isinstance(ids, list):
            nested[element] = {inner: ids} if ids else None
    return nested
