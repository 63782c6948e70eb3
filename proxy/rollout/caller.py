"""What keeps a client on its side of a canary: the same on every replica and in every process."""

from typing import Final

from proxy.message.forms import read_fields
from proxy.message.translation import Request
from proxy.recordings.callers import key_of
from proxy.translate.to_new import KEY

_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class Callers:
    """Names clients: by API key, else by what the settings name, else by address. ``sticky``: ``header:NAME``,
    ``cookie:NAME`` or empty.
    """

    def __init__(self, sticky: str = "") -> None:
        self._kind, _, self._name = sticky.partition(":")

    def of(self, request: Request, address: str) -> bytes:
        """The name of a request's client. Returns a text that begins with its kind, so that a key never meets an
        address.
        """
        key = _key(request)
        if key:
            return b"key " + key.encode("utf-8", "surrogateescape")
        credentials = request.header("authorization")
        if credentials:
            return b"authorization " + credentials.encode("latin-1", "replace")
        chosen = self._chosen(request)
        if chosen:
            return b"sticky " + chosen.encode("latin-1", "replace")
        return b"address " + address.encode()

    def _chosen(self, request: Request) -> str | None:
        if self._kind == "header":
            return request.header(self._name.lower())
        if self._kind != "cookie":
            return None
        # As PHP splits them; the standard library's cookies take time that grows with the square of their length.
        pairs = (pair.strip().partition("=") for pair in request.header("cookie").split(";"))
        found = next((value for name, _, value in pairs if name == self._name), None)
        return found.strip('"') if found is not None else None


def _key(request: Request) -> str:
    key = key_of(request.target) if b"_key=" in request.target or b"%" in request.target else ""
    if not key and request.body:
        kind = request.header("content-type") or ""
        if kind.lower().startswith(_FORMS):
            # As the database compares keys (new-API contract, decision 8).
            key = (read_fields(kind, request.body).get(KEY) or "").rstrip(" ").casefold()
    return key
