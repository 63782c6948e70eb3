"""What the shadow leg asks and compares: facts of an exchange, and requests made from it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from config import text
from config.php import encode, parse_form
from config.rollout import Dialect
from config.routes import RouteMap, gives_files
from diffing.model import Comparison, FollowUp, Observation
from proxy.compare.comparer import Judgement, Question
from proxy.compare.unlimited import anonymous, unlimited, whole_list, without
from proxy.exchange.decision import Decision, Side, route_name, told
from proxy.exchange.exchange import Exchange
from proxy.message.forms import read_fields
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.recordings.callers import is_guess, key_in, role_of_key
from proxy.translate.to_new import KEY, new_to_legacy

CALLER: Final = "Parity-Caller"
"""The header in which the backend tells the id of the user whose key a rehearsal has."""


def passes_unchanged(decision: Decision) -> bool:
    """Answers that no deviation touches (downloads) are compared by length and hash when they are long."""
    return gives_files(decision.route)


def only_reads(method: str, translation: Translation | Untranslatable) -> bool:
    """Whether a request may be sent again: it is safe by its method, or by its route (lists and searches by POST)."""
    if not isinstance(translation, Translation) or translation.writes:
        return False
    return method in ("GET", "HEAD", "OPTIONS") or translation.route is not None


def without_differences(decision: Decision, comparison: Comparison) -> Judgement:
    """The judgement on an exchange of which nothing was compared."""
    return Judgement(comparison, f"{told(route_name(decision), decision.asked)} {comparison.verdict}")


def question_of(
    job: Exchange,
    translation: Translation,
    legacy: Observation,
    new: Observation,
    admin_keys: Collection[str],
) -> Question:
    """What is to be compared when both sides have answered."""
    role = role_of_key(key_in(translation), admin_keys, legacy)
    head = job.request.method == "HEAD" and job.decision.dialect is Dialect.NEW
    return Question(
        route=translation.route.name if translation.route else None,
        method="GET" if head else job.request.method,
        parameters=dict(translation.parameters),
        role=role,
        format=translation.format,
        known=translation.known,
        legacy=legacy,
        new=new,
        rehearsed=job.decision.rehearse,
        caller=new.header(CALLER) if job.decision.rehearse else None,
        guessed=is_guess(role),
        face=job.decision.face,
    )


def facts_of(question: Question) -> tuple[tuple[str, str], ...]:
    """What the exchange covers of its route."""
    return (
        ("status", f"{(question.legacy.status or 0) // 100}xx"),
        ("role", question.role),
        ("format", question.format),
        *(("parameter", text.name(name)) for name in question.parameters),
    )


def with_key_of(request: Request, path: str) -> bytes:
    """A path of the new API, asked for with the key of a request, which may be in its form."""
    query = request.target.partition(b"?")[2].decode("utf-8", "surrogateescape")
    key = parse_form(query).get(KEY) or read_fields(request.header("content-type"), request.body).get(KEY)
    return f"{path}{'&' if '?' in path else '?'}{KEY}={encode(key)}".encode() if key else path.encode()


def bodiless(request: Request) -> tuple[tuple[str, str], ...]:
    """The headers of a request without those of its body."""
    dropped = ("content-type", "content-length", "content-encoding")
    return tuple(pair for pair in request.headers if pair[0].lower() not in dropped)


def legacy_get(request: Request, translation: Translation, routes: RouteMap) -> Request | None:
    """The GET that stands for another request of the legacy side; None when there is none.

    Args:
        request: What a client asked of the legacy side.
        translation: The same for the new side.
        routes: The route map.
    """
    bare = replace(request, method="GET", body=b"", headers=bodiless(request))
    # The key may be in the form: the way over the new side's GET puts it into the query.
    back = new_to_legacy(Request("GET", translation.target, translation.headers, b""), routes)
    if not isinstance(back, Translation):
        # What PHP reads of a form only, no GET can say.
        return None if request.body else bare
    # The way back always leads to JSON; the answer is wanted in the form that the client asked for.
    form = translation.format.encode()
    return replace(bare, target=back.target.replace(b"/json/", b"/" + form + b"/", 1))


def request_for(
    job: Exchange, side: Side, kind: FollowUp | None, premise: str | None, routes: RouteMap
) -> Request | None:
    """What a side is asked about an exchange.

    Args:
        job: The exchange; it has a translation.
        side: Who is asked.
        kind: The further answer that a comparison wants; None for the one that is compared.
        premise: The path of the new API that a premise is about.
        routes: The route map.

    Returns:
        The request; None when the side cannot be asked for it.
    """
    translation = job.decision.translation
    assert isinstance(translation, Translation)
    translated = Request(translation.method, translation.target, translation.headers, translation.body)
    native = job.decision.native
    request = job.request if job.decision.takes_it_as_sent(side) else translated
    if kind is None:
        if request.method == "HEAD" and native is Side.NEW:
            return replace(request, method="GET")
        return request
    bare = replace(request, method="GET", body=b"", headers=bodiless(request))
    if kind is FollowUp.UNLIMITED:
        if job.decision.face:
            return replace(bare, target=whole_list(request.target, translation.route))
        return replace(bare, target=unlimited(request.target, translation.route))
    if kind is FollowUp.PREMISE and premise is not None:
        return replace(bare, target=with_key_of(request, premise))
    if kind is FollowUp.STRANGER:
        target = premise.encode() if premise is not None else without(request.target, KEY)
        return replace(bare, target=target, headers=anonymous(bare.headers))
    if kind is FollowUp.UNSORTED:
        whole = unlimited(request.target, translation.route)
        return replace(bare, target=without(whole, "sort_order"))
    if kind is FollowUp.LEGACY_GET and native is Side.LEGACY:
        return legacy_get(request, translation, routes)
    return bare
