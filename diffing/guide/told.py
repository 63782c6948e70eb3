"""Where each entry is told: once, at the first endpoint that it is about, and referred to from the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from config.guide import GuideTexts, Section
from config.routes import Route, RouteMap
from diffing.registry import Deviation

ALL = "all"
"""How entries name the part of the guide that is about all endpoints."""


class UnknownSection(ValueError):
    """An entry names a section that the guide does not have."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is told where.

    Args:
        general: The entries that are about all endpoints, or about paths that are none.
        apart: The entries of each section that has no endpoints.
        routes: The endpoints of each section.
        here: The entries that are told at an endpoint.
        elsewhere: The entries that are about an endpoint, too, and are told at an earlier one.
    """

    general: tuple[Deviation, ...]
    apart: Mapping[str, tuple[Deviation, ...]]
    routes: Mapping[str, tuple[Route, ...]]
    here: Mapping[str, tuple[Deviation, ...]]
    elsewhere: Mapping[str, tuple[Deviation, ...]]

    @property
    def referred(self) -> frozenset[str]:
        """The ids of the entries that other places refer to."""
        return frozenset(entry.id for entries in self.elsewhere.values() for entry in entries)


def plan(entries: Iterable[Deviation], routes: RouteMap, texts: GuideTexts) -> Plan:
    """Decide what is told where. Raises UnknownSection: an entry names none of them.

    Args:
        entries: Those of the registry.
        routes: The endpoints.
        texts: The sections and their order.
    """
    sections = {section.name: section for section in texts.section}
    ordered = {section.name: tuple(_ordered(section, routes)) for section in texts.section}
    names = [route.name for members in ordered.values() for route in members]
    general: list[Deviation] = []
    apart: dict[str, list[Deviation]] = {}
    here: dict[str, list[Deviation]] = {name: [] for name in names}
    elsewhere: dict[str, list[Deviation]] = {name: [] for name in names}
    for entry in entries:
        if entry.guide != ALL and entry.guide not in sections:
            raise UnknownSection(f"{entry.source}: {entry.id}: guide: {entry.guide!r} is no section")
        named = [name for name in names if any(fnmatchcase(name, pattern) for pattern in entry.routes)]
        if entry.guide != ALL and not sections[entry.guide].entities:
            apart.setdefault(entry.guide, []).append(entry)
        elif "*" in entry.routes or not named:
            general.append(entry)
        else:
            here[named[0]].append(entry)
            for name in named[1:]:
                elsewhere[name].append(entry)
    return Plan(tuple(general), _frozen(apart), ordered, _frozen(here), _frozen(elsewhere))


def _frozen(lists: Mapping[str, Sequence[Deviation]]) -> Mapping[str, tuple[Deviation, ...]]:
    return {name: tuple(entries) for name, entries in lists.items()}


def _ordered(section: Section, routes: RouteMap) -> Iterator[Route]:
    """The endpoints of a section: those that come first, then the others as the route map has them."""
    yield from (routes[name] for name in section.first)
    for entity in section.entities:
        for route in routes:
            if route.entity == entity and route.name not in section.first:
                yield route
