"""Odd but reproducible requests: filters × values × roles × formats × methods of the route map, from one seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar
from urllib.parse import quote, unquote, urlencode
from xml.sax.saxutils import escape

from config.json_schema import Schema
from config.openapi import Described
from config.routes import Route, RouteMap
from config.templates import Segment, parse_template
from proxy.checking.form_parts import Part, form_of
from proxy.checking.replay import caller_id
from proxy.checking.request_lines import UNANSWERED
from proxy.exploring.documents import GAPS, UPLOADS, Upload, gaps_of
from proxy.exploring.pools import Picked, Pools
from proxy.exploring.values import ODD, TELLING, fitting, mangled, word_of
from proxy.har.caller_keys import PREFIX
from proxy.recordings import RecordedRequest, Recording
from proxy.translate import KEY, legacy_to_new
from proxy.translation import Request, Translation

T = TypeVar("T")

_FORMATS: Final = ("json/", "json/", "json/", "xml/", "")
_READS: Final = (*["GET"] * 8, "POST", "POST", "HEAD")
_ODD_METHODS: Final = ("POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")
_TWISTS: Final = (
    "value",
    "value",
    "value",
    "segment",
    "name",
    "bare",
    "twice",
    "longer",
    "method",
    "case",
    "form",
)
# What stays as it is in a path: PHP and Python read these alike, and an escape would hide that they are there.
_RAW: Final = ",.:;~+*()'$!@"
_FORM: Final = ("Content-Type", "application/x-www-form-urlencoded")
_ODD_SHARE: Final = 0.4
# How often a value is one that lists or routes tell, where the schema tells some too: it may know all words there are.
_TOLD: Final = 0.95
_TOLD_OF_WORDS: Final = 0.5


class Deck(Generic[T]):
    """Cards that are all dealt once before one comes again.

    Args:
        cards: The cards.
        chance: Shuffles.
        first: Cards that are dealt once before all others.
    """

    def __init__(self, cards: Sequence[T], chance: random.Random, first: Sequence[T] = ()) -> None:
        self._cards = cards
        self._chance = chance
        self._left = chance.sample(first, len(first))

    def deal(self) -> T:
        """The next card."""
        if not self._left:
            self._left = self._chance.sample(self._cards, len(self._cards))
        return self._left.pop()


@dataclass(slots=True)
class _Draft:
    """A request that is being made."""

    method: str
    head: str
    segments: list[str]
    caller: str
    filters: list[tuple[str, str]] = field(default_factory=list)
    query: list[tuple[str, str]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    varying: list[int] = field(default_factory=list)


class Maker:
    """Makes requests; equal arguments make equal ones.

    Args:
        routes: The route map.
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
        self._described = described
        self._pools = pools
        self._chance = chance = random.Random(seed)
        self.operations: Final = [
            route
            for route in routes
            if route.implemented and (writes or not route.writes) and (only_new or route.legacy is not None)
        ]
        self._base = base
        self._writes = writes
        self._once = Deck(self.operations, chance)
        self._often = Deck([route for route in self.operations for _ in range(_weight(route))], chance)
        self._callers = {route.name: Deck(_callers(route, callers), chance) for route in self.operations}
        self._formats = {route.name: Deck(_FORMATS, chance) for route in self.operations}
        self._twists = {route.name: Deck(_TWISTS, chance) for route in self.operations}
        self._odd: dict[tuple[str, str], Deck[str]] = {}
        self._filters = {
            route.name: Deck(_filters(route), chance) for route in self.operations if _filters(route)
        }
        self._reads = {route.name: Deck(_methods(route), chance) for route in self.operations}

    def make(self, number: int) -> list[Recording]:
        """Make so many requests: of each operation one first, then more of those that know more parameters.

        Args:
            number: How many.
        """
        dealt = (self._once if index < len(self.operations) else self._often for index in range(number))
        return [self._request(index, deck.deal()) for index, deck in enumerate(dealt, start=1)]

    def _request(self, number: int, route: Route) -> Recording:
        while True:
            draft = self._draft(number, route)
            request = _finished(draft, self._base)
            # What is odd may lead to another operation.
            if self._writes or not self._would_write(request):
                return Recording(f"explore:{number}", route.name, draft.caller, request, UNANSWERED)

    def _would_write(self, request: RecordedRequest) -> bool:
        found = legacy_to_new(
            Request(request.method, request.target, request.headers, request.body), self._routes
        )
        return isinstance(found, Translation) and found.writes

    def _draft(self, number: int, route: Route) -> _Draft:
        chance, caller = self._chance, self._callers[route.name].deal()
        picked = self._pools.picked(chance, caller_id(caller))
        legacy = route.legacy
        path = (
            route.new.path if legacy is None else chance.choice((legacy.path, legacy.path, *legacy.aliases))
        )
        head = (
            "/" if legacy is None or path.startswith("/") else f"/api/v1/{self._formats[route.name].deal()}"
        )
        segments: list[str] = []
        varying: list[int] = []
        for segment in parse_template(path):
            if segment.kind != "literal" and segment.text != "ignored":
                varying.append(len(segments))
            segments += self._segment(route, segment, picked)
        draft = _Draft(self._reads[route.name].deal(), head, segments, caller)
        draft.varying = [at for at in varying if at < len(segments)]
        if legacy is not None:
            draft.filters = self._chosen_filters(route, picked)
            draft.query = [
                (name, self._value(route, name, picked)) for name in legacy.query if chance.random() < 0.5
            ]
        if draft.method == "POST":
            self._fill(draft, route, picked, number)
        if chance.random() < _ODD_SHARE:
            self._twist(draft, route)
        return draft

    def _segment(self, route: Route, segment: Segment, picked: Picked) -> list[str]:
        match segment.kind:
            case "literal":
                return [segment.text]
            case "choice":
                return [self._chance.choice(segment.choices)]
            case "rest" if segment.text == "ignored":
                return [] if self._chance.random() < 0.8 else ["more"]
            case "rest":
                return quote(self._value(route, segment.text, picked), safe=_RAW + "/").split("/")
            case _:
                return [quote(self._value(route, segment.text, picked), safe=_RAW)]

    def _chosen_filters(self, route: Route, picked: Picked) -> list[tuple[str, str]]:
        deck = self._filters.get(route.name)
        if deck is None:
            return []
        names = {deck.deal() for _ in range(self._chance.choice((0, 1, 1, 2, 2, 3)))}
        return [(name, self._several(route, name, picked)) for name in sorted(names)]

    def _several(self, route: Route, name: str, picked: Picked) -> str:
        """A value of a filter, or a few where it takes a list."""
        schema = self._schema(route, name)
        value = self._value(route, name, picked)
        if schema is None or not any(arm.element is not None for arm in schema.alternatives):
            return value
        values = [value]
        more = range(self._chance.choice((0, 0, 1, 14)))
        values += [self._value(route, name, picked.apart()) for _ in more]
        return ",".join(values)

    def _value(self, route: Route, name: str, picked: Picked) -> str:
        """A value that is there, else a word that the route knows, else one that the schema allows."""
        found = picked.value(route.name, name), word_of(route.name, name, self._chance)
        known = [value for value in found if value is not None]
        schema = self._schema(route, name)
        told = _TOLD if schema is None or "enum" not in schema.raw else _TOLD_OF_WORDS
        if known and (schema is None or self._chance.random() < told):
            return self._chance.choice(known)
        return "1" if schema is None else fitting(schema, self._chance)

    def _schema(self, route: Route, name: str) -> Schema | None:
        described = self._described.get(route.name)
        renamed = route.parameters.get(name, name).rpartition(".")[2]
        for parameter in described.parameters if described else ():
            if parameter.name == renamed:
                return parameter.schema
        return None

    def _fill(self, draft: _Draft, route: Route, picked: Picked, number: int) -> None:
        """The form of a request."""
        legacy, upload = route.legacy, UPLOADS.get(route.name)
        described = self._described.get(route.name)
        names = (
            (*legacy.form, *legacy.form_read)
            if legacy is not None
            else [parameter.name for parameter in described.parameters if parameter.place == "body"]
            if described
            else ()
        )
        taken = {upload.part, *upload.files} if upload else set()
        draft.fields = [(name, self._value(route, name, picked)) for name in names if name not in taken]
        if upload is None:
            return
        text = self._filled(route, upload, picked, number)
        if upload.part == "edit_parameters":
            draft.fields.append((upload.part, text))
            return
        draft.parts = [Part(upload.part, text.encode(), "description.xml", "text/xml")]
        draft.parts += [
            Part(name, content.encode(), f"{name}.arff", "text/plain")
            for name, content in upload.files.items()
        ]

    def _filled(self, route: Route, upload: Upload, picked: Picked, number: int) -> str:
        odd_gap = self._chance.random() < 0.4
        gaps = [name for name in gaps_of(upload.text) if name != "n"]
        chosen = self._chance.choice(gaps) if gaps and odd_gap else None
        values = {"n": str(number)}
        for name in gaps:
            if name == chosen:
                values[name] = self._odd_value(route, name)
            elif name in GAPS:
                values[name] = self._chance.choice(GAPS[name])
            else:
                values[name] = self._value(route, name, picked)
        return upload.text.format_map({name: escape(value) for name, value in values.items()})

    def _twist(self, draft: _Draft, route: Route) -> None:
        """Make one thing odd; where there is no such thing, a value."""
        chance, twist = self._chance, self._twists[route.name].deal()
        pairs = draft.fields or draft.filters or draft.query
        if twist == "name" and draft.filters:
            draft.filters.append((self._odd_value(route, "").replace("/", "") or "foo", "1"))
        elif twist == "bare" and route.name in self._filters:
            draft.filters.append((self._filters[route.name].deal(), ""))
        elif twist == "twice" and draft.filters:
            name = draft.filters[0][0]
            draft.filters.append((name, self._odd_value(route, name)))
        elif twist == "longer":
            draft.segments.append(quote(self._odd_value(route, ""), safe=_RAW))
        elif twist == "method":
            draft.method = chance.choice(_ODD_METHODS)
        elif twist == "case":
            at = chance.randrange(len(draft.segments))
            draft.segments[at] = draft.segments[at].swapcase()
        elif twist == "form" and draft.fields:
            draft.fields.pop(chance.randrange(len(draft.fields)))
        elif pairs and (twist == "value" or not draft.varying):
            at = chance.randrange(len(pairs))
            pairs[at] = (pairs[at][0], self._odd_for(route, *pairs[at]))
        elif draft.varying:
            at = chance.choice(draft.varying)
            odd = self._odd_for(route, str(at), unquote(draft.segments[at]))
            draft.segments[at] = quote(odd, safe=_RAW)

    def _odd_for(self, route: Route, name: str, value: str) -> str:
        """An odd value in the place of one: that one mangled, or another."""
        return mangled(value, self._chance) if self._chance.random() < 0.4 else self._odd_value(route, name)

    def _odd_value(self, route: Route, name: str) -> str:
        """The next odd value of a parameter, each of which gets all of them."""
        deck = self._odd.get((route.name, name))
        if deck is None:
            deck = self._odd[route.name, name] = Deck(ODD, self._chance, TELLING)
        return deck.deal()


def _finished(draft: _Draft, base: str) -> RecordedRequest:
    segments = [*draft.segments]
    for name, value in draft.filters:
        segments.append(quote(name, safe=_RAW))
        if value or (name, value) != draft.filters[-1]:
            segments.append(quote(value, safe=_RAW))
    keyed = [] if draft.caller == "none" else [(KEY, f"{PREFIX}{draft.caller}")]
    in_form = draft.method == "POST" and bool(draft.fields or draft.parts)
    query = urlencode([*draft.query, *([] if in_form else keyed)])
    target = f"{draft.head}{'/'.join(segments)}{'?' if query else ''}{query}"
    headers: tuple[tuple[str, str], ...] = ()
    body = b""
    if in_form and draft.parts:
        fields = [Part(name, value.encode()) for name, value in (*keyed, *draft.fields)]
        header, body = form_of((*fields, *draft.parts))
        headers = (header,)
    elif in_form:
        headers, body = (_FORM,), urlencode([*keyed, *draft.fields]).encode()
    return RecordedRequest(draft.method, base, target.encode(), headers, body)


def _weight(route: Route) -> int:
    """How often an operation is asked: those with filters more often."""
    return 4 if route.writes else 6 + (4 if _filters(route) else 0) + 3 * len(_filters(route))


def _filters(route: Route) -> Sequence[str]:
    return (route.legacy.filters or ()) if route.legacy else ()


def _methods(route: Route) -> Sequence[str]:
    """The methods of a route, those of reads more often than those that only few clients send."""
    known = route.legacy.methods if route.legacy else (route.new.method,)
    if route.writes:
        return ("POST",) if "*" in known else known
    return _READS if "*" in known or "GET" in known else known


def _callers(route: Route, callers: Sequence[str]) -> Sequence[str]:
    """Who asks: of a read everybody alike, of a write rather those with a key."""
    keyed = [name for name in callers if name not in ("none", "bad")]
    return [*callers, *keyed, *keyed] if route.writes else [*callers, *(["none"] if keyed else ["none"] * 3)]
