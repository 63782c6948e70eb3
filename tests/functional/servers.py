"""Commands as a user runs them: processes, sockets, files."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Server:
    """A command that serves."""

    url: str
    process: "subprocess.Popen[str]"

    def stop(self) -> int:
        """Ask it to end, as an operator would; gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[Server]:
    """A command that serves, until the context ends."""
    command = [sys.executable, "-c", f"from {module} import main; main()", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening on http://"), line
            yield Server(line.removeprefix("listening on ").strip(), process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    process.kill()
