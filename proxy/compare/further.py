"""Further requests that a comparison needs: a whole list, an unsorted one, what a stranger sees, the GET of a write."""

from dataclasses import replace
from typing import Final

from config.php.requests import encode, parse_form
from config.routes import Route, RouteMap
from diffing.further import Further
from diffing.model import FollowUp
from proxy.compare.unlimited import anonymous, unlimited, whole_list, without
from proxy.message.forms import read_fields
from proxy.message.translation import Request, Translation
from proxy.translate.to_legacy import new_to_legacy
from proxy.translate.to_new import KEY

WHOLE_LISTS: Final = (FollowUp.UNLIMITED, FollowUp.UNSORTED, FollowUp.STRANGER)
_AS_MANY_AS_PHP_TAKES: Final = (None, b"10000", b"1000")
"""Limits of a whole list of the legacy dialect: none, or as high a one as PHP takes where it wants one."""


def further_requests(
    further: Further, request: Request, route: Route | None, *, face: bool
) -> tuple[Request, ...]:
    """What the new side is asked further. ``request``: what it was asked; its key may be in its form. ``face``: in the
    legacy dialect. Returns requests of which the first that is answered well counts.
    """
    kind, path = further
    target = request.target
    if not face and kind is not FollowUp.STRANGER:
        target = _keyed(request)
    bare = replace(bare_get(request), target=target)
    match kind:
        case FollowUp.UNLIMITED if face:
            return tuple(
                replace(request, target=whole_list(target, route, limit)) for limit in _AS_MANY_AS_PHP_TAKES
            )
        case FollowUp.UNLIMITED:
            return (replace(bare, target=unlimited(target, route)),)
        case FollowUp.UNSORTED:
            return (replace(bare, target=without(unlimited(target, route), "sort_order")),)
        case FollowUp.STRANGER:
            target = path.encode() if path is not None else without(target, KEY)
            return (replace(bare, target=target, headers=anonymous(bare.headers)),)
        case FollowUp.PREMISE if path is not None:
            return (replace(bare, target=with_key_of(request, path)),)
        case _:
            return (bare,)


def with_key_of(request: Request, path: str) -> bytes:
    """A path of the new API, asked for with the key of a request, which may be in its form."""
    query = request.target.partition(b"?")[2].decode("utf-8", "surrogateescape")
    return _with(path.encode(), parse_form(query).get(KEY) or _key_in_form(request))


def _keyed(request: Request) -> bytes:
    """The target of a request, with the key of its form where it has none itself."""
    query = request.target.partition(b"?")[2].decode("utf-8", "surrogateescape")
    return request.target if parse_form(query).get(KEY) else _with(request.target, _key_in_form(request))


def _key_in_form(request: Request) -> str:
    return read_fields(request.header("content-type"), request.body).get(KEY, "") if request.body else ""


def _with(target: bytes, key: str) -> bytes:
    if not key:
        return target
    return target + (b"&" if b"?" in target else b"?") + f"{KEY}={encode(key)}".encode()


def bare_get(request: Request) -> Request:
    """A request as a GET without a body."""
    return replace(request, method="GET", body=b"", headers=bodiless(request))


def bodiless(request: Request) -> tuple[tuple[str, str], ...]:
    """The headers of a request without those of its body."""
    dropped = ("content-type", "content-length", "content-encoding")
    return tuple(pair for pair in request.headers if pair[0].lower() not in dropped)


def legacy_get(request: Request, translation: Translation, routes: RouteMap) -> Request | None:
    """The GET that stands for another request of the legacy side; None when there is none. ``request``: what a client
    asked of the legacy side. ``translation``: the same for the new side.
    """
    bare = bare_get(request)
    # The key may be in the form: the way over the new side's GET puts it into the query.
    back = new_to_legacy(Request("GET", translation.target, translation.headers, b""), routes)
    if not isinstance(back, Translation):
        # What PHP reads of a form only, no GET can say.
        return None if request.body else bare
    # The way back always leads to JSON; the answer is wanted in the form that the client asked for.
    form = translation.format.encode()
    return replace(bare, target=back.target.replace(b"/json/", b"/" + form + b"/", 1))
