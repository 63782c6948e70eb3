"""A private MariaDB server for tests: on a free port, in a folder of its own, without a password.

`python tests/mariadb.py` starts one, prints its URL and runs until Ctrl-C.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = "apt-get install --yes --no-install-recommends mariadb-server"
SKIP = "SKIP_MARIADB"
START_SECONDS = 60.0
_TOLD = 12_000  # characters of its log

# A test database may be lost: nothing waits for the disk.
_TUNING = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=32M",
    "--performance-schema=0",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--max-connections=200",
)


class MariaDBMissing(Exception):
    """The server is not installed; the message is the line that installs it."""


def _program(name: str) -> str:
    # Debian puts servers where only root's search path looks.
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin")))
    if found is None:
        raise MariaDBMissing(f"{name} is not installed; as root: {INSTALL}")
    return found


def free_port() -> int:
    """A port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class MariaDBServer:
    """A server that can be ended and started again. ``folder``: an empty folder for its data.

    Raises:
        MariaDBMissing: it is not installed.
        RuntimeError: its tables cannot be made; the message has the end of its log.
    """

    def __init__(self, folder: Path) -> None:
        server, installer = _program("mariadbd"), _program("mariadb-install-db")
        user = getpass.getuser()
        data, self._log = folder / "data", folder / "server.log"
        installed = subprocess.run(
            [
                installer,
                "--no-defaults",
                f"--datadir={data}",
                f"--user={user}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if installed.returncode:
            raise RuntimeError(f"MariaDB cannot be installed:\n{installed.stdout[-_TOLD:]}")
        self._port = free_port()
        self.url = f"mysql+aiomysql://root@127.0.0.1:{self._port}/"
        # A server that starts removes what it takes for left-overs: in a common folder, files that others use.
        scratch = folder / "tmp"
        scratch.mkdir()
        # A test run that is killed takes the server along.
        setpriv = shutil.which("setpriv")
        along = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
        self._command = [
            *along,
            server,
            "--no-defaults",
            f"--user={user}",
            f"--datadir={data}",
            f"--tmpdir={scratch}",
            f"--port={self._port}",
            "--bind-address=127.0.0.1",
            # The path of a Unix socket has a limit that test folders exceed.
            f"--socket={Path(tempfile.gettempdir()) / f'openml-{os.getpid()}-{self._port}.sock'}",
            f"--pid-file={folder / 'server.pid'}",
            *_TUNING,
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers. Raises RuntimeError: it does not start."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(self._command, stdout=output, stderr=subprocess.STDOUT)
        _await_port(self._port, self._process, self._log)

    def stop(self) -> None:
        """Let it end."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def died(self) -> str | None:
        """What there is to say of its end, where it has ended by itself."""
        status = None if self._process is None else self._process.poll()
        if status is None:
            return None
        return f"MariaDB ended by itself, with status {status}; the end of its log:\n{_tail(self._log)}"


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Run a server while the context lasts. ``folder``: an empty folder for its data. Yields its URL, as `Database`
    takes it.

    Raises:
        MariaDBMissing: it is not installed.
        RuntimeError: it does not start, or ended by itself meanwhile; the message has the end of its log.
    """
    server = MariaDBServer(folder)
    server.start()
    try:
        yield server.url
        died = server.died()
    except BaseException as error:
        # What failed may have failed because the server was gone.
        if (died := server.died()) is not None:
            error.add_note(died)
        raise
    else:
        if died is not None:
            raise RuntimeError(died)
    finally:
        server.stop()


def _await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    process.kill()
    raise RuntimeError(f"MariaDB does not start:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-_TOLD:]


def main() -> None:
    """Run a server until Ctrl-C."""
    stop = [signal.SIGINT, signal.SIGTERM]
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as url:
        print(url, flush=True)
        signal.sigwait(stop)


if __name__ == "__main__":
    main()
