"""What runs beside a client: a backend process over the small OpenML, and an object store with its Parquet files."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from backend.database.load import load
from config.settings import DatabaseNames
from tests.clients.worlds import write
from tests.mariadb import free_port

NAMES: Final = DatabaseNames("clients_openml", "clients_openml_expdb")
COMMAND: Final = (sys.executable, "-c", "from backend.cli import main; main()", "serve")
NO_SUCH_KEY: Final = (
    b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code><Message>Object does not exist</Message></Error>"
)


@contextmanager
def backend(folder: Path, database: str, store: str | None = None) -> Iterator[str]:
    """Load the small OpenML and serve it by a process of its own.

    ``folder``: an empty one, for what is loaded and stored. ``store``: URL of the object store; by default the
    backend's own, where no Parquet file is. Yields the URL of the backend.
    """
    write(folder / "source")
    asyncio.run(load(folder / "source", database, force=True, files_to=folder / "files", names=NAMES))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    names = {
        "OPENML_DATABASE_NAMES_OPENML": NAMES.openml,
        "OPENML_DATABASE_NAMES_OPENML_EXPDB": NAMES.openml_expdb,
    }
    options = ["--port", str(port), "--database", database, "--files", str(folder / "files")]
    options += ["--public-url", f"{url}/", "--object-store-url", f"{store or url}/"]
    with (folder / "backend.log").open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, *options], stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **names}
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"listening on {url}\n"
            yield url
        finally:
            process.kill()
            process.communicate()


@contextmanager
def object_store(folder: Path) -> Iterator[str]:
    """Serve a folder as an object store that everyone may read."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Send a file, or say that there is none."""
            path = (folder / self.path.partition("?")[0].lstrip("/")).resolve()
            there = path.is_file() and path.is_relative_to(folder.resolve())
            body = path.read_bytes() if there else NO_SUCH_KEY
            self.send_response(200 if there else 404)
            self.send_header("Content-Type", "application/octet-stream" if there else "application/xml")
            self.send_header("Content-Length", str(len(body)))
            if there:
                self.send_header("ETag", f'"{hashlib.md5(body).hexdigest()}"')
                self.send_header("Last-Modified", formatdate(path.stat().st_mtime, usegmt=True))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815  # the name is the library's

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Tell nobody."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
