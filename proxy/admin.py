"""The side of the proxy that operators talk to: health and counts."""

import orjson
from starlette.types import Receive, Scope, Send

from proxy.ledger import Ledger


class Admin:
    """An ASGI application with ``/health`` and ``/totals``.

    Args:
        ledger: The counts of the running proxy.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 — ASGI
        """Answer one request."""
        if scope["type"] != "http":
            return
        documents = {"/health": self._health, "/totals": self._totals}
        make = documents.get(scope["path"])
        document: dict[str, object] = make() if make else {"paths": list(documents)}
        status = 200 if make else 404
        if scope["method"] not in ("GET", "HEAD"):
            status, document = 405, {"allow": "GET, HEAD"}
        body = orjson.dumps(document, option=orjson.OPT_INDENT_2)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _health(self) -> dict[str, object]:
        return {"status": "ok"}

    def _totals(self) -> dict[str, object]:
        ledger = self._ledger
        return {
            "received": ledger.received,
            "served": ledger.served,
            "refused": ledger.refused,
            "client_gone": ledger.client_gone,
            "pending": ledger.pending,
            "verdicts": dict(sorted(ledger.verdicts.items())),
        }
