"""Compare one exchange: decode, find what the registry expects, normalise, walk, explain.

Pure: no network, no database, no clock. Whoever calls asks for the further answer that a comparison may need
(`Comparison.follow_up`) and holds the wall-clock limit; nodes and bytes are counted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from config.problems import ProblemType
from diffing.decode import Decoded, Form, decode
from diffing.deviations import Deviation, Kind, Registry
from diffing.explain import explained, unregistered
from diffing.headers import header_differences, preflight_differences
from diffing.lint import Usage
from diffing.model import Asked, Comparison, Difference, FollowUp, Observation, Outcome, SkipReason
from diffing.normalise import normalise
from diffing.problem import message_of, problem_differences
from diffing.rows import limited_differences, moved, unspecified
from diffing.walk import TooExpensive, canonical, walk

_ERRORS: Final = (Kind.STATUS, Kind.REFUSAL, Kind.ACCEPTS)


class Differ:
    """Compares exchanges by a registry and a table of problem types.

    Args:
        registry: The documented deviations.
        problems: Title and status of each problem type.
        max_bytes: Bodies longer than this are `too_large`.
        max_nodes: Documents that need more comparisons than this are `too_expensive`.
        usage: Told of what the entries do, for the lint.
    """

    def __init__(
        self,
        registry: Registry,
        problems: Mapping[str, ProblemType],
        max_bytes: int = 64 * 1024 * 1024,
        max_nodes: int = 5_000_000,
        usage: Usage | None = None,
    ) -> None:
        self.registry, self.problems, self.usage = registry, problems, usage
        self.max_bytes, self.max_nodes = max_bytes, max_nodes

    def compare(
        self, asked: Asked, legacy: Observation, new: Observation, answer: Observation | None = None
    ) -> Comparison:
        """The verdict on one exchange.

        Args:
            asked: Facts of the client's request.
            legacy: What the legacy side answered.
            new: What the new side answered.
            answer: What the follow-up gave that an earlier call demanded.

        Returns:
            A comparison with an outcome, or one that says which follow-up it needs first.
        """
        without = self._without_comparing(asked, legacy, new)
        if without is not None:
            return without
        old, young = decode(legacy), decode(new)
        if old.form is Form.HTML and (legacy.status or 0) < 500:
            return Comparison(Outcome.SKIPPED, SkipReason.HTML_PAGE)
        defect, broken = _defect(legacy, old), _broken(new, young)
        if defect:
            return self._legacy_defect(asked, defect, new, young, broken)
        if broken:
            return Comparison(Outcome.NEW_ERROR, differences=(Difference("$", "broken", None, broken),))
        entries = self.registry.of_route(asked.route_name)
        error = old.document if old.form is Form.ERROR and isinstance(old.document, dict) else None
        expected = self._expectation(asked, legacy, old, error, entries)
        try:
            if expected is not None and expected.kind is Kind.ACCEPTS:
                return self._accepted(asked, expected, new, young, answer)
            if expected is not None and expected.new is not None:
                found = problem_differences(asked, error, expected.new, new, young, self.problems)
                return _verdict(tuple(found), (expected.id,))
            if error is not None or (legacy.status or 0) >= 400:
                return self._undocumented_error(asked, legacy, old, error, new, young, entries)
            return self._documents(asked, legacy, old, new, young, entries, answer)
        except TooExpensive:
            return Comparison(Outcome.TOO_EXPENSIVE)

    def _without_comparing(self, asked: Asked, legacy: Observation, new: Observation) -> Comparison | None:
        if asked.format == "xml":
            return Comparison(Outcome.SKIPPED, SkipReason.XML)
        if asked.route is not None and not asked.route.implemented:
            return Comparison(Outcome.SKIPPED, SkipReason.NOT_IMPLEMENTED)
        errors = (legacy.error, new.error)
        if "timeout" in errors:
            return Comparison(Outcome.TIMEOUT)
        if "too_large" in errors or max(len(legacy.body), len(new.body)) > self.max_bytes:
            return Comparison(Outcome.TOO_LARGE)
        if legacy.error and new.error:
            return Comparison(Outcome.BOTH_ERROR)
        if legacy.error or new.error:
            return Comparison(Outcome.LEGACY_ERROR if legacy.error else Outcome.NEW_ERROR)
        return None

    def _legacy_defect(
        self, asked: Asked, defect: str, new: Observation, young: Decoded, broken: str | None
    ) -> Comparison:
        """Legacy broke: the new answer must be what the registered defect's entry expects."""
        if broken:
            return Comparison(Outcome.BOTH_ERROR, differences=(Difference("$", "broken", defect, broken),))
        reasons = []
        for entry in self.registry.of_route(asked.route_name):
            if entry.kind is not Kind.LEGACY_DEFECT or entry.legacy is None or entry.new is None:
                continue
            reason = None if entry.legacy.defect == defect else f"it is about {entry.legacy.defect}"
            reason = reason or entry.when.unmet_by(asked, None)
            if reason is not None:
                reasons.append(f"{entry.id} does not apply: {reason}.")
            elif entry.new.status < 400:
                if new.status == entry.new.status and young.form is not Form.ERROR:
                    return Comparison(Outcome.LEGACY_ERROR, deviations=(entry.id,))
                found: tuple[Difference, ...] = (
                    Difference("status", "status", entry.new.status, new.status),
                )
                return Comparison(Outcome.MISMATCH, differences=found)
            else:
                found = tuple(problem_differences(asked, None, entry.new, new, young, self.problems))
                return Comparison(
                    Outcome.MISMATCH if found else Outcome.LEGACY_ERROR, None, found, (entry.id,)
                )
        nearly = tuple(reasons) or ("No entry of kind legacy_defect is about this route.",)
        return Comparison(
            Outcome.MISMATCH, differences=(Difference("status", "defect", defect, new.status, nearly),)
        )

    def _expectation(
        self,
        asked: Asked,
        legacy: Observation,
        old: Decoded,
        error: Mapping[str, object] | None,
        entries: Iterable[Deviation],
    ) -> Deviation | None:
        """The first entry that says what the new side must do instead of what the legacy side did."""
        code = None if error is None else str(error.get("code"))
        message = "" if error is None else message_of(error)
        for entry in entries:
            if (
                entry.kind not in _ERRORS
                or entry.legacy is None
                or not entry.legacy.fits(legacy.status, code)
            ):
                continue
            if entry.when.unmet_by(asked, old.document, message) is None:
                return entry
        return None

    def _accepted(
        self, asked: Asked, entry: Deviation, new: Observation, young: Decoded, answer: Observation | None
    ) -> Comparison:
        """The new side answers what legacy refuses: the answer must equal one derived from another request."""
        if entry.derive == "preflight":
            return _verdict(tuple(preflight_differences(new)), (entry.id,))
        if entry.derive == "none":
            return Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED, deviations=(entry.id,))
        wanted = {"offset": FollowUp.UNLIMITED, "headers": FollowUp.NEW_GET}.get(
            entry.derive or "", FollowUp.LEGACY_GET
        )
        if answer is None:
            return Comparison(None, follow_up=wanted)
        if answer.status is None or (wanted is FollowUp.LEGACY_GET and answer.status == 404 and answer.error):
            return Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED, deviations=(entry.id,))
        if wanted is FollowUp.LEGACY_GET:
            as_get = Asked(asked.route, "GET", asked.parameters, asked.role, asked.format, asked.known)
            found = self.compare(as_get, answer, new)
            if found.outcome is Outcome.MATCH:
                return Comparison(Outcome.EXPLAINED, deviations=(entry.id,))
            return Comparison(
                found.outcome, found.reason, found.differences, (*found.deviations, entry.id), found.follow_up
            )
        if wanted is FollowUp.NEW_GET:
            return _verdict(tuple(_same_head(answer, new)), (entry.id,))
        return _verdict(self._moved(asked, new, young, decode(answer), answer), (entry.id,))

    def _moved(
        self, asked: Asked, new: Observation, young: Decoded, all_rows: Decoded, answer: Observation
    ) -> tuple[Difference, ...]:
        """The answer with an offset alone is the tail of the answer without it; past the end there is no result."""
        if not isinstance(all_rows.document, list):
            return walk(
                {"status": answer.status, "body": all_rows.document},
                {"status": new.status, "body": young.document},
                (),
            )
        wanted = moved(asked, all_rows.document)
        if wanted:
            return walk(wanted, young.document, (), self.max_nodes)
        return () if new.status == 404 else (Difference("status", "status", 404, new.status),)

    def _undocumented_error(
        self,
        asked: Asked,
        legacy: Observation,
        old: Decoded,
        error: Mapping[str, object] | None,
        new: Observation,
        young: Decoded,
        entries: Iterable[Deviation],
    ) -> Comparison:
        code = None if error is None else str(error.get("code"))
        message = "" if error is None else message_of(error)
        nearly = unregistered(asked, legacy.status, code, message, old.document, entries)
        document = young.document if isinstance(young.document, dict) else {}
        found = [Difference("status", "status", legacy.status, new.status, nearly)]
        if document.get("code") != code:
            found.append(Difference("$.code", "code", code, document.get("code"), nearly))
        return Comparison(Outcome.MISMATCH, differences=tuple(found))

    def _documents(
        self,
        asked: Asked,
        legacy: Observation,
        old: Decoded,
        new: Observation,
        young: Decoded,
        entries: tuple[Deviation, ...],
        answer: Observation | None,
    ) -> Comparison:
        """Both sides answer: the normalised legacy document must be the new one."""
        result = normalise(old.document, asked, entries, self.usage.changed if self.usage else None)
        found = list(header_differences(legacy, old, new, young))
        if new.status != legacy.status:
            found.insert(0, Difference("status", "status", legacy.status, new.status))
        if asked.method == "HEAD" or old.form is not Form.JSON:
            if old.document != young.document:
                found.append(Difference("$", "value", _size(old), _size(young)))
            return _verdict(explained(found, entries, result.hits, result.unmet), result.hits)
        if canonical(result.document) != canonical(young.document):
            rows = asked.route.rows if asked.route else ()
            in_body = walk(result.document, young.document, rows, self.max_nodes)
            if (
                in_body
                and unspecified(asked)
                and isinstance(result.document, list)
                and isinstance(young.document, list)
            ):
                if answer is None:
                    return Comparison(None, follow_up=FollowUp.UNLIMITED)
                all_rows = decode(answer).document
                if answer.status != 200 or not isinstance(all_rows, list):
                    return Comparison(Outcome.SKIPPED, SkipReason.LIMITED)
                in_body = tuple(limited_differences(asked, result.document, young.document, all_rows))
            found.extend(in_body)
        return _verdict(explained(found, entries, result.hits, result.unmet), result.hits)


def _verdict(differences: tuple[Difference, ...], deviations: tuple[str, ...]) -> Comparison:
    if differences:
        return Comparison(Outcome.MISMATCH, differences=differences, deviations=deviations)
    return Comparison(Outcome.EXPLAINED if deviations else Outcome.MATCH, deviations=deviations)


def _defect(legacy: Observation, old: Decoded) -> str | None:
    """How the legacy answer is broken, in the words of the registry."""
    if (legacy.status or 0) >= 500 and old.form is not Form.ERROR:
        return "html_500" if old.form is Form.HTML and legacy.body else "empty_500"
    if old.form is Form.TWO_DOCUMENTS:
        return "two_documents"
    return "not_json" if old.form is Form.BROKEN else None


def _broken(new: Observation, young: Decoded) -> str | None:
    if (new.status or 0) >= 500:
        return f"status {new.status}"
    return (
        f"the body is no {young.media_type}: {young.why}"
        if young.form in (Form.BROKEN, Form.TWO_DOCUMENTS)
        else None
    )


def _same_head(get: Observation, head: Observation) -> Iterable[Difference]:
    if head.status != get.status:
        yield Difference("status", "status", get.status, head.status)
    if head.body:
        yield Difference("$", "extra", None, f"{len(head.body)} bytes")
    if head.header("content-type") != get.header("content-type"):
        yield Difference(
            "header.content-type", "value", get.header("content-type"), head.header("content-type")
        )


def _size(decoded: Decoded) -> str:
    return f"{len(decoded.document)} bytes" if isinstance(decoded.document, bytes) else str(decoded.form)
