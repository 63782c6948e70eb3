"""A cluster's sample as a test: paste it into a file, and it is red until the difference is gone."""

import re
from collections.abc import Mapping
from typing import Any, Final

from config import text
from proxy.reporting.recording_line import recording_line

_TEMPLATE: Final = '''"""{title}

The backend answers the request from the sample. Another backend or database: PARITY_CHECK has other options of
`parity check`, such as `--new http://127.0.0.1:8001` or `--database URL --public-url URL --keys FILE`.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
RECORDING = {recording}


def test_{name}(tmp_path: Path) -> None:
    """The new side's answer to {request} is right or documented."""
    file = tmp_path / "cluster.jsonl"
    file.write_text(RECORDING + "\\n", encoding="utf-8")
    options = shlex.split(os.environ.get("PARITY_CHECK", "")) or of_the_sample(tmp_path)
    command = [BIN / "parity", "check", "--recordings", file, "--min-compared", "1", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def of_the_sample(folder: Path) -> list[str]:
    """The options for the backend on the sample that comes with the repository."""
    sample = Path("config/sample")
    database = f"sqlite:///{{folder / 'sample.db'}}"
    subprocess.run([BIN / "openml-backend", "load", "--from", sample, "--database", database], check=True)
    urls = ["--public-url", "https://openml.test/", "--object-store-url", "https://minio.openml.test/"]
    return ["--database", database, *urls, "--files", str(sample / "files")]
'''


def pytest_case(cluster: str, signature: str, sample: Mapping[str, Any]) -> str:
    """The source of a test module, which asks the backend: no answer of the new side is in it. ``sample``: of the
    cluster (proxy.exchange.sample). Returns Python source; empty where the sample does not hold the whole exchange.
    """
    recording = recording_line(cluster, sample)
    if not recording:
        return ""
    name = re.sub(r"\W+", "_", str(sample["asked"]["route"] or "no_route")).lower()
    return _TEMPLATE.format(
        title=_quotable(f"Cluster {cluster}: {text.line(signature)}"),
        name=f"{name}_{cluster[:10]}",
        request=_quotable(text.line(sample["legacy"]["request"])),
        recording=_literal(recording),
    )


def _literal(value: object) -> str:
    """A value as Python writes it; what a CI system would obey is an escape in it."""
    return repr(value).replace("::", ":\\x3a").replace("##", "#\\x23")


def _quotable(line: str) -> str:
    """Text that can stand in a docstring."""
    return line.replace("\\", "\\\\").replace('"', "'")
