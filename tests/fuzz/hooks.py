"""What schemathesis sends where a schema says nothing, and what it must not send."""

import zlib
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

from proxy.recordings.recording import read_recordings
from proxy.recordings.scenarios import contents

LONGEST_QUERY = 8_000
WRITE = Path("tests/recordings/write")
# Of the sample's users: administrators may do everything, so most requests are theirs.
KEYS = ["AD000000000000000000000000000000"] * 5 + ["00000000000000000000000000000000"] * 3
KEYS += ["5EAD0000000000000000000000000000", "DA1A0000000000000000000000000000"]


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A query that does not fit into a request line is left out; most requests have a key that is right."""
    if case.query and len(str(case.query)) > LONGEST_QUERY:
        case.query = {}
    chosen = zlib.crc32(f"{case.path_parameters} {case.query} {case.body!r}".encode("utf-8", "surrogatepass"))
    if chosen % 8:
        case.query = {**(case.query or {}), "api_key": KEYS[chosen % len(KEYS)]}


def _recorded() -> tuple[list[bytes], list[bytes]]:
    """The descriptions and the other files that were ever uploaded when PHP was recorded."""
    found = {content for recording in read_recordings([WRITE]) for content in contents(recording)}
    small = sorted(content for content in found if len(content) < LONGEST_QUERY)
    return [one for one in small if b"<oml:" in one], [one for one in small if b"<oml:" not in one]


@st.composite
def damaged(draw: st.DrawFn, documents: list[bytes]) -> bytes:
    """One of some documents, often with a piece cut out, doubled, or replaced by anything."""
    document = draw(st.sampled_from(documents))
    if draw(st.booleans()):
        return document
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(document))] * 2)))
    end = min(end, start + 40)
    piece = draw(st.sampled_from([b"", document[start:end] * 2]) | st.binary(max_size=8) | _TEXT)
    return document[:start] + piece + document[end:]


_TEXT = st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass"))
_DESCRIPTIONS, _FILES = _recorded()
schemathesis.openapi.media_type("application/xml", damaged(_DESCRIPTIONS))
schemathesis.openapi.media_type("application/octet-stream", damaged(_FILES))
