"""Where PHP breaks and the legacy face does not, the shadow says what documents it, as a check of recordings does."""

from __future__ import annotations

import http.client
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.recordings.recording import Recording, read_recordings
from tests.functional.proxies import conserved, proxied
from tests.functional.test_face_rollout import written

if TYPE_CHECKING:
    from tests.functional.proxies import Serving

ROOT = Path(__file__).parent.parent.parent
READ = ROOT / "tests" / "recordings" / "read"
STAGE = '[[stage]]\nroutes = ["*"]\ndialects = ["legacy"]\nstage = "shadow"\nshadow_dialect = "legacy"\n'
URLS = ("--public-url", "https://openml.test/", "--object-store-url", "https://minio.openml.test/")


def broken() -> list[Recording]:
    """What PHP was asked by GET, and broke at."""
    return [
        one
        for one in read_recordings([READ])
        if one.defect is not None
        and one.request.method == "GET"
        and one.request.target.startswith(b"/api/v1/")
    ]


def test_what_php_breaks_at_is_documented_in_the_shadow(
    serving: Serving, sqlite_url: str, tmp_path: Path
) -> None:
    """Each of the recorded crashes of reads, asked through a running proxy."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    (config / "rollout.toml").write_text(STAGE, encoding="utf-8")
    files = ("--files", str(ROOT / "config" / "sample" / "files"))
    asked = broken()
    with (
        serving("proxy.cli", "legacy", "--recordings", str(READ), "--port", "0") as legacy,
        serving("backend.cli", "serve", "--database", sqlite_url, "--port", "0", *URLS, *files) as new,
        proxied(serving, tmp_path / "proxy", legacy.url, new.url, "--config", str(config)) as running,
    ):
        for one in asked:
            with closing(http.client.HTTPConnection(*running.address, timeout=30)) as connection:
                connection.putrequest("GET", one.request.target.decode("latin-1"), skip_host=True)
                connection.putheader("Host", "openml.test")
                connection.endheaders()
                connection.getresponse().read()
        totals = running.totals()
        found = written(running, totals["dialects"]["legacy"]["served"]).tally
    assert conserved(totals, len(asked))
    assert found.totals.of("legacy_error") > 100
    assert list(found.clusters) == []
