"""Rehearsals: writes that run completely and are then rolled back, because the proxy asks so (design: promise 5).

The proxy signs such a request with a secret that both know::

    Parity-Shadow: rollback; t=1795348800; n=6f1c…; sig=9a0b…

``sig`` is the HMAC-SHA256, in hexadecimal digits, of the lines ``t``, ``n``, method, raw target (path and query as they
are sent) and the SHA-256 of the body in hexadecimal digits, with a line feed between them. A signature is good for a
minute, and each ``n`` once. Everything else that bears the header is refused, so that nobody mistakes a rehearsal for a
write. Without a secret there are no rehearsals. The answer to one says in ``Parity-Caller`` whose key it has: the proxy
asks by that who owns what.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable

from backend.problems import Problem, ProblemCase

HEADER = "parity-shadow"
CALLER = "parity-caller"
REFUSED = ProblemCase("rehearsal-refused")
VALID_SECONDS = 60

_FORM = re.compile(
    r"rollback; *t=(?P<t>[0-9]{1,12}); *n=(?P<n>[0-9A-Za-z_-]{8,128}); *sig=(?P<sig>[0-9a-f]{64})"
)


def signature(secret: str, t: str, n: str, method: str, target: bytes, body_sha256: str) -> str:
    """What ``sig`` must be.

    Args:
        secret: Known to proxy and backend.
        t: Time of the request, seconds since 1970.
        n: A text that is never used again.
        method: As it is sent.
        target: Path and query, as they are sent.
        body_sha256: Of the body, in hexadecimal digits.

    Returns:
        64 hexadecimal digits.
    """
    signed = b"\n".join([t.encode(), n.encode(), method.encode(), target, body_sha256.encode()])
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class Rehearsals:
    """Knows the signatures that are good, and which of them were used.

    Args:
        secret: Known to proxy and backend; None for no rehearsals.
        clock: Seconds since 1970.
    """

    def __init__(self, secret: str | None, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self._used: dict[str, float] = {}

    def admit(self, header: str, method: str, target: bytes, body_sha256: str) -> None:
        """Let a rehearsal run, once.

        Args:
            header: Value of the header.
            method: Of the request.
            target: Its path and query, as they were sent.
            body_sha256: Of its body, in hexadecimal digits.

        Raises:
            Problem: 403, for anything but a fresh and right signature.
        """
        if not self._secret:
            raise _refused("rehearsals are off")
        match = _FORM.fullmatch(header.strip())
        if match is None:
            raise _refused("the header is not of the form rollback; t=...; n=...; sig=...")
        now = self._clock()
        t, n = match["t"], match["n"]
        expected = signature(self._secret, t, n, method, target, body_sha256)
        if not hmac.compare_digest(expected, match["sig"]):
            raise _refused("the signature is wrong")
        if abs(now - int(t)) > VALID_SECONDS:
            raise _refused(f"the signature is not of the last {VALID_SECONDS} seconds")
        self._used = {used: until for used, until in self._used.items() if until >= now}
        if n in self._used:
            raise _refused("the signature was used before")
        self._used[n] = int(t) + VALID_SECONDS


def _refused(reason: str) -> Problem:
    return REFUSED.because(f"This is no rehearsal: {reason}.")
