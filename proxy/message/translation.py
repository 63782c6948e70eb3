"""What translating works on: a request, its twin for the other side, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from config.dispatch import Fit
from config.routes import Route
from diffing.model import Headers


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent.

    Args:
        target: Path and query, byte for byte.
        headers: Pairs in the order sent.
        body: The whole body.
    """

    method: str
    target: bytes
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first value of a header, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Translation:
    """The same request for the other side.

    Args:
        target: Path and query for the other side.
        headers: Header fields for it; no Content-Length where the body changed.
        route: The route; None when nothing but the path could be carried over.
        parameters: Path names and filters as the legacy side sees them, values decoded.
        format: ``json`` or ``xml``: what the client asked the legacy side for.
        writes: It may change something on one of the sides.
        fit: How the request fits the route on the legacy side: ``exact``; ``method``: PHP knows the path under other
            methods; ``number``: a segment is not of the kind that PHP's dispatcher wants; ``none``: no such path.
    """

    method: str
    target: bytes
    headers: Headers
    body: bytes
    route: Route | None
    parameters: Mapping[str, str]
    format: Literal["json", "xml"]
    writes: bool
    fit: Fit = "exact"

    def with_headers(self, headers: Headers) -> "Translation":
        """The same with other header fields."""
        return Translation(
            self.method,
            self.target,
            headers,
            self.body,
            self.route,
            self.parameters,
            self.format,
            self.writes,
            self.fit,
        )

    @property
    def request(self) -> Request:
        """As the other side is asked."""
        return Request(self.method, self.target, self.headers, self.body)

    @property
    def known(self) -> bool:
        """Whether the legacy side has a route for the path."""
        return self.fit != "none"


@dataclass(frozen=True, slots=True)
class Untranslatable:
    """The other side cannot be asked. ``reason``: why, as a sentence for the report."""

    reason: str
