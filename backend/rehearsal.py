"""Rehearsals: writes that run completely and are then rolled back, because the proxy asks so.

The proxy signs such a request with a secret that both know::

    Parity-Shadow: rollback; t=1795348800; n=6f1c…; left=0.500; sig=9a0b…

``sig`` is the HMAC-SHA256, in hexadecimal digits, of the lines ``t``, ``n``, method, raw target (path and query as they
are sent), the SHA-256 of the body in hexadecimal digits, and ``left``, with a line feed between them. A signature is
good for a minute, and each ``n`` once. ``left`` says for how many seconds the proxy waits; without it (0.1.0) there are
five lines and a minute. Everything else that bears the header is refused, so that nobody mistakes a rehearsal for a
write. Without a secret there are no rehearsals. The answer to one says in ``Parity-Caller``
whose key it has: the proxy asks by that who owns what.
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
    r"rollback; *t=(?P<t>[0-9]{1,12}); *n=(?P<n>[0-9A-Za-z_-]{8,128});"
    r"( *left=(?P<left>[0-9]{1,6}(\.[0-9]{1,6})?);)? *sig=(?P<sig>[0-9a-f]{64})"
)


def signature(
    secret: str, t: str, n: str, method: str, target: bytes, body_sha256: str, left: str | None = None
) -> str:
    """What ``sig`` must be. Returns 64 hexadecimal digits.

    Args:
        secret: Known to proxy and backend.
        t: Time of the request, seconds since 1970.
        n: A text that is never used again.
        method: As it is sent.
        target: Path and query, as they are sent.
        body_sha256: Of the body, in hexadecimal digits.
        left: Seconds that the proxy waits, as they are sent; None when they are not.
    """
    lines = [t.encode(), n.encode(), method.encode(), target, body_sha256.encode()]
    if left is not None:
        lines.append(left.encode())
    return hmac.new(secret.encode(), b"\n".join(lines), hashlib.sha256).hexdigest()


class Rehearsals:
    """Knows the signatures that are good, and which of them were used. ``secret``: known to proxy and backend; None
    for no rehearsals. ``clock``: seconds since 1970.
    """

    def __init__(self, secret: str | None, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self._used: dict[str, float] = {}

    def admit(self, header: str, method: str, target: bytes, body_sha256: str) -> float:
        """Let a rehearsal run, once.

        ``target``: its path and query, as they were sent. ``body_sha256``: of its body, in hexadecimal digits. Returns
        seconds that it may take since its head came, a minute at most. Raises Problem: 403, for anything but a fresh
        and right signature.
        """
        if not self._secret:
            raise _refused("rehearsals are off")
        match = _FORM.fullmatch(header.strip())
        if match is None:
            raise _refused("the header is not of the form rollback; t=...; n=...; left=...; sig=...")
        now = self._clock()
        t, n, left = match["t"], match["n"], match["left"]
        expected = signature(self._secret, t, n, method, target, body_sha256, left)
        if not hmac.compare_digest(expected, match["sig"]):
            raise _refused("the signature is wrong")
        if abs(now - int(t)) > VALID_SECONDS:
            raise _refused(f"the signature is not of the last {VALID_SECONDS} seconds")
        self._used = {used: until for used, until in self._used.items() if until >= now}
        if n in self._used:
            raise _refused("the signature was used before")
        self._used[n] = int(t) + VALID_SECONDS
        return VALID_SECONDS if left is None else min(float(left), VALID_SECONDS)


def _refused(reason: str) -> Problem:
    return REFUSED.because(f"This is no rehearsal: {reason}.")
