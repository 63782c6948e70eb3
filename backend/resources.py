"""What lives as long as the application: opened and closed by its lifespan, passed to every handler."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import BackendSettings

from backend.clock import Clock
from backend.database import Database
from config.problems import ProblemType


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources of the application.

    Args:
        settings: Of the backend.
        database: Where the rows are.
        problems: The table of problem types, by slug.
        clock: What time it is.
    """

    settings: BackendSettings
    database: Database
    problems: Mapping[str, ProblemType]
    clock: Clock
