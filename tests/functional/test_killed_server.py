"""A server that is killed while it takes uploads: after the restart all is whole, or never was."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from backend import tables
from backend.database.connections import Database
from tests.backend.conftest import KEYS, scratch_url
from tests.functional.evidence import evidence, kind_of

pytestmark = pytest.mark.anyio

Serving = Callable[..., AbstractContextManager[Any]]

UPLOADS = 300
CLIENTS = 40
PROVE = bool(os.environ.get("PROVE"))
ROUNDS = 5 if PROVE else 2
# Of how many answers at most the server is killed.
LATEST = UPLOADS if PROVE else 60

DESCRIPTION = (
    '<oml:data_set_description xmlns:oml="http://openml.org/openml"><oml:name>pond-{number}</oml:name>'
    "<oml:description>A pond.</oml:description><oml:format>ARFF</oml:format></oml:data_set_description>"
)


def arff(number: int) -> bytes:
    """A data set that is like no other."""
    rows = "\n".join(f"{number}.{row}" for row in range(500))
    return f"@relation pond\n@attribute depth numeric\n@data\n{rows}\n".encode()


async def test_nothing_is_half_uploaded_after_sigkill(
    scratch_database: Database,
    sample: Path,
    tmp_path: Path,
    serving: Serving,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No row points to a missing file, no file lacks its row, every acknowledged upload is there."""
    root = tmp_path / "root"
    shutil.copytree(sample / "files", root)
    before = {file for file in root.rglob("*") if file.is_file()}
    async with scratch_database.read() as connection:
        highest = await connection.scalar(select(func.max(tables.file.c.id)))
    monkeypatch.setenv("OPENML_DATABASE_NAMES_OPENML", scratch_database.names.openml)
    monkeypatch.setenv("OPENML_DATABASE_NAMES_OPENML_EXPDB", scratch_database.names.openml_expdb)
    command = ["backend.cli", "serve", "--database", scratch_url(scratch_database)]
    command += ["--files", str(root), "--port", "0"]
    chance = random.Random(7)
    acknowledged: dict[int, int] = {}
    for turn in range(ROUNDS):
        with serving(*command) as server:
            kill_after = chance.randrange(1, LATEST)
            await _upload(server, range(turn * UPLOADS, (turn + 1) * UPLOADS), acknowledged, kill_after)
            server.process.wait(timeout=30)
    with serving(*command) as server:
        assert server.stop() == 0
    file, dataset = tables.file, tables.dataset
    async with scratch_database.read() as connection:
        rows = (await connection.execute(select(file).where(file.c.id > highest))).all()
        asked = select(dataset.c.did, dataset.c.file_id).where(dataset.c.name.like("pond-%"))
        file_of = {row.did: row.file_id for row in await connection.execute(asked)}
    stored = {file for file in root.rglob("*") if file.is_file()} - before
    assert stored == {root / row.filepath.replace("//", "/") for row in rows}
    digests = {row.id: _md5((root / row.filepath.replace("//", "/")).read_bytes()) for row in rows}
    assert digests == {row.id: row.md5_hash for row in rows}
    assert set(file_of.values()) == set(digests)
    assert {number: digests[file_of[did]] for number, did in acknowledged.items()} == {
        number: _md5(arff(number)) for number in acknowledged
    }
    assert len(acknowledged) >= ROUNDS
    evidence(
        f"a server on {kind_of(scratch_database)} killed {ROUNDS} times while {CLIENTS} clients upload {UPLOADS} data "
        f"sets: {len(acknowledged)} acknowledged and whole, {len(rows)} stored, rows without a file or files without "
        "a row: 0"
    )


async def _upload(server: Any, numbers: range, acknowledged: dict[int, int], kill_after: int) -> None:
    """Upload many data sets at once, and kill the server after so many answers."""
    pending = iter(numbers)
    answered = 0

    async def client() -> None:
        nonlocal answered
        async with httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False) as http:
            for number in pending:
                files = {
                    "description": ("d.xml", DESCRIPTION.format(number=number).encode()),
                    "dataset": ("pond.arff", arff(number)),
                }
                try:
                    answer = await http.post("/datasets", params={"api_key": KEYS["writer"]}, files=files)
                except httpx.TransportError:
                    return
                assert answer.status_code == 200, answer.text
                acknowledged[number] = int(answer.json()["id"])
                answered += 1
                if answered == kill_after:
                    server.process.kill()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
