"""The fast comparison says what a slow, obvious one says. The full size is `make prove`."""

from tests.functional.walks import agree


def test_both_comparisons_agree() -> None:
    """On documents that are the same and on documents that are not."""
    found = agree(1000)
    assert found.same > 100
    assert found.different > 100
