"""Odd but reproducible requests for all operations of the route map, from one seed."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from config.openapi import Described
from config.routes import RouteMap
from proxy.exploring.deck import Deck
from proxy.exploring.operation import OperationRequests
from proxy.exploring.pools import Pools
from proxy.message.translation import Request, Translation
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.recordings.request_lines import UNANSWERED
from proxy.translate.to_new import legacy_to_new


class Maker:
    """Makes requests; equal arguments make equal ones.

    Args:
        described: What the pinned document says of operations.
        pools: What lists gave.
        callers: Names of callers: ``none``, ``bad``, and those whose keys are known.
        seed: Of the random numbers.
        base: Scheme and authority of the legacy side.
        writes: Also make what changes something.
        only_new: Also make what only the new API has.
    """

    def __init__(
        self,
        routes: RouteMap,
        described: Mapping[str, Described],
        pools: Pools,
        callers: Sequence[str],
        seed: int,
        base: str,
        *,
        writes: bool = False,
        only_new: bool = False,
    ) -> None:
        self._routes = routes
        self._base = base
        self._writes = writes
        made = [
            OperationRequests(route, described.get(route.name), pools, callers, seed)
            for route in routes
            if route.implemented and (writes or not route.writes) and (only_new or route.legacy is not None)
        ]
        self.operations: Final = [operation.route for operation in made]
        chance = random.Random(seed)
        self._once = Deck(made, chance)
        self._often = Deck([operation for operation in made for _ in range(operation.weight)], chance)

    def make(self, number: int) -> list[Recording]:
        """Make so many requests: of each operation one first, then more of those that know more parameters."""
        dealt = (self._once if index < len(self.operations) else self._often for index in range(number))
        return [self._request(index, deck.deal()) for index, deck in enumerate(dealt, start=1)]

    def _request(self, number: int, operation: OperationRequests) -> Recording:
        while True:
            draft = operation.draft(number)
            request = draft.finished(self._base)
            # What is odd may lead to another operation.
            if self._writes or not self._would_write(request):
                return Recording(
                    f"explore:{number}",
                    operation.route.name,
                    draft.caller,
                    request,
                    UNANSWERED,
                    # Which one is picked at random proves nothing.
                    volatile=("$",) if b"/random" in request.target else (),
                )

    def _would_write(self, request: RecordedRequest) -> bool:
        found = legacy_to_new(
            Request(request.method, request.target, request.headers, request.body), self._routes
        )
        return isinstance(found, Translation) and found.writes
