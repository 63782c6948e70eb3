"""Settings of the queue through which proxies hand captures to workers on other machines."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.errors import ConfigError

_MIB: Final = 1024 * 1024
_URL: Final = re.compile(r"(?:rediss?://[^\s/]|unix:///)\S*")


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """The queue of a fleet, in Redis or Valkey.

    Args:
        url: ``redis://USER:PASSWORD@HOST:PORT/DATABASE``, ``rediss://`` for TLS; empty for a queue in the process.
        stream: What its keys begin with: proxies and workers that share it are one fleet.
        captures: Most captures that are kept; further ones are shed.
        capture_bytes: Most bytes of captures that are kept; further ones are shed.
        key_file: File with a key in each line, 32 bytes as base64: the first one seals, all of them open.
        key: The same in one line, for the environment. Without a key the proxies ask, and no credential is queued.
        claim_seconds: So long nothing is heard of a worker, and others take over what it has.
        deliveries: So many workers may have had a capture; the next one gives it up as ``too_expensive``.
    """

    url: str = field(default="", repr=False)
    stream: str = "parity"
    captures: int = 100_000
    capture_bytes: int = 512 * _MIB
    key_file: Path | None = None
    key: str = field(default="", repr=False)
    claim_seconds: float = 30.0
    deliveries: int = 5

    def __post_init__(self) -> None:
        if self.url and _URL.fullmatch(self.url) is None:
            raise ConfigError(
                "must be redis://HOST:PORT/DATABASE, or rediss:// or unix://", table="[queue]", key="url"
            )
        if not re.fullmatch(r"[\w.:-]+", self.stream):
            raise ConfigError(
                f"must be a name of letters, digits and -_.: not {self.stream!r}",
                table="[queue]",
                key="stream",
            )
        for key in ("captures", "capture_bytes", "claim_seconds", "deliveries"):
            if getattr(self, key) <= 0:
                problem = f"must be greater than 0, not {getattr(self, key)!r}"
                raise ConfigError(problem, table="[queue]", key=key)
        if self.key and self.key_file is not None:
            raise ConfigError("cannot be given together with key_file", table="[queue]", key="key")
