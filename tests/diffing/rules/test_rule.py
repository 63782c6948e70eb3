"""Each rule explains its examples and none of its near misses, in whole exchanges of a small API."""

from collections.abc import Iterator, Mapping

import pytest

from diffing.compare import Differ
from diffing.model import Asked, Comparison, Observation, Outcome
from diffing.paths import MISSING
from diffing.registry import Example
from diffing.rules.book import RULES
from diffing.rules.effect import RULE as NO_EFFECT
from diffing.rules.rule import Rule
from tests.diffing.registry import settled
from tests.diffing.rules.fake import FIELDS, PROBLEMS, ROUTES, ROWS, TAG, TASK, registry, requests
from tests.diffing.test_compare import answer, problem

DIFFER = Differ(registry(), PROBLEMS)
# What an error changes is no part of an answer: tests/proxy/checking/test_effect_tally.py has that rule's exchanges.
OF_ANSWERS = [rule for rule in RULES if rule is not NO_EFFECT]
SUCCESSES: Mapping[str, object] = {ROWS.name: [{"did": 2}], TASK.name: {"task_id": "1"}, TAG.name: {"id": 1}}
ALL_ROWS = answer([{"did": 1}, {"did": 2}])


def exchanges(example: Example) -> Iterator[Comparison]:
    """What comes of an example, wherever it can stand: as an answer to each request, or at each place of a document."""
    if isinstance(example.legacy, Mapping) and example.legacy.keys() & {"status", "defect"}:
        for route, parameters in requests():
            new = example.new
            assert isinstance(new, Mapping)
            asked = Asked(route, route.new.method, parameters)
            for said in _new_sides(route.name, new, parameters):
                legacy = _legacy_side(route.name, example.legacy)
                found = DIFFER.compare(asked, legacy, said)
                yield found if found.follow_up is None else settled(DIFFER, asked, legacy, said, ALL_ROWS)
        return
    for route in ROUTES:
        key = next((name for name, one in FIELDS.items() if one is route), None)
        before, after = (
            side if key is None else {} if side is MISSING else {key: side}
            for side in (example.legacy, example.new)
        )
        if before is not MISSING and after is not MISSING:
            yield DIFFER.compare(Asked(route, "GET", {"id": "1"}), answer(before), answer(after))


def _legacy_side(route: str, told: Mapping[str, object]) -> Observation:
    if "defect" in told:
        return Observation(500, (("Content-Type", "text/html"),), b"")
    if told["status"] == 200:
        side = ROUTES[route].legacy
        document = SUCCESSES[route]
        for key in reversed(side.envelope if side else ()):
            document = {key: document}
        return answer(document)
    return answer({"error": {"code": told["code"], "message": "No"}}, int(str(told["status"])))


def _new_sides(route: str, told: Mapping[str, object], sent: Mapping[str, str]) -> Iterator[Observation]:
    """The answers that an example may mean: a list of what is wrong has the type that fits."""
    if told["status"] == 200:
        yield answer(SUCCESSES[route])
        return
    slug, status, code = str(told["type"]), int(str(told["status"])), told.get("code")
    kinds = (
        ("path", "id", "id"),
        ("query", "limit", "digits"),
        ("query", "limit", "limit_zero"),
        ("", "", ""),
    )
    for place, name, kind in kinds:
        wrong = {"type": kind, "loc": [place, name], "msg": "No.", "input": sent.get(name)}
        members = {"errors": [wrong]} if kind else {}
        yield problem(status, slug, PROBLEMS[slug].title, None if code is None else str(code), **members)


def explained(rule: Rule, example: Example) -> bool:
    """Whether the rule explains it anywhere."""
    clean = (Outcome.EXPLAINED, Outcome.LEGACY_ERROR)
    return any(
        rule.id in found.deviations and found.outcome in clean and not found.differences
        for found in exchanges(example)
    )


@pytest.mark.parametrize("rule", OF_ANSWERS, ids=lambda rule: rule.id)
def test_each_example_is_explained(rule: Rule) -> None:
    """By this rule, at some place or of some request."""
    for number, example in enumerate(rule.examples, 1):
        assert explained(rule, example), f"example {number}: {example.legacy!r} -> {example.new!r}"


@pytest.mark.parametrize("rule", OF_ANSWERS, ids=lambda rule: rule.id)
def test_no_near_miss_is_explained(rule: Rule) -> None:
    """By this rule, at any place or of any request."""
    for number, miss in enumerate(rule.near_misses, 1):
        assert not explained(rule, miss), f"near miss {number}: {miss.legacy!r} -> {miss.new!r}"
