"""Fuzz the running backend by its own OpenAPI document: `make fuzz`.

Starts the real server on the sample in SQLite and on a private MariaDB, and lets schemathesis generate requests until
the wanted number is reached: no 5xx, no status, media type or document that the document does not declare.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from backend.database.load import load
from tests.mariadb import running_server

SAMPLE = Path("config/sample")
BIN = Path(sys.executable).parent
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@contextlib.contextmanager
def backend(database: str, files: Path) -> Iterator[str]:
    """The real server on a database and a folder of files; gives its URL."""
    command = [
        str(BIN / "openml-backend"),
        "serve",
        "--database",
        database,
        "--port",
        "0",
        "--files",
        str(files),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield line.strip().removeprefix("listening on ")
        finally:
            process.terminate()


def fuzz(url: str, examples: int, seed: int, phases: str = "coverage,fuzzing") -> tuple[int, str]:
    """Generate requests for every operation. Returns how many were sent, and what schemathesis printed when something
    was wrong.
    """
    command = [str(BIN / "schemathesis"), "run", f"{url}/openapi.json", "--url", url]
    command += ["--phases", phases, "--max-examples", str(examples), "--checks", CHECKS]
    command += ["--warnings", "off", "--continue-on-failure", "--no-color", "--seed", str(seed)]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"([\d,]+) generated", done.stdout)
    sent = int(found[1].replace(",", "")) if found else 0
    return sent, "" if done.returncode == 0 else done.stdout + done.stderr


def main() -> int:
    """Fuzz both databases; the exit status says whether all was as declared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="fewest requests per database")
    parser.add_argument("--examples", type=int, default=100, help="examples per operation and round")
    parser.add_argument("--sqlite-only", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        databases = [f"sqlite:///{folder}/sample.db"]
        if not options.sqlite_only:
            databases.append(stack.enter_context(running_server(Path(folder) / "mariadb")))
        for database in databases:
            files = Path(folder) / "files"
            shutil.rmtree(files, ignore_errors=True)
            asyncio.run(load(SAMPLE, database, files_to=files))
            with backend(database, files) as url:
                total = seed = 0
                while total < options.requests:
                    seed += 1
                    sent, wrong = fuzz(url, options.examples, seed)
                    if wrong or not sent:
                        print(wrong or "schemathesis sent nothing")
                        return 1
                    total += sent
            kind = database.partition(":")[0]
            print(f"{kind}: {total} generated requests, no 5xx, every answer as declared")
    return 0


if __name__ == "__main__":
    sys.exit(main())
