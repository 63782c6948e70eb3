"""API keys that a redactor has masked, by what stands for them where the exchange is to be repeated."""

import re
from collections.abc import Callable
from typing import Final

from diffing.model import Headers

_MASKED: Final = re.compile(r'(?i)(?:(?<=\bapi_key=)|(?<=name="api_key"\r\n\r\n))~[0-9a-f]{10}')
_MASK: Final = re.compile(r"~[0-9a-f]{10}")
_KEY_HEADER: Final = re.compile(r"(?i)(?:x-)?api[-_]?key")
_BEARER: Final = "bearer "

Naming = Callable[[str], str]
"""Makes of a mask what stands for the key."""


def pieces(redacted: str) -> list[str]:
    """A redacted target or body, cut where a key was: between two pieces there was one."""
    return _MASKED.split(redacted)


def named(redacted: str, naming: Naming) -> str:
    """A redacted target or body with its keys named."""
    return _MASKED.sub(lambda match: naming(match[0]), redacted)


def named_headers(headers: Headers, redacted: Headers, naming: Naming) -> Headers:
    """Redacted headers with their keys named.

    Args:
        headers: As they were sent.
    """
    found = []
    for (name, value), (_, mask) in zip(headers, redacted, strict=True):
        shown = mask
        if _MASK.fullmatch(mask) and name.lower() == "authorization" and value.lower().startswith(_BEARER):
            shown = f"Bearer {naming(mask)}"
        elif _MASK.fullmatch(mask) and _KEY_HEADER.fullmatch(name):
            shown = naming(mask)
        found.append((name, shown))
    return tuple(found)
