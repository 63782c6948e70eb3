"""The folder of stored files."""

from pathlib import Path

import pytest

from backend.files.store import FileStore

pytestmark = pytest.mark.anyio


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A file root with one file, and a secret beside it."""
    (tmp_path / "root" / "a").mkdir(parents=True)
    (tmp_path / "root" / "a" / "b.arff").write_text("x")
    (tmp_path / "secret").write_text("y")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "secret")
    return tmp_path / "root"


@pytest.mark.parametrize("path", ["a/b.arff", "a//b.arff", "//a/b.arff"])
async def test_double_slashes_are_one(root: Path, path: str) -> None:
    """The file table has them."""
    assert await FileStore(root).find(path) == root / "a" / "b.arff"


@pytest.mark.parametrize("path", ["../secret", "a/../../secret", "link", "a", "nope", "", "\0", "x" * 300])
async def test_nothing_else_is_found(root: Path, path: str) -> None:
    """Neither outside the root, nor through a link, nor folders."""
    assert await FileStore(root).find(path) is None


async def test_without_a_root_nothing_is_stored() -> None:
    """The setting may be absent."""
    assert await FileStore(None).find("a/b.arff") is None
