"""Compare two answers of one side: nothing is documented to differ, so what differs is noise or a race."""

from diffing.coding import codings
from diffing.compare import UNREAD
from diffing.decode import Decoded, Form, decode
from diffing.model import Comparison, Difference, Observation, Outcome, SkipReason
from diffing.walk import canonical, walk

# Where the clock, a cache or a random number shows, and no client looks.
_COMPARED = ("content-type", "content-disposition", "location")


def same_side(first: Observation, second: Observation) -> Comparison:
    """Compare two answers of one side, type-strictly. ``second``: the other one. Returns ``match``, ``mismatch`` with
    the differences, or why they could not be compared.
    """
    errors = {first.error, second.error} - {None}
    if "too_large" in errors:
        return Comparison(Outcome.TOO_LARGE)
    if errors:
        return Comparison(Outcome.TIMEOUT if errors == {"timeout"} else Outcome.BOTH_ERROR)
    found: list[Difference] = []
    if first.status != second.status:
        found.append(Difference("status", "status", first.status, second.status))
    found += [
        Difference(f"header.{name}", "value", first.header(name), second.header(name))
        for name in _COMPARED
        if first.header(name) != second.header(name)
    ]
    if first.body != second.body:
        one, other = decode(first), decode(second)
        if Form.CODED in (one.form, other.form):
            return UNREAD
        found += _bodies(one, other)
    return Comparison(Outcome.MISMATCH if found else Outcome.MATCH, differences=tuple(found))


def asked_again(first: Comparison, still: Comparison, again: Comparison) -> Comparison:
    """What remains of a difference when legacy, new and legacy were asked again: only what differs while legacy stays.

    ``still``: of both later answers of the legacy side. ``again``: of the later answers of both sides. Returns the
    first comparison, or that it was a race: something was written in between.
    """
    moved = still.outcome is Outcome.MISMATCH
    if moved or again.outcome in (Outcome.MATCH, Outcome.EXPLAINED):
        return Comparison(Outcome.SKIPPED, SkipReason.RACE)
    return first


def _bodies(one: Decoded, other: Decoded) -> tuple[Difference, ...]:
    if one.form is not other.form:
        return (Difference("$", "type", str(one.form), str(other.form)),)
    if one.document is None or isinstance(one.document, bytes) or isinstance(other.document, bytes):
        sizes = (f"{len(one.body)} bytes", f"{len(other.body)} bytes")
        return () if one.document == other.document else (Difference("$", "value", *sizes),)
    if canonical(one.document) == canonical(other.document):
        return ()
    return walk(one.document, other.document, ())


def by_length(legacy: Observation, new: Observation) -> Comparison:
    """Compare downloads that are too long to be kept: status, length and hash (``observe.digest_of``)."""
    if legacy.status is None or new.status is None or {legacy.error, new.error} - {None, "too_large"}:
        return Comparison(Outcome.TOO_LARGE)
    if legacy.status != new.status:
        difference = Difference("status", "status", legacy.status, new.status)
        return Comparison(Outcome.MISMATCH, differences=(difference,))
    if codings(legacy.headers) + codings(new.headers) and (legacy.error, legacy.body) != (
        new.error,
        new.body,
    ):
        return UNREAD  # what could be expanded was not kept
    if legacy.error != new.error:
        longer = (legacy.error or f"{len(legacy.body)} bytes", new.error or f"{len(new.body)} bytes")
        return Comparison(Outcome.MISMATCH, differences=(Difference("$", "value", *longer),))
    if legacy.body != new.body:
        shown = (legacy.body.decode("latin-1"), new.body.decode("latin-1"))
        return Comparison(Outcome.MISMATCH, differences=(Difference("$", "value", *shown),))
    return Comparison(Outcome.MATCH)
