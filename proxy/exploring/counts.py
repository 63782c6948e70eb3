"""How far an exploration came: requests by operation, parameter, status class and role."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from config.routes import Route
from config.templates import segment_names
from proxy.checking.replay import ReplayedExchange
from proxy.message.translation import Translation

_KINDS: Final = ("status", "role", "parameter", "format", "method")


@dataclass(slots=True)
class Reached:
    """What was asked of one operation, or of all. ``requests``: how many. ``facts``: how many by kind (``status``,
    ``role``, ``parameter``, ``format``, ``method``) and value.
    """

    requests: int = 0
    facts: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def successes(self) -> int:
        """Requests that the legacy side answered with a status below 400."""
        return sum(count for (kind, value), count in self.facts.items() if kind == "status" and value < "4")

    def of(self, kind: str) -> dict[str, int]:
        """The counts of one kind, by value."""
        return {value: count for (found, value), count in sorted(self.facts.items()) if found == kind}

    def document(self) -> dict[str, Any]:
        """The counts as JSON."""
        return {
            "requests": self.requests,
            "successes": self.successes,
            **{kind: self.of(kind) for kind in _KINDS},
        }


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of an exploration. ``operations``: by name of the route; ``(no route)`` where there is none.
    ``unreached``: names of operations that no request reached.
    """

    total: Reached
    operations: dict[str, Reached]
    unreached: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The counts as JSON."""
        return {
            **self.total.document(),
            "operations": {name: found.document() for name, found in sorted(self.operations.items())},
            "unreached": list(self.unreached),
        }


def counted(exchanges: Iterable[ReplayedExchange], operations: Sequence[Route]) -> Counted:
    """Count what was sent to both sides. ``exchanges``: what came of the requests; skipped ones do not count.
    ``operations``: what was to be reached.
    """
    total, found = Reached(), dict[str, Reached]()
    for exchange in exchanges:
        if exchange.asked is None or not isinstance(exchange.translation, Translation):
            continue
        facts = [
            ("status", _status(exchange)),
            ("role", exchange.asked.role),
            ("format", exchange.asked.format),
            ("method", exchange.asked.method),
            *(("parameter", name) for name in _parameters(exchange)),
        ]
        for reached in (total, found.setdefault(exchange.route, Reached())):
            reached.requests += 1
            reached.facts.update(facts)
    unreached = tuple(route.name for route in operations if route.name not in found)
    return Counted(total, found, unreached)


def _status(exchange: ReplayedExchange) -> str:
    answer = exchange.recording.response
    return f"{answer.status // 100}xx" if answer.status is not None else "none"


def _parameters(exchange: ReplayedExchange) -> Iterable[str]:
    """The parameters that the route map knows: what else a request names is a value."""
    assert exchange.asked is not None
    route = exchange.asked.route
    if route is None or route.legacy is None:
        return ()
    legacy = route.legacy
    segments = (name for path in (legacy.path, *legacy.aliases) for name in segment_names(path))
    known = {*segments, *(legacy.filters or ()), *legacy.query, *legacy.form, *legacy.form_read} - {"ignored"}
    return (name for name in exchange.asked.parameters if name in known)
