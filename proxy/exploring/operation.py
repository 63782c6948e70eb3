"""Requests for one operation: its filters × values × roles × formats × methods."""

import random
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from config.json_schema import Schema
from config.openapi import Described
from config.routes import Route
from config.templates import Segment, parse_template
from proxy.exploring.deck import Deck
from proxy.exploring.documents import GAPS, UPLOADS, Upload, gaps_of
from proxy.exploring.draft import RAW, RequestDraft
from proxy.exploring.pools import Picked, Pools
from proxy.exploring.values import ODD, TELLING, fitting, mangled, word_of
from proxy.recordings.callers import caller_id
from proxy.recordings.form_parts import FormPart

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
_ODD_SHARE: Final = 0.4
# How often a value is one that lists or routes tell, where the schema tells some too: it may know all words there are.
_TOLD: Final = 0.95
_TOLD_OF_WORDS: Final = 0.5


class OperationRequests:
    """Makes requests for one operation, by random numbers of its own: what becomes of others changes nothing here.
    ``described``: what the pinned document says of it; None where it says nothing. ``pools``: what lists gave.
    """

    def __init__(
        self, route: Route, described: Described | None, pools: Pools, callers: Sequence[str], seed: int
    ) -> None:
        self.route: Final = route
        self._described = described
        self._pools = pools
        self._chance = chance = random.Random(f"{seed} {route.name}")
        self._callers = Deck(_callers(route, callers), chance)
        self._formats = Deck(_FORMATS, chance)
        self._twists = Deck(_TWISTS, chance)
        self._reads = Deck(_methods(route), chance)
        self._filters = Deck(filters_of(route), chance) if filters_of(route) else None
        self._odd: dict[str, Deck[str]] = {}

    @property
    def weight(self) -> int:
        """How often it is asked: the more, the more filters it has."""
        number = len(filters_of(self.route))
        return 4 if self.route.writes else 8 + (4 if number else 0) + 3 * number

    def draft(self, number: int) -> RequestDraft:
        """Make one request. ``number``: its number, which names what it uploads."""
        chance, caller = self._chance, self._callers.deal()
        picked = self._pools.picked(chance, caller_id(caller))
        legacy = self.route.legacy
        path = (
            self.route.new.path
            if legacy is None
            else chance.choice((legacy.path, legacy.path, *legacy.aliases))
        )
        head = "/" if legacy is None or path.startswith("/") else f"/api/v1/{self._formats.deal()}"
        segments: list[str] = []
        varying: list[int] = []
        for segment in parse_template(path):
            if segment.kind != "literal" and segment.text != "ignored":
                varying.append(len(segments))
            segments += self._segment(segment, picked)
        draft = RequestDraft(self._reads.deal(), head, segments, caller)
        draft.varying = [at for at in varying if at < len(segments)]
        if legacy is not None:
            draft.filters = self._chosen_filters(picked)
            draft.query = [
                (name, self._value(name, picked)) for name in legacy.query if chance.random() < 0.5
            ]
        if draft.method == "POST":
            self._fill(draft, picked, number)
        if chance.random() < _ODD_SHARE:
            self._twist(draft)
        return draft

    def _segment(self, segment: Segment, picked: Picked) -> list[str]:
        match segment.kind:
            case "literal":
                return [segment.text]
            case "choice":
                return [self._chance.choice(segment.choices)]
            case "rest" if segment.text == "ignored":
                return [] if self._chance.random() < 0.8 else ["more"]
            case "rest":
                return quote(self._value(segment.text, picked), safe=RAW + "/").split("/")
            case _:
                return [quote(self._value(segment.text, picked), safe=RAW)]

    def _chosen_filters(self, picked: Picked) -> list[tuple[str, str]]:
        deck = self._filters
        if deck is None:
            return []
        names = {deck.deal() for _ in range(self._chance.choice((0, 1, 1, 2, 2, 3)))}
        return [(name, self._several(name, picked)) for name in sorted(names)]

    def _several(self, name: str, picked: Picked) -> str:
        """A value of a filter, or a few where it takes a list."""
        schema = self._schema(name)
        value = self._value(name, picked)
        if schema is None or not any(arm.element is not None for arm in schema.alternatives):
            return value
        values = [value]
        more = range(self._chance.choice((0, 1, 14)))
        values += [self._value(name, picked.apart()) for _ in more]
        return ",".join(values)

    def _value(self, name: str, picked: Picked) -> str:
        """A value that is there, else a word that the route knows, else one that the schema allows."""
        found = picked.value(self.route.name, name), word_of(self.route.name, name, self._chance)
        known = [value for value in found if value is not None]
        schema = self._schema(name)
        told = _TOLD if schema is None or "enum" not in schema.raw else _TOLD_OF_WORDS
        if known and (schema is None or self._chance.random() < told):
            return self._chance.choice(known)
        return "1" if schema is None else fitting(schema, self._chance)

    def _schema(self, name: str) -> Schema | None:
        described = self._described
        renamed = self.route.parameters.get(name, name).rpartition(".")[2]
        for parameter in described.parameters if described else ():
            if parameter.name == renamed:
                return parameter.schema
        return None

    def _fill(self, draft: RequestDraft, picked: Picked, number: int) -> None:
        """The form of a request."""
        legacy, upload = self.route.legacy, UPLOADS.get(self.route.name)
        described = self._described
        names = (
            (*legacy.form, *legacy.form_read)
            if legacy is not None
            else [parameter.name for parameter in described.parameters if parameter.place == "body"]
            if described
            else ()
        )
        taken = {upload.part, *upload.files} if upload else set()
        draft.fields = [(name, self._value(name, picked)) for name in names if name not in taken]
        if upload is None:
            return
        text = self._filled(upload, picked, number)
        if upload.part == "edit_parameters":
            draft.fields.append((upload.part, text))
            return
        draft.parts = [FormPart(upload.part, text.encode(), "description.xml", "text/xml")]
        draft.parts += [
            FormPart(name, content.encode(), f"{name}.arff", "text/plain")
            for name, content in upload.files.items()
        ]

    def _filled(self, upload: Upload, picked: Picked, number: int) -> str:
        odd_gap = self._chance.random() < 0.4
        gaps = [name for name in gaps_of(upload.text) if name != "n"]
        chosen = self._chance.choice(gaps) if gaps and odd_gap else None
        values = {"n": str(number)}
        for name in gaps:
            if name == chosen:
                values[name] = self._odd_value(name)
            elif name in GAPS:
                values[name] = self._chance.choice(GAPS[name])
            else:
                values[name] = self._value(name, picked)
        return upload.text.format_map({name: escape(value) for name, value in values.items()})

    def _twist(self, draft: RequestDraft) -> None:
        """Make one thing odd; where there is no such thing, a value."""
        chance, twist = self._chance, self._twists.deal()
        pairs = draft.fields or draft.filters or draft.query
        if twist == "name" and draft.filters:
            draft.filters.append((self._odd_value("").replace("/", "") or "foo", "1"))
        elif twist == "bare" and self._filters is not None:
            draft.filters.append((self._filters.deal(), ""))
        elif twist == "twice" and draft.filters:
            name = draft.filters[0][0]
            draft.filters.append((name, self._odd_value(name)))
        elif twist == "longer":
            draft.segments.append(quote(self._odd_value(""), safe=RAW))
        elif twist == "method":
            draft.method = chance.choice(_ODD_METHODS)
        elif twist == "case":
            at = chance.randrange(len(draft.segments))
            draft.segments[at] = draft.segments[at].swapcase()
        elif twist == "form" and draft.fields:
            draft.fields.pop(chance.randrange(len(draft.fields)))
        elif pairs and (twist == "value" or not draft.varying):
            at = chance.randrange(len(pairs))
            pairs[at] = (pairs[at][0], self._odd_for(*pairs[at]))
        elif draft.varying:
            at = chance.choice(draft.varying)
            odd = self._odd_for(str(at), unquote(draft.segments[at]))
            draft.segments[at] = quote(odd, safe=RAW)

    def _odd_for(self, name: str, value: str) -> str:
        """An odd value in the place of one: that one mangled, or another."""
        return mangled(value, self._chance) if self._chance.random() < 0.4 else self._odd_value(name)

    def _odd_value(self, name: str) -> str:
        """The next odd value of a parameter, each of which gets all of them."""
        deck = self._odd.get(name)
        if deck is None:
            deck = self._odd[name] = Deck(ODD, self._chance, TELLING)
        return deck.deal()


def filters_of(route: Route) -> Sequence[str]:
    """The filters of a list; none of what is no list."""
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
