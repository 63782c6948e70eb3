"""Settings of traces."""

from dataclasses import dataclass

from config.errors import ConfigError
from config.web_address import is_web_address


@dataclass(frozen=True, slots=True)
class Tracing:
    """W3C trace context. A valid ``traceparent`` of a client goes on to both sides whatever is set here.

    Args:
        generate: Requests without one get one.
        share: How many of the traces that begin here are sampled, 0 to 1.
        endpoint: Where spans of sampled traces are sent, by OTLP over HTTP; empty for nowhere.
    """

    generate: bool = False
    share: float = 1.0
    endpoint: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ConfigError(f"must be 0 to 1, not {self.share!r}", table="[tracing]", key="share")
        if self.endpoint and not is_web_address(self.endpoint):
            raise ConfigError(
                f"must be an http or https URL such as http://collector:4318/v1/traces, not {self.endpoint!r}",
                table="[tracing]",
                key="endpoint",
            )
