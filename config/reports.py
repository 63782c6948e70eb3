"""What reports call ready, and how long the diff log keeps what it knows: config/reports.toml."""

from dataclasses import dataclass, field
from pathlib import Path

from config.errors import ConfigError
from config.rollout import Dialect, Stage
from config.typed import Place, build, read_toml
from config.web_address import is_web_address


@dataclass(frozen=True, slots=True)
class ReadinessSettings:
    """When a route is ready for its next stage.

    Args:
        min_compared: Fewest exchanges compared.
        max_mismatch_rate: Largest rate of mismatches that may be possible with 95 % confidence.
        max_latency_ratio: Largest median of new/legacy time that may be possible with 95 % confidence.
        min_coverage: Smallest share of what is known of the route that was compared.
        max_open_clusters: Most clusters of differences.
    """

    min_compared: int = 300
    max_mismatch_rate: float = 0.01
    max_latency_ratio: float = 2.0
    min_coverage: float = 0.8
    max_open_clusters: int = 0

    def __post_init__(self) -> None:
        for name in ("max_mismatch_rate", "min_coverage"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"must be 0 to 1, not {getattr(self, name)!r}", key=name)
        for name in ("min_compared", "max_open_clusters"):
            if getattr(self, name) < 0:
                raise ConfigError(f"must not be negative, not {getattr(self, name)!r}", key=name)
        if self.max_latency_ratio <= 0:
            raise ConfigError(
                f"must be greater than 0, not {self.max_latency_ratio!r}", key="max_latency_ratio"
            )


@dataclass(frozen=True, slots=True)
class Steps:
    """How a route is promoted. ``canary``: percentages that the new side serves, one after the other."""

    canary: tuple[float, ...] = (1, 10, 50)

    def __post_init__(self) -> None:
        if list(self.canary) != sorted(set(self.canary)) or not all(
            0 < share <= 100 for share in self.canary
        ):
            raise ConfigError(f"must be rising percentages, not {list(self.canary)!r}", key="canary")


@dataclass(frozen=True, slots=True)
class Clusters:
    """What is said of clusters. ``fixed_after``: fewest exchanges of its route that are compared without a cluster
    before it is called fixed. ``webhook``: URL that is told of new and regressed clusters; empty for none.
    """

    fixed_after: int = 1000
    webhook: str = ""

    def __post_init__(self) -> None:
        if self.fixed_after <= 0:
            raise ConfigError(f"must be greater than 0, not {self.fixed_after!r}", key="fixed_after")
        if self.webhook and not is_web_address(self.webhook.partition("?")[0]):
            raise ConfigError("must be the URL of a webhook, or empty", key="webhook")


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the diff log keeps what it knows.

    Args:
        days: Age in days at which hours and clusters of earlier runs are dropped.
        clusters: Most clusters of earlier runs.
        body_days: Age in days at which what clients sent and sides answered is dropped, of every run.
    """

    days: int = 90
    clusters: int = 10_000
    body_days: int = 30

    def __post_init__(self) -> None:
        for name in ("days", "clusters", "body_days"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"must be greater than 0, not {getattr(self, name)!r}", key=name)


@dataclass(frozen=True, slots=True)
class Gate:
    """When the automatic gate moves routes (docs/operating.md).

    Args:
        enabled: Whether it does.
        routes: Names or globs of the routes that it moves.
        dialects: Of the clients that it moves. Those of the legacy dialect by the verdicts about the legacy face.
        interval: Seconds between two looks.
        hold: Fewest seconds at each step.
        until: The last stage that it promotes to.
        window: Seconds whose numbers decide whether a route returns to legacy.
        max_failure_rate: Largest share of failures among the compared exchanges of the window.
        min_failures: Fewest failures that count.
        max_latency_ratio: Largest median of new/legacy time in the window that is certain with 95 % confidence.
    """

    enabled: bool = False
    routes: tuple[str, ...] = ("*",)
    interval: float = 15.0
    hold: float = 3600.0
    until: Stage = Stage.NEW_VERIFIED
    window: float = 300.0
    max_failure_rate: float = 0.01
    min_failures: int = 3
    max_latency_ratio: float = 3.0
    dialects: tuple[Dialect, ...] = (Dialect.NEW,)

    def __post_init__(self) -> None:
        for name in ("interval", "window", "min_failures", "max_latency_ratio"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"must be greater than 0, not {getattr(self, name)!r}", key=name)
        if self.hold < 0:
            raise ConfigError(f"must not be negative, not {self.hold!r}", key="hold")
        if not 0 <= self.max_failure_rate <= 1:
            raise ConfigError(f"must be 0 to 1, not {self.max_failure_rate!r}", key="max_failure_rate")


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """Settings of reports (``reports.toml``)."""

    readiness: ReadinessSettings = field(default_factory=ReadinessSettings)
    rollout: Steps = field(default_factory=Steps)
    clusters: Clusters = field(default_factory=Clusters)
    retention: Retention = field(default_factory=Retention)
    gate: Gate = field(default_factory=Gate)


def load_report_settings(config: Path) -> ReportSettings:
    """Read the settings of reports. ``config``: the configuration directory; ``reports.toml`` in it may be absent.
    Raises ConfigError: a key or value is wrong; the message names file, table and key.
    """
    file = config / "reports.toml"
    place = Place(file)
    try:
        return build(ReportSettings, read_toml(file) if file.exists() else {}, place)
    except ConfigError as error:
        # What a table checks itself does not know where it was read.
        raise error if error.file is not None else place.error(error.problem, error.key) from error
