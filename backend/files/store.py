"""The folder that holds the stored files: paths of the file table, never beyond its root."""

from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread


@dataclass(frozen=True, slots=True)
class FileStore:
    """A file root. ``root``: the folder; None when there is none, so that nothing is stored."""

    root: Path | None

    async def find(self, path: str) -> Path | None:
        """Find a stored file. ``path``: below the root, as the file table has it: double slashes are one
        (``dataset_structured//0/2/x``). Returns where it is; None when it is not there, or would be outside the root.
        """
        return await to_thread.run_sync(self._find, path)

    def _find(self, path: str) -> Path | None:
        if self.root is None or "\0" in path:
            return None
        root = self.root.resolve()
        try:
            # Links are followed before it is checked where they lead.
            found = (root / path.lstrip("/")).resolve()
            return found if found.is_relative_to(root) and found.is_file() else None
        except OSError:  # a name that the file system does not take
            return None
