"""Addresses of servers, as people give them."""

from urllib.parse import urlsplit


def is_web_address(value: str) -> bool:
    """Whether a text is the http or https URL of a server, to which paths can be added."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    named = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return named and not any(mark in value for mark in "?# ")
