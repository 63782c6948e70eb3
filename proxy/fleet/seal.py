"""Seal captures, so that nobody reads or forges one on its way (AES-256-GCM)."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from typing import Final

from config.errors import ConfigError
from config.queue import QueueSettings

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
except ImportError as error:
    raise ConfigError(
        "a queue in Redis needs the extra 'fleet': pip install 'openml-parity[fleet]'", key="queue"
    ) from error

KEY_BYTES: Final = 32
_NAME: Final = 8
_SALT: Final = 16
_NONCE: Final = 12
_HEAD: Final = _NAME + _SALT + _NONCE
OVERHEAD: Final = _HEAD + 16
"""Bytes by which what is sealed is longer; the last 16 prove it."""
_SENDERS: Final = 1000
"""So many derived keys are remembered; each process that seals has one."""


class Unsealable(Exception):
    """None of the keys opens it, or it is not what was sealed."""


class Seal:
    """Seals and opens: ``NAME SALT NONCE CIPHERTEXT``.

    Each process seals by a key derived from the configured one and a random salt, and counts its nonces, so that no
    nonce is used twice however much a fleet seals. ``keys``: the first seals, all open.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_name(key): key for key in keys}
        self._head = _name(keys[0]) + secrets.token_bytes(_SALT)
        self._sealing = self._derived(self._head)
        self._sealed = 0
        self._known: dict[bytes, AESGCM] = {}

    def seal(self, content: bytes, label: bytes) -> bytes:
        """Seal a content. ``label``: travels beside it, and must be the same where it is opened."""
        nonce = self._sealed.to_bytes(_NONCE)
        self._sealed += 1
        return self._head + nonce + self._sealing.encrypt(nonce, content, label)

    def open(self, sealed: bytes, label: bytes) -> bytes:
        """What was sealed. Raises Unsealable: the key is unknown, or content or label were changed."""
        head, nonce = sealed[: _NAME + _SALT], sealed[_NAME + _SALT : _HEAD]
        opening = self._known.get(head)
        if opening is None:
            if head[:_NAME] not in self._keys:
                raise Unsealable("it is sealed by a key that is not configured")
            if len(self._known) >= _SENDERS:
                self._known.clear()
            opening = self._known[head] = self._derived(head)
        try:
            return opening.decrypt(nonce, sealed[_HEAD:], label)
        except (InvalidTag, ValueError) as error:
            raise Unsealable("it is not what was sealed") from error

    def _derived(self, head: bytes) -> AESGCM:
        salt = head[_NAME:]
        derived = HKDF(SHA256(), KEY_BYTES, salt, b"parity capture").derive(self._keys[head[:_NAME]])
        return AESGCM(derived)


def load_seal(settings: QueueSettings) -> Seal | None:
    """The seal of a queue; None without a key. Raises ConfigError: a key is none, or its file cannot be read."""
    if settings.key_file is None:
        return Seal([_key(settings.key, "key")]) if settings.key else None
    try:
        lines = settings.key_file.read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{settings.key_file} cannot be read: {error}", table="[queue]", key="key_file"
        ) from error
    if not lines:
        raise ConfigError(f"{settings.key_file} holds no key", table="[queue]", key="key_file")
    return Seal([_key(line, "key_file") for line in lines])


def _key(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        # The key itself is never told.
        raise ConfigError(
            f"must hold {KEY_BYTES} random bytes as base64, for instance of: openssl rand -base64 {KEY_BYTES}",
            table="[queue]",
            key=name,
        )
    return key


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"parity key name " + key).digest()[:_NAME]
