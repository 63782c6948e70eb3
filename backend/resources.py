"""What lives as long as the application: opened and closed by its lifespan, passed to every handler."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.clock import Clock
from backend.database.connections import Database
from backend.fetching import Fetching
from backend.rehearsal import Rehearsals
from backend.search.index import NoIndex, SearchIndex
from backend.storage.interface import Storage
from config.problems import ProblemType
from config.settings import BackendSettings


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources of the application.

    Args:
        problems: The table of problem types, by slug.
        rehearsals: Which writes are to be rolled back.
        storage: Where stored files are; None when nowhere.
        writing: Held by the one who writes, on SQLite; elsewhere by the one who has often lost to others.
        fetching: The pool of uploads that fetch a file.
        unsettled: Set while files of broken commits wait for a sweep.
    """

    settings: BackendSettings
    database: Database
    problems: Mapping[str, ProblemType]
    clock: Clock
    rehearsals: Rehearsals = field(default_factory=lambda: Rehearsals(None))
    storage: Storage | None = None
    index: SearchIndex = field(default_factory=NoIndex)
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    fetching: Fetching = field(default_factory=Fetching)
    unsettled: asyncio.Event = field(default_factory=asyncio.Event)
