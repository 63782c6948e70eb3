"""Compare one exchange: decode, find what the registry expects, normalise, walk, explain.

Pure: no network, no database, no clock. Whoever calls asks for the further answer that a comparison may need
(`Comparison.follow_up`) and holds the wall-clock limit; nodes and bytes are counted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from config.problems import ProblemType
from diffing.administrators import further_differences, wider
from diffing.decode import Decoded, Form, decode
from diffing.defects import broken, defect_of, judge_defect, premise_holds, succeeded, success_differences
from diffing.derive import follow_up_of, head_differences, sorted_differences, tail_differences
from diffing.explain import demanded, explained, unregistered
from diffing.further import NONE, Answers, ExchangeFacts, Further, Needed, Sources, Underived, wanted
from diffing.headers import (
    JSON,
    form_differences,
    header_differences,
    origin_differences,
    preflight_differences,
)
from diffing.model import (
    UNDOCUMENTED,
    Asked,
    Breakage,
    Comparison,
    Difference,
    FollowUp,
    Observation,
    Outcome,
    SkipReason,
)
from diffing.normalise import Normalised, normalise, tolerate
from diffing.pasted import pasted
from diffing.problem import NO_RESULTS, demand, message_of, problem_differences
from diffing.raw import with_raw
from diffing.refusals import is_known
from diffing.registry import Deviation, Kind, Registry
from diffing.repair import repaired, untouched
from diffing.rows import CUTTING, incomplete, limited_differences, moved, unspecified
from diffing.rules.book import RouteRules
from diffing.tolerances import TEXTS
from diffing.usage import Usage, Watcher
from diffing.verdict import verdict, with_further
from diffing.walk import TooExpensive, canonical, walk
from diffing.withheld import is_empty, withheld

_LONGEST_TEXT: Final = 65_536
"""Bytes of a broken answer in which entries look for a text."""

UNREAD: Final = Comparison(Outcome.SKIPPED, SkipReason.CONTENT_CODING)
"""Of a body in a content coding that cannot be undone, nothing can be said."""

_UNKNOWN: Final = Observation(200, (("Content-Type", JSON),), b"{}")
"""Stands for an answer that the new side has not given yet."""

_ERRORS: Final = (Kind.STATUS, Kind.REFUSAL, Kind.ACCEPTS)


class Differ:
    """Compares exchanges by a registry and a table of problem types.

    Args:
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
        self._watcher = None if usage is None else Watcher(usage, registry)
        self.max_bytes, self.max_nodes = max_bytes, max_nodes

    def compare(
        self,
        asked: Asked,
        legacy: Observation,
        new: Observation,
        answers: Answers = NONE,
    ) -> Comparison:
        """The verdict on one exchange. Returns a comparison with an outcome, or one that says which follow-up it needs
        first.

        ``asked``: facts of the client's request. ``answers``: what the follow-ups gave that earlier calls demanded.
        """
        without = self._without_comparing(asked, legacy, new)
        if without is not None:
            return without
        try:
            found = self._compared(asked, legacy, new, Sources(answers, ahead=new is _UNKNOWN))
            whole = with_further(found, () if new is _UNKNOWN else tuple(form_differences(new)))
            return replace(whole, differences=with_raw(whole.differences, legacy))
        except Needed as needed:
            return needed.comparison
        except Underived as because:
            return Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED, deviations=because.args)
        except TooExpensive:
            return Comparison(Outcome.TOO_EXPENSIVE)

    def ahead(self, asked: Asked, legacy: Observation, answers: Answers = NONE) -> Further | None:
        """What the new side must be asked before it does what was asked, because that changes the answer. ``asked``:
        facts of the client's request. ``answers``: what was asked already.
        """
        found = wanted(self.compare(asked, legacy, _UNKNOWN, answers))
        return found if found is not None and found[1] is not None else None

    def _compared(self, asked: Asked, legacy: Observation, new: Observation, sources: Sources) -> Comparison:
        old, young = decode(legacy), decode(new)
        entries = self.registry.of_route(asked.route_name)
        defect, broke = defect_of(legacy, old, asked.method), broken(new, young)
        if not broke and Form.CODED in (old.form, young.form):
            return UNREAD
        if broke:
            outcome = Outcome.BOTH_ERROR if defect else Outcome.NEW_ERROR
            return Comparison(outcome, differences=(Difference("$", "broken", defect, broke),))
        if defect:
            rules = self.registry.rules(asked.route_name)
            shape = None if rules is None else rules.shape
            text = legacy.body[:_LONGEST_TEXT].decode("utf-8", "replace")
            names = frozenset[str]() if shape is None else shape.names
            readings = tuple(repaired(old, names)) if old.form is Form.BROKEN else ()
            broken_so = Breakage(defect, text, readings[0].document if readings else None)
            judged = judge_defect(
                asked, broken_so, new, young, entries, self.problems, sources, self.usage, shape
            )
            # A refusal is right as it is; but where all rows are hidden, there is no result, and no refusal said so.
            as_meant = succeeded(new) if judged.outcome is Outcome.LEGACY_ERROR else bool(readings)
            if not judged.deviations or not as_meant:
                return judged
            return self._as_meant(judged, asked, legacy, readings, new, young, entries, sources)
        return self._answers(asked, legacy, old, new, young, entries, sources)

    def _as_meant(
        self,
        judged: Comparison,
        asked: Asked,
        legacy: Observation,
        readings: Iterable[Decoded],
        new: Observation,
        young: Decoded,
        entries: tuple[Deviation, ...],
        sources: Sources,
    ) -> Comparison:
        """A broken answer that can be read nevertheless: the new one must say what PHP meant to say."""
        first: Comparison | None = None
        for reading in readings:
            found = self._documents(asked, legacy, reading, new, young, entries, sources)
            if found.outcome in (Outcome.MATCH, Outcome.EXPLAINED):
                ids = (*judged.deviations, *found.deviations)
                return replace(judged, outcome=Outcome.LEGACY_ERROR, differences=(), deviations=ids)
            first = first or found
        unlike = first is not None and first.outcome is Outcome.MISMATCH
        return first if first and unlike and judged.outcome is Outcome.LEGACY_ERROR else judged

    def _without_comparing(self, asked: Asked, legacy: Observation, new: Observation) -> Comparison | None:
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

    def _answers(
        self,
        asked: Asked,
        legacy: Observation,
        old: Decoded,
        new: Observation,
        young: Decoded,
        entries: tuple[Deviation, ...],
        sources: Sources,
    ) -> Comparison:
        """Both sides gave a whole answer: an expected other one, an undocumented error, or documents."""
        error = old.document if old.form is Form.ERROR and isinstance(old.document, dict) else None
        entry = None
        candidates = self._expectations(asked, legacy, old, error, young, entries)
        for number, candidate in enumerate(candidates, 1):
            if not premise_holds(candidate, asked, old.document, sources):
                continue
            entry = candidate
            if self.usage is not None:
                self.usage.chosen(entry, candidates[number:], asked.route_name)
            break
        if entry is not None and entry.kind is Kind.ACCEPTS:
            return self._accepted(asked, entry, new, young, sources)
        if entry is not None and entry.new is not None and not self._finds_more(asked, entry, young, entries):
            found = problem_differences(asked, error, entry.new, new, young, self.problems)
            code = None if error is None else str(error.get("code"))
            return verdict(demanded(found, entry, code), (entry.id,), demand(entry.new, error))
        if old.form is Form.HTML and (legacy.status or 0) >= 400:
            return Comparison(Outcome.SKIPPED, SkipReason.HTML_PAGE)
        if entry is not None:
            old = replace(old, form=Form.JSON, media_type=JSON, document=[])
            legacy = replace(legacy, status=200)
        elif error is not None or (legacy.status or 0) >= 400:
            return self._undocumented_error(asked, legacy, old, error, new, young, entries)
        return self._documents(asked, legacy, old, new, young, entries, sources)

    def _finds_more(
        self, asked: Asked, entry: Deviation, young: Decoded, entries: Iterable[Deviation]
    ) -> bool:
        """Whether PHP's list is empty and that of the new side is not, where an entry lets rows be added."""
        empty = entry.kind is Kind.STATUS and entry.new is not None and entry.new.type == NO_RESULTS
        return empty and isinstance(young.document, list) and wider(entries, asked) is not None

    def _expectations(
        self,
        asked: Asked,
        legacy: Observation,
        old: Decoded,
        error: Mapping[str, object] | None,
        young: Decoded,
        entries: Sequence[Deviation],
    ) -> tuple[Deviation, ...]:
        """The entries that say what the new side must do instead of what the legacy side did; the first one counts.

        An entry of which the premise does not hold is passed over later: it takes asking.
        """
        code = None if error is None else str(error.get("code"))
        message = "" if error is None else message_of(error)
        return tuple(
            entry
            for entry in entries
            if entry.kind in _ERRORS
            and entry.legacy is not None
            and not (entry.premise is not None and entry.premise.of_rows)
            and entry.legacy.fits(legacy.status, code)
            and entry.when.why_not(asked, old.document, message, young.document) is None
            and is_known(entry, asked, legacy.status, old, entries, self.registry.book)
        )

    def _accepted(
        self, asked: Asked, entry: Deviation, new: Observation, young: Decoded, sources: Sources
    ) -> Comparison:
        """The new side answers what legacy refuses: its answer must equal a derived one."""
        if entry.derive == "preflight":
            return verdict(tuple(preflight_differences(asked, new)), (entry.id,))
        if entry.derive == "schema":
            return verdict((*origin_differences(new), *self._unfit(asked, new, young)), (entry.id,))
        kind = follow_up_of(asked, entry.derive)
        answer = None if kind is None else sources.answer(kind)
        if answer is None or answer.status is None:
            raise Underived(entry.id)
        if kind is FollowUp.UNLIMITED:
            tail = tail_differences(asked, new, young, answer, self.problems, self.max_nodes)
            return verdict(tail, (entry.id,))
        if kind is FollowUp.UNSORTED:
            return verdict(sorted_differences(asked, new, young, answer, self.problems), (entry.id,))
        if kind is FollowUp.NEW_GET:
            return verdict(tuple(head_differences(answer, new)), (entry.id,))
        without = self._without_comparing(asked, answer, new)
        found = without or self._compared(replace(asked, method="GET"), answer, new, sources)
        outcome = Outcome.EXPLAINED if found.outcome is Outcome.MATCH else found.outcome
        if found.verdict == UNDOCUMENTED:
            return found  # what broke PHP's answer to the other request is not said by this entry
        return replace(found, outcome=outcome, deviations=(*found.deviations, entry.id))

    def _unfit(self, asked: Asked, new: Observation, young: Decoded) -> tuple[Difference, ...]:
        """Where an answer that nothing can be compared with is no success of the operation."""
        rules = self.registry.rules(asked.route_name)
        return success_differences(asked, new, young, None if rules is None else rules.shape)

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
        """Every legacy error has an entry: without one, whatever the new side answers is a mismatch."""
        code = None if error is None else str(error.get("code"))
        message = "" if error is None else message_of(error)
        nearly = unregistered(asked, legacy.status, code, message, old.document, entries)
        document = young.document if isinstance(young.document, dict) else {}
        answered = document.get("code")
        path = "status" if new.status != legacy.status else "$.code" if answered != code else "$"
        sides = f"{legacy.status} with code {code}", f"{new.status} with code {answered}"
        return Comparison(Outcome.MISMATCH, differences=(Difference(path, "undocumented", *sides, nearly),))

    def normalised(self, asked: Asked, old: Decoded) -> Normalised:
        """A legacy document as the new side must answer it, tolerances aside; it is changed in place."""
        # The answer to HEAD has no document, so that there is nothing to make lists or nulls of.
        entries = () if old.form is Form.EMPTY else self.registry.of_route(asked.route_name)
        return normalise(old.document, asked, entries, self._watcher, self._rules(asked, old))

    def _rules(self, asked: Asked, old: Decoded) -> RouteRules | None:
        """The rules that convert a legacy document; none do where it is no JSON."""
        return self.registry.rules(asked.route_name) if old.form is Form.JSON else None

    def _documents(
        self,
        asked: Asked,
        legacy: Observation,
        old: Decoded,
        new: Observation,
        young: Decoded,
        entries: tuple[Deviation, ...],
        sources: Sources,
    ) -> Comparison:
        """The normalised legacy document must be the new one, and so must what clients see around it."""
        result = self.normalised(asked, old)
        found = list(header_differences(asked, legacy, old, new, young))
        if new.status != legacy.status:
            found.insert(0, Difference("status", "status", legacy.status, new.status))
        rules = self.registry.rules(asked.route_name)
        literal = pasted(asked, old, entries)
        with_pasted = None if literal is None else self.normalised(asked, literal).document
        exchange = ExchangeFacts(asked, sources, None if rules is None else rules.shape, with_pasted)
        rows, other, tolerated = tolerate(result.document, young.document, exchange, entries)
        hits = (*result.hits, *tolerated)
        if canonical_form(rows) != canonical_form(other):
            in_body = walk(rows, other, asked.route.rows if asked.route else (), self.max_nodes)
            more = wider(entries, asked) if CUTTING & asked.parameters.keys() else None
            listed = isinstance(rows, list) and isinstance(other, list)
            everything: object = other
            cut = bool(in_body) and listed and (unspecified(asked) or more is not None)
            if cut:
                whole = sources.answer(FollowUp.UNLIMITED)
                everything = decode(whole).document
                texts = [entry for entry in entries if entry.canonical in TEXTS]
                _, everything, _ = tolerate([], everything, exchange, texts)
                cut = isinstance(everything, list)
                # A list of which the whole is refused cannot have rows: only where nobody knows it, it is left alone.
                if not cut and ((whole.status or 500) >= 500 or not other):
                    return Comparison(Outcome.SKIPPED, SkipReason.LIMITED)
            private = withheld(asked, entries, rows, everything, legacy.status) if in_body else None
            if private is not None:
                left = private.left(asked, sources)
                if len(left) < len(private.rows):
                    hits, rows = (*hits, private.entry.id), left
                    if not left and is_empty(asked, private.entry, new, young, self.problems):
                        return verdict((), hits)
                    if not left and private.entry.new is not None:
                        found.insert(0, Difference("status", "status", private.entry.new.status, new.status))
            if cut and isinstance(rows, list) and isinstance(other, list) and isinstance(everything, list):
                full = private is None and more is None
                in_body = tuple(limited_differences(asked, rows, other, everything, full=full))
                if more is not None and not unspecified(asked):
                    in_body += walk(moved(asked, everything), other, (), self.max_nodes)
                if more is not None:
                    in_body += tuple(further_differences(rows, other, exchange))
                if in_body and incomplete(asked.route, everything):
                    return Comparison(Outcome.SKIPPED, SkipReason.LIMITED)
                hits = hits if more is None else (*hits, more.id)
            elif private is not None:
                in_body = walk(rows, other, asked.route.rows if asked.route else (), self.max_nodes)
            found.extend(in_body)
        elif (
            not tolerated
            and old.media_type.endswith("/xml")
            and young.media_type.endswith("/xml")
            and old.body != young.body
        ):
            # The new API itself answers JSON only: this is a stored file, of which clients get every byte.
            found.append(Difference("$", "bytes", len(old.body), len(young.body)))
        elif old.form is young.form is Form.HTML and old.body != young.body:
            # Pages of PHP are not compared; this is a stored file.
            found.append(Difference("$", "bytes", len(old.body), len(young.body)))
        if found:
            # The document has been normalised; to tell what the entries did it is needed as it was.
            before = untouched(legacy, old)
            found = list(explained(found, asked, before, entries, self._rules(asked, old)))
        return verdict(tuple(found), hits)


def canonical_form(document: object) -> bytes:
    """Bytes that are equal only for equal documents; a body that is no document is its own."""
    return document if isinstance(document, bytes) else canonical(document)
