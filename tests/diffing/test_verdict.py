"""From differences to a verdict."""

from diffing.model import Comparison, Difference, Outcome
from diffing.verdict import verdict, with_further

ONE = Difference("header.location", "duplicate")


def test_what_differs_is_a_mismatch() -> None:
    """Else it is explained, or a match."""
    outcomes = [verdict((ONE,), ()).outcome, verdict((), ("x",)).outcome, verdict((), ()).outcome]
    assert outcomes == [Outcome.MISMATCH, Outcome.EXPLAINED, Outcome.MATCH]


def test_further_faults_make_a_good_verdict_bad() -> None:
    """Also where PHP broke and that is documented; what says less stays."""
    documented = Comparison(Outcome.LEGACY_ERROR, deviations=("x",))
    assert with_further(documented, (ONE,)).outcome is Outcome.MISMATCH
    assert with_further(verdict((), ()), (ONE,)).differences == (ONE,)
    assert with_further(verdict((ONE,), ()), (ONE,)).differences == (ONE,)
    for other in (
        Comparison(Outcome.LEGACY_ERROR),
        Comparison(Outcome.NEW_ERROR),
        Comparison(Outcome.TIMEOUT),
    ):
        assert with_further(other, (ONE,)) is other
