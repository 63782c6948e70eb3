"""A legacy answer in the shape of the new API, for new-dialect clients that legacy serves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from config.problems import ProblemType
from config.routes import gives_files
from diffing.decode import Decoded, Form, decode
from diffing.model import Asked, Headers, Observation
from diffing.normalise import normalise
from diffing.pasted import pasted
from diffing.problem import MEDIA_TYPE, message_of
from diffing.registry import Deviation, Kind, Registry
from proxy.serve.telling import LONGEST

# Fields of the legacy answer that say nothing about the adapted one.
_DROPPED: Final = frozenset(
    {
        "content-type",
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "connection",
        "status",
        "etag",
    }
)


@dataclass(frozen=True, slots=True)
class Adapted:
    """An answer in the new dialect. ``headers``: its pairs, without Content-Length. ``unfit``: where it is not as the
    schema has it, because PHP made another form of a text: markup is an object.
    """

    status: int
    headers: Headers
    body: bytes
    unfit: str | None = None


def adapt(
    asked: Asked, legacy: Observation, registry: Registry, problems: Mapping[str, ProblemType]
) -> Adapted:
    """Turn a legacy answer into the one that the new API gives. Returns the answer. A legacy answer that cannot be
    read becomes a 502. ``asked``: facts of the client's request. ``problems``: title and status of each problem type.
    """
    kept = tuple(pair for pair in legacy.headers if pair[0].lower() not in _DROPPED)
    if legacy.status is None or legacy.error is not None:
        status = 504 if legacy.error == "timeout" else 502
        return _problem(kept, status, "about:blank", "Bad Gateway", "The legacy side gave no answer.", None)
    old = decode(legacy, LONGEST)
    entries = registry.of_route(asked.route_name)
    told = _told(asked, legacy, old, entries, problems, kept)
    if told is not None:
        return told
    coded = old.form is Form.CODED and not gives_files(asked.route)
    if coded or legacy.status >= 400 or old.form in (Form.BROKEN, Form.TWO_DOCUMENTS, Form.HTML):
        return _problem(
            kept, 502, "about:blank", "Bad Gateway", "The legacy side gave an answer that is no answer.", None
        )
    if old.form is not Form.JSON:
        return Adapted(legacy.status, legacy.headers, legacy.body)
    rules = registry.rules(asked.route_name)
    shown = pasted(asked, old, entries) or old
    document = normalise(shown.document, asked, entries, rules=rules).document
    headers = (("content-type", "application/json"), *kept)
    shape = None if rules is None else rules.shape
    unfit = None if shape is None else next(shape.fits(document), None)
    return Adapted(legacy.status, headers, orjson.dumps(document), unfit)


def told_as_problem(entry: Deviation) -> bool:
    """Whether an entry says which problem a legacy answer becomes, whatever the new side answers."""
    known = entry.kind in (Kind.STATUS, Kind.REFUSAL)
    return known and entry.premise is None


def _told(
    asked: Asked,
    legacy: Observation,
    old: Decoded,
    entries: Iterable[Deviation],
    problems: Mapping[str, ProblemType],
    kept: Headers,
) -> Adapted | None:
    """The problem that the first fitting entry makes of an error, or of what the new API refuses; None without one."""
    error = old.document if old.form is Form.ERROR and isinstance(old.document, dict) else None
    code = None if error is None else str(error.get("code"))
    message = "" if error is None else message_of(error)
    for entry in entries:
        if not told_as_problem(entry) or entry.legacy is None or entry.new is None:
            continue
        if not entry.legacy.fits(legacy.status, code) or entry.when.why_not(asked, old.document, message):
            continue
        problem = problems.get(entry.new.type or "")
        if problem is not None:
            wanted = code if entry.new.code is None else entry.new.code or None
            detail = message or f"{entry.title}."
            return _problem(kept, entry.new.status, problem.uri, problem.title, detail, wanted)
    if error is None:
        return None
    return _problem(kept, legacy.status or 412, "about:blank", "Precondition Failed", message, code)


def _problem(kept: Headers, status: int, uri: str, title: str, detail: str, code: str | None) -> Adapted:
    document: dict[str, object] = {"type": uri, "title": title, "status": status, "detail": detail}
    if code is not None:
        document["code"] = code
    headers = (("content-type", MEDIA_TYPE), *kept)
    if status == 401:
        headers = (*headers, ("www-authenticate", "Bearer"))
    return Adapted(status, headers, orjson.dumps(document))
