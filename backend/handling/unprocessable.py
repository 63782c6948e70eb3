"""Input that only a handler can judge: it depends on other parameters or on the database.

PHP looks at most filters one after the other, so which of several mistakes answers is part of its behaviour
(legacy notes, task 3.2 and 4.2); readers cannot tell that, a handler can.
"""

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import UploadFile

from backend.operations import Call
from backend.problems import InputError, InputProblem

_WITH_BODY = ("POST", "PUT", "PATCH")


def unprocessable(
    call: Call[Any],
    names: Sequence[str],
    kind: str,
    message: str,
    *,
    code: str,
    additional: str | None = None,
    **context: object,
) -> InputProblem:
    """The problem of parameters that are well formed and still cannot be accepted.

    Args:
        names: The parameters that are wrong, or one of which is missing.
        kind: ``errors[].type`` of the answer.
        message: What would be right; also the detail.
        code: The legacy code.
        additional: What PHP says beside the text of its code.
        context: Numbers and words of the message, shown as ``ctx``.
    """
    errors = []
    for name in names:
        error: InputError = {
            "type": kind,
            "loc": _place(call, name),
            "msg": message,
            "input": _given(call, name),
        }
        if context:
            error["ctx"] = dict(context)
        errors.append(error)
    return InputProblem(f"{message}.", errors, code=code, additional=additional)


def _place(call: Call[Any], name: str) -> list[str | int]:
    if name in call.request.path_params:
        return ["path", name]
    if isinstance(call.json, dict):
        if name in call.json:
            return ["body", name]
        pagination = call.json.get("pagination")
        if isinstance(pagination, dict) and name in pagination:
            return ["body", "pagination", name]
    if name in call.form or (name not in call.request.query_params and call.request.method in _WITH_BODY):
        return ["body", name]
    return ["query", name]


def _given(call: Call[Any], name: str) -> object:
    *_, last = _place(call, name)
    if isinstance(call.json, dict) and _place(call, name)[0] == "body":
        inside = call.json.get("pagination", {}) if len(_place(call, name)) == 3 else call.json
        return inside.get(last)
    if name in call.form:
        given = call.form[name]
        return given.filename if isinstance(given, UploadFile) else str(given)
    if name in call.request.path_params:
        return call.request.path_params[name]
    values = call.request.query_params.getlist(name)
    return values[0] if len(values) == 1 else values or None
