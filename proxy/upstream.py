"""One side over the network: httpx's transport seam over aiohttp's wire.

This is the only module that imports the HTTP client of the proxy's path. aiohttp's errors become httpx's here
and nowhere else:

httpx.TransportError
├── httpx.ConnectTimeout, httpx.ReadTimeout   the side did not answer in time
├── httpx.ConnectError                        nobody listens there, no such name, TLS
├── httpx.ReadError                           the connection broke while the answer came
├── httpx.RemoteProtocolError                 what came is no HTTP
└── httpx.NetworkError                        anything else between the two
"""

import io
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager

import aiohttp
import aiohttp.http_writer
import httpx
from multidict import CIMultiDict
from yarl import URL

# The seam wants a URL, the wire takes the raw target of the request's extensions.
SEAM_URL = httpx.URL("http://upstream/")
# aiohttp adds these unless told not to; a proxy sends what its client sent.
_ADDED = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
_CHUNK = 65536
_PIECE = 262144
_NO_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
# aiohttp quotes what it could not read.
_SENT = re.compile(r"\bb['\"]")
_NO_HEAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n")


def _serialized(status_line: str, headers: CIMultiDict[str]) -> bytes:
    """A head on the wire, every character the byte of its number.

    Raises:
        ValueError: It would be more than one head.
    """
    lines = [status_line, *[f"{name}: {value}" for name, value in headers.items()]]
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or _NO_HEAD.search(head):
        raise ValueError("a control character in the head of a request")
    return (head + "\r\n\r\n").encode("latin-1")


# aiohttp's own writes UTF-8, which no text can be made to become the bytes that a client sent; it has no other seam for
# that. A version without it must not be used: what is above 0x7f would change on the way.
assert callable(aiohttp.http_writer._serialize_headers)
aiohttp.http_writer._serialize_headers = _serialized


class _Method(str):
    """A method that stays as the client wrote it: aiohttp would write all in capitals, and ``get`` is not GET."""

    __slots__ = ()

    def upper(self) -> str:
        """Itself."""
        return self


class Upstream(httpx.AsyncBaseTransport):
    """One side behind its own pool of connections; nothing in it is shared with another instance.

    Requests carry their raw target in ``extensions["target"]``. No cookies are kept, no redirect is followed,
    no content coding undone and no proxy taken from the environment (design, promise 4).

    Args:
        base: URL of the side; a path in it is put before every target.
        connections: Most connections at a time.
        connect_timeout: Seconds to wait for a connection.
        first_byte_timeout: Seconds to wait for the beginning of an answer, from the end of the request on; None for
            as long as for its next bytes.
        read_timeout: Seconds to wait for the next bytes of an answer.
        reuse: Keep connections alive. Off for writes: a write on a connection that the other end is just
            closing could neither be repeated nor be known to have arrived.
    """

    def __init__(
        self,
        base: str,
        *,
        connections: int = 100,
        connect_timeout: float = 5.0,
        first_byte_timeout: float | None = None,
        read_timeout: float = 60.0,
        reuse: bool = True,
    ) -> None:
        self.base = base.rstrip("/")
        self._connections = connections
        self._read_timeout = read_timeout
        self._timeout = aiohttp.ClientTimeout(
            total=None,
            connect=connect_timeout,
            sock_connect=connect_timeout,
            sock_read=first_byte_timeout or read_timeout,
        )
        self._reuse = reuse
        self._session: aiohttp.ClientSession | None = None

    def _open(self) -> aiohttp.ClientSession:
        # Made at the first request, because aiohttp wants the running loop.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, limit_per_host=0, force_close=not self._reuse, ttl_dns_cache=10
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_ADDED,
                auto_decompress=False,
                trust_env=False,
                timeout=self._timeout,
                read_bufsize=_CHUNK,
                requote_redirect_url=False,
                max_line_size=65536,
                max_field_size=65536,
            )
        return self._session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and give its answer as soon as the head is there.

        Args:
            request: ``extensions["target"]`` holds the raw target; without it the URL's own is taken. So it is with
                ``extensions["method"]``, because httpx writes methods in capitals.

        Returns:
            The answer; its stream is read from the network as it is iterated.

        Raises:
            httpx.TransportError: As drawn in the module's docstring.
        """
        target: bytes = request.extensions.get("target", request.url.raw_path)
        stream = request.stream
        data: bytes | io.BytesIO | AsyncIterator[bytes] | None
        if isinstance(stream, httpx.ByteStream):
            content = b"".join(stream)
            # aiohttp writes bytes in one piece and warns when that blocks the loop for long.
            data = io.BytesIO(content) if len(content) > _PIECE else content or None
        else:
            assert isinstance(stream, httpx.AsyncByteStream)
            data = aiter(stream)
        with _errors_mapped(request):
            response = await self._open().request(
                _Method(request.extensions.get("method", request.method)),
                _url(self.base, target.decode("latin-1")),
                headers=_header_pairs(request.headers.raw),
                data=data,
                allow_redirects=False,
            )
            if response.connection is not None and response.connection.protocol is not None:
                response.connection.protocol.read_timeout = self._read_timeout
            wrong = _wrong_head(response)
            if wrong:
                response.close()
                raise httpx.RemoteProtocolError(wrong, request=request)
        return httpx.Response(
            response.status,
            headers=list(response.raw_headers),
            stream=_Body(response, request),
            extensions={"reason_phrase": _reason(response)},
            request=request,
        )

    async def aclose(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Body(httpx.AsyncByteStream):
    """An answer's body, read as it is asked for: a slow reader slows the sender down."""

    def __init__(self, response: aiohttp.ClientResponse, request: httpx.Request) -> None:
        self._response = response
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_mapped(self._request):
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        # Closes the connection unless the body was read to its end, when it is back in the pool already.
        self._response.close()


def _url(base: str, target: str) -> URL:
    """A URL that goes on the wire as it is, also with the ``?`` of an empty query, which yarl forgets."""
    url = URL(base + target, encoded=True)
    wanted = url.raw_path_qs + "?" if target.endswith("?") and target.count("?") == 1 else None
    if wanted is not None and not url.raw_path_qs.endswith("?"):
        # What aiohttp puts on the wire is this cached property; there is no public way to set it.
        url._cache["raw_path_qs"] = wanted
    return url


def _header_pairs(raw: Sequence[tuple[bytes, bytes]]) -> CIMultiDict[str]:
    # aiohttp drops a repeated header whose name comes in another case: repetitions take the first one's case.
    first: dict[str, str] = {}
    pairs: CIMultiDict[str] = CIMultiDict()
    for name, value in raw:
        text = name.decode("latin-1")
        pairs.add(first.setdefault(text.lower(), text), value.decode("latin-1"))
    return pairs


def _reason(response: aiohttp.ClientResponse) -> bytes:
    return (response.reason or "").encode("utf-8", "surrogateescape")


def _wrong_head(response: aiohttp.ClientResponse) -> str:
    """What is wrong with an answer's head that aiohttp lets pass; nothing when all is well."""
    if not 200 <= response.status <= 599:
        return f"{response.status} is no status"
    if any(_NO_VALUE.search(value) for _, value in ((b"", _reason(response)), *response.raw_headers)):
        return "a control character in the head"
    return ""


@contextmanager
def _errors_mapped(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx.ConnectTimeout("no connection in time", request=request) from error
    except (TimeoutError, aiohttp.ServerTimeoutError) as error:
        raise httpx.ReadTimeout("no answer in time", request=request) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx.ConnectError(_told(error), request=request) from error
    except aiohttp.ClientResponseError as error:
        raise httpx.RemoteProtocolError(_told(error), request=request) from error
    except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionError) as error:
        raise httpx.ReadError(_told(error), request=request) from error
    except (aiohttp.ClientError, OSError) as error:
        raise httpx.NetworkError(_told(error), request=request) from error
    except ValueError as error:
        # aiohttp refuses what it cannot put on the wire (a line break in a header, a URL without a host).
        raise httpx.LocalProtocolError(_told(error), request=request) from error


def _told(error: Exception) -> str:
    """What went wrong, without what the side sent or was asked: both may hold secrets."""
    text = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
    return " ".join(_SENT.split(text)[0].split()).rstrip(" :") or type(error).__name__
