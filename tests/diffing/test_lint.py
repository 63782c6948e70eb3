"""Lint of the registry."""

from pathlib import Path

import pytest

from diffing.compare import Differ
from diffing.lint import lint_examples, lint_usage
from diffing.model import Observation, Outcome
from diffing.usage import Usage
from tests.diffing.registry import ENTRIES, GET, LIST, registry
from tests.diffing.test_compare import answer, error, of, problem
from tests.diffing.test_usage import used


def test_good_examples_have_no_findings(tmp_path: Path) -> None:
    """Every example is explained, no near miss is."""
    assert list(lint_examples(registry(tmp_path))) == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ('legacy = "1"\nnew = 1\n', 'legacy = "1"\nnew = 2\n', "example"),
        ('legacy = "1"\nnew = 1.0', 'legacy = "1"\nnew = 1', "near_miss"),
        ('new = { status = 404, code = "371"', 'new = { status = 422, code = "371"', "near_miss"),
    ],
)
def test_a_broken_example_is_found(tmp_path: Path, before: str, after: str, kind: str) -> None:
    """Examples are tests."""
    assert before in ENTRIES
    findings = lint_examples(registry(tmp_path, ENTRIES.replace(before, after)))
    assert [finding.kind for finding in findings] == [kind]


def found(differ: Differ, usage: Usage, stale_after: int = 1000) -> list[tuple[str, str]]:
    """Which entries have which findings."""
    return [(f.deviation, f.kind) for f in lint_usage(differ.registry, usage, stale_after)]


def test_a_value_unlike_all_examples_is_over_broad(tmp_path: Path) -> None:
    """`$.id` was a list of texts, the example shows a text."""
    differ, usage = used(tmp_path)
    differ.compare(of(GET), answer({"id": ["1", "2"]}), answer({"id": [1, 2]}))
    assert found(differ, usage) == [("thing-id", "over_broad")]


def test_a_route_that_is_not_named_is_over_broad(tmp_path: Path) -> None:
    """A log tells of hits from before the entry was narrowed."""
    differ, usage = used(tmp_path)
    usage.compared("thong.get", Outcome.EXPLAINED, ["thing-id"])
    assert found(differ, usage) == [("thing-id", "over_broad")]


def test_an_entry_without_a_hit_is_stale(tmp_path: Path) -> None:
    """Once its routes had enough comparable exchanges; that is told, and fails nothing."""
    differ, usage = used(tmp_path)
    for _ in range(3):
        usage.compared("thing.get", Outcome.LEGACY_ERROR, ("thing-envelope", "thing-id"))
    assert found(differ, usage, stale_after=4) == []
    [stale] = lint_usage(differ.registry, usage, stale_after=3)
    assert (stale.deviation, stale.kind, stale.fails) == ("thing-dies", "stale", False)


def test_a_defect_is_stale_only_by_exchanges_in_which_the_legacy_side_broke(tmp_path: Path) -> None:
    """No other exchange can show it, however many there are."""
    differ, usage = used(tmp_path)
    for _ in range(9):
        usage.compared("thing.get", Outcome.MATCH, ("thing-envelope", "thing-id"))
    assert found(differ, usage, stale_after=3) == []


def twin(name: str, **changes: str) -> str:
    """An entry of the small registry once more, with changes."""
    start = ENTRIES.index(f'[[deviation]]\nid = "{name}"')
    end = ENTRIES.find("[[deviation]]", start + 1)
    text = ENTRIES[start : end if end > 0 else len(ENTRIES)].replace(name, "thing-twin")
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return text


def test_an_entry_that_is_always_masked_is_dead(tmp_path: Path) -> None:
    """An earlier entry says the same."""
    differ, usage = used(tmp_path, ENTRIES + twin("thing-no-results"))
    comparison = differ.compare(of(LIST), error("372"), problem(404, "no-results", "No Results", "372"))
    usage.compared("thing.list", comparison.verdict, comparison.deviations)
    assert found(differ, usage) == [("thing-twin", "dead")]


def test_a_transform_that_is_always_masked_is_dead(tmp_path: Path) -> None:
    """An earlier one has done it."""
    differ, usage = used(tmp_path, ENTRIES + twin("thing-id"))
    comparison = differ.compare(of(GET), answer({"id": "1"}), answer({"id": 1}))
    usage.compared("thing.get", comparison.verdict, comparison.deviations)
    assert found(differ, usage) == [("thing-twin", "dead")]


def test_a_defect_that_is_always_masked_is_dead(tmp_path: Path) -> None:
    """The first fitting entry says what is expected."""
    differ, usage = used(tmp_path, ENTRIES + twin("thing-dies"))
    died = Observation(500, (("Content-Type", "text/html"),), b"")
    comparison = differ.compare(of(GET), died, answer({"id": 1}))
    usage.compared("thing.get", comparison.verdict, comparison.deviations)
    assert found(differ, usage) == [("thing-twin", "dead")]


def test_two_errors_of_which_neither_is_narrower_conflict(tmp_path: Path) -> None:
    """Both fit, and they expect different things: the first one masks the other only by chance."""
    other = twin("thing-no-results", **{"404": "409"})
    differ, usage = used(tmp_path, ENTRIES + other)
    differ.compare(of(LIST), error("372"), problem(404, "no-results", "No Results", "372"))
    assert ("thing-no-results", "conflicting") in found(differ, usage)


def test_two_transforms_whose_order_decides_conflict(tmp_path: Path) -> None:
    """Both claim the value as it stands."""
    other = twin("thing-id", **{'"integer"': '"split"\nwith = { separator = "," }'})
    differ, usage = used(tmp_path, ENTRIES + other)
    differ.compare(of(GET), answer({"id": "1"}), answer({"id": 1}))
    assert ("thing-id", "conflicting") in found(differ, usage)


def test_two_defects_of_which_neither_is_narrower_conflict(tmp_path: Path) -> None:
    """An answer cannot be two things."""
    other = twin("thing-dies", **{"expect = { status = 200 }": "expect = { status = 204 }"})
    differ, usage = used(tmp_path, ENTRIES + other)
    differ.compare(of(GET), Observation(500, (("Content-Type", "text/html"),), b""), answer({"id": 1}))
    assert ("thing-dies", "conflicting") in found(differ, usage)


def test_a_conflict_of_a_log_that_has_been_settled_is_over(tmp_path: Path) -> None:
    """The entry says `before` now, or one of the two has gone."""
    differ, usage = used(tmp_path)
    usage.conflicts["thing-id", "thing-gone"]["thing.get"] += 1
    assert found(differ, usage) == []
