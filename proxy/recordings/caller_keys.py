"""Keys of callers in recordings: placeholders where they are written, keys where they are sent.

A written recording says ``KEY_OF_admin`` where the key of the caller ``admin`` was sent. ``KEY_OF_user~3f09…`` stands
for a key that nobody has named; equal ones had equal keys. A file of keys (TOML, ``user = "…"``) turns both into keys.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from config.errors import ConfigError
from config.typed import Place, read_toml
from diffing.model import Headers
from proxy.message.redact import Redactor, secrets_of
from proxy.recordings.callers import NOBODY
from proxy.recordings.recording import RecordedRequest, Recording

PREFIX: Final = "KEY_OF_"
_PLACEHOLDER: Final = re.compile(rb"KEY_OF_(\w+)(~[0-9a-f]+)?", re.ASCII)
_NAME: Final = re.compile(r"\w+", re.ASCII)
# A shorter one may occur in what is no key.
_LONG: Final = 16
_DROPPED: Final = frozenset({"cookie", "set-cookie"})
_KEY_HEADERS: Final = frozenset({"api_key", "api-key", "x-api-key"})


class CallerKeys:
    """Replaces keys by placeholders and back. ``keys``: key by name of the caller: ``admin``, ``readonly``, ``user``,
    ``user2`` …. ``salt``: secret of this run; without it the hashes of unknown keys say nothing.
    """

    def __init__(self, keys: Mapping[str, str] | None = None, salt: bytes | None = None) -> None:
        self._keys = dict(keys or {})
        self._names = {key.encode(): name for name, key in self._keys.items()}
        self._redactor = Redactor(salt)

    @property
    def names(self) -> tuple[str, ...]:
        """The callers whose keys are known."""
        return tuple(self._keys)

    def key(self, name: str) -> str:
        """The key of a caller that is known."""
        return self._keys[name]

    def resolved(self, recording: Recording) -> Recording:
        """A recording whose request holds keys where it held placeholders. Raises ConfigError: a caller's key is not
        known. Callers without a valid key need none.
        """
        request = recording.request
        if not _has_placeholder(request):
            return recording
        kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
        quoted = kind.lower().startswith("application/x-www-form-urlencoded")
        headers = tuple(
            (name, self._filled(value.encode("latin-1", "replace"), recording).decode("latin-1"))
            for name, value in request.headers
        )
        filled = replace(
            request,
            target=self._filled(request.target, recording, quoted=True),
            headers=headers,
            body=self._filled(request.body, recording, quoted=quoted),
        )
        return replace(recording, request=filled)

    def hidden(self, recording: Recording, known: frozenset[str] = frozenset()) -> Recording:
        """A recording without secrets: keys and credentials are replaced, cookies are not there.

        ``recording``: the recording; its caller names the keys that nobody has named. ``known``: further secrets that
        the answer may repeat, of fields that are not recorded.
        """
        marker = _Marker(self._redactor, self._names, recording.caller)
        request, response = recording.request, recording.response
        # A side may repeat what it was sent.
        known |= secrets_of(request.target, request.headers, request.body)
        return replace(
            recording,
            request=replace(
                request,
                target=marker.target(request.target),
                headers=marker.headers(request.headers),
                body=marker.body(request.body, request.headers),
            ),
            response=replace(
                response,
                headers=marker.headers(response.headers),
                body=marker.without(marker.body(response.body, response.headers), known),
            ),
        )

    def _filled(self, text: bytes, recording: Recording, *, quoted: bool = False) -> bytes:
        def key(match: re.Match[bytes]) -> bytes:
            name = match[1].decode()
            found = self._keys.get(name)
            if found is None:
                if name in NOBODY:
                    return match[0]
                raise ConfigError(
                    f'{recording.id} needs the key of {name}; give --keys FILE with {name} = "KEY"'
                )
            return (quote(found, safe="") if quoted else found).encode()

        return _PLACEHOLDER.sub(key, text)


class _Marker(Redactor):
    """Knows keys by the names of their callers."""

    def __init__(self, redactor: Redactor, names: Mapping[bytes, str], caller: str) -> None:
        self._plain = redactor
        self._names = names
        self._caller = caller if _NAME.fullmatch(caller) else "user"
        self._like = {_compared(key): name for key, name in names.items()}
        self._long = [key for key in names if len(key) >= _LONG]

    def mark(self, secret: bytes) -> bytes:
        """The placeholder of a key. What PHP does not take for a key stays."""
        if secret in (b"", b"0") or _PLACEHOLDER.fullmatch(secret):
            return secret
        name = self._like.get(_compared(unquote_to_bytes(secret.replace(b"+", b" "))))
        if name is not None:
            return f"{PREFIX}{name}".encode()
        return f"{PREFIX}{self._caller}".encode() + self._plain.mark(secret)

    def target(self, target: bytes) -> bytes:
        """A raw target without keys."""
        return self._known(super().target(target))

    def headers(self, headers: Headers) -> Headers:
        """Headers without keys, credentials and cookies."""
        kept = []
        for name, value in headers:
            lower = name.lower()
            if lower in _DROPPED:
                continue
            text = self._known(value.encode("latin-1", "replace"))
            if lower in _KEY_HEADERS:
                kept.append((name, self.mark(text).decode("latin-1")))
            elif _PLACEHOLDER.search(text):
                kept.append((name, text.decode("latin-1")))
            else:
                kept += self._plain.headers(((name, value),))
        return tuple(kept)

    def body(self, body: bytes, headers: Headers = ()) -> bytes:
        """A body without keys."""
        return self._known(super().body(body, headers))

    def _known(self, text: bytes) -> bytes:
        for key in self._long:
            text = text.replace(key, f"{PREFIX}{self._names[key]}".encode())
        return text


def _compared(key: bytes) -> bytes:
    """A key as the database compares it: case and trailing blanks do not count (new-API contract, decision 8)."""
    return key.rstrip(b" ").lower()


def caller_in(request: RecordedRequest) -> str | None:
    """The caller that a placeholder in a request names, None without one."""
    found = _PLACEHOLDER.search(request.target) or _PLACEHOLDER.search(request.body)
    return found[1].decode() if found else None


def read_keys(file: Path | None) -> CallerKeys:
    """Read a file of keys. ``file``: TOML, ``NAME = "KEY"``; None for no keys. Raises ConfigError: it cannot be read
    or holds something else.
    """
    if file is None:
        return CallerKeys()
    table = read_toml(file)
    for name, key in table.items():
        if not _NAME.fullmatch(name) or not isinstance(key, str) or not key:
            raise Place(file).error('must be the key of a caller, like user2 = "KEY"', name)
    return CallerKeys(table)


def resolved(recordings: Iterable[Recording], keys: CallerKeys) -> list[Recording]:
    """Recordings whose requests hold keys where they held placeholders. Raises ConfigError: a caller's key is not
    known.
    """
    return [keys.resolved(recording) for recording in recordings]


def _has_placeholder(request: RecordedRequest) -> bool:
    mark = PREFIX.encode()
    return (
        mark in request.target or mark in request.body or any(PREFIX in value for _, value in request.headers)
    )
