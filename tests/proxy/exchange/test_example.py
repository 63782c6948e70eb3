"""Examples have all their parts, in clean text of bounded size."""

from diffing.model import Comparison, Difference, Observation, Outcome
from proxy.exchange.decision import Side
from proxy.exchange.example import MOST_DIFFERENCES, example, example_of, read_example, served_only, shortened
from proxy.message.redact import Redactor
from proxy.message.translation import Request

TOO_LARGE = Comparison(Outcome.TOO_LARGE)
SERVED = Observation(200, (), b"", error="too_large")


def test_long_differences_are_cut() -> None:
    """What is stored stays readable."""
    many = tuple(Difference(f"$[{number}]", "value", "x" * 5000, 1) for number in range(100))
    found = shortened(Comparison(Outcome.MISMATCH, differences=many)).differences
    assert (len(found), found[0].new) == (MOST_DIFFERENCES, 1)
    assert str(found[0].legacy) == "x" * 1999 + "… (5000 characters)"


def test_deviations_are_named_once() -> None:
    """However many values one of them explains."""
    assert shortened(Comparison(Outcome.EXPLAINED, deviations=("a", "b", "a"))).deviations == ("a", "b")


def test_an_exchange_without_differences_is_told_by_what_the_sides_did() -> None:
    """The side that was not asked says nothing."""
    found = example("GET /x", TOO_LARGE, *served_only(Side.LEGACY, SERVED))
    assert (found["request"], found["path"], found["what"]) == ("GET /x", "$", "too_large")
    assert (found["legacy"], found["new"]) == ("too_large", None)


def test_secrets_are_not_kept() -> None:
    """Neither in the request, nor where a side repeated them."""
    request = Request("GET", b"/x?api_key=0123456789abcdef", (), b"")
    repeated = Comparison(Outcome.MISMATCH, differences=(Difference("$", "value", "0123456789abcdef", 1),))
    found = example_of(request, repeated, SERVED, SERVED, Redactor(b"salt"), {"0123456789abcdef"})
    assert "0123456789abcdef" not in str(found)


def test_an_example_of_an_older_version_is_read() -> None:
    """What it left out has a word."""
    assert read_example("{}")["request"] == "(the request was not kept)"
    assert read_example('{"path":null,"what":"too_large","nearly":[]}')["path"] == "$"
