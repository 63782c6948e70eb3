"""An uploaded task: what its description says, and whether its type allows that (legacy notes, task 1.5)."""

from collections.abc import Mapping
from typing import Any

import orjson

from backend.input.parameters import BLANKS, read_id
from backend.input.xml_documents import Node
from backend.input.xml_integers import integer
from backend.operations import Call
from backend.problems import InputError, InputProblem, ProblemCase
from backend.tasks import write_queries as queries
from backend.tasks.constraints import Constraint, IllegalConstraint, read_constraint
from backend.tasks.queries import SOURCE
from config.php.comparison import loosely_equal

DESCRIPTION = "description"
SOURCES = "source_data_list"

UNKNOWN_INPUT = ProblemCase("validation-error", "616")
DUPLICATE_INPUT = ProblemCase("validation-error", "617")
MISSING_INPUT = ProblemCase("validation-error", "618")
ILLEGAL_CONSTRAINT = ProblemCase("validation-error", "619")
NO_DATA_TYPE = ProblemCase("validation-error", "620")
OTHER_TYPE = ProblemCase("validation-error", "621")
NOT_ALLOWED = ProblemCase("validation-error", "622")
NOT_ACTIVE = ProblemCase("dataset-not-active", "623")
# PHP dies of it, without a code.
NO_ID = ProblemCase("validation-error")

PROBLEMS = (
    DUPLICATE_INPUT,
    UNKNOWN_INPUT,
    ILLEGAL_CONSTRAINT,
    NO_DATA_TYPE,
    OTHER_TYPE,
    NOT_ALLOWED,
    NO_ID,
    NOT_ACTIVE,
    MISSING_INPUT,
)


def read_task(root: Node) -> tuple[int, dict[str, str]]:
    """Read a description that is as the schema wants it. ``root``: its root element. Returns id of the task type, and
    the inputs by name; texts are not trimmed. Raises InputProblem: an input occurs twice (617).
    """
    inputs: dict[str, str] = {}
    for one in root.all("input"):
        name = one.attributes.get("name", "")
        if name in inputs:
            raise refused(
                "duplicate_input", f"The input {name} occurs twice", name, DUPLICATE_INPUT, _about(name)
            )
        inputs[name] = one.content
    return integer(root.text("task_type_id")), inputs


async def check_inputs(call: Call[Any], ttid: int, inputs: Mapping[str, str]) -> None:
    """Hold the inputs of a task to what its type demands, in PHP's order. ``inputs``: what was uploaded.

    Raises:
        InputProblem: An input is unknown, wrong or missing (616, 619 to 622, 618).
        Problem: A data set is not active (623).
    """
    declared = await queries.declared_inputs(call.connection, ttid)
    for name, value in inputs.items():
        if name not in declared:
            message = f"A task of type {ttid} has no input {name}"
            raise refused("unknown_input", message, name, UNKNOWN_INPUT, _about(name))
        await _check_value(call, name, inputs, ttid, _constraint(name, declared[name].api_constraints))
        if name == SOURCE:
            await _check_source(call, value)
        if name == SOURCES:
            await _check_sources(call, value)
    missing = [name for name, row in declared.items() if row.requirement == "required" and name not in inputs]
    if missing:
        message = f"A task of type {ttid} needs the inputs {', '.join(missing)}"
        names = ", ".join(missing)
        raise refused("missing_input", message, names, MISSING_INPUT, f"problematic input(s): {names}")


def refused(
    kind: str, message: str, given: object, case: ProblemCase, additional: str | None = None
) -> InputProblem:
    """The problem of a description that the type of the task does not allow.

    Args:
        kind: ``errors[].type``.
        message: What is wrong.
        case: Its legacy code.
        additional: What PHP says beside it.
    """
    error: InputError = {"type": kind, "loc": ["body", DESCRIPTION], "msg": message, "input": given}
    return InputProblem(f"{message}.", [error], code=case.code, additional=additional)


def _about(name: str) -> str:
    """PHP's words about one input."""
    return f"problematic input: {name}"


def _constraint(name: str, text: str | None) -> Constraint:
    try:
        return read_constraint(text)
    except IllegalConstraint as error:
        case = ILLEGAL_CONSTRAINT if error.code == ILLEGAL_CONSTRAINT.code else NO_DATA_TYPE
        raise refused(
            "constraint", f"The input {name} cannot be set: {error}", name, case, _about(name)
        ) from error


async def _check_value(
    call: Call[Any], name: str, inputs: Mapping[str, str], ttid: int, constraint: Constraint
) -> None:
    value = inputs[name]
    if not constraint.has_type(value):
        message = f"The input {name} should be of type {constraint.data_type}"
        told = f"{_about(name)}; should be of type: {constraint.data_type}"
        raise refused("data_type", message, value, OTHER_TYPE, told)
    asked = constraint.allowed(inputs, ttid)
    if asked is None:
        return
    allowed = await queries.values(call.connection, asked)
    if not any(loosely_equal(value, other) for other in allowed):
        message = f"The input {name} may be one of [{', '.join(allowed)}]"
        told = f"problematic input: [{name}], acceptable inputs: [{', '.join(allowed)}]"
        raise refused("not_allowed", message, value, NOT_ALLOWED, told)


async def _check_source(call: Call[Any], value: str) -> None:
    did = read_id(value.lstrip(BLANKS))
    if did is None or "+" in value:
        case = NOT_ALLOWED if call.is_legacy else NO_ID
        raise refused("id", f"The input {SOURCE} should be decimal digits", value, case, _about(SOURCE))
    if did not in await queries.active(call.connection, [did]):
        told = f"{_about(SOURCE)}, dataset not active."
        raise NOT_ACTIVE.because(
            f"The data set of the input {SOURCE}, {did}, is not active.", additional=told
        )


async def _check_sources(call: Call[Any], value: str) -> None:
    told = orjson.loads(value)
    items = list(told.values()) if isinstance(told, dict) else told if isinstance(told, list) else []
    texts = [item if isinstance(item, str) else orjson.dumps(item).decode() for item in items]
    dids = [read_id(text) for text in texts]
    there = await queries.active(call.connection, (did for did in dids if did is not None))
    for text, did in zip(texts, dids, strict=True):
        if did not in there:
            told = f"{_about(SOURCES)}, dataset not active: {text}"
            raise NOT_ACTIVE.because(
                f"A data set of the input {SOURCES}, {text}, is not active.", additional=told
            )
