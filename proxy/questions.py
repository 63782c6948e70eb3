"""What the shadow leg asks and compares: facts of an exchange, and requests made from it."""

import hashlib
from collections.abc import Collection

from config.rollout import Dialect
from diffing.model import UNROUTED, Observation
from proxy.comparer import Question
from proxy.forms import read_fields
from proxy.jobs import Job
from proxy.php import encode, parse_form
from proxy.policy import Decision
from proxy.replay import key_of
from proxy.translate import KEY
from proxy.translation import Request, Translation


def passes_unchanged(decision: Decision) -> bool:
    """Answers that no deviation touches (downloads) are compared by length and hash when they are long."""
    route = decision.route
    return route is not None and route.entity == "files" and not route.writes


def route_name(decision: Decision) -> str:
    """The name under which an exchange is counted."""
    return decision.route.name if decision.route else UNROUTED


def question_of(
    job: Job, translation: Translation, legacy: Observation, new: Observation, admin_keys: Collection[str]
) -> Question:
    """What is to be compared when both sides have answered."""
    head = job.request.method == "HEAD" and job.decision.dialect is Dialect.NEW
    return Question(
        route=translation.route.name if translation.route else None,
        method="GET" if head else job.request.method,
        parameters=dict(translation.parameters),
        role=role_of_key(key_of(translation.target), admin_keys, legacy),
        format=translation.format,
        known=translation.known,
        legacy=legacy,
        new=new,
    )


def facts_of(question: Question) -> tuple[tuple[str, str], ...]:
    """What the exchange covers of its route."""
    return (
        ("status", f"{(question.legacy.status or 0) // 100}xx"),
        ("role", question.role),
        ("format", question.format),
        *(("parameter", name[:80]) for name in question.parameters),
    )


def role_of_key(key: str, admin_keys: Collection[str], legacy: Observation) -> str:
    """What the key turned out to be, as far as settings and the legacy answer tell."""
    if key in ("", "0"):
        return "none"
    if hashlib.sha256(key.encode()).hexdigest() in admin_keys:
        return "admin"
    refused = (legacy.status or 0) >= 400
    if refused and any(mark in legacy.body for mark in (b">103<", b'"code":"103"')):
        return "bad"
    if refused and any(mark in legacy.body for mark in (b">104<", b'"code":"104"')):
        return "readonly"
    return "user"


def with_key_of(request: Request, path: str) -> bytes:
    """A path of the new API, asked for with the key of a request, which may be in its form."""
    query = request.target.partition(b"?")[2].decode("utf-8", "surrogateescape")
    key = parse_form(query).get(KEY) or read_fields(request.header("content-type"), request.body).get(KEY)
    return f"{path}?{KEY}={encode(key)}".encode() if key else path.encode()


def bodiless(request: Request) -> tuple[tuple[str, str], ...]:
    """The headers of a request without those of its body."""
    dropped = ("content-type", "content-length", "content-encoding")
    return tuple(pair for pair in request.headers if pair[0].lower() not in dropped)
