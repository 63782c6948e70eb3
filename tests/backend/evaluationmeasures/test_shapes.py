"""Documents of evaluation measures."""

from backend.evaluationmeasures import shapes


def test_names_are_trimmed() -> None:
    """PHP's converted templates trim text."""
    assert shapes.measures([" kappa\r\n", "f_measure"]) == ["kappa", "f_measure"]
