"""Only samples that somebody keeps are made."""

import pytest

from proxy.exchange.judgement import Judgement
from proxy.log import smallest
from proxy.log.smallest import SmallestSamples
from tests.proxy.logs import FIRST, NEW, OLD, finding


def judgement(signature: str | None = None, padding: str = "") -> Judgement:
    """What came of comparing."""
    found = finding(FIRST, signature, padding=padding).judgement
    assert found is not None
    return found


def test_each_is_smaller_than_the_one_before() -> None:
    """Of each signature by itself."""
    samples = SmallestSamples()
    sizes = [
        found and found[0]
        for found in (
            samples.of(judgement(signature, "x" * padding))
            for signature, padding in ((OLD, 9), (OLD, 9), (NEW, 20), (OLD, 3), (OLD, 5))
        )
    ]
    first, again, other, less, more = sizes
    assert (again, more) == (None, None)
    assert first is not None
    assert other == first + 11
    assert less == first - 6


def test_nothing_is_made_of_what_nobody_looks_at() -> None:
    """A match has no cluster."""
    assert SmallestSamples().of(judgement()) is None


def test_signatures_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A side that answers garbage makes one of every exchange."""
    monkeypatch.setattr(smallest, "MOST_CLUSTERS", 1)
    samples = SmallestSamples()
    assert samples.of(judgement(OLD)) is not None
    assert samples.of(judgement(NEW)) is None
