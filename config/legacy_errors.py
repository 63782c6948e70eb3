"""What PHP says of each of its error codes: config/legacy_errors.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.typed import Place, build, read_toml
from config.unchanged import once_for

FILE = "legacy_errors.toml"
USUAL_STATUS = 412
UNKNOWN_PATH_STATUS = 450


@dataclass(frozen=True, slots=True)
class LegacyErrors:
    """The table of PHP's errors.

    Args:
        message: The text of each code.
        status: The status of each code that is not 412.
        unknown_path: Types of the API that say 450 of a path that they do not know, with its segments, and what they
            put between them.
        repaired: Codes of problems of the new API that PHP never had.
    """

    message: Mapping[str, str]
    status: Mapping[str, int]
    unknown_path: Mapping[str, str]
    repaired: Mapping[str, int]

    def code_of(self, slug: str) -> str | None:
        """The code of a problem that has none in the new API."""
        code = self.repaired.get(slug)
        return None if code is None else str(code)

    def status_of(self, code: str) -> int:
        """The HTTP status of a code."""
        return self.status.get(code, USUAL_STATUS)


@once_for(FILE)
def load_legacy_errors(config: Path) -> LegacyErrors:
    """Read the table. Returns texts and statuses. Raises ConfigError: the file cannot be read, or an entry is wrong."""
    file = config / FILE
    if not file.exists():  # a configuration of version 0.1.0
        file = Path(__file__).parent / FILE
    place = Place(file, "the file")
    errors = build(LegacyErrors, read_toml(file), place)
    for code in errors.status:
        if code not in errors.message:
            raise place.error("must be a code that has a message, too", f"status.{code}")
    return errors
