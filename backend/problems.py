"""Errors of the API as problem details (RFC 9457), with the legacy code always kept.

Problem            an error answer: raise it anywhere below the gateway
└── InputProblem   422, with one entry per wrong parameter
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired

import orjson
from starlette.responses import Response
from typing_extensions import TypedDict

from config.problems import ProblemType

MEDIA_TYPE = "application/problem+json"


class InputError(TypedDict):
    """One wrong parameter (new-API contract, decision 6)."""

    type: str
    loc: list[str | int]
    msg: str
    input: object
    ctx: NotRequired[dict[str, object]]


class ProblemDocument(TypedDict):
    """The body of every error answer."""

    type: str
    title: str
    status: int
    detail: str
    code: NotRequired[str]
    errors: NotRequired[list[InputError]]
    incident: NotRequired[str]


class Problem(Exception):
    """An error answer.

    Args:
        slug: Its type: a section of config/problems.toml, which also gives title and status.
        detail: What happened in this request; names every name and number that the legacy message names.
        code: The legacy code, when there is one.
        headers: Headers that go with it, e.g. ``Allow``.
        additional: What PHP says beside the text of its code, in the legacy dialect.
    """

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        additional: str | None = None,
    ) -> None:
        super().__init__(f"{slug} [{code}]: {detail}" if code else f"{slug}: {detail}")
        self.slug = slug
        self.detail = detail
        self.code = code
        self.headers = dict(headers or {})
        self.additional = additional

    def members(self) -> Mapping[str, object]:
        """Members of the body besides type, title, status, detail and code."""
        return {}


class InputProblem(Problem):
    """Parameters or a body that cannot be accepted (422).

    Args:
        detail: All that is wrong, in one sentence.
        errors: Each wrong parameter.
        code: The legacy code, when there is one.
        additional: As of every problem.
    """

    def __init__(
        self,
        detail: str,
        errors: Sequence[InputError],
        *,
        code: str | None = None,
        additional: str | None = None,
    ) -> None:
        super().__init__("validation-error", detail, code=code, additional=additional)
        self.errors = tuple(errors)

    def members(self) -> Mapping[str, object]:
        """The list of wrong parameters."""
        return {"errors": list(self.errors)}


@dataclass(frozen=True, slots=True)
class ProblemCase:
    """A problem that an operation can give: declared once, raised where it occurs. ``slug``: its type. ``code``: the
    legacy code it keeps.
    """

    slug: str
    code: str | None = None

    def because(
        self, detail: str, *, headers: Mapping[str, str] | None = None, additional: str | None = None
    ) -> Problem:
        """The problem to raise.

        Args:
            detail: What happened in this request.
            headers: Headers that go with it.
            additional: What PHP says beside the text of its code.
        """
        return Problem(self.slug, detail, code=self.code, headers=headers, additional=additional)


def refused(*codes: str) -> tuple[ProblemCase, ...]:
    """The cases of input that a handler refuses with these legacy codes: 422, with what is wrong."""
    return tuple(ProblemCase(VALIDATION.slug, code) for code in codes)


CHALLENGE = {"WWW-Authenticate": 'Bearer realm="OpenML", Basic realm="OpenML"'}
"""How to authenticate, on every 401 (RFC 9110, 11.6.1)."""

# Codes 100 to 107 are those of PHP's key check (legacy notes, data 3.2).
NO_SUCH_PATH = ProblemCase("not-found", "100")
METHOD_NOT_ALLOWED = ProblemCase("method-not-allowed", "100")
NO_KEY = ProblemCase("authentication-required", "102")
WRONG_KEY = ProblemCase("authentication-failed", "103")
READ_ONLY_ACCOUNT = ProblemCase("account-read-only", "104")
ADMIN_ONLY = ProblemCase("administrator-only", "106")
DATABASE_UNAVAILABLE = ProblemCase("service-unavailable", "107")
VALIDATION = ProblemCase("validation-error")
BODY_TOO_LARGE = ProblemCase("content-too-large")
UNSUPPORTED_MEDIA_TYPE = ProblemCase("unsupported-media-type")
NO_ROOM = ProblemCase("insufficient-storage")
INTERNAL = ProblemCase("internal-error")


def problem_document(kind: ProblemType, problem: Problem) -> dict[str, object]:
    """The body of an error answer. ``kind``: the type of the problem, from the table of problem types. ``problem``:
    what happened. Returns type, title, status, detail, the legacy code if there is one, and further members.
    """
    document: dict[str, object] = {
        "type": kind.uri,
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
    }
    if problem.code is not None:
        document["code"] = problem.code
    document.update(problem.members())
    return document


def problem_response(kinds: Mapping[str, ProblemType], problem: Problem) -> Response:
    """The answer that says what went wrong. ``kinds``: the table of problem types, by slug. ``problem``: what
    happened. Returns an ``application/problem+json`` answer with the status of the problem's type.
    """
    kind = kinds[problem.slug]
    body = orjson.dumps(problem_document(kind, problem), default=repr)
    return Response(body, kind.status, headers=problem.headers, media_type=MEDIA_TYPE)
