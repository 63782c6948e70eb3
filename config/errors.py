"""What people give may be wrong: a command then says so in one line and exits with status 2.

ValueError
└── BadInput          what was given is wrong; the message says what, and what would be right
    ├── ListenError   a server cannot listen where it was told to
    └── ConfigError   a file, table or key of the configuration is
"""

from pathlib import Path
from typing import Final

from config.text import NAME, line

_LONGEST: Final = 5000  # some name all that would be right


class BadInput(ValueError):
    """What a person gave cannot be used; the message says what, and what would be right."""


class ListenError(BadInput):
    """A server cannot listen where it was told to; the message says why."""


class ConfigError(BadInput):
    """Something in the configuration is wrong.

    Args:
        problem: What is wrong and what would be right, in one sentence.
        file: The file it was read from; None for an environment variable or an option.
        table: The TOML table, e.g. ``[route.legacy]``; empty for the top level of the file.
        key: The key inside the table; empty when the whole table is meant.
    """

    def __init__(self, problem: str, *, file: Path | None = None, table: str = "", key: str = "") -> None:
        self.problem = line(problem, _LONGEST)
        self.file = file
        self.table = line(table, NAME)
        self.key = line(key, NAME)
        place = " ".join(part for part in (str(file) if file else "", self.table, self.key) if part)
        super().__init__(f"{place}: {self.problem}" if place else self.problem)
