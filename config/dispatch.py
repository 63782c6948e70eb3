"""Which route a request belongs to, on either side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final, Literal

from config.php.requests import decode
from config.router import Router
from config.routes import LegacyTemplate, Route, RouteMap
from config.templates import Segment, parse_template

Template = tuple[Segment, ...]
Fit = Literal["exact", "method", "number", "none"]
_LONGEST: Final = 32


@dataclass(frozen=True, slots=True)
class LegacyMatch:
    """What a legacy path leads to.

    Args:
        values: The variable segments by name: as they stand in the path, or decoded where PHP decodes them.
        filters: The segments behind the path of a list.
        fit: How well the request fits.
    """

    route: Route
    values: Mapping[str, str]
    filters: tuple[str, ...]
    fit: Fit


@dataclass(frozen=True, slots=True)
class NewMatch:
    """What a new path leads to. ``values``: the variable segments by name, still percent-encoded. ``method_known``:
    the route answers the method.
    """

    route: Route
    values: Mapping[str, str]
    method_known: bool


class _Table:
    """Templates by their first word and by how many segments they can have."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[Route, Template, bool]]] = {}
        self._by_length: dict[tuple[str, int], tuple[tuple[Route, Template], ...]] = {}

    def add(self, word: str, route: Route, template: Template, *, legacy: bool = False) -> None:
        """Add a template; below ``/api`` those of lists are open at their end."""
        open_end = legacy and route.legacy is not None and route.legacy.filters is not None
        self._by_word.setdefault(word, []).append((route, template, open_end))

    def fitting(self, word: str, length: int) -> tuple[tuple[Route, Template], ...]:
        """The templates that a path of so many segments can be of, in their order."""
        found = self._by_length.get((word, length))
        if found is None:
            candidates = self._by_word.get(word, ())
            found = tuple(
                (route, template) for route, template, end in candidates if _long(template, length, end)
            )
            # Clients choose word and length, so only what can be of use is kept.
            if candidates and length <= _LONGEST:
                self._by_length[word, length] = found
        return found


class Dispatcher:
    """The route map, arranged for looking up requests."""

    def __init__(self, routes: RouteMap) -> None:
        self._legacy, self._absolute = _Table(), _Table()
        self._new: Router[Route] = Router()
        self.words: dict[str, str] = {}
        for route in routes:
            for method, path in product(methods_of(route), (route.new.path, *route.new.aliases)):
                self._new.add(method, path, route)
            if route.legacy is None:
                continue
            for path in (route.legacy.path, *route.legacy.aliases):
                template = parse_template(path)
                if path.startswith("/"):
                    self._absolute.add("", route, template)
                else:
                    self._legacy.add(template[0].text, route, template, legacy=True)
                    self.words.setdefault(template[0].text, parse_template(route.new.path)[0].text)

    def legacy(self, method: str, segments: tuple[str, ...], form: Mapping[str, str]) -> LegacyMatch | None:
        """Look up a path below ``/api/v1/json``, as PHP's dispatchers do: the first match wins.

        ``segments``: type and arguments, not decoded. ``form``: the form's fields. Returns the match, or the nearest
        miss; None when the path is like none.
        """
        candidates = self._legacy.fitting(segments[0], len(segments)) if segments else ()
        return _first(candidates, method, segments, form) or _nearest(candidates, method, segments, form)

    def absolute(self, method: str, segments: tuple[str, ...]) -> LegacyMatch | None:
        """Look up a path that is not below ``/api``: the downloads. ``segments``: all segments, not decoded."""
        return _first(self._absolute.fitting("", len(segments)), method, segments, {})

    def new(self, method: str, segments: tuple[str, ...]) -> NewMatch | None:
        """Look up a path of the new API: a literal goes before a name, a template that knows the method before others.

        ``segments``: the segments, still percent-encoded; a leading ``v1`` is skipped. Returns the match; None when no
        route has such a path.
        """
        match = self._new.match(method, segments)
        route = match and (match.target or match.nearest)
        return NewMatch(route, match.segments, match.target is not None) if match and route else None


@lru_cache(maxsize=4)
def dispatcher(routes: RouteMap) -> Dispatcher:
    """The dispatcher of a route map, made once."""
    return Dispatcher(routes)


def methods_of(route: Route) -> tuple[str, ...]:
    """The methods of the new side for a route; HEAD answers wherever GET does (new-API contract, decision 2)."""
    methods = (route.new.method, *route.new.also)
    return (*methods, "HEAD") if "GET" in methods and "HEAD" not in methods else methods


def _first(
    candidates: Sequence[tuple[Route, Template]],
    method: str,
    segments: tuple[str, ...],
    form: Mapping[str, str],
) -> LegacyMatch | None:
    for route, template in candidates:
        legacy = route.legacy
        if legacy is None or not _takes(legacy.methods, method):
            continue
        if _has_needed(legacy, form) and _shape(template, segments, open_end=legacy.filters is not None):
            return _match(route, template, segments, "exact")
    return None


def _nearest(
    candidates: Sequence[tuple[Route, Template]],
    method: str,
    segments: tuple[str, ...],
    form: Mapping[str, str],
) -> LegacyMatch | None:
    """The route that PHP would have taken, were it not for the method or for the kind of a segment.

    Of two, the one whose method fits, because the new side answers by pattern and method together, too; of two
    equal ones, the one with more literal segments.
    """
    best: LegacyMatch | None = None
    rank = (0, -1)
    for route, template in candidates:
        if route.legacy is None or not _has_needed(route.legacy, form):
            continue
        takes = _takes(route.legacy.methods, method)
        open_end = route.legacy.filters is not None
        if not _shape(template, segments, kinds=not takes, open_end=open_end):
            continue
        here = (int(takes), sum(segment.kind == "literal" for segment in template))
        if here > rank:
            rank = here
            best = _match(route, template, segments, "number" if takes else "method")
    return best


def _has_needed(legacy: LegacyTemplate, form: Mapping[str, str]) -> bool:
    return all(form.get(name) not in (None, "", "0") for name in legacy.needs)


def _takes(methods: tuple[str, ...], method: str) -> bool:
    return "*" in methods or method in methods


def _shape(
    template: Template, segments: tuple[str, ...], *, kinds: bool = True, open_end: bool = False
) -> bool:
    if not _long(template, len(segments), open_end):
        return False
    for segment, raw in zip(template, segments, strict=False):
        kind = segment.kind
        if kind != "rest" and (kinds or kind in ("literal", "choice")) and not segment.fits(raw):
            return False
    return True


def _long(template: Template, length: int, open_end: bool) -> bool:
    """Whether a path of so many segments can be of a template."""
    if template[-1].kind == "rest":
        return length >= len(template) - 1
    return length == len(template) or (open_end and length > len(template))


def _match(route: Route, template: Template, segments: tuple[str, ...], fit: Fit) -> LegacyMatch:
    filters = route.legacy is not None and route.legacy.filters is not None
    return LegacyMatch(route, _values(template, segments), segments[len(template) :] if filters else (), fit)


def _values(template: Template, segments: tuple[str, ...]) -> Mapping[str, str]:
    return dict(_pairs(template, segments))


def _pairs(template: Template, segments: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for index, segment in enumerate(template):
        if segment.kind == "rest":
            yield segment.text, "/".join(segments[index:])
        elif segment.kind == "decoded":
            yield segment.text, decode(segments[index])
        elif segment.kind != "literal":
            yield segment.text, segments[index]
