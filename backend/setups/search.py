"""Search for setups by a run description: what `setup/exists`, `setup/partial` and the upload of a run do first.

Source: legacy notes, flow 3.4 and task 3.9. Codes of errors are PHP's, their order too.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from backend.input.request_input import Absent
from backend.input.uploads import EMPTY, MISSING, file_problem, form_file
from backend.operations import Call
from backend.problems import InputError, InputProblem, ProblemCase, refused
from backend.setups import queries
from backend.setups.run_description import IllegalDescription, RunDescription, read_json, read_xml

FIELD = "description"

MAX_PARAMETERS = 60
"""PHP joins one table a parameter, and MySQL joins 61 at most (legacy notes, flow 3.4, code 588)."""


def _wrong(
    kind: str, detail: str, code: str, inside: tuple[str | int, ...] = (), *, additional: str | None = None
) -> InputProblem:
    error: InputError = {"type": kind, "loc": ["body", FIELD, *inside], "msg": detail, "input": None}
    return InputProblem(detail, [error], code=code, additional=additional)


async def read_description(call: Call[Any]) -> RunDescription:
    """The run description of a request: an XML file, or a JSON body. Returns what it says. Raises InputProblem: there
    is none (581), or it is not as it should be (582).
    """
    try:
        if not isinstance(call.json, Absent):
            return read_json(call.json)
        upload = form_file(call.form, FIELD)
        if upload is None or not upload.filename:
            raise _wrong(
                "file_missing",
                f"Send the run description as an XML file in the form field {FIELD}, or as a JSON body.",
                "581",
                additional=MISSING if upload is None else EMPTY,
            )
        if reason := file_problem(upload):
            raise _wrong("file_empty", f"The file {FIELD} cannot be used: {reason}", "581", additional=reason)
        return read_xml(await upload.read())
    except IllegalDescription as error:
        detail = f"The run description is not as its schema wants it. {error}"
        raise _wrong("description_illegal", detail, "582", additional=error.php) from error


@dataclass(frozen=True, slots=True)
class SearchCodes:
    """The legacy codes of one operation that searches for a setup.

    Args:
        flow: There is no such flow.
        measure: The flow is an evaluation measure.
        parameter: There is no such parameter.
        too_many: More parameters than the search takes.
        too_many_told: What PHP says of it.
    """

    flow: str
    measure: str
    parameter: str
    too_many: str
    too_many_told: str | None = None

    def refused(self) -> tuple[ProblemCase, ...]:
        """What an operation that searches with them can answer."""
        return refused(self.flow, self.measure, self.parameter, self.too_many)


SEARCH = SearchCodes(
    flow="584",
    measure="585",
    parameter="586",
    too_many="588",
    too_many_told="Flow might not be suitable for this operation (feature request)",
)


async def statement(
    call: Call[Any], description: RunDescription, *, exactly: bool
) -> Select[tuple[int, int]]:
    """The statement that finds the setups of a run description.

    ``description``: what is searched for. ``exactly``: the setup must have no other parameters than the given ones.
    Returns a statement for ``queries.page``. Raises InputProblem: the flow is unknown (584) or an evaluation measure
    (585), a parameter is unknown (586), or there are too many of them (588).
    """
    await check_flow(call, description.flow_id, SEARCH)
    values = await input_values(call, description, SEARCH)
    return queries.with_settings(description.flow_id, values, exactly=exactly)


async def check_flow(call: Call[Any], flow_id: int, codes: SearchCodes) -> None:
    """See that a flow can have setups. ``codes``: of the operation. Raises InputProblem: it is unknown, or an
    evaluation measure.
    """
    flow = await queries.flow(call.connection, flow_id)
    if flow is None:
        raise _wrong("flow_unknown", f"No flow with id {flow_id} found.", codes.flow, ("flow_id",))
    if flow.implements and await queries.is_evaluation_measure(call.connection, flow.implements):
        detail = f"Flow {flow_id} implements the evaluation measure {flow.implements}; it has no setups."
        raise _wrong("flow_is_measure", detail, codes.measure, ("flow_id",))


async def input_values(call: Call[Any], description: RunDescription, codes: SearchCodes) -> dict[int, str]:
    """The value by input id; of a parameter that is given twice the last one counts.

    ``description``: with the settings. ``codes``: of the operation. Returns the values, by the ids of the inputs.
    Raises InputProblem: a parameter is unknown, or there are too many of them.
    """
    settings = description.settings
    if not settings:
        return {}
    known = await queries.inputs(
        call.connection,
        sorted({setting.component for setting in settings}),
        sorted({setting.name for setting in settings}),
    )
    values: dict[int, str] = {}
    for index, setting in enumerate(settings):
        input_id = known.get((setting.component, setting.name))
        if input_id is None:
            detail = f"Flow {setting.component} has no parameter {setting.name}."
            told = f"Name: {setting.name}, flow id (component): {setting.component}"
            raise _wrong(
                "parameter_unknown", detail, codes.parameter, ("parameter_setting", index), additional=told
            )
        values[input_id] = setting.value
    if len(values) > MAX_PARAMETERS:
        detail = f"A search takes {MAX_PARAMETERS} parameters at most, not {len(values)}."
        raise _wrong(
            "parameters_too_many",
            detail,
            codes.too_many,
            ("parameter_setting",),
            additional=codes.too_many_told,
        )
    return values
