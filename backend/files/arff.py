"""The CSV form of an ARFF file: a header of feature names, and the lines behind ``@data`` as they are."""

from collections.abc import Iterator, Sequence
from pathlib import Path

DECLARATION = b"@data"
_BLOCK = 64 * 1024


def csv_header(names: Sequence[str]) -> bytes:
    """The first line: every name quoted. ``names``: of the columns."""
    quoted = ('"' + name.replace('"', '""') + '"' for name in names)
    return (",".join(quoted) + "\n").encode()


def csv_blocks(path: Path, names: Sequence[str]) -> Iterator[bytes]:
    """The CSV form, block by block; reads the file. ``path``: of the ARFF file. ``names``: of the columns. Yields the
    header, then the data lines, unchanged.
    """
    yield csv_header(names)
    with path.open("rb") as file:
        # A line without an end is read in pieces, so that no file is held in memory.
        beginning = True
        while line := file.readline(_BLOCK):
            if beginning and line.strip().lower() == DECLARATION:
                break
            beginning = line.endswith(b"\n")
        while block := file.read(_BLOCK):
            yield block
