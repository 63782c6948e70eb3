"""Input into declared parameters, and everything that is wrong with it into one problem."""

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backend.input.filters import NO_RESULTS, FilterCodes
from backend.input.parameters import Parameters
from backend.input.request_input import KEY, Absent, Given, RequestInput
from backend.operations import Operation
from backend.problems import InputError, InputProblem

P = TypeVar("P", bound=Parameters)

UNKNOWN = "extra_forbidden"
ID, ID_ZERO = "id", "id_zero"


def read_parameters(operation: Operation[P], segments: Mapping[str, str], received: RequestInput) -> P:
    """Read the parameters that an operation declares.

    ``segments``: raw text of the path's variable segments. ``received``: query and body. Returns the parameters, typed.
    Raises InputProblem: something is unknown, missing or illegal; all of it is named, the code is that of the mistake
    that PHP would have found first.
    """
    declared = _names(operation.parameters)
    given: dict[str, Given] = {}
    # PHP looks only at the fields that it knows, of a form as of a query; where it judges names, those of filters.
    as_form = isinstance(received.json, Absent)
    for name, value in received.parameters().items():
        if name in declared and name not in segments:
            given[name] = value
        elif value.loc[0] == "query":
            if operation.filters is not None:
                given[name] = value
        elif not operation.reads_body and not (as_form and operation.filters is None):
            given[name] = value
    for name, text in segments.items():
        if name in declared:
            given[name] = Given(text, ("path", name))
    try:
        return operation.parameters.model_validate({name: value.value for name, value in given.items()})
    except ValidationError as error:
        found = error.errors(include_url=False)
    codes = operation.filters
    raise InputProblem(
        _sentence(found, codes, declared),
        [_entry(details, given) for details in found],
        code=_code(found, codes),
    )


@cache
def _names(model: type[Parameters]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _entry(details: ErrorDetails, given: Mapping[str, Given]) -> InputError:
    name = str(details["loc"][0]) if details["loc"] else ""
    known = given.get(name)
    loc = [*(known.loc if known else ("body", name)), *details["loc"][1:]]
    context = {key: value for key, value in details.get("ctx", {}).items() if key != "code"}
    value = None if known is None or name == KEY else details["input"]
    entry: InputError = {"type": details["type"], "loc": loc, "msg": details["msg"], "input": value}
    if context:
        entry["ctx"] = {
            key: text if isinstance(text, int | float) else str(text) for key, text in context.items()
        }
    return entry


def _code(found: list[ErrorDetails], codes: FilterCodes | None) -> str | None:
    """The code of the mistake that PHP finds first: unknown filter, illegal value, then no results.

    Its dispatcher asks whether all ids of the path are numbers before anybody asks whether one is zero.
    """
    ids = any(details["type"] == ID for details in found)
    for details in found:
        if ids and details["type"] == ID_ZERO:
            continue
        if "code" in details.get("ctx", {}):
            return str(details["ctx"]["code"])
    if codes is None or ids:
        return None
    kinds = {details["type"] for details in found}
    if UNKNOWN in kinds:
        return codes.unknown
    return codes.no_results if kinds <= NO_RESULTS else codes.illegal


def _sentence(found: list[ErrorDetails], codes: FilterCodes | None, declared: list[str]) -> str:
    wrong = "; ".join(f"{'.'.join(map(str, details['loc']))}: {details['msg']}" for details in found)
    if codes is not None and any(details["type"] == UNKNOWN for details in found):
        return f"{wrong}. Known filters: {', '.join(declared)}."
    return f"{wrong}."
