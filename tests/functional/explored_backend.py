"""Run as a program: a backend whose clock stands still, from whatever tree comes first in the path."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from backend.app import create_app
from backend.clock import frozen_clock
from backend.serve import serve
from config.settings import load_backend_settings

config, database, files = sys.argv[1:]
settings = replace(
    load_backend_settings(Path(config)),
    database=database,
    files=Path(files),
    public_url="https://openml.test/",
    object_store_url="https://minio.openml.test/",
)
serve(create_app(settings, frozen_clock(datetime(2026, 11, 22, 12, tzinfo=UTC)), config), "127.0.0.1", 0)
