"""Where each route stands on its way to the new side: config/rollout.toml, read again while the proxy runs."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from config.routes import Route, RouteMap
from config.typed import Place, build, read_toml, unknown


class Dialect(StrEnum):
    """Which API a request speaks: ``/api/v1/…`` is legacy, a new path is new."""

    LEGACY = "legacy"
    NEW = "new"


class ShadowDialect(StrEnum):
    """In which dialect the new side is asked in the shadow of a request of the legacy dialect."""

    NEW = "new"
    """Its new API, for the request translated."""
    LEGACY = "legacy"
    """Its legacy face, for the request as it is."""
    BOTH = "both"
    """Either, each with a verdict of its own."""


class Stage(StrEnum):
    """Where a route is in the rollout, in one dialect."""

    LEGACY = "legacy"
    """Legacy serves; nobody else is asked."""
    SHADOW = "shadow"
    """Legacy serves; new is asked in the shadow."""
    CANARY = "canary"
    """New serves a share; legacy the rest; the other one is asked in the shadow."""
    NEW_VERIFIED = "new_verified"
    """New serves; legacy is asked in the shadow."""
    NEW = "new"
    """New serves; nobody else is asked."""


SERVED_BY_NEW = frozenset({Stage.CANARY, Stage.NEW_VERIFIED, Stage.NEW})


@dataclass(frozen=True, slots=True)
class Placement:
    """Stage of one route in one dialect.

    Args:
        percentage: Of the requests: at ``shadow`` and ``new_verified`` how many are asked of the other side too, at
            ``canary`` how many the new side serves.
        reshape: ``none`` when legacy-dialect clients of the route asked for the new shapes.
        shadow_write: ``rollback`` when the new side rehearses writes before legacy carries them out.
        shadow_dialect: What the new side is asked in the shadow of a request of the legacy dialect.
    """

    stage: Stage
    percentage: float = 100.0
    reshape: Literal["none"] | None = None
    shadow_write: Literal["rollback"] | None = None
    shadow_dialect: ShadowDialect = ShadowDialect.NEW

    @property
    def by_face(self) -> bool:
        """Whether the new side is asked what clients of the legacy dialect ask, as it is: the face that may serve."""
        served = self.stage in SERVED_BY_NEW and self.reshape is None
        return served or self.shadow_dialect is ShadowDialect.LEGACY

    @property
    def by_both(self) -> bool:
        """Whether it is asked twice, also in its new API."""
        return self.stage is Stage.SHADOW and self.shadow_dialect is ShadowDialect.BOTH

    def evidence(self, dialect: Dialect) -> Dialect:
        """In which dialect the new side must have been asked for what shall count for this placement. ``dialect``: of
        the clients that it is about.
        """
        return Dialect.LEGACY if dialect is Dialect.LEGACY and self.reshape is None else Dialect.NEW


@dataclass(frozen=True, slots=True)
class Rollout:
    """The stages of all routes. ``kill_switch``: legacy serves everything and nobody else is asked. ``digest``:
    SHA-256 of the file, for reports. ``placements``: by route name and dialect.
    """

    placements: Mapping[tuple[str, Dialect], Placement]
    kill_switch: bool
    digest: str

    def of(self, route: Route | None, dialect: Dialect) -> Placement:
        """The placement of a route; what belongs to no route is left to legacy."""
        if route is None or self.kill_switch:
            return _LEGACY
        return self.placements.get((route.name, dialect), _LEGACY)

    def of_unknown_api_path(self, routes: RouteMap) -> Placement:
        """The placement of what is below ``/api/v1`` and belongs to no route: new once legacy serves none of them."""
        if self.kill_switch:
            return _LEGACY
        own = [self.of(route, Dialect.LEGACY) for route in routes if route.legacy is not None]
        over = all(placement.stage is Stage.NEW and placement.by_face for placement in own)
        return Placement(Stage.NEW) if over else _LEGACY


@dataclass(frozen=True, slots=True)
class _Entry:
    routes: tuple[str, ...]
    stage: Stage
    dialects: tuple[Dialect, ...] = (Dialect.LEGACY, Dialect.NEW)
    percentage: float | None = None
    reshape: Literal["none"] | None = None
    shadow_write: Literal["rollback"] | None = None
    shadow_dialect: ShadowDialect | None = None


_LEGACY = Placement(Stage.LEGACY)


def load_rollout(config: Path, routes: RouteMap) -> Rollout:
    """Read the rollout; a later entry wins over an earlier one.

    Returns the stages. Raises ConfigError: a key or value is wrong, an entry fits no route, or a stage is not possible.
    """
    file = config / "rollout.toml"
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise Place(file).error(f"cannot be read: {error.strerror}") from error
    document = read_toml(file)
    for key in document:
        if key not in ("kill_switch", "stage"):
            raise Place(file).error(unknown(key, {"kill_switch": None, "stage": None}), key)
    kill_switch = document.get("kill_switch", False)
    if not isinstance(kill_switch, bool):
        raise Place(file).error("must be true or false", "kill_switch")
    tables = document.get("stage", [])
    if not isinstance(tables, list):
        raise Place(file, "[stage]").error("must be written [[stage]]")
    placements: dict[tuple[str, Dialect], Placement] = {}
    for number, table in enumerate(tables, start=1):
        place = Place(file, f"[[stage]] number {number}")
        placements.update(_placements(build(_Entry, table, place), routes, place))
    return Rollout(MappingProxyType(placements), kill_switch, digest)


def _placements(
    entry: _Entry, routes: RouteMap, place: Place
) -> Iterator[tuple[tuple[str, Dialect], Placement]]:
    percentage = _percentage(entry, place)
    for pattern in entry.routes:
        fitting = [route for route in routes if fnmatchcase(route.name, pattern)]
        if not fitting:
            raise place.error(unknown(pattern, routes.routes), "routes")
        for route in fitting:
            for dialect in entry.dialects:
                _check(route, entry, place)
                yield (
                    (route.name, dialect),
                    Placement(
                        entry.stage,
                        percentage,
                        entry.reshape,
                        entry.shadow_write,
                        entry.shadow_dialect or ShadowDialect.NEW,
                    ),
                )


def _percentage(entry: _Entry, place: Place) -> float:
    if entry.percentage is None:
        if entry.stage is Stage.CANARY:
            raise place.error("is missing; a canary needs the share that the new side serves", "percentage")
        return 100.0
    if entry.stage in (Stage.LEGACY, Stage.NEW):
        raise place.error(f"means nothing at stage {entry.stage}; leave it out", "percentage")
    if not 0 <= entry.percentage <= 100:
        raise place.error(f"must be 0 to 100, not {entry.percentage:g}", "percentage")
    return entry.percentage


def _check(route: Route, entry: _Entry, place: Place) -> None:
    if entry.shadow_write and entry.stage is not Stage.SHADOW:
        raise place.error(f"means nothing at stage {entry.stage}: legacy must serve", "shadow_write")
    if entry.shadow_dialect and entry.stage is not Stage.SHADOW:
        raise place.error(
            f"means nothing at stage {entry.stage}: the shadow speaks the dialect that is served",
            "shadow_dialect",
        )
    if entry.stage not in SERVED_BY_NEW:
        return
    if not route.implemented:
        raise place.error(
            f"{route.name} cannot be served by the new side: the route map says implemented = false", "stage"
        )
