"""Rehearse a write: ask the new side for it, signed, in a transaction that it rolls back.

This is the one thing that a client waits for although another side serves it, so it is off by default, and the wait
is short: a failing or late rehearsal never stops the write.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Final

from diffing.model import Observation
from proxy.message.fields import to_bytes, to_text
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import observe
from proxy.outbound.transport import Transport
from proxy.runtime.telemetry import Telemetry
from proxy.serve.forward import end_to_end

HEADER: Final = "Parity-Shadow"


class Rehearsing:
    """Asks for rehearsals.

    Args:
        side: The new side, over connections of its own.
        secret: Known to the backend too.
        deadline: Seconds that a client waits at most.
        answer_bytes: Longest answer that is kept.
        telemetry: Where rehearsals are counted.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        side: Transport,
        secret: str,
        *,
        deadline: float,
        answer_bytes: int,
        telemetry: Telemetry,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._side = side
        self._secret = secret
        self._deadline = deadline
        self._answer_bytes = answer_bytes
        self._telemetry = telemetry
        self._clock = clock

    async def rehearse(self, request: Request, translation: Translation | None) -> Observation:
        """Rehearse one write. ``request``: what the client asked. ``translation``: the same for the new side, when the
        client spoke to the legacy one; else None. Returns what the new side would have answered, or why it did not.
        """
        if translation is not None:
            request = Request(translation.method, translation.target, translation.headers, translation.body)
        sign = signed(self._secret, request, int(self._clock()), secrets.token_hex(16), left=self._deadline)
        observation = await observe(
            self._side,
            request.method,
            request.target,
            (*to_text(end_to_end(to_bytes(request.headers))), (HEADER, sign)),
            request.body,
            deadline=self._deadline,
            body_cap=self._answer_bytes,
        )
        self._telemetry.rehearsals[observation.error or "answered"] += 1
        return observation


def signed(secret: str, request: Request, at: int, nonce: str, *, left: float = 60.0) -> str:
    """The value of the header that makes a request a rehearsal.

    Args:
        secret: Known to proxy and backend.
        request: As it is sent to the backend.
        at: Seconds since 1970; the signature is good for a minute.
        nonce: A text that is never used again.
        left: Seconds that somebody waits for the answer. Not a time of day: the clocks of both sides may differ by
            more than a lock may last.
    """
    seconds = f"{left:.3f}"
    body = hashlib.sha256(request.body).hexdigest().encode()
    lines = (
        str(at).encode(),
        nonce.encode(),
        request.method.encode(),
        request.target,
        body,
        seconds.encode(),
    )
    mac = hmac.new(secret.encode(), b"\n".join(lines), hashlib.sha256).hexdigest()
    return f"rollback; t={at}; n={nonce}; left={seconds}; sig={mac}"
