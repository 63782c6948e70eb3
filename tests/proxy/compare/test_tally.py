"""The numbers add up."""

from hypothesis import given
from hypothesis import strategies as st

from diffing.model import Comparison, Difference, Outcome, SkipReason
from diffing.parity import Parity
from proxy.compare.tally import Tally

COMPARISONS = st.one_of(
    st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.SKIPPED]).map(Comparison),
    st.sampled_from(SkipReason).map(lambda reason: Comparison(Outcome.SKIPPED, reason)),
)


def counted(*comparisons: tuple[str, Comparison]) -> Tally:
    """A tally of exchanges."""
    tally = Tally()
    for route, comparison in comparisons:
        tally.add(route, comparison, lambda: "signature", lambda: {"request": "GET /"})
    return tally


def outcomes(document: dict[str, object]) -> int:
    """The sum of all outcomes of a document of counts."""
    skipped = document["skipped"]
    assert isinstance(skipped, dict)
    plain = [value for name, value in document.items() if name not in ("received", "skipped")]
    return sum(value for value in plain if isinstance(value, int)) + sum(skipped.values())


@given(st.lists(st.tuples(st.sampled_from(["a.get", "b.list"]), COMPARISONS)))
def test_received_is_the_sum_of_all_outcomes(comparisons: list[tuple[str, Comparison]]) -> None:
    """In total and for each route, and the routes sum up to the total."""
    document = counted(*comparisons).document()
    parts = [document["totals"], *document["routes"].values()]
    assert [part["received"] for part in parts] == [outcomes(part) for part in parts]
    assert sum(part["received"] for part in parts[1:]) == document["totals"]["received"] == len(comparisons)


def test_compared_and_parity() -> None:
    """compared = match + explained + mismatch; parity is that of diffing.parity."""
    verdicts = [Outcome.MATCH, Outcome.EXPLAINED, Outcome.EXPLAINED, Outcome.MISMATCH, Outcome.LEGACY_ERROR]
    totals = counted(*(("a.get", Comparison(verdict)) for verdict in verdicts)).totals
    assert (totals.compared, totals.parity) == (4, Parity(good=3, bad=2, unjudged=0))


def test_parity_of_nothing_is_unknown() -> None:
    """Nothing compared is neither good nor bad."""
    assert counted(("a.get", Comparison(Outcome.SKIPPED, SkipReason.XML))).totals.parity.share is None


def test_a_deviation_counts_once_per_exchange() -> None:
    """Hits are exchanges, not places."""
    tally = counted(("a.get", Comparison(Outcome.EXPLAINED, deviations=("x", "x", "y"))))
    assert tally.deviations == {"x": 1, "y": 1}


def test_mismatches_of_one_signature_are_one_cluster() -> None:
    """The first exchange is its example, the others are counted."""
    mismatch = Comparison(Outcome.MISMATCH, differences=(Difference("$", "value"),))
    document = counted(("a.get", mismatch), ("a.get", mismatch)).document()
    assert document["differences"] == [
        {"signature": "signature", "route": "a.get", "count": 2, "example": {"request": "GET /"}}
    ]


def test_a_new_error_without_differences_is_shown() -> None:
    """Whatever fails a check can be looked up."""
    assert len(counted(("a.get", Comparison(Outcome.NEW_ERROR))).clusters) == 1


def test_each_request_of_a_cluster_is_listed() -> None:
    """Not the first one only; documented legacy errors and skipped exchanges are listed by verdict and route."""
    tally = Tally()
    mismatch = Comparison(Outcome.MISMATCH)
    documented = Comparison(Outcome.LEGACY_ERROR, deviations=("a-defect",))
    for number, comparison in enumerate((mismatch, mismatch, documented, Comparison(Outcome.MATCH))):

        def request(number: int = number) -> dict[str, int]:
            return {"recording": number}

        tally.add("a.get", comparison, lambda: "signature", dict, request)
    assert tally.clusters["signature"].requests == [{"recording": 0}, {"recording": 1}]
    assert tally.unjudged == {("legacy_error", "a.get"): [{"recording": 2}]}
