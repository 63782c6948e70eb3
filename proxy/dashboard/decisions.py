"""Buttons of a cluster's page: accept it, document it, compare it again."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import orjson
from starlette.requests import Request

from config import text
from proxy.dashboard.page import Page
from proxy.dashboard.session import audit, form_of, refusal
from proxy.runtime import child
from proxy.triage.decide import DECISIONS

_PATIENCE: Final = 120.0
"""Seconds that a decision may take; a changed registry compares every cluster again."""

Decide = Callable[[Request], Awaitable[tuple[int, Page]]]


class Decisions:
    """Carries out what pages ask for, one at a time, in a process beside this one, which serves.

    Args:
        log: URL of the diff log.
        new: The new side, which a recheck asks again; None where there is none.
        token: What decisions must bear, or a session made with it; None refuses them all.
    """

    def __init__(self, log: str, config: Path, new: str | None, token: str | None) -> None:
        self._job = {"log": log, "config": str(config.resolve()), "new": new}
        self._token = token or None
        self._turn = asyncio.Lock()

    def offered(self, request: Request) -> str:
        """What a page may offer: ``decide``, ``sign in``, or nothing."""
        refused = refusal(request.scope, self._token)
        if refused is None:
            return "decide"
        return "sign in" if self._token is not None else ""

    async def answer(self, request: Request) -> tuple[int, Page]:
        """Decide what the path says about a cluster; status and page of what came of it."""
        name, decision = request.path_params["name"], request.path_params["decision"]
        refused = refusal(request.scope, self._token)
        if refused is not None:
            status, told = refused
        elif decision not in DECISIONS:
            status, told = 404, f"there is no decision {decision!r}; there are {', '.join(DECISIONS)}"
        else:
            fields = await form_of(request.receive)
            if fields is None:
                status, told = 413, "the form is too long, or did not come to its end; nothing was decided"
            else:
                job = {**self._job, "name": name, "decision": decision, "fields": fields}
                async with self._turn:
                    status, told = await _decided(job)
        audit(request.scope, status)
        title = "Decided" if status == 200 else "Not done"
        return status, Page("decided.html", title, (), (), {"cluster": name, "told": told}, {"message": told})


async def _decided(job: dict[str, object]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *child.command("proxy.process.deciding", nice=5),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=child.environment(),
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            said, _ = await process.communicate(text.json_bytes(job))
    except TimeoutError:
        return 503, f"this took longer than {_PATIENCE:.0f} seconds and was ended"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        return 500, f"deciding ended with status {process.returncode}; the proxy's log says why"
    told: dict[str, str] = orjson.loads(said)
    return (200, told["done"]) if "done" in told else (422, told["error"])
