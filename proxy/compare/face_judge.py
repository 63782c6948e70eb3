"""Where the legacy face does not answer as PHP did, on purpose: PHP's crashes, and what it should have refused.

Facts stand once, in the registry: the new side is asked the same request, and what the registry says of its answer
says what the face must answer, in PHP's shape and with PHP's codes.
"""

from collections.abc import Awaitable, Callable
from html import unescape
from typing import Final, Protocol

import orjson

from config.legacy_errors import LegacyErrors
from config.php.numbers import is_numeric
from config.php.requests import read_api_path, read_target
from config.problems import BASE_URI
from config.routes import Route
from diffing.decode import decode
from diffing.defects import defect_of
from diffing.further import NONE, Answers, Needed, Sources, Underived
from diffing.model import Asked, Comparison, Difference, Observation, Outcome
from diffing.registry import Deviation, Kind, Registry
from diffing.rules import ids, index
from diffing.xml_tree import NotXml, json_tree, parse_xml
from proxy.exchange.exchange import Exchange
from proxy.message.translation import Translation, Untranslatable
from proxy.recordings.recording import Recording

Ask = Callable[[bytes], Awaitable[Observation]]

LEGACY: Final = "legacy"
EVERY_ROUTE: Final = ("*",)


_UNSPEAKABLE: Final = {code: "\ufffd" for code in range(0x20) if chr(code) not in "\t\n\r"}
_LONGEST_TEXT: Final = 65_536
_NOT_THERE: Final = ("not-found", "no-results")


class NewApi(Protocol):
    """The new API, which can be asked what PHP was asked (``proxy.checking.replay.Replay``)."""

    async def step(self, recording: Recording, translation: Translation | Untranslatable) -> Exchange:
        """Ask it now."""

    async def ahead(self, recording: Recording, translation: Translation) -> Answers:
        """What it says before a write."""

    def asked(self, recording: Recording, translation: Translation) -> Asked:
        """Facts of the request."""


class FaceJudge:
    """Judges answers that differ from PHP's. ``registry``: says what differs on purpose. ``errors``: PHP's codes."""

    def __init__(self, registry: Registry, errors: LegacyErrors, new: NewApi) -> None:
        self._registry = registry
        self._errors = errors
        self._new = new

    async def ahead(self, recording: Recording, translation: Translation | Untranslatable) -> Answers:
        """What must be known before the face does what was asked: of a write that PHP died of. ``recording``: what PHP
        was asked, and answered. ``translation``: the same request for the new API.
        """
        response = recording.response
        if isinstance(translation, Untranslatable) or not translation.writes or translation.route is None:
            return NONE
        if defect_of(response, decode(response), recording.request.method) is None:
            return NONE
        return await self._new.ahead(recording, translation)

    async def judge(
        self,
        recording: Recording,
        translation: Translation | Untranslatable,
        face: Observation,
        found: Comparison,
        ask: Ask,
        before: Answers = NONE,
    ) -> Comparison:
        """Judge one answer. Returns ``legacy_error`` or ``explained`` with what documents it, where the face answers
        as it should; else what was found.

        Args:
            recording: What PHP was asked, and answered.
            translation: The same request for the new API.
            found: What comparing the two found: a legacy error, or a mismatch.
            ask: Asks the face for another target, with the key of the request.
            before: What was known ahead.
        """
        if isinstance(translation, Untranslatable) or translation.route is None:
            return await self._unrouted(recording, translation, face, found)
        if read_api_path(read_target(recording.request.target).segments) is None:
            # A file has one address in both dialects, and one answer, which the registry knows already.
            return (await self._new.step(recording, translation)).comparison
        canonical = _canonical(recording.request.target)
        if found.outcome is Outcome.LEGACY_ERROR and canonical != recording.request.target:
            same = await ask(canonical)
            if (same.status, same.body) == (face.status, face.body):
                return Comparison(Outcome.LEGACY_ERROR, deviations=(ids.RULE.id,))
        if translation.writes and (face.status or 0) < 400:
            return self._written(recording, translation, translation.route, face, found, before)
        exchange = await self._new.step(recording, translation)
        new = exchange.new
        names = self._documented(exchange.comparison, found)
        if new is None or not names:
            return found
        wrong = await self._wrong(recording, translation.route, new, face, ask)
        if wrong is not None:
            return Comparison(Outcome.MISMATCH, differences=(wrong,), deviations=names)
        outcome = Outcome.LEGACY_ERROR if found.outcome is Outcome.LEGACY_ERROR else Outcome.EXPLAINED
        return Comparison(outcome, deviations=names)

    async def _unrouted(
        self,
        recording: Recording,
        translation: Translation | Untranslatable,
        face: Observation,
        found: Comparison,
    ) -> Comparison:
        """A path that PHP does not know, or crashes on: it must be refused, as such paths are."""
        told = decode(face)
        if found.outcome is not Outcome.LEGACY_ERROR or (face.status or 0) < 400:
            return found
        if (
            read_api_path(read_target(recording.request.target).segments) is not None
            and _code(told.document) != "100"
        ):
            return found
        if isinstance(translation, Untranslatable):
            return Comparison(Outcome.LEGACY_ERROR, deviations=("rule-page",))
        names = self._documented((await self._new.step(recording, translation)).comparison, found)
        return Comparison(Outcome.LEGACY_ERROR, deviations=names) if names else found

    def _documented(self, said: Comparison, found: Comparison) -> tuple[str, ...]:
        """What of the registry holds for the face, too."""
        if found.outcome is Outcome.LEGACY_ERROR:
            if said.outcome is not Outcome.LEGACY_ERROR:
                return ()
            return tuple(
                name for name in said.deviations if self._holds(name, Kind.LEGACY_DEFECT, Kind.REFUSAL)
            )
        if said.outcome is not Outcome.EXPLAINED:
            return ()
        refusals = [
            name
            for name in said.deviations
            if (entry := self._registry.by_id.get(name)) is not None
            and self._holds(name, Kind.REFUSAL)
            and entry.routes
            != EVERY_ROUTE  # those are about crashes: else the face must take the methods that PHP takes
        ]
        return tuple(refusals)

    def _said_plainly(self, route: Route, slug: str, said: object) -> bool:
        """Whether PHP answers so, with 200, where the new API has a problem of this type."""
        return any(
            entry.kind in (Kind.STATUS, Kind.REFUSAL)
            and all(value.holds(said) for value in entry.when.value)
            and entry.legacy is not None
            and entry.legacy.statuses == {200}
            and entry.new is not None
            and entry.new.type == slug
            for entry in self._registry.of_route(route.name)
        )

    def _holds(self, name: str, *kinds: Kind) -> bool:
        entry = self._registry.by_id.get(name)
        return entry is None or (entry.kind in kinds and LEGACY in entry.faces)

    def _written(
        self,
        recording: Recording,
        translation: Translation,
        route: Route,
        face: Observation,
        found: Comparison,
        before: Answers,
    ) -> Comparison:
        """A write that PHP died of, or said two things of: asking again would write again."""
        old, said = decode(recording.response), decode(face).document
        if _is_other(route, face) or face.status != 200:
            return found
        if _code(old.document) == "105":  # stored, and the search index failed
            return Comparison(Outcome.EXPLAINED, deviations=(index.RULE.id,))
        defect = defect_of(recording.response, old, recording.request.method)
        asked = self._new.asked(recording, translation)
        text = recording.response.body[:_LONGEST_TEXT].decode("utf-8", "replace")
        within = next(iter(said.values()), None) if isinstance(said, dict) else None
        for entry in self._registry.of_route(route.name):
            holds = LEGACY in entry.faces or entry.id == index.RULE.id
            if defect is None or not _about(entry, defect) or not holds:
                continue
            if not _held_before(entry, asked, old.document, before):
                continue
            if (
                entry.new is not None
                and entry.new.status == 200
                and not entry.when.why_not(asked, None, text, within)
            ):
                return Comparison(Outcome.LEGACY_ERROR, deviations=(entry.id,))
        return found

    async def _wrong(
        self, recording: Recording, route: Route, new: Observation, face: Observation, ask: Ask
    ) -> Difference | None:
        """What is wrong with the face's answer, by that of the new API."""
        if (new.status or 0) < 400:
            return await _wrong_success(recording, route, face, ask)
        told, said = decode(new).document, decode(face).document
        document = told if isinstance(told, dict) else {}
        slug = str(document.get("type", "")).removeprefix(BASE_URI)
        code = document.get("code") or self._errors.code_of(slug)
        if not code and face.status == 200 and self._said_plainly(route, slug, said):
            return await _wrong_success(recording, route, face, ask)
        got = _code(said)
        if (
            code == "100"
            and got is not None
            and got in route.errors
            and route.errors[got].type.endswith(_NOT_THERE)
        ):
            code = got  # PHP's dispatcher takes the path, and its database finds nothing
        if code is not None and code == route.codes.filter and got == route.codes.empty:
            code = got  # PHP lets the value pass, and its SQL fails
        if code is None and got in _refusals(route):
            code = got  # the new API refuses what PHP dies of; PHP's dialect has a code for it
        if got != code or face.status != self._errors.status_of(str(code)):
            return Difference("code", "repair", code, f"{face.status} {got}")
        return None


async def _wrong_success(
    recording: Recording, route: Route, face: Observation, ask: Ask
) -> Difference | None:
    """What is wrong with a success that PHP has no answer beside: it has PHP's root, and both forms say the same."""
    if face.status != 200:
        return Difference("status", "repair", 200, face.status)
    if _is_other(route, face):
        return Difference("$", "repair", " or ".join(_roots(route)), _root(face))
    other = await ask(_other_form(recording.request.target))
    forms = {decode(one).media_type: one.body for one in (face, other)}
    try:
        from_xml = json_tree(parse_xml(forms.get("text/xml", b"")))
        as_json = orjson.loads(forms.get("application/json", b""))
    except (NotXml, orjson.JSONDecodeError) as error:
        return Difference("body", "repair", "both forms can be read", str(error))
    whole, part = _loose(from_xml), _loose(as_json)
    if not (_within(part, whole) if (route.legacy is not None and route.legacy.native) else part == whole):
        return Difference("body", "repair", _shown(face), _shown(other))
    return None


def _loose(tree: object) -> object:
    """A document without what PHP's own JSON and a converted one differ in: types, lists of one, what is empty."""
    if isinstance(tree, dict):
        found = {key: _loose(value) for key, value in tree.items()}
        return {key: value for key, value in found.items() if value not in ("", [])}
    if isinstance(tree, list):
        items = [_loose(item) for item in tree]
        return items[0] if len(items) == 1 else items
    if tree is None:
        return ""
    return tree.strip().translate(_UNSPEAKABLE) if isinstance(tree, str) else str(tree)


def _within(part: object, whole: object) -> bool:
    """Whether PHP's own JSON says nothing else than the XML: arrays are lists in it, and texts may be for HTML."""
    if isinstance(whole, dict) and whole.keys() == {"parameter"}:
        whole = whole["parameter"]
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and _within(value, whole[name]) for name, value in part.items()
        )
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return isinstance(part, list) or unescape(str(part)) == whole


def _held_before(entry: Deviation, asked: Asked, document: object, before: Answers) -> bool:
    """Whether an entry's premise held when nothing was done yet; what comes after is compared row by row."""
    if entry.premise is None or entry.premise.after:
        return True
    try:
        return entry.premise.holds(asked, document, Sources(before))
    except (Needed, Underived):
        return False


def _about(entry: Deviation, defect: str) -> bool:
    return entry.kind is Kind.LEGACY_DEFECT and entry.legacy is not None and defect in entry.legacy.defects


def _is_other(route: Route, face: Observation) -> bool:
    """Whether an answer has another root than the route map says."""
    roots = _roots(route)
    return bool(roots) and _root(face) not in roots


def _refusals(route: Route) -> frozenset[str]:
    """The codes of a route for input that PHP refuses."""
    return frozenset(code for code, error in route.errors.items() if error.type == "validation-error")


def _roots(route: Route) -> tuple[str, ...]:
    envelope = route.legacy.envelope if route.legacy is not None else ()
    return envelope[:1]


def _root(face: Observation) -> str | None:
    told = decode(face).document
    return next(iter(told), None) if isinstance(told, dict) else None


def _code(document: object) -> str | None:
    code = document.get("code") if isinstance(document, dict) else None
    return None if code is None else str(code)


def _canonical(target: bytes) -> bytes:
    """The target with numbers of its path as decimal digits; -1 for what is no id."""
    path, mark, query = target.partition(b"?")
    segments = [_digits(segment.decode("latin-1")).encode("latin-1") for segment in path.split(b"/")]
    return b"/".join(segments) + mark + query


def _digits(segment: str) -> str:
    if not is_numeric(segment) or segment.isdecimal():
        return segment
    value = float(segment)
    if value == 0:
        return "00"
    return str(int(value)) if 0 < value < 2**63 and value == int(value) else "-1"


def _other_form(target: bytes) -> bytes:
    """The target of the same document in the other form."""
    path, mark, query = target.partition(b"?")
    segments = [segment for segment in path.split(b"/") if segment]
    at = next((index for index, segment in enumerate(segments) if segment == b"v1"), 0) + 1
    if segments[at : at + 1] == [b"json"]:
        segments[at] = b"xml"
    elif segments[at : at + 1] == [b"xml"]:
        segments[at] = b"json"
    else:
        segments.insert(at, b"json")
    return b"/" + b"/".join(segments) + mark + query


def _shown(seen: Observation) -> str:
    return seen.body[:300].decode("utf-8", "replace")
