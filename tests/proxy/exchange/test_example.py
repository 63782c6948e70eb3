"""Examples have all their parts, in clean text of bounded size."""

from diffing.model import Asked, Comparison, Difference, Observation, Outcome
from proxy.exchange.example import (
    MOST_DIFFERENCES,
    affected,
    asked_facts,
    example,
    example_of,
    read_affected,
    read_example,
    shortened,
)
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
    found = example("GET /x", TOO_LARGE, SERVED, None)
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


def test_the_requests_of_a_cluster_are_no_part_of_its_example() -> None:
    """They are read apart, where somebody wants to see them; older versions kept none."""
    stored = '{"request":"GET /x","requests":[{"request":"GET /x","role":"none","parameters":{}}]}'
    assert "requests" not in read_example(stored)
    assert [item["request"] for item in read_affected(stored)] == ["GET /x"]
    assert read_affected("{}") == []


def test_what_is_kept_of_a_request_is_bounded() -> None:
    """Parameters are the clients' choice."""
    many = {f"{number:03}": "x" * 1000 for number in range(100)}
    facts = asked_facts(Asked(None, "GET", many, role="user", guessed=True))
    found = affected({"request": "GET /" + "x" * 9000, **facts})
    assert (found["role"], len(found["parameters"])) == ("user (guessed)", 20)
    assert max(map(len, found["parameters"].values())) == 80
    assert len(found["request"]) < 600


def test_parameters_are_values() -> None:
    """Where none are stored, they are not, either."""
    request, facts = Request("GET", b"/x", (), b""), asked_facts(Asked(None, "GET", {"id": "1"}))
    for values, kept in ((True, {"id": "1"}), (False, None)):
        found = example_of(
            request, TOO_LARGE, SERVED, SERVED, Redactor(b"salt"), (), asked=facts, values=values
        )
        assert (found.get("parameters"), found["role"]) == (kept, "none")
