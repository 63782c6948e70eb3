"""Answers that are broken: PHP's defects, held to what the registry expects of the new side, and the new side's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from config.problems import ProblemType
from diffing.asked_for import asked_for_differences
from diffing.decode import Decoded, Form
from diffing.explain import demanded
from diffing.further import Sources, Underived
from diffing.headers import JSON, origin_differences, preflight_differences
from diffing.model import Asked, Breakage, Comparison, Difference, Observation, Outcome
from diffing.problem import demand, problem_differences
from diffing.refusals import breaks_so, is_documented, of_texts
from diffing.registry import DOCUMENTED, Deviation
from diffing.rules.shapes import Shape
from diffing.usage import Usage

_MOST: Final = 5
_TEXTS: Final = ("not_json", "not_xml")
"""Defects that leave an answer to read; what a write did is seen in the tables, too."""
_DIED: Final = 500
"""What PHP answers when it dies of something."""


def defect_of(legacy: Observation, old: Decoded, method: str = "GET") -> str | None:
    """How the legacy answer is broken, in the words of the registry; None when it is whole. ``method``: the client's;
    an answer to HEAD is whole without a body.
    """
    if (legacy.status or 0) > _DIED and old.form is not Form.ERROR:
        return f"status {legacy.status}"  # PHP did not answer at all, which no entry of the registry excuses
    if legacy.status == _DIED and old.form is not Form.ERROR:
        return "html_500" if legacy.body else "empty_500"
    if legacy.status == 200 and old.form is Form.HTML and not legacy.body and method != "HEAD":
        return "empty_200"
    if old.form is Form.TWO_DOCUMENTS:
        return "two_documents"
    if old.form is Form.BROKEN:
        return "not_xml" if old.media_type.endswith("xml") else "not_json"
    return None


def broken(new: Observation, young: Decoded) -> str | None:
    """How the new answer is broken; the new side must never be."""
    if (new.status or 0) >= 500:
        return f"status {new.status}"
    if young.form in (Form.BROKEN, Form.TWO_DOCUMENTS):
        return f"the body is not {young.media_type}: {young.why}"
    return None


def judge_defect(
    asked: Asked,
    broke: Breakage,
    new: Observation,
    young: Decoded,
    entries: Sequence[Deviation],
    problems: Mapping[str, ProblemType],
    sources: Sources | None = None,
    usage: Usage | None = None,
    shape: Shape | None = None,
) -> Comparison:
    """Legacy broke: the new answer must be what the first entry or rule that fits the defect expects. Returns
    `legacy_error` when it is, undocumented when no entry knows the defect; `mismatch` when it is not.

    Args:
        asked: Facts of the client's request.
        broke: How the legacy answer is broken.
        entries: The entries of the route.
        problems: Title and status of each problem type.
        sources: The further answers that are there.
        usage: Told of the entry that counts, and of those behind it.
        shape: What a success of the operation looks like; None where it is no JSON.

    Raises:
        Needed: a premise must be asked for first.
        Underived: of a premise nothing can be told.
    """
    reasons = []
    for number, entry in enumerate(entries, 1):
        if entry.legacy is None or not entry.legacy.defects or entry.new is None:
            continue
        reason = _unfit(entry, asked, broke, young.document, entries)
        written = asked.route is not None and asked.route.writes
        untold = broke.meant is None and broke.defect in _TEXTS
        if reason is None and untold and entry.new.status < 400 and not written:
            reason = "what PHP meant to say cannot be told from its answer"
        if reason is not None:
            reasons.append(f"{entry.id} does not apply: {reason}.")
            continue
        if not premise_holds(entry, asked, None, sources or Sources()):
            reasons.append(f"{entry.id} does not apply: its premise does not hold.")
            continue
        if usage is not None:
            behind = [
                later
                for later in entries[number:]
                if _unfit(later, asked, broke, young.document, entries) is None
            ]
            usage.chosen(entry, behind, asked.route_name)
        if entry.new.status >= 400:
            found = demanded(
                problem_differences(asked, None, entry.new, new, young, problems), entry, entry.new.code
            )
        elif entry.derive == "preflight":
            found = demanded(preflight_differences(asked, new), entry, None)
        elif new.status != entry.new.status:
            found = demanded((Difference("status", "status", entry.new.status, new.status),), entry, None)
        else:
            found = demanded(success_differences(asked, new, young, shape), entry, None)
        outcome = Outcome.MISMATCH if found else Outcome.LEGACY_ERROR
        return Comparison(outcome, None, found, (entry.id,), demand=demand(entry.new))
    nearly = tuple(reasons) or (
        f"No legacy_defect entry is about {asked.route_name}: {broke.defect} is not known of it.",
    )
    difference = Difference("status", "undocumented", broke.defect, new.status, nearly)
    return Comparison(Outcome.LEGACY_ERROR, differences=(difference,))


def premise_holds(entry: Deviation, asked: Asked, document: object, sources: Sources) -> bool:
    """Whether what an entry demands of further answers is so. ``document``: the legacy document.

    Raises:
        Needed: something must be asked first.
        Underived: nothing can be told; the argument is the entry's id.
    """
    try:
        return entry.premise is None or entry.premise.holds(asked, document, sources)
    except Underived as error:
        raise Underived(entry.id) from error


def succeeded(new: Observation) -> bool:
    """Whether the new side did what was asked."""
    return new.status is not None and 200 <= new.status < 300


def success_differences(
    asked: Asked, new: Observation, young: Decoded, shape: Shape | None
) -> tuple[Difference, ...]:
    """Where a new answer that can be compared with nothing is no success of its operation, by the response schema."""
    if not succeeded(new) or (shape is not None and new.status != 200 and asked.method != "OPTIONS"):
        return (Difference("status", "status", 200, new.status),)
    origin = tuple(origin_differences(new))
    if shape is None or asked.method in ("HEAD", "OPTIONS"):
        return origin
    if young.form is not Form.JSON or young.media_type != JSON:
        return (Difference("header.content-type", "value", "a JSON document", young.media_type),)
    told = [
        Difference("$", "schema", "an answer that fits the schema", sentence)
        for sentence in islice(shape.fits(young.document), _MOST)
    ]
    told += origin
    told += islice(asked_for_differences(asked, young.document), _MOST)
    return tuple(told)


def _unfit(
    entry: Deviation, asked: Asked, broke: Breakage, new: object, entries: Sequence[Deviation]
) -> str | None:
    """Why an entry is not about this defect; None when it is."""
    about = entry.legacy.defects if entry.legacy is not None else frozenset()
    if not about:
        return "it is about another kind of difference"
    fits = breaks_so(entry, broke.defect)
    if not fits and DOCUMENTED in about:
        fits = is_documented(entry, asked, broke, entries)
        reason = None if fits else "nothing is documented that would break PHP's answer to this request so"
    else:
        reason = None if fits else f"it is about {' and '.join(sorted(about))}"
    reason = reason or _of_the_other_form(entry, asked, broke)
    reason = reason or entry.when.why_not(asked, broke.meant, broke.text, new)
    # Of a list that a limit cuts, the new side may show other rows: what broke PHP is in its own.
    return reason and (
        reason
        if broke.meant is None or not fits
        else entry.when.why_not(asked, broke.meant, broke.text, broke.meant)
    )


def _of_the_other_form(entry: Deviation, asked: Asked, broke: Breakage) -> str | None:
    """Why no text of an answer can have broken it, where PHP sends its XML as it is; None where one can."""
    read = asked.route is not None and not asked.route.writes
    answered = entry.new is not None and entry.new.status < 400
    if broke.defect == "empty_500" and asked.format == "xml" and read and answered and of_texts(entry):
        return "PHP reads the XML that it made only where JSON is asked for"
    return None
