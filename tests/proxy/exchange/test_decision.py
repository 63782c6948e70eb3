"""Who serves, who is asked."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import pytest

from config.rollout import Dialect, Placement, Rollout, ShadowDialect, Stage
from config.routes import RouteMap, load_routes
from diffing.model import Headers, SkipReason
from proxy.exchange.decision import Decision, Side, _of_target, bucket, decide, dialect_of, read_request
from proxy.message.translation import Request, Translation, Untranslatable

CONFIG = Path(__file__).parent.parent.parent.parent / "config"
LEGACY_GET = b"/api/v1/json/data/61"
NEW_GET = b"/datasets/61"


@pytest.fixture(scope="module")
def routes() -> RouteMap:
    """The packaged route map, with one route that is not implemented."""
    packaged = load_routes(CONFIG)
    changed = {"user.list": replace(packaged["user.list"], implemented=False)}
    return RouteMap({**packaged.routes, **changed})


def placed(routes: RouteMap, placement: Placement) -> Rollout:
    """All routes at one placement."""
    return Rollout({(route.name, dialect): placement for route in routes for dialect in Dialect}, False, "")


def rollout(
    routes: RouteMap, stage: Stage, percentage: float = 100.0, reshape: Literal["none"] | None = None
) -> Rollout:
    """All routes at one stage."""
    placement = Placement(stage, percentage, reshape)
    return Rollout({(route.name, dialect): placement for route in routes for dialect in Dialect}, False, "")


def decided(
    routes: RouteMap,
    target: bytes,
    stage: Stage = Stage.SHADOW,
    method: str = "GET",
    percentage: float = 100.0,
) -> Decision:
    """The decision on a request."""
    return decide(Request(method, target), routes, rollout(routes, stage, percentage), lambda: b"caller")


@pytest.mark.parametrize(
    ("target", "dialect"),
    [
        (LEGACY_GET, Dialect.LEGACY),
        (b"/api/v1/data/61", Dialect.LEGACY),
        (b"/?/api/v1/json/data/61", Dialect.LEGACY),
        (b"/data/v1/download/41/mellow-looms.arff", Dialect.LEGACY),
        (b"/d/61", Dialect.LEGACY),
        (b"/", Dialect.LEGACY),
        (NEW_GET, Dialect.NEW),
        (b"/v1/datasets/61", Dialect.NEW),
        (b"/datasets/list?limit=1", Dialect.NEW),
    ],
)
def test_dialects(routes: RouteMap, target: bytes, dialect: Dialect) -> None:
    """Paths of the new API are new; all else is the old server's."""
    assert dialect_of(target, "GET", routes) is dialect


@pytest.mark.parametrize("target", [LEGACY_GET, NEW_GET])
@pytest.mark.parametrize(
    ("stage", "served", "skip"),
    [
        (Stage.LEGACY, Side.LEGACY, SkipReason.SAMPLED),
        (Stage.SHADOW, Side.LEGACY, None),
        (Stage.CANARY, Side.NEW, None),
        (Stage.NEW_VERIFIED, Side.NEW, None),
        (Stage.NEW, Side.NEW, SkipReason.SAMPLED),
    ],
)
def test_stages(routes: RouteMap, target: bytes, stage: Stage, served: Side, skip: SkipReason | None) -> None:
    """Each stage says who serves and whether the other one is asked, in either dialect."""
    decision = decided(routes, target, stage)
    assert (decision.served, decision.skip) == (served, skip)


@pytest.mark.parametrize(
    ("method", "target", "skip"),
    [
        ("POST", b"/api/v1/json/data/tag", SkipReason.WRITE),
        ("DELETE", b"/api/v1/json/data/61", SkipReason.WRITE),
        ("GET", b"/api/v1/json/job/request", SkipReason.WRITE),
        ("GET", b"/api/v1/json/run/reset/1", SkipReason.WRITE),
        ("GET", b"/api/v1/json/nothing/61", SkipReason.NO_ROUTE),
        ("GET", b"/some/page", SkipReason.NO_ROUTE),
        ("POST", b"/some/form", SkipReason.NO_ROUTE),
    ],
)
def test_what_is_not_asked_of_the_other_side(
    routes: RouteMap, method: str, target: bytes, skip: SkipReason
) -> None:
    """Each with its reason; legacy serves."""
    decision = decided(routes, target, method=method)
    assert (decision.served, decision.skip) == (Side.LEGACY, skip)


def test_a_route_that_is_not_implemented_is_not_asked_for(routes: RouteMap) -> None:
    """The new side would only say that it does not know it."""
    assert decided(routes, b"/api/v1/json/user/list").skip is SkipReason.NOT_IMPLEMENTED


def test_a_read_by_post_is_no_write(routes: RouteMap) -> None:
    """Safe or unsafe is said per route, not guessed from the method."""
    decision = decided(routes, b"/api/v1/json/data/list", method="POST")
    assert (decision.writes, decision.skip) == (False, None)


def test_a_canary_is_a_share_of_the_callers(routes: RouteMap) -> None:
    """About as many as said, and each caller always the same way."""
    served = []
    for number in range(400):
        found = [
            decide(
                Request("GET", LEGACY_GET),
                routes,
                rollout(routes, Stage.CANARY, 25),
                partial(b"caller %d".__mod__, number),
            ).served
            for _ in range(2)
        ]
        assert found[0] is found[1]
        served.append(found[0])
    assert 60 <= served.count(Side.NEW) <= 140


def test_a_sampled_shadow_asks_a_share(routes: RouteMap) -> None:
    """The others are counted as sampled."""
    assert decided(routes, LEGACY_GET, percentage=0).skip is SkipReason.SAMPLED


def test_the_kill_switch_leaves_everything_to_legacy(routes: RouteMap) -> None:
    """Nobody else is asked."""
    killed = Rollout({}, True, "")
    decisions = [
        decide(Request("GET", target), routes, killed, lambda: b"") for target in (LEGACY_GET, NEW_GET)
    ]
    assert {(item.served, item.skip) for item in decisions} == {(Side.LEGACY, SkipReason.KILL_SWITCH)}


def test_what_only_the_new_side_has_is_served_by_it(routes: RouteMap) -> None:
    """Legacy cannot be asked, whatever the stage."""
    decision = decided(routes, b"/datasets/61/tag?tag=x", method="DELETE")
    assert isinstance(decision.translation, Untranslatable)
    assert (decision.served, decision.skip) == (Side.NEW, SkipReason.NO_ROUTE)


XML_GET = b"/api/v1/xml/data/61"


def test_xml_is_not_served_in_the_new_shapes(routes: RouteMap) -> None:
    """There is no XML of them; but the new side is asked for the same in JSON."""
    reshaped = rollout(routes, Stage.NEW_VERIFIED, reshape="none")
    decision = decide(Request("GET", XML_GET), routes, reshaped, lambda: b"caller")
    assert (decision.served, decision.skip, decision.face) == (Side.LEGACY, None, False)


@pytest.mark.parametrize("target", [LEGACY_GET, XML_GET])
def test_the_second_face_takes_requests_of_the_legacy_dialect_as_they_are(
    routes: RouteMap, target: bytes
) -> None:
    """Both sides are asked just what the client asked."""
    decision = decided(routes, target, Stage.NEW_VERIFIED)
    assert (decision.served, decision.skip, decision.face) == (Side.NEW, None, True)
    assert all(decision.takes_it_as_sent(side) for side in Side)


@pytest.mark.parametrize("stage", [Stage.NEW_VERIFIED, Stage.NEW])
@pytest.mark.parametrize(
    ("target", "below"),
    [
        (b"/api/v1/json/nothing/61", True),
        (b"/api/v1", True),
        (b"/api_new/v1/votes/sideways/1", True),
        (b"/api/v1/json/data/list/api_key/x", True),
        (b"/api", False),
        (b"/api/v2/json/data/61", False),
        (b"/d/61", False),
    ],
)
def test_once_all_routes_are_new_legacy_has_the_website_only(
    routes: RouteMap, target: bytes, below: bool, stage: Stage
) -> None:
    """Until then what the API does not know is legacy's."""
    decision = decide(Request("GET", target), routes, rollout(routes, stage), lambda: b"caller")
    served = Side.NEW if below and stage is Stage.NEW else Side.LEGACY
    assert (decision.served, decision.skip) == (served, SkipReason.NO_ROUTE)
    assert decision.takes_it_as_sent(served)


def test_both_faces_can_be_asked(routes: RouteMap) -> None:
    """Each has its verdict; a write is rehearsed once, in the new API."""
    place = Placement(Stage.SHADOW, shadow_dialect=ShadowDialect.BOTH)
    both = placed(routes, place)
    api, face = decide(Request("GET", XML_GET), routes, both, lambda: b"caller").parts
    assert (api.asked, api.skip, api.takes_it_as_sent(Side.NEW)) == (Dialect.NEW, None, False)
    assert (face.asked, face.skip, face.takes_it_as_sent(Side.NEW)) == (Dialect.LEGACY, None, True)
    assert len(decide(Request("GET", NEW_GET), routes, both, lambda: b"caller").parts) == 1
    write = Request("POST", b"/api/v1/json/data/tag")
    rehearsed = placed(routes, replace(place, shadow_write="rollback"))
    api, face = decide(write, routes, rehearsed, lambda: b"caller", rehearsals=True).parts
    assert ((api.rehearse, api.skip), (face.rehearse, face.skip)) == (
        (True, None),
        (False, SkipReason.WRITE),
    )


def test_clients_of_the_new_paths_have_one_face(routes: RouteMap) -> None:
    """PHP is asked by the route map."""
    decision = decided(routes, NEW_GET, Stage.NEW_VERIFIED)
    assert (decision.face, decision.takes_it_as_sent(Side.LEGACY)) == (False, False)


def test_buckets_are_the_same_everywhere() -> None:
    """A replica with another hash seed decides alike."""
    assert bucket("dataset.get", b"key") == pytest.approx(58.2371, abs=0.0001)


def test_what_is_remembered_of_a_target_has_nothing_of_who_asked(routes: RouteMap) -> None:
    """Headers are each request's own; method, target and route map decide the rest."""

    def read(method: str, target: bytes, headers: Headers = (), body: bytes = b"") -> Translation:
        translation = read_request(Request(method, target, headers, body), routes)[1]
        assert isinstance(translation, Translation)
        return translation

    first = read("GET", LEGACY_GET, (("Accept", "a"), ("Authorization", "secret")))
    second = read("GET", LEGACY_GET, (("Accept", "b"), ("Range", "bytes=0-1")), b"a=1")
    assert (first.headers, second.headers) == ((("Accept", "a"),), (("Accept", "b"),))
    assert first.body == second.body == b""
    assert read("HEAD", LEGACY_GET).method == "HEAD"
    known = _of_target.cache_info().currsize
    assert read("GET", LEGACY_GET + b"?api_key=k").target == b"/datasets/61?api_key=k"
    assert _of_target.cache_info().currsize == known, "a key is remembered"
    kept = ("Range", "bytes=0-1")
    assert kept in read("GET", NEW_GET, (kept,)).headers, "the new API has headers of its own"
    again = read_request(Request("GET", LEGACY_GET), RouteMap(routes.routes))
    assert again == read_request(Request("GET", LEGACY_GET), routes)
