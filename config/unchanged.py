"""Read a part of the configuration once, as long as its files stay as they are.

Several parts of a program read the same files, and reading them takes longer than looking whether they have changed.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Final, TypeVar

from config.typed import LONGEST

T = TypeVar("T")
_MOST: Final = 4
"""So many configurations are remembered."""


def once_for(*patterns: str) -> Callable[[Callable[[Path], T]], Callable[[Path], T]]:
    """Make a function that reads a configuration give what it gave before, while the bytes of its files are the same.

    What it gives must not be changed. ``patterns``: the files that it reads, as globs in the directory.
    """

    def decorate(read: Callable[[Path], T]) -> Callable[[Path], T]:
        @lru_cache(maxsize=_MOST)
        def known(directory: Path, _files: tuple[tuple[str, bytes], ...]) -> T:
            return read(directory)

        @wraps(read)
        def unchanged(config: Path) -> T:
            files = _files(config, patterns)
            return read(config) if files is None else known(config, files)

        return unchanged

    return decorate


def _files(config: Path, patterns: tuple[str, ...]) -> tuple[tuple[str, bytes], ...] | None:
    """The files that a pattern fits, with what they hold; None where one cannot be read, or only in part."""
    found = []
    try:
        for pattern in patterns:
            for file in sorted(config.glob(pattern)):
                with file.open("rb") as opened:
                    content = opened.read(LONGEST + 1)
                if len(content) > LONGEST:
                    return None
                found.append((str(file), content))
    except OSError:
        return None
    return tuple(found)
