"""The tutorial, block by block in one shell, as a newcomer pastes it."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

from tests.functional.test_deployment import free_port

ROOT: Final = Path(__file__).parent.parent.parent
PAGE: Final = ROOT / "docs" / "tutorial.md"
PORTS: Final = ("8100", "8101", "8102", "8109")


def test_every_block_works(tmp_path: Path) -> None:
    """At the end the difference is explained by the entry that was written, and nothing runs any more."""
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S))
    script = script.replace("build/tutorial", str(tmp_path))
    script = script.replace(". .venv/bin/activate\n", "")
    for port in PORTS:
        script = script.replace(port, str(free_port()))
    environment = {
        **os.environ,
        "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
        "PARITY_KILL_FILE": str(tmp_path / "kill"),
    }
    told = tmp_path / "told"
    with (
        told.open("wb") as out,
        subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        ) as shell,
    ):
        try:
            status = shell.wait(timeout=300)
        finally:
            if shell.poll() is None:
                os.killpg(shell.pid, 9)
    text = told.read_text()
    assert status == 0, text
    assert 'expected "ARFF"' in text
    assert "explained" in text.rpartition('id = "dataset-get-format-lower"')[2]
