"""The table of problem types (RFC 9457) of the new API: config/problems.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from config.typed import Place, build, read_toml
from config.unchanged import once_for

BASE_URI = "https://openml.org/problems/"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of error.

    Args:
        slug: Last part of the type URI, e.g. ``dataset-not-found``.
        title: The short text of every problem of this type.
        status: The HTTP status of every problem of this type.
    """

    slug: str
    title: str
    status: int

    @property
    def uri(self) -> str:
        """The full type URI (new-API contract, section D)."""
        return BASE_URI + self.slug


@once_for("problems.toml")
def load_problems(config: Path) -> Mapping[str, ProblemType]:
    """Read the table of problem types. Returns each problem type by its slug, in file order. Raises ConfigError: the
    file cannot be read, or an entry is wrong.
    """
    file = config / "problems.toml"
    problems: dict[str, ProblemType] = {}
    for slug, table in read_toml(file).items():
        place = Place(file, f"[{slug}]")
        if not _SLUG.fullmatch(slug):
            raise place.error("a slug is lower-case words joined by hyphens, like dataset-not-found")
        problem = build(ProblemType, table, place, {"slug": slug})
        if not 400 <= problem.status <= 599:
            raise place.error(f"must be an error status (400 to 599), not {problem.status}", "status")
        if not problem.title.strip():
            raise place.error("must not be empty", "title")
        problems[slug] = problem
    return MappingProxyType(problems)
