"""Stored files in an object store that speaks S3: Amazon's, MinIO.

An object store has no moving, and its processes are on many machines: a file is sent to its path while its claim is
there, and a claim whose process died is known by its age. Claims lie below ``.staging/claims/``; they are made with
``If-None-Match: *``, which the store must heed (Amazon and MinIO do).
"""

import asyncio
import base64
import hashlib
import json
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

import httpx
from anyio import to_thread
from lxml import etree
from starlette.datastructures import UploadFile

from backend.storage.interface import CHUNK, Staged, StorageUnavailable, normal, stage_in
from backend.storage.s3_signing import Credentials, quoted_path, quoted_query, signed_headers

CLAIMS = ".staging/claims/"
ABANDONED_AFTER = timedelta(hours=1)
"""Older than any request: the process that made such a claim is gone."""
ATTEMPTS = 3

_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class S3Storage:
    """A bucket, or a part of it.

    Args:
        url: ``https://HOST/BUCKET`` or ``https://HOST/BUCKET/PREFIX``.
        now: The time, in UTC.
        sleep: Waits between attempts.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        parsed = httpx.URL(url)
        _, self._bucket, *prefix = parsed.path.split("/", 2)
        self._prefix = f"{prefix[0].strip('/')}/" if prefix and prefix[0].strip("/") else ""
        self._origin = f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"
        self._host = parsed.netloc.decode("ascii")
        self._credentials = credentials
        self._now = now
        self._sleep = sleep
        self._client = httpx.AsyncClient(timeout=60.0, trust_env=False)
        self._owner = secrets.token_hex(8)
        self._folder: Path | None = None

    async def stage(self, source: UploadFile | bytes) -> Staged:
        """Write a file under a temporary name, on this machine."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="openml-staging-"))
        return await to_thread.run_sync(stage_in, self._folder / secrets.token_hex(16), source)

    async def discard(self, staged: Staged) -> None:
        """Remove a temporary file, if it is still there."""
        await to_thread.run_sync(lambda: staged.local.unlink(missing_ok=True))

    async def size(self, path: str) -> int | None:
        """Bytes of a file; None when there is none."""
        response = await self._ask("HEAD", normal(path), expected=(200, 404))
        return int(response.headers["content-length"]) if response.status_code == 200 else None

    async def read(self, path: str, first: int = 0, last: int | None = None) -> AsyncIterator[bytes]:
        """The content of a file, from its first to its last wanted byte."""
        wanted = (
            {} if (first, last) == (0, None) else {"Range": f"bytes={first}-{'' if last is None else last}"}
        )
        request = self._request("GET", normal(path), (), wanted)
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code not in (200, 206):
                raise StorageUnavailable(f"the object store answers {response.status_code} for {path}")
            async for chunk in response.aiter_bytes(CHUNK):
                yield chunk
        finally:
            await response.aclose()

    async def claim(self, path: str) -> bool:
        """Take a path, durably."""
        body = self._claim(path, self._owner, secrets.token_hex(8))
        made = await self._ask(
            "PUT", _claim_of(path), content=body, headers={"If-None-Match": "*"}, expected=(200, 409, 412)
        )
        if made.status_code == 200:
            return True
        # An attempt whose answer was lost may have made it.
        there = await self._ask("GET", _claim_of(path), expected=(200, 404))
        return there.content == body

    async def release(self, path: str) -> None:
        """Forget a claim: rows and files agree."""
        await self._ask("DELETE", _claim_of(path), expected=(200, 204, 404))

    async def disown(self, path: str) -> None:
        """Give up a claim that cannot be settled now, so that a sweep does."""
        await self._ask("PUT", _claim_of(path), content=self._claim(path, "", ""))

    async def publish(self, staged: Staged, path: str) -> None:
        """Send a temporary file to a claimed path."""
        checksum = base64.b64encode(bytes.fromhex(staged.md5)).decode("ascii")
        headers = {"Content-MD5": checksum, "Content-Length": str(staged.size)}
        await self._ask("PUT", normal(path), content=staged.local, headers=headers)

    async def remove(self, path: str) -> None:
        """Delete a file, if it is there."""
        await self._ask("DELETE", normal(path), expected=(200, 204, 404))

    @asynccontextmanager
    async def sweeping(self) -> AsyncIterator[Sequence[str]]:
        """Settle claims that were given up, or are so old that their owners must be gone."""
        yield await self._abandoned()

    async def _abandoned(self) -> list[str]:
        paths = []
        async for name, changed, asked in self._listed(CLAIMS):
            response = await self._ask("GET", name, expected=(200, 404))
            if response.status_code == 200:
                claim = json.loads(response.content)
                if not claim["owner"] or asked - changed > ABANDONED_AFTER:
                    paths.append(claim["path"])
        return paths

    async def close(self) -> None:
        """Free what the storage holds."""
        await self._client.aclose()
        if self._folder is not None:
            await to_thread.run_sync(lambda: shutil.rmtree(str(self._folder), ignore_errors=True))

    @staticmethod
    def _claim(path: str, owner: str, token: str) -> bytes:
        return json.dumps({"owner": owner, "path": path, "token": token}).encode()

    async def _listed(self, prefix: str) -> AsyncIterator[tuple[str, datetime, datetime]]:
        """Names below the prefix, when they were changed, and the time of the store when it said so."""
        further: str | None = ""
        while further is not None:
            query = [("list-type", "2"), ("prefix", self._prefix + prefix)]
            query += [("continuation-token", further)] if further else []
            response = await self._ask("GET", None, query=query)
            asked = parsedate_to_datetime(response.headers["date"])
            root = etree.fromstring(
                response.content, etree.XMLParser(resolve_entities=False, no_network=True)
            )
            for found in root.iterfind(f"{_NAMESPACE}Contents"):
                key = found.findtext(f"{_NAMESPACE}Key") or ""
                changed = datetime.fromisoformat(found.findtext(f"{_NAMESPACE}LastModified") or "")
                yield key.removeprefix(self._prefix), changed, asked
            further = root.findtext(f"{_NAMESPACE}NextContinuationToken")

    def _request(
        self,
        method: str,
        name: str | None,
        query: Sequence[tuple[str, str]],
        headers: dict[str, str],
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Request:
        place = f"/{self._bucket}" + ("/" if name is None else f"/{self._prefix}{name}")
        path, text = quoted_path(place), quoted_query(query)
        signed = signed_headers(self._credentials, method, self._host, path, text, self._now(), headers)
        url = httpx.URL(self._origin + path + (f"?{text}" if text else ""))
        return self._client.build_request(method, url, headers=signed, content=content)

    async def _ask(
        self,
        method: str,
        name: str | None,
        *,
        query: Sequence[tuple[str, str]] = (),
        content: bytes | Path | None = None,
        headers: dict[str, str] | None = None,
        expected: Sequence[int] = (200,),
    ) -> httpx.Response:
        """Ask until there is an answer that says something."""
        told = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                await self._sleep(0.2 * 2**attempt)
            body = _chunks(content) if isinstance(content, Path) else content
            request = self._request(method, name, query, headers or {}, body)
            try:
                response = await self._client.send(request)
            except httpx.TransportError as error:
                told = repr(error)
                continue
            if response.status_code in expected:
                return response
            told = f"{response.status_code} {response.text[:200]}"
            if response.status_code < 500:
                break
        raise StorageUnavailable(f"the object store does not do {method} {name or ''}: {told}")


def _claim_of(path: str) -> str:
    return CLAIMS + hashlib.sha256(normal(path).encode()).hexdigest()


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    file: BinaryIO = await to_thread.run_sync(path.open, "rb")
    try:
        while chunk := await to_thread.run_sync(file.read, CHUNK):
            yield chunk
    finally:
        file.close()
