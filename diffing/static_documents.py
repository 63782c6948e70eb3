"""Documents that each program has of its own: schemas and examples, which need not be the same text."""

from __future__ import annotations

from collections.abc import Sequence

from diffing.further import ExchangeFacts
from diffing.paths import Steps


def same_root(legacy: object, new: object, _: Sequence[Steps], __: ExchangeFacts) -> tuple[object, object]:
    """Two documents that both can be read and are of one kind: XML with the same outermost element, or ARFF.

    ``legacy``: the legacy document: the tree of XML, or a text. Returns what both are, twice; the documents as they
    were, where they are not of one kind.
    """
    kinds = _kind(legacy), _kind(new)
    if kinds[0] is None or kinds[0] != kinds[1]:
        return legacy, new
    return kinds


def _kind(document: object) -> str | None:
    if isinstance(document, dict) and len(document) == 1:
        return f"XML of {next(iter(document))}"
    if isinstance(document, bytes | str):
        text = document if isinstance(document, str) else document.decode("utf-8", "replace")
        parts = [line.split()[0].lower() for line in text.splitlines() if line.startswith("@")]
        if parts[:1] == ["@relation"] and parts[-1:] == ["@data"] and set(parts[1:-1]) == {"@attribute"}:
            return "ARFF"
    return None
