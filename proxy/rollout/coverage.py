"""What is known of a route, and how much of it was compared: parameters, and what recordings show beside them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from config.routes import Route, RouteMap
from config.templates import parse_template
from proxy.message.translation import Request, Translation
from proxy.recordings.callers import role_of
from proxy.recordings.recording import Recording
from proxy.translate.to_new import legacy_to_new

Fact = tuple[str, str]
"""Kind and value: ``("parameter", "data_id")``, ``("status", "4xx")``, ``("role", "admin")``, ``("format", "xml")``."""

_NOWHERE = "ignored"
"""Name of segments that neither side looks at."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a route was compared. ``seen``: what of that was compared at least once."""

    known: frozenset[Fact]
    seen: frozenset[Fact]

    @property
    def share(self) -> float:
        """Seen of known; 1 when nothing is known."""
        return len(self.seen) / len(self.known) if self.known else 1.0

    @property
    def missing(self) -> tuple[str, ...]:
        """What was not seen, in words."""
        return tuple(f"{kind} {value}" for kind, value in sorted(self.known - self.seen))


def coverage(known: Collection[Fact], seen: Collection[Fact]) -> Coverage:
    """Coverage of what is known; what was seen beside it does not count."""
    return Coverage(frozenset(known), frozenset(known) & frozenset(seen))


def known_of_routes(routes: RouteMap) -> dict[str, frozenset[Fact]]:
    """What the route map knows: variable segments and filters of each route."""
    return {route.name: frozenset(("parameter", name) for name in _parameters(route)) for route in routes}


def known_of_recordings(recordings: Iterable[Recording], routes: RouteMap) -> dict[str, frozenset[Fact]]:
    """What recordings show: status classes, roles, formats and parameters of each route."""
    found: dict[str, set[Fact]] = defaultdict(set)
    for recording in recordings:
        sent = recording.request
        translation = legacy_to_new(Request(sent.method, sent.target, sent.headers, sent.body), routes)
        if (
            not isinstance(translation, Translation)
            or translation.route is None
            or recording.defect is not None
        ):
            continue
        facts = found[translation.route.name]
        facts.add(("status", f"{(recording.response.status or 0) // 100}xx"))
        facts.add(("role", role_of(recording.caller)))
        facts.add(("format", translation.format))
        facts.update(("parameter", name[:80]) for name in translation.parameters)
    return {route: frozenset(facts) for route, facts in found.items()}


def together(*sources: Mapping[str, frozenset[Fact]]) -> dict[str, frozenset[Fact]]:
    """Everything that several sources know."""
    names = {name for source in sources for name in source}
    nothing: frozenset[Fact] = frozenset()
    return {name: nothing.union(*(source.get(name, nothing) for source in sources)) for name in names}


def _parameters(route: Route) -> Iterable[str]:
    if route.legacy is None:
        return
    yield from (
        segment.text
        for segment in parse_template(route.legacy.path)
        if segment.kind != "literal" and segment.text != _NOWHERE
    )
    yield from route.legacy.filters or ()
