"""Lists into which PHP pastes texts unescaped: JSON in which a text's own backslashes look like escapes.

``C:\\temp`` arrives as C, a colon, a tab, "emp". Both are JSON, so that only the bytes tell which text was pasted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from diffing.decode import Decoded, Form, load_json
from diffing.further import ExchangeFacts
from diffing.model import Asked
from diffing.paths import Steps
from diffing.registry import Deviation

CANONICAL: Final = "as_pasted"
_ESCAPE: Final = re.compile(rb'\\(["\\]?)')


def as_pasted(
    legacy: object, new: object, _: Sequence[Steps], exchange: ExchangeFacts
) -> tuple[object, object]:
    """The legacy document with its texts as they were pasted; the new one must have just these.

    Args:
        legacy: The normalised legacy document, as a reader of JSON has it.
        new: The new document, which stays.
        exchange: Has the document as it was pasted, where that is another.
    """
    return (legacy if exchange.pasted is None else exchange.pasted), new


def pasted(asked: Asked, old: Decoded, entries: Iterable[Deviation]) -> Decoded | None:
    """A legacy list with its texts as they were pasted. Returns None where no entry says that texts are pasted, or no
    text has a backslash. ``old``: what legacy answered. ``entries``: those of the route.
    """
    if (
        old.pasted
        or old.form is not Form.JSON
        or b"\\" not in old.body
        or not old.media_type.endswith("json")
    ):
        return None
    if not any(entry.canonical == CANONICAL and entry.when.why_not(asked, None) is None for entry in entries):
        return None
    return Decoded(Form.JSON, old.media_type, load_json(_ESCAPE.sub(_literal, old.body)), body=old.body)


def _literal(found: re.Match[bytes]) -> bytes:
    """An escape as JSON for its characters: a JSON text has backslashes nowhere else."""
    return rb"\\" + (b"\\" + found[1] if found[1] else b"")
