"""Percent signs undone, in time by the length of the text: ``urllib`` looks at each one, twice where it is none."""

import re
from typing import Final

_RUN: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})++")
_RUN_BYTES: Final = re.compile(rb"(?:%[0-9A-Fa-f]{2})++")


def unquoted(text: str, errors: str = "surrogateescape") -> str:
    """A text with what its percent signs stand for. ``errors``: what becomes of bytes that are not UTF-8."""
    if "%" not in text:
        return text
    return _RUN.sub(lambda run: bytes.fromhex(run[0].replace("%", "")).decode("utf-8", errors), text)


def unquoted_bytes(data: bytes) -> bytes:
    """The same of bytes."""
    if b"%" not in data:
        return data
    return _RUN_BYTES.sub(lambda run: bytes.fromhex(run[0].replace(b"%", b"").decode("ascii")), data)
