"""Faults of documents that cannot be read, in the words of the library that PHP 7.4 has.

libxml2 2.9 does not count the names of end tags as columns, but both quotes of an entity's value, and says some things
otherwise than later versions.
"""

import re
from collections.abc import Sequence

_END_TAG = re.compile(rb"</([^\s<>]+)\s*>")
_ENTITY = re.compile(rb"""<!ENTITY\s+(?:%\s+)?[^\s"'>]+\s+["']""")
_VALUE = "EntityValue: "
_ENCODING = "Unsupported encoding: "
_BYTES = "Invalid bytes in character encoding"


def older_message(message: str, document: bytes) -> str:
    """What the older library says. ``document``: what it reads."""
    if message.startswith(_ENCODING):
        return message.replace(": ", " ", 1)
    if message != _BYTES:
        return message
    try:
        document.decode()
    except UnicodeDecodeError as error:
        shown = " ".join(f"0x{byte:02X}" for byte in document[error.start : error.start + 4])
        return f"Input is not proper UTF-8, indicate encoding !\nBytes: {shown}"
    return message


def older_column(message: str, line: int, column: int, lines: Sequence[bytes]) -> int:
    """Where the older library sees a fault.

    Args:
        message: What the present one says.
        line: Counted from 1.
        lines: Of the document.
    """
    if not 0 < line <= len(lines):
        return column
    before = lines[line - 1][: max(column - 1, 0)]
    # The present one says so at the closing quote, the older one behind it.
    quotes = len(_ENTITY.findall(before)) + message.startswith(_VALUE)
    return column + quotes - sum(len(name) for name in _END_TAG.findall(before))
