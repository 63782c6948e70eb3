"""Who asked, in recordings: the role of a caller, and whose key it is."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import parse_qsl

from diffing.coding import readable
from diffing.model import Asked, Observation
from proxy.message.forms import read_fields
from proxy.message.translation import Translation, Untranslatable
from proxy.recordings.recording import Recording
from proxy.translate.to_new import KEY

_LONGEST_ERROR: Final = 65_536
NOBODY: Final = frozenset({"none", "bad"})
"""Callers without a key that is somebody's."""
_USERS: Final = {"admin2": "1159", "nogroup": "874"}


def role_of(caller: str) -> str:
    """The role of a recorded caller (``_as``).

    ``nogroup`` may read like any user: PHP looks at groups only where something is written.
    """
    if caller in ("none", "bad", "readonly"):
        return caller
    return "admin" if caller.startswith("admin") else "user"


def role_told(asked: Asked) -> str:
    """The role of a caller, and that it is a guess where it is one."""
    return f"{asked.role} (guessed)" if asked.guessed else asked.role


def caller_id(caller: str) -> str | None:
    """The user id of a recorded caller (``_as``); None where the recording tells a role only."""
    if caller.startswith("user") and caller[4:].isdecimal():
        return caller[4:]
    return _USERS.get(caller)


def roles_by_key(translated: Iterable[tuple[Recording, Translation | Untranslatable]]) -> dict[str, str]:
    """The roles of all keys that recordings name a caller of."""
    return {
        key: role_of(recording.caller)
        for recording, translation in translated
        if recording.caller not in NOBODY
        and isinstance(translation, Translation)
        and (key := key_of(translation.target))
    }


def key_of(target: bytes) -> str:
    """The key of a target without case and trailing blanks, as the database compares (new-API contract, decision 8)."""
    return raw_key(target).rstrip(" ").casefold()


def raw_key(target: bytes) -> str:
    """The key of a target as it is written; empty for none."""
    query = target.partition(b"?")[2].decode("latin-1")
    return next((value for name, value in parse_qsl(query, True) if name == "api_key"), "")


def key_in(translation: Translation) -> str:
    """The key of a request as the database compares keys: that of the query, else that of the form."""
    key = key_of(translation.target)
    if key or not translation.body:
        return key
    kind = next((value for name, value in translation.headers if name.lower() == "content-type"), "")
    return (read_fields(kind, translation.body).get(KEY) or "").rstrip(" ").casefold()


def role_of_key(key: str, admin_keys: Collection[str], legacy: Observation) -> str:
    """What the key turned out to be, as far as settings and the legacy answer tell."""
    if key in ("", "0"):
        return "none"
    if hashlib.sha256(key.encode()).hexdigest() in admin_keys:
        return "admin"
    if (legacy.status or 0) < 400:
        return "user"
    said = readable(legacy, _LONGEST_ERROR).body
    if any(mark in said for mark in (b">103<", b'"code":"103"')):
        return "bad"
    if any(mark in said for mark in (b">104<", b'"code":"104"')):
        return "readonly"
    return "user"


def is_guess(role: str) -> bool:
    """Whether a role that ``role_of_key`` gave is only what is left: the key may be an administrator's."""
    return role == "user"
