"""Recording live traffic: of some compared exchanges, what clients asked and legacy answered, without secrets.

It is part of the shadow's process; the side that serves does not know of it.
"""

import logging
import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from config.recording import RecordingSettings
from config.routes import RouteMap
from proxy.exchange.exchange import Exchange
from proxy.har.entries import Writing, line, started
from proxy.har.files import kept_of_request
from proxy.message.redact import secrets_of
from proxy.recordings.caller_keys import CallerKeys
from proxy.recordings.recording import RecordedRequest, Recording

_LOGGER = logging.getLogger(__name__)
_UNSENT: Final = "https://legacy.invalid"
"""The base of URLs of clients that named no host."""


class Tap:
    """Writes one in so many exchanges of each route to a file of its own, until enough is written.

    ``settings``: how many, how long, and where. ``counts``: counted there: ``written``, ``too_large``, ``enough`` (a
    cap was reached), ``failed``.
    """

    def __init__(
        self, settings: RecordingSettings, routes: RouteMap, counts: Counter[str], started_at: datetime
    ) -> None:
        self._settings = settings
        self._writing = Writing(routes, CallerKeys())
        self._counts = counts
        self._name = f"{started_at:%Y%m%dT%H%M%S}-{os.getpid()}"
        self._seen: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._bytes = 0
        self._file: BinaryIO | None = None
        self._broken = False

    def add(self, exchange: Exchange) -> None:
        """Write an exchange that was compared, if it is its turn."""
        try:
            self._add(exchange)
        except Exception:
            # The exchange has its verdict already; what goes wrong here must not give it another one.
            _LOGGER.exception("an exchange of %s cannot be recorded", exchange.route)
            self._counts["failed"] += 1

    def _add(self, exchange: Exchange) -> None:
        route, request, legacy = exchange.route, exchange.request, exchange.legacy
        assert exchange.asked is not None
        assert legacy is not None
        settings = self._settings
        self._seen[route] += 1
        if (
            self._broken
            or (self._seen[route] - 1) % settings.every
            or legacy.error is not None
            or legacy.status is None
        ):
            return
        if len(legacy.body) > settings.answer_bytes:
            self._counts["too_large"] += 1
            return
        if self._kept[route] >= settings.per_route or self._bytes >= settings.file_bytes:
            self._counts["enough"] += 1
            return
        number = self._kept.total() + 1
        self._kept[route] += 1
        host = request.header("host")
        recording = Recording(
            f"{self._name}.{number:06}",
            "",
            exchange.asked.role,
            RecordedRequest(
                request.method,
                f"https://{host}" if host else _UNSENT,
                request.target,
                kept_of_request(request.headers),
                request.body,
            ),
            legacy,
        )
        known = secrets_of(b"", request.headers)
        self._write(line(self._writing.entry(recording, started(exchange.at), known)))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, content: bytes) -> None:
        try:
            if self._file is None:
                folder = Path(self._settings.folder)
                folder.mkdir(parents=True, exist_ok=True)
                self._file = (folder / f"{self._name}.jsonl").open("ab")
            self._file.write(content)
            self._file.flush()
        except OSError as error:
            _LOGGER.error("recording live traffic ends: %s", error)
            self._broken = True
            self._counts["failed"] += 1
            return
        self._bytes += len(content)
        self._counts["written"] += 1
