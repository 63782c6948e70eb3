"""What PHP's FILTER_VALIDATE_URL takes for a URL (PHP manual, "Validate filters")."""

import ipaddress
import re
from urllib.parse import urlsplit

_CHARACTERS = re.compile(r"[A-Za-z0-9$\-_.+!*'(),{}|\\^~\[\]`<>#%\";/?:@&=]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?")
_WITHOUT_HOST = ("mailto", "news", "file")
_LONGEST_HOST = 253


def is_url(text: str) -> bool:
    """Whether a text is an absolute URL. Returns True for a scheme and a host (``mailto``, ``news`` and ``file`` need
    none) in ASCII; the host of a web address must be a host name or an address in brackets.
    """
    if not _CHARACTERS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    # urlsplit lower-cases schemes, and takes some away that are none.
    if not _SCHEME.fullmatch(parts.scheme) or not text[len(parts.scheme) :].startswith(":"):
        return False
    host = parts.netloc.rpartition("@")[2]
    name = host if port is None else host.rpartition(":")[0]
    if parts.scheme in ("http", "https"):
        return _is_host(name.removesuffix(":"))
    if parts.scheme in _WITHOUT_HOST:
        return bool(host or parts.path)
    return bool(host)


def _is_host(name: str) -> bool:
    if name.startswith("["):
        try:
            ipaddress.IPv6Address(name.strip("[]"))
        except ValueError:
            return False
        return name.endswith("]")
    labels = name.removesuffix(".").split(".")
    return len(name) <= _LONGEST_HOST and all(_LABEL.fullmatch(label) for label in labels)
