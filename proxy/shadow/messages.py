"""What the process that serves and the one that asks tell each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from config.settings import ProxySettings
from proxy.exchange.judgement import Judgement
from proxy.runtime.telemetry import Histogram

# Seconds between two words to the process that serves, so that it knows that the other one goes on.
BEAT: Final = 1.0

JudgedNumber = tuple[int, Judgement, tuple[int, Any] | None]
"""The number of an exchange, what came of it, and size and content of its sample where one is worth keeping."""


@dataclass(frozen=True, slots=True)
class StartPlan:
    """What the process is started with. ``files``: the configuration directory. ``hop``: marks what this proxy
    sends.
    """

    settings: ProxySettings
    files: Path
    hop: bytes


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What the process has to tell.

    Args:
        judged: What came of exchanges.
        grown: What was counted since the last time: ``proxy.runtime.telemetry`` by name, breakers by side.
        breakers: The sides that are left alone just now.
        using: The configuration directory that it goes by from now on.
        failing: Tasks that fail, and for how many seconds.
        durations: How long things took since the last time.
    """

    judged: list[JudgedNumber]
    grown: dict[str, int]
    breakers: list[str]
    using: Path | None = None
    failing: Mapping[str, float] = field(default_factory=dict)
    durations: Mapping[str, Histogram] = field(default_factory=dict)
