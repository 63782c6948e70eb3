"""proxy.runtime.child: processes that the proxy starts for itself."""

import os
import subprocess
from pathlib import Path

import pytest

from proxy.runtime import child


def test_a_process_runs_the_function_of_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found where this process finds modules, wherever it is started; its arguments begin at the second place."""
    (tmp_path / "told.py").write_text("import sys\n\ndef work():\n    print(sys.argv[1:])\n")
    monkeypatch.syspath_prepend(tmp_path)
    done = subprocess.run(
        child.command("told", "one", "2"),
        env=child.environment(),
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['one', '2']\n"


def test_a_process_can_give_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While its modules are loaded, too."""
    (tmp_path / "told.py").write_text(
        "import os\n\nat_first = os.nice(0)\n\ndef work():\n    print(at_first)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    command = child.command("told", nice=3)
    done = subprocess.run(command, env=child.environment(), capture_output=True, text=True, check=True)
    assert int(done.stdout) == min(os.nice(0) + 3, 19)
