"""The verdict on an exchange."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from config.routes import Route, load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Asked, Comparison, FollowUp, Observation
from tests.diffing.registry import ENTRIES, GET, LIST, PROBLEMS, registry, settled

LIST_OF_ONE = """
[[deviation]]
id = "thing-list-of-one"
kind = "transform"
title = "t"
routes = ["thing.list"]
at = "$"
transform = "list"
why = "w"
guide = "things"
[[deviation.example]]
legacy = "a"
new = ["a"]
[[deviation.near_miss]]
legacy = "a"
new = "a"
"""
CORS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept"),
)


def answer(document: object, status: int = 200, media_type: str = "application/json") -> Observation:
    """An answer of one side."""
    return Observation(status, (("Content-Type", media_type), *CORS), json.dumps(document).encode())


def error(code: str, message: str = "No") -> Observation:
    """An error of the legacy side."""
    return answer({"error": {"code": code, "message": message}}, 412)


def problem(status: int, slug: str, title: str, code: str | None, **members: object) -> Observation:
    """An error of the new side."""
    document = {
        "type": f"https://openml.org/problems/{slug}",
        "title": title,
        "status": status,
        "detail": "Why.",
    }
    return answer(document | ({"code": code} if code else {}) | members, status, "application/problem+json")


@pytest.fixture
def differ(tmp_path: Path) -> Differ:
    """A differ over the small registry."""
    return Differ(registry(tmp_path), PROBLEMS, max_bytes=1000)


def of(route: Route, **parameters: str) -> Asked:
    """A GET of the route."""
    return Asked(route, "GET", parameters)


def found(comparison: Comparison) -> list[tuple[str, str]]:
    """Path and kind of each difference."""
    return [(difference.path, difference.what) for difference in comparison.differences]


LEGACY = answer({"thing": {"id": "7"}})


def test_equal_after_deviations_is_explained(differ: Differ) -> None:
    """And the entries that did it are named."""
    comparison = differ.compare(of(GET), LEGACY, answer({"id": 7}))
    assert (comparison.verdict, comparison.deviations) == ("explained", ("thing-envelope", "thing-id"))


def test_equal_without_deviations_is_a_match(differ: Differ) -> None:
    """Nothing had to be explained."""
    assert differ.compare(of(GET), answer({"a": 1}), answer({"a": 1})).verdict == "match"


def test_an_answer_to_head_has_no_document(tmp_path: Path) -> None:
    """Nothing becomes a list of nothing."""
    entries = ENTRIES + LIST_OF_ONE
    head = Observation(200, answer({}).headers, b"")
    comparison = Differ(registry(tmp_path, entries), PROBLEMS).compare(Asked(LIST, "HEAD"), head, head)
    assert comparison.verdict == "match"


def test_a_deviation_not_carried_out_is_a_mismatch(differ: Differ) -> None:
    """The new side answers the legacy document as it is."""
    assert found(differ.compare(of(GET), LEGACY, LEGACY)) == [("$.id", "missing"), ("$.thing", "extra")]


def test_a_difference_says_what_nearly_explained_it(differ: Differ) -> None:
    """A person sees which entry to look at."""
    (difference,) = differ.compare(of(GET), LEGACY, answer({"id": "7"})).differences
    assert (difference.path, difference.what) == ("$.id", "type")
    assert 'thing-id turns "7" into 7' in difference.nearly[0]


def test_a_wrong_status_is_a_mismatch(differ: Differ) -> None:
    """Even when the document is right."""
    assert ("status", "status") in found(differ.compare(of(GET), LEGACY, answer({"id": 7}, 201)))


def test_a_documented_status_is_explained(differ: Differ) -> None:
    """Status, media type, type, title and code are those of the entry."""
    new = problem(404, "no-results", "No Results", "372")
    assert differ.compare(of(LIST), error("372"), new).verdict == "explained"


@pytest.mark.parametrize(
    ("new", "path"),
    [
        (problem(422, "no-results", "No Results", "372"), "status"),
        (problem(404, "no-result", "No Results", "372"), "$.type"),
        (problem(404, "no-results", "Nothing", "372"), "$.title"),
        (problem(404, "no-results", "No Results", "373"), "$.code"),
        (problem(404, "no-results", "No Results", None), "$.code"),
        (problem(404, "no-results", "No Results", "372", detail=""), "$.detail"),
        (problem(404, "no-results", "No Results", "372", errors=[]), "$.errors"),
        (error("372"), "header.content-type"),
    ],
)
def test_a_problem_that_is_not_the_entrys_is_a_mismatch(differ: Differ, new: Observation, path: str) -> None:
    """Each member is held to the entry and the table of problems."""
    assert path in [difference.path for difference in differ.compare(of(LIST), error("372"), new).differences]


def test_one_legacy_answer_can_have_two_twins(differ: Differ) -> None:
    """The entry with the premise comes first."""
    errors = [{"type": "limit_zero", "loc": ["query", "limit"], "msg": "m", "input": "0"}]
    new = problem(422, "validation-error", "Validation Error", "372", errors=errors)
    assert differ.compare(of(LIST, limit="0"), error("372"), new).verdict == "explained"
    assert differ.compare(of(LIST, limit="1"), error("372"), new).verdict == "mismatch"


@pytest.mark.parametrize(
    "wrong", [{"type": "other"}, {"type": []}, {"loc": ["query", "size"]}, {"loc": ["limit"]}, {"more": 1}]
)
def test_errors_are_held_to_the_declaration(differ: Differ, wrong: dict[str, object]) -> None:
    """Type and place, never the wording."""
    errors = [{"type": "limit_zero", "loc": ["query", "limit"], "msg": "m", "input": "0"} | wrong]
    new = problem(422, "validation-error", "Validation Error", "372", errors=errors)
    assert differ.compare(of(LIST, limit="0"), error("372"), new).verdict == "mismatch"


def test_numbers_of_the_legacy_message_must_be_told(differ: Differ) -> None:
    """`detail` names every number that PHP names."""
    legacy = error("372", "More than 10000 rows")
    assert found(differ.compare(of(LIST), legacy, problem(404, "no-results", "No Results", "372"))) == [
        ("$.detail", "value")
    ]


def test_an_error_that_no_entry_is_about_is_a_mismatch(differ: Differ) -> None:
    """Undocumented differences are bugs."""
    assert found(differ.compare(of(LIST), error("999"), error("999"))) == [("$", "undocumented")]


def test_an_offset_alone_is_derived_from_the_unlimited_list(differ: Differ) -> None:
    """First the follow-up is asked for, then the tail must be equal."""
    asked, legacy = of(LIST, offset="1"), error("373")
    first = differ.compare(asked, legacy, answer([{"id": 2}]))
    assert (first.outcome, first.follow_up) == (None, FollowUp.UNLIMITED)
    everything = answer([{"id": 1}, {"id": 2}])
    assert settled(differ, asked, legacy, answer([{"id": 2}]), everything).verdict == "explained"
    assert settled(differ, asked, legacy, answer([{"id": 1}]), everything).verdict == "mismatch"


def test_a_limited_list_is_compared_with_the_unlimited_one(differ: Differ) -> None:
    """Which rows come is unspecified, what they say is not."""
    asked, legacy = of(LIST, limit="1"), answer([{"id": 2}])
    everything = answer([{"id": 1}, {"id": 2}])
    assert differ.compare(asked, legacy, answer([{"id": 1}])).follow_up is FollowUp.UNLIMITED
    assert settled(differ, asked, legacy, answer([{"id": 1}]), everything).verdict == "match"
    assert settled(differ, asked, legacy, answer([{"id": 3}]), everything).verdict == "mismatch"


def test_a_refusal_must_be_carried_out(differ: Differ) -> None:
    """An entry that applies is not a permission but a promise."""
    asked = of(LIST, limit="5,2")
    errors = [{"type": "digits", "loc": ["query", "limit"], "msg": "m", "input": "5,2"}]
    refused = problem(422, "validation-error", "Validation Error", "371", errors=errors)
    assert differ.compare(asked, answer([{"id": 1}]), refused).verdict == "explained"
    assert differ.compare(asked, answer([{"id": 1}]), answer([{"id": 1}])).verdict == "mismatch"


EMPTY_500 = Observation(500, (("Content-Type", "text/html"),), b"")


def test_a_registered_defect_is_a_legacy_error(differ: Differ) -> None:
    """The new answer is what the entry expects."""
    assert differ.compare(of(GET), EMPTY_500, answer({"id": 7})).verdict == "legacy_error"


def test_a_defect_whose_expectation_fails_is_a_mismatch(differ: Differ) -> None:
    """The new side must answer rightly."""
    new = problem(404, "no-results", "No Results", "1")
    assert differ.compare(of(GET), EMPTY_500, new).verdict == "mismatch"


def test_an_unregistered_defect_is_an_undocumented_legacy_error(differ: Differ) -> None:
    """The registry knows every defect; it is shown which entries are not about this one."""
    found = differ.compare(of(LIST), EMPTY_500, answer([]))
    assert (found.verdict, len(found.differences)) == ("legacy_error:undocumented", 1)


@pytest.mark.parametrize(
    ("legacy", "new", "verdict"),
    [
        (LEGACY, answer({}, 500), "new_error"),
        (LEGACY, Observation(200, (("Content-Type", "application/json"),), b"{"), "new_error"),
        (LEGACY, Observation(None, (), b"", error="connection refused"), "new_error"),
        (Observation(None, (), b"", error="connection refused"), LEGACY, "legacy_error:undocumented"),
        (EMPTY_500, answer({}, 500), "both_error"),
        (LEGACY, Observation(None, (), b"", error="timeout"), "timeout"),
        (LEGACY, answer("x" * 1000), "too_large"),
        (Observation(404, (("Content-Type", "text/html"),), b"<html>"), LEGACY, "skipped:html_page"),
    ],
)
def test_what_cannot_be_compared_has_its_own_verdict(
    differ: Differ, legacy: Observation, new: Observation, verdict: str
) -> None:
    """Never a match, never silence."""
    assert differ.compare(of(GET), legacy, new).verdict == verdict


def test_text_where_a_document_belongs_is_a_difference() -> None:
    """Rules that make lists of one make none of bytes."""
    registered = load_registry(Path("config"))
    route = load_routes(Path("config"))["dataset.list"]
    text = Observation(200, (("Content-Type", "text/plain"),), b"out of memory")
    found = Differ(registered, PROBLEMS).compare(Asked(route, "GET"), text, answer([{"did": 1}]))
    assert found.verdict == "mismatch"


def test_a_route_that_is_not_implemented_is_never_a_match(differ: Differ) -> None:
    """Even when both sides happen to be equal."""
    route = Route(GET.name, GET.entity, "", False, False, GET.new, GET.legacy)
    assert differ.compare(of(route), answer({}), answer({})).verdict == "skipped:not_implemented"


def test_the_budget_of_nodes_is_a_verdict(tmp_path: Path) -> None:
    """A document that is too expensive is said to be."""
    differ = Differ(registry(tmp_path), PROBLEMS, max_nodes=10)
    assert (
        differ.compare(of(GET), answer(list(range(50))), answer(list(range(1, 51)))).verdict
        == "too_expensive"
    )


def test_a_stored_file_is_compared_byte_by_byte(differ: Differ) -> None:
    """Also when it is XML, which means the same with another namespace."""
    kind = (("Content-Type", "text/xml"),)
    legacy, new = (Observation(200, kind, b'<a xmlns="http://x/%d"/>' % number) for number in (1, 2))
    found = differ.compare(of(GET), legacy, new)
    assert [(difference.path, difference.what) for difference in found.differences] == [("$", "bytes")]
    assert differ.compare(of(GET), legacy, legacy).verdict == "match"


@pytest.mark.parametrize("coded", ["legacy", "new"])
def test_a_coding_that_cannot_be_undone_is_no_difference(differ: Differ, coded: str) -> None:
    """Nothing is known of what is in it; that the new side fails is known all the same."""
    good = answer({"a": "1"})
    unreadable = replace(good, headers=(*good.headers, ("Content-Encoding", "compress")))
    legacy, new = (unreadable, good) if coded == "legacy" else (good, unreadable)
    assert differ.compare(of(GET), legacy, new).verdict == "skipped:content_coding"
    assert differ.compare(of(GET), legacy, replace(new, status=500)).verdict == "new_error"


def test_codings_make_no_difference(differ: Differ) -> None:
    """Equal files are equal however they are sent."""
    file = Observation(200, (("Content-Type", "text/xml"), *CORS), b"<a>1</a>")
    coded = replace(
        file, headers=(*file.headers, ("Content-Encoding", "gzip")), body=gzip.compress(file.body)
    )
    other = replace(coded, body=gzip.compress(b"<a>1</a >"))
    assert differ.compare(of(GET), file, coded).verdict == "match"
    assert differ.compare(of(GET), file, other).verdict == "mismatch"
