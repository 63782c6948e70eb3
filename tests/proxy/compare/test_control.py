"""Two answers of one side: what differs is noise."""

import gzip

import pytest

from diffing.model import Comparison, Observation, Outcome, SkipReason
from proxy.compare.control import asked_again, by_length, same_side

JSON = (("content-type", "application/json"),)


def answer(body: bytes, status: int = 200, error: str | None = None) -> Observation:
    """One answer."""
    return Observation(status, JSON, body, error=error)


@pytest.mark.parametrize("body", [b'{"a":1}', b'{ "a": 1 }'])
def test_equal_documents_match(body: bytes) -> None:
    """However they are written."""
    assert same_side(answer(b'{"a":1}'), answer(body)).outcome is Outcome.MATCH


@pytest.mark.parametrize(
    "other", [answer(b'{"a":1.0}'), answer(b'{"a":1}', 404), answer(b"[]"), answer(b"{")]
)
def test_anything_else_is_a_difference(other: Observation) -> None:
    """Types count; no deviation is asked."""
    assert same_side(answer(b'{"a":1}'), other).outcome is Outcome.MISMATCH


def test_what_did_not_answer_is_not_compared() -> None:
    """It is no noise either."""
    silent = Observation(None, (), b"", error="timeout")
    assert same_side(answer(b"{}"), silent).outcome is Outcome.TIMEOUT


def test_long_downloads_are_compared_by_length_and_hash() -> None:
    """One byte of another kind is a difference."""
    one, same, other = (answer(text, error="too_large") for text in (b"9 sha a", b"9 sha a", b"9 sha b"))
    assert by_length(one, same).outcome is Outcome.MATCH
    assert by_length(one, other).outcome is Outcome.MISMATCH
    assert by_length(one, answer(b"short")).outcome is Outcome.MISMATCH
    assert by_length(one, answer(b"", error="timeout")).outcome is Outcome.TOO_LARGE


@pytest.mark.parametrize(
    ("still", "again", "race"),
    [
        (Outcome.MATCH, Outcome.MISMATCH, False),
        (Outcome.MATCH, Outcome.NEW_ERROR, False),
        (Outcome.MATCH, Outcome.MATCH, True),
        (Outcome.MATCH, Outcome.EXPLAINED, True),
        (Outcome.MISMATCH, Outcome.MISMATCH, True),
    ],
)
def test_only_what_stays_is_a_difference(still: Outcome, again: Outcome, race: bool) -> None:
    """What goes away when it is asked again, or moves on the legacy side itself, is a race."""
    first = Comparison(Outcome.MISMATCH)
    found = asked_again(first, Comparison(still), Comparison(again))
    assert found == (Comparison(Outcome.SKIPPED, SkipReason.RACE) if race else first)


def test_codings_make_no_difference() -> None:
    """Equal documents are equal however they are sent; what cannot be read is not judged."""
    coded = Observation(200, (*JSON, ("content-encoding", "gzip")), gzip.compress(b"{}"))
    unknown = Observation(200, (*JSON, ("content-encoding", "compress")), b"x")
    assert same_side(answer(b"{}"), coded).outcome is Outcome.MATCH
    assert same_side(answer(b"[]"), coded).outcome is Outcome.MISMATCH
    assert same_side(answer(b"{}"), unknown).verdict == "skipped:content_coding"
    assert same_side(unknown, unknown).outcome is Outcome.MATCH


def test_of_long_downloads_in_a_coding_nothing_was_kept() -> None:
    """So that nothing can be said, unless they are equal as they are."""
    long = Observation(200, (("content-encoding", "gzip"),), b"9 sha a", error="too_large")
    assert by_length(long, long).outcome is Outcome.MATCH
    for other in (answer(b"9 sha b", error="too_large"), answer(b"{}")):
        assert by_length(long, other).verdict == "skipped:content_coding"
