"""What is written of an exchange: a recording without secrets, as a HAR entry on one line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from config import text
from config.routes import RouteMap
from diffing.coding import readable
from diffing.decode import Form, decode
from diffing.model import Observation
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.recordings.caller_keys import CallerKeys
from proxy.recordings.callers import key_in, role_of_key
from proxy.recordings.recording import Recording, entry
from proxy.recordings.request_lines import NOBODY_KNOWS
from proxy.translate.to_new import legacy_to_new

# Of an answer: what is compared or says something. Cookies, dates, lengths, cache and server are left out.
_ANSWERED: Final = frozenset(
    {"content-type", "content-disposition", "content-encoding", "allow", "location", "www-authenticate"}
)
_CORS: Final = "access-control-"


@dataclass(frozen=True, slots=True)
class Writing:
    """How exchanges are written. ``keys``: knows keys by their callers. ``admin_keys``: SHA-256 of the administrators'
    keys.
    """

    routes: RouteMap
    keys: CallerKeys
    admin_keys: Collection[str] = ()

    def translation(self, recording: Recording) -> Translation | Untranslatable:
        """The same request for the new side."""
        request = recording.request
        return legacy_to_new(
            Request(request.method, request.target, request.headers, request.body), self.routes
        )

    def entry(
        self, recording: Recording, started: str, known: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        """The HAR entry of an answered request, without secrets.

        Args:
            recording: The request with its answer; what it was read from adds its custom fields.
            started: When it was asked, ISO 8601.
            known: Further secrets that the answer may repeat, of fields that are not recorded.
        """
        translation = self.translation(recording)
        found = replace(recording, response=_kept(recording.response))
        if recording.caller == NOBODY_KNOWS and isinstance(translation, Translation):
            role = role_of_key(key_in(translation), self.admin_keys, recording.response)
            found = replace(found, caller=role)
        elif recording.caller == NOBODY_KNOWS:
            found = replace(found, caller="user")
        if not found.endpoint and isinstance(translation, Translation):
            legacy = translation.route.legacy if translation.route else None
            found = replace(found, endpoint=legacy.path if legacy else "")
        if isinstance(translation, Untranslatable) and _is_page(found.response):
            # Pages of the framework say nothing but their status, and much about the server.
            found = replace(found, response=replace(found.response, body=b""), body_dropped=True)
        if not found.body_dropped:
            found = replace(found, defect=found.defect or _defect(found.response))
        found = self.keys.hidden(found, known)
        extra = {
            name: value
            for name, value in recording.raw.items()
            if name.startswith("_") and name not in ("_defect", "_body_dropped")
        }
        document = entry(replace(found, raw=MappingProxyType({})), started)
        return {**extra, **document} if extra else document


def line(document: Mapping[str, Any]) -> bytes:
    """An entry as one line."""
    return text.json_bytes(document) + b"\n"


def started(at: datetime | None = None) -> str:
    """A time as HAR has it. ``at``: UTC without a zone; None for now."""
    time = (at or datetime.now(UTC)).replace(tzinfo=None)
    return time.isoformat(timespec="milliseconds") + "Z"


def _kept(response: Observation) -> Observation:
    headers = tuple(
        pair for pair in response.headers if pair[0].lower() in _ANSWERED or pair[0].lower().startswith(_CORS)
    )
    return readable(replace(response, headers=headers))


def _is_page(response: Observation) -> bool:
    kind = response.header("content-type") or ""
    return bool(response.body) and (response.status or 0) >= 400 and kind.lower().startswith("text/html")


def _defect(response: Observation) -> str | None:
    """How the legacy server broke, in a few words."""
    if response.status == 500 and not response.body:
        return "empty 500"
    kind = response.header("content-type") or ""
    if response.status == 200 and "json" in kind.lower() and decode(response).form is Form.BROKEN:
        return "not JSON"
    return None
