"""What was read once is given again, until a file changes."""

from pathlib import Path

from config.typed import LONGEST
from config.unchanged import once_for

READ: list[Path] = []


@once_for("one.toml", "more/*.toml")
def read(config: Path) -> list[str]:
    """The names of the files."""
    READ.append(config)
    return sorted(file.name for file in config.rglob("*.toml"))


def test_files_that_stay_are_read_once(tmp_path: Path) -> None:
    """Other directories are others, though they hold the same."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert read(tmp_path / "a") is read(tmp_path / "a")
    assert read(tmp_path / "a") is not read(tmp_path / "b")


def test_what_has_changed_is_read_again(tmp_path: Path) -> None:
    """Another content of the same length, another file, one that is gone; and once more what was there at first."""
    (tmp_path / "more").mkdir()
    (tmp_path / "one.toml").write_text("a = 1")
    first = read(tmp_path)
    (tmp_path / "one.toml").write_text("a = 2")
    assert read(tmp_path) is not first
    (tmp_path / "more" / "two.toml").write_text("")
    assert read(tmp_path) == ["one.toml", "two.toml"]
    (tmp_path / "more" / "two.toml").unlink()
    assert read(tmp_path) == ["one.toml"]


def test_what_cannot_be_compared_is_read_each_time(tmp_path: Path) -> None:
    """A file that is longer than any of ours, and what is no file."""
    (tmp_path / "one.toml").write_bytes(b" " * (LONGEST + 1))
    assert read(tmp_path) is not read(tmp_path)
    (tmp_path / "one.toml").unlink()
    (tmp_path / "one.toml").mkdir()
    assert read(tmp_path) is not read(tmp_path)
