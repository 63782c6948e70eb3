"""proxy.runtime.loop: the event loop of the proxy's processes."""

import asyncio

import uvloop

from proxy.runtime.loop import run_loop


def test_a_coroutine_runs_on_uvloop() -> None:
    """To its end."""
    loops: list[asyncio.AbstractEventLoop] = []

    async def main() -> None:
        loops.append(asyncio.get_running_loop())

    run_loop(main())
    assert isinstance(loops[0], uvloop.Loop)
    assert loops[0].is_closed()
