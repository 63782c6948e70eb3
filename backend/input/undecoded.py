"""Texts in the path that PHP does not percent-decode (legacy notes, data 1.2 and flow 1.1)."""

from typing import Any

from backend.input.parameters import Reader


class Undecoded(Reader):
    """A text in the path, as it came: ``lantern%2Dcc`` is not ``lantern-cc``.

    What is looked up by it (aliases of studies, one-letter types) has no character that needs encoding.
    """

    def read(self, value: object) -> str:
        """Read a raw segment."""
        return str(value)

    def describe(self) -> dict[str, Any]:
        """Any text that is not empty."""
        return {"type": "string", "minLength": 1}
