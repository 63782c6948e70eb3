"""The commands of the installed package."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import installed

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("command", [installed.parity, installed.backend])
def test_each_command_tells_its_help(
    command: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are the command lines of their side."""
    assert callable(command)
    monkeypatch.setattr(sys, "argv", ["name", "--help"])
    with pytest.raises(SystemExit, match="0"):
        command()
    assert "Commands" in capsys.readouterr().out


def test_our_packages_come_first(tmp_path: Path) -> None:
    """Where they lie beside the module, as in the wheel; in the repository nothing moves."""
    inside = tmp_path / "openml_parity"
    (inside / "config").mkdir(parents=True)
    (inside / "__init__.py").write_bytes((ROOT / "config" / "installed.py").read_bytes())
    program = "import sys, openml_parity; print(sys.path[0])"
    told = subprocess.check_output([sys.executable, "-c", program], cwd=tmp_path, text=True)
    assert told.strip() == str(inside)
    assert str(ROOT / "config") not in sys.path
