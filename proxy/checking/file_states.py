"""The stored files below a root: what is there, what changed, and putting files back."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from proxy.recordings.scenarios import FileChange

Files: TypeAlias = Mapping[str, tuple[int, str]]
"""Size and md5 by path below the root."""

_SMALL: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileDifference:
    """A stored file that is not as recorded.

    Args:
        path: Below the root.
        legacy: Size and md5 as recorded; None when there should be no file.
        new: Size and md5 as it is; None when there is none.
    """

    path: str
    legacy: tuple[int, str] | None
    new: tuple[int, str] | None

    def document(self) -> dict[str, Any]:
        """For the JSON of a check."""
        return {"path": self.path, "legacy": self.legacy, "new": self.new}


class FileStates:
    """Looks at the files below a root. ``root``: the folder; what begins with a dot directly in it is no stored file.
    ``pristine``: the folder with the files of the sample.
    """

    def __init__(self, root: Path, pristine: Path) -> None:
        self._root = root
        self._pristine = pristine
        self._contents: dict[str, bytes] = {}
        self._sums: dict[tuple[int, ...], str] = {}
        self._sample = look(pristine)
        self.files: Files = self._sample

    def look(self) -> Files:
        """Read what there is. Returns the files as they were at the last look."""
        before, self.files = self.files, look(self._root, self._sums)
        return before

    def reset(self) -> None:
        """Put the files of the sample back, and forget what was learnt."""
        self._contents.clear()
        self.put(self._sample)

    def learn(self, contents: Iterable[bytes]) -> None:
        """Remember contents that files may get, as requests bring them."""
        self._contents |= {_md5(content): content for content in contents}

    def put(self, wanted: Files) -> None:
        """Let there be exactly these files.

        A content that no request brought and the sample does not have is unknown: such a file is zeros. ``wanted``:
        size and md5 by path.
        """
        there = look(self._root, self._sums)
        if there == wanted:
            self.files = there
            return
        for path in there.keys() - wanted.keys():
            (self._root / path).unlink()
        for path, (size, md5) in wanted.items():
            if there.get(path) == (size, md5):
                continue
            target = self._root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if self._sample.get(path) == (size, md5):
                shutil.copyfile(self._pristine / path, target)
            else:
                target.write_bytes(self._contents.get(md5, bytes(size)))
        self.files = look(self._root, self._sums)


def look(root: Path, sums: dict[tuple[int, ...], str] | None = None) -> Files:
    """The files below a folder. ``root``: the folder; what begins with a dot directly in it does not count. ``sums``:
    the md5 of files that were read before, by what changes when a file does; is added to. Returns size and md5 by
    path.
    """
    known = {} if sums is None else sums
    found: dict[str, tuple[int, str]] = {}
    for folder, folders, names in os.walk(root):
        if folder == str(root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            names = [name for name in names if not name.startswith(".")]
        for name in names:
            path = Path(folder) / name
            state = path.stat()
            same = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
            # A small file is read each time: another one may have taken its place in the same tick of the clock.
            if same not in known or state.st_size <= _SMALL:
                known[same] = _md5(path.read_bytes())
            found[path.relative_to(root).as_posix()] = (state.st_size, known[same])
    return found


def expected_files(before: Files, changes: Iterable[FileChange]) -> Files:
    """Apply recorded changes to files. ``before``: the files before the step. ``changes``: what the recorded step did.
    Returns the files that there should be.
    """
    files = dict(before)
    for change in changes:
        if change.op == "delete":
            files.pop(change.path, None)
        else:
            files[change.path] = (change.size, change.md5)
    return files


def file_differences(wanted: Files, actual: Files) -> list[FileDifference]:
    """Compare files. ``wanted``: the files that there should be. Returns those that are not the same."""
    return [
        FileDifference(path, wanted.get(path), actual.get(path))
        for path in sorted(wanted.keys() | actual.keys())
        if wanted.get(path) != actual.get(path)
    ]


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
