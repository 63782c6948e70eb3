"""Files from elsewhere that an upload needs, fetched while it has no transaction.

The handler asks for a file when all checks before it have passed. What is not there yet ends its transaction; the file
is fetched, and the handler is called again, in a new one. A few files at a time, with threads of their own: who waits
for somebody else's server keeps nothing from others.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Final, TypeVar

from backend.problems import DATABASE_UNAVAILABLE
from backend.storage.remote_files import BytePace, RemoteFile, RemoteFileError, remote_file

T = TypeVar("T")

PLACES: Final = 10
"""Uploads that fetch at a time; a place is given back when the upload is over."""
AT_WORK: Final = 2
"""Uploads that have a transaction at a time, of those that fetch."""
PATIENCE: Final = 30.0
"""Seconds that one waits for a place."""
BYTES_PER_SECOND: Final = 64 * 1024 * 1024
"""Of all files together; so the largest upload still comes within its time."""


class FetchNeeded(Exception):
    """The transaction must end, because a file is to be fetched. ``largest``: bytes that it may have."""

    def __init__(self, url: str, largest: int) -> None:
        super().__init__(url)
        self.url = url
        self.largest = largest


@dataclass(frozen=True, slots=True)
class Fetched:
    """The files from elsewhere that one request has."""

    found: dict[str, RemoteFile | RemoteFileError] = field(default_factory=dict)

    def file(self, url: str, *, largest: int) -> RemoteFile:
        """The file at an address. ``url``: absolute, ``http`` or ``https``. ``largest``: bytes that it may have.
        Returns the file; its copy is there until the request ends.

        Raises:
            Wanted: It is not there yet; whoever asked for it is called again.
            RemoteFileError: It cannot be read.
        """
        found = self.found.get(url)
        if found is None:
            raise FetchNeeded(url, largest)
        if isinstance(found, RemoteFileError):
            raise found
        return found


class Fetching:
    """The pool of those who fetch. ``patience``: seconds that one waits for a place."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._places = asyncio.Semaphore(PLACES)
        # A name that nobody answers for keeps its thread after its fetch has been given up.
        self._threads = ThreadPoolExecutor(2 * PLACES, "fetching")
        self._pace = BytePace(BYTES_PER_SECOND)
        # Uploads or files that come at the same moment would else be worked on at the same moment, and nothing else.
        self._at_work = asyncio.Semaphore(AT_WORK)

    async def fetching(
        self, work: Callable[[Fetched], Awaitable[T]], *, likely: bool = True, private: bool = False
    ) -> T:
        """Do something that may want files from elsewhere.

        Args:
            work: What to do; done again when a file that it wanted has been fetched.
            likely: Whether it probably wants one; it then waits for its turn from the beginning.
            private: Whether files may be in the backend's own network.

        Raises:
            Problem: 503, when too many others fetch.
            StorageUnavailable: There is no room for a copy.
        """
        fetched = Fetched()
        try:
            async with self._at_work if likely else nullcontext():
                return await work(fetched)
        except FetchNeeded as first:
            wanted = first
        async with self._place(), AsyncExitStack() as copies:
            while True:
                try:
                    copy = remote_file(
                        wanted.url,
                        largest=wanted.largest,
                        private=private,
                        threads=self._threads,
                        pace=self._pace,
                    )
                    fetched.found[wanted.url] = await copies.enter_async_context(copy)
                except RemoteFileError as error:
                    fetched.found[wanted.url] = error
                try:
                    async with self._at_work:
                        return await work(fetched)
                except FetchNeeded as next_one:
                    wanted = next_one

    def close(self) -> None:
        """End the threads that have nothing to do."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise DATABASE_UNAVAILABLE.because(
                "Too many files are being fetched for uploads at the moment.", headers={"Retry-After": "30"}
            ) from None
        try:
            yield
        finally:
            self._places.release()
