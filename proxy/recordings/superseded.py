"""Recordings that later ones replace: ``superseded.txt`` beside the recordings, or in the folder above, names them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from config.errors import BadInput

NAME = "superseded.txt"


def superseded(files: Iterable[Path]) -> Mapping[str, str]:
    """The recordings that are left out of what is read.

    An id begins with the name of its file, so that a recording counts as replaced where that file is read, too.
    Returns the ids of the replacements by those of the replaced. Raises BadInput: a line does not name two recordings.
    """
    files = tuple(files)
    read = {file.name.partition(".")[0] for file in files}
    lists = dict.fromkeys(
        place
        for file in files
        for place in (file.parent / NAME, file.parent.parent / NAME)
        if place.is_file()
    )
    replaced = {old: new for place in lists for old, new in _pairs(place)}
    return {old: new for old, new in replaced.items() if new.partition(".")[0] in read}


def _pairs(place: Path) -> Iterable[tuple[str, str]]:
    for number, line in enumerate(place.read_text(encoding="utf-8").splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2:
            raise BadInput(
                f"{place}:{number}: a line names a recording and the one that replaces it: OLD NEW"
            )
        yield words[0], words[1]
