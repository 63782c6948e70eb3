"""What PHP's server takes and uvicorn refuses: any word for a method, and raw bytes beyond ASCII in a target.

httptools refuses a method that is not registered before anything else is read of the request; a client would get an
anonymous 400 where a wrong method is 405 with `Allow` (new-API contract, decision 2; RFC 9110 section 9.1).
"""

import re
import time

from backend.bounded_protocol import BoundedProtocol

# What llhttp reads of the registry, as far as it stands at the beginning of a request.
KNOWN = frozenset(
    b"DELETE GET HEAD POST PUT CONNECT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND"
    b" UNBIND ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK"
    b" UNLINK SOURCE QUERY PRI".split()
)
STAND_IN = b"SOURCE"
HEAD_CAME = "backend.head_came"
"""Key of the scope: when the head of the request had come, on the monotonic clock."""

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([^\s]+) HTTP/1\.[01]\r?\n")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


class LenientProtocol(BoundedProtocol):
    """uvicorn's protocol over httptools, for which every token is a method and every byte a part of a target."""

    _method: str | None = None

    def data_received(self, data: bytes) -> None:
        """Let the parser see a registered method, and raw bytes in percent signs, where it would refuse."""
        if self.cycle is None or self.cycle.response_complete:
            line = _REQUEST_LINE.match(data)
            if line is not None and not (line[1] in KNOWN and line[2].isascii()):
                method = line[1]
                if method not in KNOWN:
                    self._method, method = method.decode("ascii"), STAND_IN
                target = _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % ord(byte[0]), line[2])
                data = b"%b %b%b" % (method, target, data[line.end(2) :])
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Give the application the method that was sent, and the moment: others may have their turn before it."""
        method, self._method = self._method, None
        self.scope[HEAD_CAME] = time.monotonic()  # type: ignore[literal-required]  # a key of our own
        super().on_headers_complete()
        if method is not None:
            self.scope["method"] = method
