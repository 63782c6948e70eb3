"""The one exception of everything that reads configuration.

ValueError
└── ConfigError   a file, table or key is wrong; the message says which, and what would be right
"""

from pathlib import Path


class ConfigError(ValueError):
    """Something in the configuration is wrong.

    Args:
        problem: What is wrong and what would be right, in one sentence.
        file: The file it was read from; None for an environment variable or an option.
        table: The TOML table, e.g. ``[route.legacy]``; empty for the top level of the file.
        key: The key inside the table; empty when the whole table is meant.
    """

    def __init__(self, problem: str, *, file: Path | None = None, table: str = "", key: str = "") -> None:
        self.problem = problem
        self.file = file
        self.table = table
        self.key = key
        place = " ".join(part for part in (str(file) if file else "", table, key) if part)
        super().__init__(f"{place}: {problem}" if place else problem)
