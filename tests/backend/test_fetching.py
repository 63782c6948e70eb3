"""Files from elsewhere are fetched while nothing else is held, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from backend.fetching import AT_WORK, PLACES, Fetched, Fetching
from backend.problems import Problem
from backend.storage.remote_files import RemoteFileError

pytestmark = pytest.mark.anyio

CONTENT = b"@RELATION r\n@DATA\n"


class Server:
    """Has one file, and gives it when the gate is open."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.under_way = self.most = self.asked = 0
        self.full = asyncio.Event()
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Give it."""
        self.asked += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.under_way == PLACES:
            self.full.set()
        await self.gate.wait()
        self.under_way -= 1
        if request.path != "/file":
            return web.Response(status=404)
        return web.Response(body=CONTENT, content_type="text/plain")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server in this process."""
    made = Server()
    app = web.Application()
    app.add_routes([web.get("/{tail:.*}", made.answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}/file"
    yield made
    made.gate.set()
    await runner.cleanup()


@pytest.fixture
async def fetching() -> AsyncIterator[Fetching]:
    """A pool of the test's own, in which nobody waits for long."""
    made = Fetching(patience=0.2)
    yield made
    made.close()


async def test_what_wants_nothing_is_done_once(fetching: Fetching) -> None:
    """And needs no place."""

    async def work(fetched: Fetched) -> int:
        return len(fetched.found)

    assert await fetching.fetching(work) == 0


async def test_a_file_is_fetched_while_the_work_rests(fetching: Fetching, server: Server) -> None:
    """The work ends, the file comes, the work is done anew; the copy goes when it is over."""
    turns: list[int] = []

    async def work(fetched: Fetched) -> bytes:
        turns.append(server.asked)
        found = fetched.file(server.url, largest=100)
        assert fetched.file(server.url, largest=100) is found
        copies.append(found.local)
        return found.local.read_bytes()

    copies: list[object] = []
    assert await fetching.fetching(work, private=True) == CONTENT
    assert turns == [0, 1]
    assert not copies[0].exists()  # type: ignore[attr-defined]  # a path


async def test_what_cannot_be_fetched_is_told_to_the_work(fetching: Fetching, server: Server) -> None:
    """Each time that it asks; it may want another file then."""
    wrong = f"{server.url}/not"

    async def work(fetched: Fetched) -> bytes:
        with pytest.raises(RemoteFileError, match="404"):
            fetched.file(wrong, largest=100)
        return fetched.file(server.url, largest=100).local.read_bytes()

    assert await fetching.fetching(work, private=True) == CONTENT
    assert server.asked == 2


async def test_the_own_network_is_not_asked(fetching: Fetching, server: Server) -> None:
    """Unless the settings allow it."""

    async def work(fetched: Fetched) -> None:
        fetched.file(server.url, largest=100)

    with pytest.raises(RemoteFileError, match="not a public address"):
        await fetching.fetching(work)
    assert server.asked == 0


@pytest.mark.parametrize(("likely", "most"), [(True, AT_WORK), (False, 5)])
async def test_few_who_fetch_are_at_work_at_a_time(fetching: Fetching, likely: bool, most: int) -> None:
    """Whoever will not want a file does not wait for them."""
    at_work: list[int] = []

    async def work(_: Fetched) -> None:
        at_work.append(at_work[-1] + 1 if at_work else 1)
        await asyncio.sleep(0.01)
        at_work.append(at_work[-1] - 1)

    await asyncio.gather(*(fetching.fetching(work, likely=likely) for _ in range(5)))
    assert max(at_work) == most


async def test_who_finds_no_place_is_told_to_come_again(fetching: Fetching, server: Server) -> None:
    """A few at a time; a place is free again when the work is over, or is cancelled."""
    server.gate.clear()

    async def work(fetched: Fetched) -> bytes:
        return fetched.file(server.url, largest=100).local.read_bytes()

    first = [asyncio.create_task(fetching.fetching(work, private=True)) for _ in range(PLACES)]
    async with asyncio.timeout(20):
        await server.full.wait()
    with pytest.raises(Problem) as caught:
        await fetching.fetching(work, private=True)
    assert (caught.value.slug, caught.value.headers["Retry-After"]) == ("service-unavailable", "30")
    first[0].cancel()
    await asyncio.wait(first[:1])
    server.gate.set()
    assert await fetching.fetching(work, private=True) == CONTENT
    assert await asyncio.gather(*first[1:]) == [CONTENT] * (PLACES - 1)
    assert server.most <= PLACES
