"""Two sides of one route that do as a test tells them."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

ROUTE: Final = "dataset.feature_quality_names"
LEGACY: Final = "/api/v1/json/data/features/qualities/list"
NEW: Final = "/datasets/features/qualities/list"
CORS: Final = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "Origin, X-Requested-With, Content-Type, Accept, Authorization",
}


class Side:
    """A side that answers with one document, fails, hangs or closes connections, as it is told to."""

    def __init__(self, document: object) -> None:
        self.document = document
        self.status = 200
        self.hangs = threading.Event()
        self.gone = threading.Event()
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator["Side"]:
        """On a free port, until the end of the block."""
        side = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                while side.hangs.is_set():
                    time.sleep(0.05)
                if side.gone.is_set():
                    return
                body = json.dumps(side.document).encode()
                with suppress(OSError):
                    self.send_response(side.status)
                    for pair in {**CORS, "content-type": "application/json"}.items():
                        self.send_header(*pair)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: object) -> None:
                """Whoever asked is gone."""

        with Server(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield self
            self.hangs.clear()
            server.shutdown()


def naming(*names: str) -> tuple[Side, Side]:
    """Legacy and new side of the route, which answer the same."""
    return Side({"feature_qualities_list": {"quality": list(names)}}), Side(list(names))
