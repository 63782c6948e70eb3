"""Files of recordings, written."""

import gzip
from collections.abc import Iterable
from pathlib import Path

from config.text import json_bytes
from proxy.recordings.recording import Recording, entry


def write_recordings(file: Path, recordings: Iterable[Recording]) -> None:
    """Write recordings to one file, gzipped when its name ends with ``.gz``."""
    written = b"".join(json_bytes(entry(recording)) + b"\n" for recording in recordings)
    file.write_bytes(gzip.compress(written) if file.name.endswith(".gz") else written)
