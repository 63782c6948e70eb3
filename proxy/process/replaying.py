"""The process that does a share of a check, and ends: a worker of a fleet starts one for each."""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path
from typing import Final

from config import text
from config.errors import BadInput
from config.tasks import to_its_end
from config.version import told
from proxy.checking.check import over_network, replay_in
from proxy.checking.shares import Share, ShareRefused, decode_share, encode_refusal, encode_results
from proxy.rollout.live_config import rules_digest
from proxy.runtime import child

_LOGGER = logging.getLogger(__name__)
_LONGEST: Final = 900.0
# Captures of live traffic go first.
_NICE: Final = 5


def work() -> None:
    """Replay the recordings of a share: the main function of the process. All comes by standard input, and the answer
    goes to standard output.
    """
    head, _, content = sys.stdin.buffer.read().partition(b"\n")
    name, new, config = json.loads(head)
    try:
        answer = asyncio.run(_replayed(decode_share(content), new, Path(config)))
    except BadInput as error:
        answer = encode_refusal(f"worker {name}: {text.line(error)}")
    sys.stdout.buffer.write(answer)


async def _replayed(share: Share, new: str, config: Path) -> bytes:
    if share.version != told():
        raise ShareRefused(f"it is of version {told()}, the check of {share.version}")
    if share.rules != rules_digest(config):
        raise ShareRefused("its configuration is another one than that of the check")
    async with over_network(new) as side:
        replay = replay_in(share.dialect, share.recordings, side, config)
        return encode_results(await replay.run(only=frozenset(share.only), concurrency=share.concurrency))


class ShareRunner:
    """Does shares in processes of their own.

    Args:
        name: The worker's.
        new: URL of the new side.
        config: Where the configuration in force is.
        deliveries: So many workers may have had a share.
        longest: Seconds after which a share is given up.
    """

    def __init__(
        self, name: str, new: str, config: Callable[[], Path], deliveries: int, *, longest: float = _LONGEST
    ) -> None:
        self._name = name
        self._new = new
        self._config = config
        self._deliveries = deliveries
        self._longest = longest

    async def do(self, content: bytes, deliveries: int) -> bytes:
        """The answer to a share. ``deliveries``: how many workers have had it."""
        if deliveries > self._deliveries:
            return self._refusal(f"{self._deliveries} workers ended while they had a share")
        process = await asyncio.create_subprocess_exec(
            *child.command("proxy.process.replaying", nice=_NICE),
            stdin=PIPE,
            stdout=PIPE,
            env=child.environment(),
        )
        head = json.dumps([self._name, self._new, str(self._config())]).encode()
        try:
            async with asyncio.timeout(self._longest):
                answer, _ = await process.communicate(head + b"\n" + content)
        except TimeoutError:
            return self._refusal(f"a share took more than {self._longest:g} s")
        finally:
            if process.returncode is None:
                process.kill()
                await to_its_end(process.wait())
        if process.returncode:
            return self._refusal(f"the process with a share ended with status {process.returncode}")
        return answer

    def _refusal(self, why: str) -> bytes:
        _LOGGER.error("a share of a check is not done: %s", why)
        return encode_refusal(f"worker {self._name}: {why}")
