"""Whether the file of a diff log is still the one that was opened."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from proxy.log.file import LogFile


def test_a_removed_file_is_noticed(tmp_path: Path) -> None:
    """Also when another one of that name has come."""
    path = tmp_path / "log.db"
    path.touch()
    file = LogFile(make_url(f"sqlite+aiosqlite:///{path}"))
    file.remember()
    assert not file.replaced()
    other = tmp_path / "other"
    other.touch()
    path.unlink()
    assert file.replaced()
    other.rename(path)
    assert file.replaced()


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "mysql+aiomysql://h/parity"])
def test_a_log_without_a_file_is_never_replaced(url: str) -> None:
    """A database server minds its files itself."""
    file = LogFile(make_url(url))
    file.remember()
    assert not file.replaced()
