"""Settings of recordings of live traffic."""

from dataclasses import dataclass
from typing import Final

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RecordingSettings:
    """Recording live traffic: of compared exchanges in the legacy dialect, what legacy answered, without secrets.

    Args:
        folder: Where each process writes a file of its own; empty for no recording.
        every: One in so many exchanges of each route is recorded, the first one among them.
        per_route: Most exchanges of one route, per process.
        answer_bytes: Longest answer that is recorded.
        file_bytes: Most bytes of one process's file.
    """

    folder: str = ""
    every: int = 100
    per_route: int = 1000
    answer_bytes: int = _MIB
    file_bytes: int = 256 * _MIB
