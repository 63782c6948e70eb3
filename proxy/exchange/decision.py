"""Which side serves a request and whether the other one is asked: a pure function of config and request."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from config.dispatch import dispatcher
from config.php.requests import is_api_v1, read_api_path, read_target
from config.rollout import Dialect, Placement, Rollout, Stage
from config.routes import Route, RouteMap
from diffing.cluster import face_name
from diffing.model import UNROUTED, SkipReason
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.translate.to_new import BODILESS, legacy_to_new, new_to_legacy, without_content

_VERSION = b"/v1/"
# Longer targets, and those with a query, are read anew each time: what is remembered is bounded, and no key.
_REMEMBERED = 512

_Read = tuple[Dialect, Translation | Untranslatable, Route | None, bool]

AskedRoute = tuple[str, Dialect]
"""A route, and a dialect: of its clients, or in which the new side is asked."""


class Side(StrEnum):
    """Who answers."""

    LEGACY = "legacy"
    NEW = "new"

    @property
    def other(self) -> "Side":
        """The other side."""
        return Side.NEW if self is Side.LEGACY else Side.LEGACY


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a request.

    Args:
        dialect: Which API it speaks.
        route: Its route, None when none is known.
        translation: The same request for the side that does not speak the dialect, or why there is none.
        served: The side whose answer the client gets.
        skip: Why the other side is not asked; None when it is.
        writes: It may change something.
        rehearse: The new side rehearses this write first.
        face: The new side is asked in the legacy dialect, by its second face.
        both: It is asked twice: its new API, and its second face.
    """

    dialect: Dialect
    route: Route | None
    translation: Translation | Untranslatable
    served: Side
    skip: SkipReason | None
    writes: bool
    rehearse: bool = False
    face: bool = False
    both: bool = False

    @property
    def asked(self) -> Dialect:
        """The dialect in which the new side is asked, where it is asked once."""
        return Dialect.LEGACY if self.face else Dialect.NEW

    @property
    def parts(self) -> tuple["Decision", ...]:
        """A decision for each verdict that the exchange gets, the one about the new API first."""
        if not self.both:
            return (self,)
        # A write is rehearsed once: a second time would keep its client waiting, and locks held, twice as long.
        skip = SkipReason.WRITE if self.rehearse else self.skip
        api = replace(self, both=False)
        return api, replace(api, face=True, rehearse=False, skip=skip)

    @property
    def native(self) -> Side:
        """The side that speaks the request's dialect."""
        return Side.LEGACY if self.dialect is Dialect.LEGACY else Side.NEW

    def takes_it_as_sent(self, side: Side) -> bool:
        """Whether a side is asked just what the client asked, in the client's dialect."""
        return self.face or side is self.native


def decide(
    request: Request,
    routes: RouteMap,
    rollout: Rollout,
    caller: Callable[[], bytes],
    *,
    rehearsals: bool = False,
) -> Decision:
    """Decide on one request.

    Args:
        request: The request; its body may be missing when it is too long to be kept.
        rollout: The stages.
        caller: Gives what makes the decision sticky where only a part of the requests is concerned: the key, else the
            client's address. All replicas decide alike.
        rehearsals: Writes can be rehearsed where the rollout says so.
    """
    dialect, translation, route, writes = read_request(request, routes)
    known = route is not None or not is_api_v1(read_target(request.target).segments)
    placement = rollout.of(route, dialect) if known else rollout.of_unknown_api_path(routes)
    share = 0.0
    if 0 < placement.percentage < 100:
        share = bucket(route.name if route else "", caller())
    served = _served(placement, dialect, translation, route, share, rollout)
    skip = _skip(placement, translation, route, writes, share, rollout)
    rehearse = (
        rehearsals
        and skip is SkipReason.WRITE
        and route is not None
        and route.implemented
        and placement.shadow_write == "rollback"
        and served is Side.LEGACY
    )
    face = dialect is Dialect.LEGACY and placement.by_face
    both = dialect is Dialect.LEGACY and placement.by_both
    return Decision(
        dialect, route, translation, served, None if rehearse else skip, writes, rehearse, face, both
    )


def route_name(decision: Decision) -> str:
    """The name under which an exchange is counted."""
    return decision.route.name if decision.route else UNROUTED


def told(route: str, asked: Dialect) -> str:
    """How signatures call a route, so that differences of the legacy face have clusters of their own."""
    return face_name(route) if asked is Dialect.LEGACY else route


def dialect_of(target: bytes, method: str, routes: RouteMap) -> Dialect:
    """Which API a target speaks: paths of the new API are new, all else is left to legacy."""
    segments = read_target(target).segments
    if read_api_path(segments) is not None:
        return Dialect.LEGACY
    path = target.partition(b"?")[0].decode("utf-8", "surrogateescape")
    new = tuple(segment for segment in path.split("/") if segment)
    if new[:1] == ("v1",):
        new = new[1:]
    index = dispatcher(routes)
    if index.absolute(method, segments) is None and index.new(method, new) is not None:
        return Dialect.NEW
    return Dialect.LEGACY


def bucket(route: str, caller: bytes) -> float:
    """Where a caller stands between 0 and 100 on a route; the same on every replica."""
    digest = hashlib.blake2b(route.encode() + b"\0" + caller, digest_size=8).digest()
    return int.from_bytes(digest) / 2**64 * 100


def read_request(request: Request, routes: RouteMap) -> _Read:
    """What a request is, by the route map alone: dialect, translation, route, whether it writes."""
    if request.method not in BODILESS or len(request.target) > _REMEMBERED or b"?" in request.target:
        return _read(request, routes)
    found = _of_target(request.method, request.target, routes)
    if found is None:
        return _read(request, routes)
    dialect, translation, route, writes = found
    if isinstance(translation, Translation):
        translation = translation.with_headers(without_content(request.headers))
    return dialect, translation, route, writes


@lru_cache(maxsize=1024)
def _of_target(method: str, target: bytes, routes: RouteMap) -> _Read | None:
    """What a request of the legacy dialect without a body is, but for its headers, which nothing else depends on: many
    clients ask the same.
    """
    found = _read(Request(method, target), routes)
    return found if found[0] is Dialect.LEGACY else None


def _read(request: Request, routes: RouteMap) -> _Read:
    dialect = dialect_of(request.target, request.method, routes)
    if dialect is Dialect.LEGACY:
        translation = legacy_to_new(request, routes)
    else:
        translation = new_to_legacy(_unversioned(request), routes)
    if isinstance(translation, Translation):
        return dialect, translation, translation.route, translation.writes
    writes = request.method not in ("GET", "HEAD", "OPTIONS")
    return dialect, translation, _new_route(request, routes), writes


def _served(
    placement: Placement,
    dialect: Dialect,
    translation: Translation | Untranslatable,
    route: Route | None,
    share: float,
    rollout: Rollout,
) -> Side:
    if dialect is Dialect.NEW and isinstance(translation, Untranslatable):
        # What legacy cannot be asked for (an operation of the new API only) is the new side's, whatever the stage.
        return Side.NEW if route is not None and not rollout.kill_switch else Side.LEGACY
    # What cannot be translated belongs to no route, and the new shapes are JSON; the face takes all as it is.
    if (
        dialect is Dialect.LEGACY
        and not placement.by_face
        and (isinstance(translation, Untranslatable) or translation.format == "xml")
    ):
        return Side.LEGACY
    match placement.stage:
        case Stage.CANARY:
            return Side.NEW if share < placement.percentage else Side.LEGACY
        case Stage.NEW_VERIFIED | Stage.NEW:
            return Side.NEW
        case _:
            return Side.LEGACY


def _skip(
    placement: Placement,
    translation: Translation | Untranslatable,
    route: Route | None,
    writes: bool,
    share: float,
    rollout: Rollout,
) -> SkipReason | None:
    if rollout.kill_switch:
        return SkipReason.KILL_SWITCH
    if isinstance(translation, Untranslatable) or route is None:
        return SkipReason.NO_ROUTE
    if writes:
        return SkipReason.WRITE
    if not route.implemented:
        return SkipReason.NOT_IMPLEMENTED
    if placement.stage in (Stage.LEGACY, Stage.NEW):
        return SkipReason.SAMPLED
    if placement.stage is not Stage.CANARY and share >= placement.percentage:
        return SkipReason.SAMPLED
    return None


def _new_route(request: Request, routes: RouteMap) -> Route | None:
    path = _unversioned(request).target.partition(b"?")[0].decode("utf-8", "surrogateescape")
    match = dispatcher(routes).new(request.method, tuple(segment for segment in path.split("/") if segment))
    return match.route if match else None


def _unversioned(request: Request) -> Request:
    # The new API answers with and without the version (new-API contract, decision 2).
    if not request.target.startswith(_VERSION):
        return request
    return Request(request.method, request.target[3:], request.headers, request.body)
