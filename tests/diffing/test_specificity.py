"""Which of two entries that fit one exchange is the narrower."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from diffing.conditions import Condition, ValueCondition
from diffing.premises import Premise
from diffing.registry import Deviation, Kind, LegacySide, NewSide
from diffing.specificity import covers, implies, same_expectation, stands_first
from tests.diffing.registry import registry

SOME = re.compile(".+")
ANY = Condition()
ZERO = Condition(parameters={"limit": re.compile("0+")})


@pytest.fixture
def entry(tmp_path: Path) -> Deviation:
    """An entry about one code of one route."""
    return replace(registry(tmp_path).by_id["thing-no-results"], when=ANY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ZERO, ANY),
        (ZERO, Condition(parameter=("limit", "offset"))),
        (ZERO, Condition(any_parameter={"limit": re.compile(".*"), "offset": re.compile(".*")})),
        (Condition(any_parameter={"a": SOME}), Condition(any_parameter={"a": SOME, "b": SOME})),
        (Condition(method=("PUT",)), Condition(method=("PUT", "DELETE"))),
        (Condition(role=("bad",), method=("HEAD",)), Condition(method=("HEAD",))),
        (Condition(lacks=("a", "b")), Condition(lacks=("a",))),
        (Condition(value=(ValueCondition("$.a"),)), ANY),
        (Condition(message=re.compile("no")), ANY),
        (Condition(shows=(ValueCondition("$.a"),)), ANY),
        (Condition(format="xml"), ANY),
    ],
)  # fmt: skip
def test_the_narrower_condition_implies_the_other(one: Condition, other: Condition) -> None:
    """And not the other way round."""
    assert (implies(one, other), implies(other, one)) == (True, False)


def test_conditions_about_different_things_imply_neither() -> None:
    """Both may hold at once, and neither says more."""
    one, other = Condition(method=("OPTIONS",)), Condition(method_known=False)
    assert (implies(one, other), implies(other, one)) == (False, False)


def test_two_expressions_for_one_parameter_say_equally_much() -> None:
    """Which of them takes more texts nobody computes."""
    other = Condition(parameters={"limit": re.compile(r"\d+")})
    assert (implies(ZERO, other), implies(other, ZERO)) == (True, True)


def test_what_says_more_of_the_request_stands_first(entry: Deviation) -> None:
    """Whatever codes and routes are named."""
    narrow = replace(entry, when=ZERO, legacy=LegacySide(), routes=("*",))
    assert (stands_first(narrow, entry), stands_first(entry, narrow)) == (True, False)


@pytest.mark.parametrize("change", [{"routes": ("thing.*",)}, {"legacy": LegacySide(frozenset({412}))}])
def test_of_equal_conditions_fewer_routes_or_codes_decide(
    entry: Deviation, change: dict[str, object]
) -> None:
    """In this order."""
    broad = replace(entry, **change)  # type: ignore[arg-type]  # the parameters are fields of it
    assert (stands_first(entry, broad), stands_first(broad, entry)) == (True, False)


def test_a_twin_does_not_stand_first(entry: Deviation) -> None:
    """Nothing says that it should, unless it does so itself."""
    assert not stands_first(entry, entry)
    assert stands_first(replace(entry, before=(entry.id,)), entry)


def test_a_checked_premise_is_the_narrowest(entry: Deviation) -> None:
    """It applies only where the new side confirms it."""
    premise = Premise("/things/{id}", "id", "112")
    assert stands_first(replace(entry, premise=premise), entry)


def test_equal_expectations_do_not_mind(entry: Deviation) -> None:
    """Unless the answer is derived in two ways."""
    other = replace(entry, new=NewSide(422, None, "validation-error"))
    accepts = replace(entry, kind=Kind.ACCEPTS, derive="offset")
    assert [same_expectation(entry, item) for item in (entry, other, accepts)] == [True, False, False]


def test_what_says_no_more_covers(entry: Deviation) -> None:
    """The later one never counts then."""
    assert covers(replace(entry, when=ANY, routes=("*",), legacy=LegacySide()), entry)
    assert covers(entry, replace(entry, when=ZERO))


@pytest.mark.parametrize(
    "change",
    [
        {"when": ZERO},
        {"routes": ("thing.get",)},
        {"legacy": LegacySide(frozenset({450}))},
        {"premise": Premise("/things/{id}", "id", "112")},
    ],
)
def test_what_says_more_does_not_cover(entry: Deviation, change: dict[str, object]) -> None:
    """Elsewhere the later one counts."""
    assert not covers(replace(entry, **change), entry)  # type: ignore[arg-type]  # fields of it


def test_another_expression_covers_nothing(entry: Deviation) -> None:
    """Which of them takes more texts nobody computes."""
    assert not covers(
        replace(entry, when=ZERO), replace(entry, when=Condition(parameters={"limit": re.compile(".")}))
    )
