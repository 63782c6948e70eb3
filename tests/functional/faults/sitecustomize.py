"""Loaded by every Python process of a test: a file named after a long-lived task ends it by an exception, once."""

import asyncio
import os
from pathlib import Path

from config.tasks import Tasks, Work

FOLDER = Path(os.environ["TEST_FAULTS"])
keep = Tasks.keep


async def faulty(self: Tasks, name: str, work: Work) -> None:
    """``Tasks.keep``, whose tasks tell that they start and end when they are told to."""

    async def once() -> None:
        with (FOLDER / "started").open("a") as file:
            file.write(f"{name}\n")
        task = asyncio.ensure_future(work())
        try:
            while not task.done():
                await asyncio.wait([task], timeout=0.05)
                try:
                    (FOLDER / f"end {name}").unlink()
                except FileNotFoundError:  # not told, or another process of that name was faster
                    continue
                raise RuntimeError(f"injected into {name}")
            task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    await keep(self, name, once)


Tasks.keep = faulty  # type: ignore[method-assign]  # that is what this module is for
