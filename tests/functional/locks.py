"""A rehearsal that waits for a row while it holds another one, and whoever waits for that one in turn.

A rehearsed upload stores the row of its data set, then the row of its file. Somebody else holds the gap behind the last
file, so that the second one waits; the row of the data set is what everybody else then waits for.
"""

from __future__ import annotations

import os
import secrets
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from backend.database.connections import Database
from proxy.message.translation import Request
from proxy.serve.rehearse import HEADER, signed
from tests.backend.conftest import KEYS, scratch_url
from tests.functional.test_killed_server import DESCRIPTION, arff

SECRET: Final = "rehearsals end with this"
PROVE: Final = bool(os.environ.get("PROVE"))
LATE: Final = 0.1 if PROVE else 5.0
"""Seconds that a lock may outlive whoever waits for the rehearsal; a busy machine is given more in ``make test``."""
# What the server tells of transactions is renewed when nobody has asked for a tenth of a second.
_STALE: Final = 0.12
LEFT: Final = 2 if PROVE else 6
"""Seconds that a rehearsal is waited for: until then everybody must have come to where he waits."""
_RESET: Final = struct.pack("ii", 1, 0)


class Locks:
    """Connections to the database of a backend, beside it."""

    def __init__(self, database: Database) -> None:
        url = make_url(scratch_url(database)).set(drivername="mysql+pymysql")
        self.engine: Engine = create_engine(url, poolclass=NullPool)
        self.dataset = f"{database.names.openml_expdb}.dataset"
        self.file = f"{database.names.openml}.file"
        with self.engine.connect() as connection:
            self._last_file, self._last_dataset = connection.execute(
                text(f"SELECT (SELECT MAX(id) FROM {self.file}), (SELECT MAX(did) FROM {self.dataset})")
            ).one()

    @contextmanager
    def files_held(self) -> Iterator[None]:
        """Nobody can store the row of a file."""
        with self.engine.connect() as connection:
            connection.execute(text(f"SELECT id FROM {self.file} WHERE id > {self._last_file} FOR UPDATE"))
            yield
            connection.rollback()

    @contextmanager
    def held_up(self, upload: Upload, left: float | None = None) -> Iterator[tuple[Upload, Waiter]]:
        """An upload that was sent and waits for files, and somebody who waits for it in turn."""
        with self.files_held():
            upload.send(left)
            self.await_waiting(1)
            waiter = self.waiter()
            self.await_waiting(2)
            yield upload, waiter

    def await_waiting(self, number: int) -> None:
        """Wait until so many transactions wait for locks."""
        end = time.monotonic() + 30
        while self.waiting() != number:
            assert time.monotonic() < end, f"{self.waiting()} transactions wait, not {number}"
            time.sleep(_STALE)

    def waiting(self) -> int:
        """How many transactions wait for locks."""
        asked = text("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
        with self.engine.connect() as connection:
            return int(connection.scalar(asked) or 0)

    def waiter(self) -> Waiter:
        """Somebody who waits for every data set that is new."""
        return Waiter(
            self.engine, f"SELECT did FROM {self.dataset} WHERE did > {self._last_dataset} FOR UPDATE"
        )


class Waiter:
    """A connection that waits for a row, in a thread; says when it got it. ``engine``: of the database."""

    def __init__(self, engine: Engine, asked: str) -> None:
        self._asked = text(asked)
        self._engine = engine
        self.got = 0.0
        self.rows: list[Any] = []
        self._thread = threading.Thread(target=self._wait)
        self._thread.start()

    def done(self) -> float:
        """When it got what it waited for, on the monotonic clock."""
        self._thread.join(timeout=60)
        assert self.got, "it waits still"
        return self.got

    def _wait(self) -> None:
        with self._engine.connect() as connection:
            self.rows = self._locked(connection)
            self.got = time.monotonic()
            connection.rollback()

    def _locked(self, connection: Connection) -> list[Any]:
        return list(connection.execute(self._asked))


class Upload:
    """An upload on a connection of its own, byte by byte. ``url``: of the backend or the proxy. ``number``: which data
    set.
    """

    def __init__(self, url: str, number: int = 1) -> None:
        files = {
            "description": ("d.xml", DESCRIPTION.format(number=number).encode()),
            "dataset": ("pond.arff", arff(number)),
        }
        made = httpx.Request("POST", url, files=files)
        self._request = Request("POST", f"/datasets?api_key={KEYS['writer']}".encode(), (), made.read())
        self._lines = [
            b"POST %b HTTP/1.1" % self._request.target,
            b"host: backend.test",
            b"content-type: " + made.headers["content-type"].encode(),
            b"content-length: %d" % len(self._request.body),
        ]
        host, _, port = url.removeprefix("http://").partition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=60)
        self.sent = 0.0

    def send(self, left: float | None = None) -> Upload:
        """Send all of it, as a rehearsal when seconds are left for one; gives itself."""
        lines = list(self._lines)
        self.sent = time.monotonic()
        if left is not None:
            sign = signed(SECRET, self._request, int(time.time()), secrets.token_hex(16), left=left)
            lines.append(f"{HEADER}: {sign}".encode())
        self._socket.sendall(b"\r\n".join([*lines, b"", b""]) + self._request.body)
        return self

    def leave(self, *, reset: bool = False) -> float:
        """Close the connection; gives the moment."""
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._socket.close()
        return time.monotonic()

    def status(self) -> int:
        """The status of the answer."""
        head = self._socket.recv(65536)
        self._socket.close()
        return int(head.split(b" ", 2)[1])
