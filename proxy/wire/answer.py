"""An answer as it comes: its head, its body without framing, and where it ends."""

import re
from typing import Final

import httptools
import httpx

MOST_HEAD: Final = 65536
_MOST_FIELDS: Final = 128
_NO_VALUE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TRANSFER_ENCODING: Final = b"transfer-encoding"
_CODED: Final = len(_TRANSFER_ENCODING)
_SURPLUS: Final = "the answer is longer than it said"


class Answer:
    """An answer as it comes; what begins with ``on_`` is called by the parser. ``bodiless``: it answers HEAD."""

    def __init__(self, *, bodiless: bool) -> None:
        self.status = 0
        self.reason = b""
        self.fields: list[tuple[bytes, bytes]] = []
        # The head is there; all of it is there; another answer may follow on its connection.
        self.begun = self.whole = self.reusable = False
        self.waiting = 0
        self._pieces: list[bytes] = []
        self._bodiless = bodiless
        self._interim = self._lined = False
        # Bytes of fields, and bytes that came since the last that were of use: neither may become many.
        self._size = self._idle = 0
        # The parser refers to the answer: both go at once only because it is given up at the end.
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        # Values are judged here, all at once; bare line feeds and blanks behind a chunk's size do no harm.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )

    def feed(self, data: bytes) -> None:
        """Take what came. Raises httpx.RemoteProtocolError: it is no answer, or more than one."""
        assert self._parser is not None
        self._idle += len(data)
        try:
            self._parser.feed_data(data)
            if self._idle > MOST_HEAD:
                raise _too_long()
            # Of a body that must not be there, the parser may have taken a piece without a word.
            if self._bodiless and self.whole and not data.endswith(b"\n"):
                raise httpx.RemoteProtocolError(_SURPLUS)
        except httpx.RemoteProtocolError:
            self.whole = False
            raise
        except httptools.HttpParserError as error:
            told = self._told(error)
            self.whole = False
            raise told from None
        finally:
            if self.whole:
                self._parser = None

    def _told(self, error: httptools.HttpParserError) -> httpx.RemoteProtocolError:
        if isinstance(error.__context__, httpx.RemoteProtocolError):
            return error.__context__
        if self.whole:
            return httpx.RemoteProtocolError(_SURPLUS)
        # The parser quotes nothing of what it read.
        return httpx.RemoteProtocolError(f"{'' if self._lined else 'Bad status line: '}{error}")

    def take(self) -> bytes:
        """The bytes of the body that wait."""
        found = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self.waiting = 0
        return found

    def end(self) -> bool:
        """Note that nothing more comes; whether that makes it whole."""
        if self.begun and not self.whole:
            framed = {b"content-length", _TRANSFER_ENCODING} & {name.lower() for name, _ in self.fields}
            self.whole = not framed
        return self.whole

    def on_message_begin(self) -> None:
        """Refuse a second answer."""
        if self.whole:
            raise httpx.RemoteProtocolError(_SURPLUS)

    def on_status(self, text: bytes) -> None:
        """A piece of the reason phrase."""
        self._lined = True
        self._grow(len(text))
        self.reason += text

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; one behind the body is dropped."""
        self._lined = True
        self._grow(len(name) + len(value) + 4)
        if not self.begun:
            value = value.rstrip(b" \t")
            if len(name) == _CODED and name.lower() == _TRANSFER_ENCODING and value.lower() != b"chunked":
                # Nobody asked for it, and passed on without its name the body would be another one.
                raise httpx.RemoteProtocolError("a transfer coding other than chunked")
            self.fields.append((name, value))

    def on_headers_complete(self) -> None:
        """The end of a head."""
        assert self._parser is not None
        self.status = self._parser.get_status_code()
        self._lined = True
        self._interim = 100 <= self.status <= 199 and self.status != 101
        if self._interim:
            return
        if not 200 <= self.status <= 599:
            raise httpx.RemoteProtocolError(f"{self.status} is no status")
        if len(self.fields) > _MOST_FIELDS:
            raise httpx.RemoteProtocolError("Too many headers received")
        if _NO_VALUE.search(b" ".join((self.reason, *[value for _, value in self.fields]))):
            raise httpx.RemoteProtocolError("a control character in the head")
        self.begun = True
        self._size = self._idle = 0
        if self._bodiless:
            self.on_message_complete()

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if self._bodiless and self.begun:
            raise httpx.RemoteProtocolError(_SURPLUS)
        if self.begun:
            self._idle = 0
            self.waiting += len(data)
            self._pieces.append(data)

    def on_chunk_header(self) -> None:
        """The size of a chunk."""
        if self._bodiless and self.begun:
            raise httpx.RemoteProtocolError(_SURPLUS)

    def on_message_complete(self) -> None:
        """The end of the answer, or of one that comes before it."""
        assert self._parser is not None
        if self._interim:
            self._interim = self._lined = False
            self._size = self._idle = 0
            self.reason = b""
            self.fields.clear()
        elif not self.whole:
            self.whole = True
            self.reusable = self._parser.should_keep_alive()

    def _grow(self, more: int) -> None:
        self._size += more
        if self._size > MOST_HEAD:
            raise _too_long()


def _too_long() -> httpx.RemoteProtocolError:
    return httpx.RemoteProtocolError(f"Got more than {MOST_HEAD} bytes when reading")
