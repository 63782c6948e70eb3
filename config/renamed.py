"""Registry ids of the version before and what says the same now (config/renamed.toml); read for one version."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from config.errors import ConfigError
from config.typed import read_toml

FILE = Path(__file__).parent / "renamed.toml"


@cache
def renamed() -> Mapping[str, str]:
    """The present id by the old one. Raises ConfigError: the file is not as it is shipped."""
    found: dict[str, str] = {}
    for new, old in read_toml(FILE).get("renamed", {}).items():
        if not isinstance(old, list) or not all(isinstance(name, str) for name in old):
            raise ConfigError("must be a list of ids", file=FILE, table="[renamed]", key=new)
        found.update(dict.fromkeys(old, new))
    return MappingProxyType(found)
