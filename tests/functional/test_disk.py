"""A disk that is full or away: the upload is refused, nothing of it stays, and the next one works."""

import resource
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.backend.conftest import KEYS
from tests.functional.test_killed_server import DESCRIPTION, arff

Serving = Callable[..., AbstractContextManager[Any]]
MIB = 1024 * 1024


@pytest.fixture
def stored(tmp_path: Path, sample: Path, sqlite_url: str) -> tuple[str, Path]:
    """A database of the test's own and the root of its files."""
    source = Path(sqlite_url.removeprefix("sqlite:///"))
    for file in source.parent.glob(f"{source.stem}*"):
        shutil.copyfile(file, tmp_path / file.name)
    root = tmp_path / "root"
    shutil.copytree(sample / "files", root)
    return f"sqlite:///{tmp_path / source.name}", root


def upload(url: str, number: int, content: bytes) -> httpx.Response:
    """Upload a data set."""
    files = {
        "description": ("d.xml", DESCRIPTION.format(number=number).encode()),
        "dataset": ("pond.arff", content),
    }
    return httpx.post(
        f"{url}/datasets", params={"api_key": KEYS["writer"]}, files=files, timeout=60, trust_env=False
    )


def everything(root: Path) -> set[Path]:
    """All files below the root, temporary ones too."""
    return {file for file in root.rglob("*") if file.is_file()}


def test_a_full_disk(serving: Serving, stored: tuple[str, Path]) -> None:
    """507 for a file that has no room, 200 for the next small one."""
    database, root = stored
    long = arff(1) + b"1.5\n" * (4 * MIB)
    with serving(
        "backend.cli", "serve", "--database", database, "--files", str(root), "--port", "0"
    ) as server:
        before = everything(root)
        largest = max(file.stat().st_size for file in root.parent.glob("*.db*"))
        resource.prlimit(
            server.process.pid, resource.RLIMIT_FSIZE, (largest + 8 * MIB, resource.RLIM_INFINITY)
        )
        for _ in range(3):
            refused = upload(server.url, 1, long)
            assert (refused.status_code, refused.json()["title"]) == (507, "Insufficient Storage")
            assert str(root) not in refused.text
            assert everything(root) == before
        assert upload(server.url, 1, arff(1)).status_code == 200
        assert len(everything(root)) == len(before) + 1


def test_a_disk_that_is_away(serving: Serving, stored: tuple[str, Path]) -> None:
    """503 as long as it is, 200 when it is back."""
    database, root = stored
    with serving(
        "backend.cli", "serve", "--database", database, "--files", str(root), "--port", "0"
    ) as server:
        before = everything(root)
        shutil.rmtree(root / ".staging", ignore_errors=True)
        (root / ".staging").write_text("in the way")
        refused = upload(server.url, 1, arff(1))
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
        (root / ".staging").unlink()
        assert everything(root) == before
        assert upload(server.url, 1, arff(1)).status_code == 200


def test_a_database_without_room(serving: Serving, stored: tuple[str, Path]) -> None:
    """No row and, once it can be written again, no file of it: only the next upload is there."""
    database, root = stored
    with serving(
        "backend.cli", "serve", "--database", database, "--files", str(root), "--port", "0"
    ) as server:
        before = everything(root)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
        assert upload(server.url, 1, arff(1)).status_code in (503, 507)
        resource.prlimit(
            server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        assert upload(server.url, 1, arff(1)).status_code == 200
        assert len(everything(root)) == len(before) + 1
