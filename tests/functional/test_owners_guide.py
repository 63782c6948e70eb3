"""Each statement of the owner's migration guide is carried by rules and entries, and told in ours.

A statement is named by its section and a keyword; what it says is in the words of rules and entries in
docs/migration-guide.md. Where a rule carries it, what the rule does at the very place is tried, too.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from config.routes import load_routes
from diffing.deviations import load_registry
from diffing.model import Asked
from diffing.normalise import normalise
from diffing.paths import MISSING, identical, parse, values
from diffing.registry import Kind
from diffing.rules.book import RULES

REGISTRY, ROUTES = load_registry(Path("config")), load_routes(Path("config"))
GUIDE = Path("docs/migration-guide.md").read_text(encoding="utf-8")

STATEMENTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("general", "typed JSON"): ("rule-type",),
    ("general", "lists when multiple values are possible"): ("rule-list",),
    ("general", "restriction of input types"): ("rule-id", "rule-filter"),
    ("general", "expansion of input types"): ("read-by-post", "head-of-a-read", "cors-preflight"),
    ("general", "authentication and access messages"): (
        "authentication-required",
        "authentication-failed",
        "account-read-only",
    ),
    ("general", "checks before fetching data"): ("unknown-path", "administrator-before-input"),
    ("general", "unnecessary nesting"): ("rule-envelope",),
    ("RFC 9457", "dataset not found"): ("rule-error",),
    ("RFC 9457", "always JSON, also where PHP answered XML"): (
        "authentication-failed",
        "authentication-required",
    ),
    ("status codes", "no such identifier is 404"): ("rule-error",),
    ("status codes", "authentication is 401"): ("authentication-required", "authentication-failed"),
    ("status codes", "incorrect input is 422"): ("rule-id", "rule-error"),
    ("input validation", "stricter constraints"): ("dataset-list-no-such-value", "rule-error"),
    ("datasets get", "format"): ("dataset-format-lower-case",),
    ("datasets get", "parquet_url"): ("dataset-no-parquet",),
    ("datasets get", "creator"): ("dataset-creators-separated",),
    ("datasets get", "ignore_attribute"): ("rule-list",),
    ("datasets get", "processing date"): ("rule-type",),
    ("datasets get", "lists, also empty or of one"): ("rule-list",),
    ("datasets get", "fields without a value"): ("rule-null", "rule-empty-text"),
    ("datasets list", "filters in the body of a POST"): ("read-by-post",),
    ("datasets list", "private data sets for administrators"): ("administrators-see-all",),
    ("datasets list", "limit and offset independently"): ("rule-offset",),
    ("datasets tag", "tag is a list"): ("rule-list",),
    ("setups get", "integers"): ("rule-type",),
    ("setups get", "list of parameters"): ("rule-list",),
    ("setups tag and untag", "tag is a list"): ("rule-list",),
    ("studies get", "legacy studies"): ("study-legacy", "study-legacy-without-tags"),
    ("flows exists", "found"): (
        "rule-envelope",
        "flow-exists-true",
        "flow-exists-id-renamed",
        "rule-type",
    ),
    ("flows exists", "not found"): ("flow-exists-not",),
    ("estimation procedures list", "task_type_id"): ("estimationprocedure-task-type-id",),
    ("estimation procedures list", "typed"): ("rule-type",),
    ("estimation procedures list", "nesting"): ("rule-envelope",),
    ("evaluation measures list", "nesting"): ("rule-envelope",),
}


class Change(NamedTuple):
    """What becomes of a value of PHP: of the whole answer of a route, in its envelope, or at a path inside of it."""

    route: str
    at: str
    legacy: object
    new: object


class Refusal(NamedTuple):
    """What becomes of an answer of PHP to a request: the status and the type of the new API."""

    route: str
    parameters: Mapping[str, str]
    legacy: tuple[int, str | None]
    new: tuple[int, str | None]


CHANGES: dict[tuple[str, str], tuple[Change, ...]] = {
    ("general", "typed JSON"): (
        Change("dataset.get", "$.id", "61", 61),
        Change("flow.get", "$.uploader", "1", 1),
        Change("study.get", "$.id", "99", 99),
        Change("dataset.features", "$[*].is_target", "true", True),
    ),
    ("general", "lists when multiple values are possible"): (
        Change("dataset.get", "$.creator", "Fay", ["Fay"]),
        Change("flow.get", "$.tag", "a", ["a"]),
        Change("study.get", "$.task_ids", "3", [3]),
    ),
    ("general", "unnecessary nesting"): (
        Change("dataset.get", "$", {"id": "61"}, {"id": 61}),
        Change("dataset.list", "$", [{"did": 61}], [{"did": 61}]),
        Change("study.get", "$", {"id": "99"}, {"id": 99}),
    ),
    ("datasets get", "ignore_attribute"): (
        Change("dataset.get", "$.ignore_attribute", ["a", "b"], ["a", "b"]),
        Change("dataset.get", "$.ignore_attribute", "a", ["a"]),
    ),
    ("datasets get", "processing date"): (
        Change("dataset.get", "$.processing_date", "2019-07-09 15:22:03", "2019-07-09T15:22:03"),
    ),
    ("datasets get", "lists, also empty or of one"): (
        Change("dataset.get", "$.contributor", MISSING, []),
        Change("dataset.get", "$.contributor", "Fay", ["Fay"]),
        Change("dataset.get", "$.creator", MISSING, []),
    ),
    ("datasets get", "fields without a value"): (
        Change("dataset.get", "$.paper_url", MISSING, None),
        Change("dataset.get", "$.citation", MISSING, ""),
        Change("dataset.get", "$.collection_date", [], None),
    ),
    ("datasets tag", "tag is a list"): (Change("dataset.tag", "$.data_tag.tag", "foo", ["foo"]),),
    ("setups get", "integers"): (
        Change("setup.get", "$.setup_parameters.setup_id", "60", 60),
        Change("setup.get", "$.setup_parameters.flow_id", "7", 7),
    ),
    ("setups get", "list of parameters"): (
        Change("setup.get", "$.setup_parameters.parameter", {"id": "1"}, [{"id": 1}]),
    ),
    ("setups tag and untag", "tag is a list"): (
        Change("setup.tag", "$.setup_tag.tag", "foo", ["foo"]),
        Change("setup.untag", "$.setup_untag.tag", "foo", ["foo"]),
        Change("setup.untag", "$.setup_untag.tag", MISSING, []),
    ),
    ("flows exists", "found"): (
        Change("flow.exists", "$", {"exists": "true", "id": "123"}, {"flow_id": 123}),
    ),
    ("estimation procedures list", "typed"): (
        Change("estimationprocedure.list", "$[*].id", "1", 1),
        Change("estimationprocedure.list", "$[*].ttid", "1", MISSING),
    ),
    ("estimation procedures list", "nesting"): (
        Change("estimationprocedure.list", "$", [{"id": "1"}], [{"id": 1}]),
    ),
    ("evaluation measures list", "nesting"): (
        Change("evaluationmeasure.list", "$", ["area_under_roc_curve"], ["area_under_roc_curve"]),
    ),
}
WORD = {"dataset_id": "abc"}
REFUSALS: dict[tuple[str, str], tuple[Refusal, ...]] = {
    ("general", "restriction of input types"): (
        Refusal("dataset.get", {"dataset_id": "1.0"}, (200, None), (422, "validation-error")),
        Refusal("dataset.list", {"limit": "5,2"}, (200, None), (422, "validation-error")),
        Refusal("flow.list", {"uploader": "1,2"}, (200, None), (422, "validation-error")),
    ),
    ("RFC 9457", "dataset not found"): (
        Refusal("dataset.get", {"dataset_id": "1000000"}, (412, "111"), (404, "dataset-not-found")),
    ),
    ("status codes", "no such identifier is 404"): (
        Refusal("dataset.get", {"dataset_id": "1000000"}, (412, "111"), (404, "dataset-not-found")),
        Refusal("flow.get", {"flow_id": "1000000"}, (412, "181"), (404, "flow-not-found")),
        Refusal("setup.get", {"setup_id": "1000000"}, (412, "281"), (404, "setup-not-found")),
        Refusal("study.get", {"study_id": "1000000"}, (412, "601"), (404, "study-not-found")),
    ),
    ("status codes", "incorrect input is 422"): (
        Refusal("dataset.get", WORD, (412, "100"), (422, "validation-error")),
        Refusal("dataset.list", {"status": "?"}, (412, "371"), (422, "validation-error")),
    ),
    ("input validation", "stricter constraints"): (
        Refusal("dataset.list", {"colour": "red"}, (412, "370"), (422, "validation-error")),
        Refusal("dataset.list", {"status": "ALL"}, (412, "372"), (422, "validation-error")),
    ),
    ("datasets list", "limit and offset independently"): (
        Refusal("dataset.list", {"offset": "5"}, (412, "373"), (200, None)),
    ),
}


@pytest.mark.parametrize("statement", STATEMENTS, ids=" / ".join)
def test_a_statement_is_carried(statement: tuple[str, str]) -> None:
    """Each rule and entry is there, and told in the published guide."""
    titles = {rule.id: rule.title for rule in RULES} | {e.id: e.title for e in REGISTRY.deviations}
    for name in STATEMENTS[statement]:
        assert titles[name] in GUIDE


@pytest.mark.parametrize("statement", STATEMENTS, ids=" / ".join)
def test_a_rule_carries_it_where_the_statement_is_about(statement: tuple[str, str]) -> None:
    """What PHP answers there becomes what the statement says, by the rules and entries that carry it."""
    told: set[str] = set()
    for change in CHANGES.get(statement, ()):
        told.update(_carried_out(change))
    for refusal in REFUSALS.get(statement, ()):
        told.add(_expected(refusal))
    assert {name for name in STATEMENTS[statement] if name.startswith("rule-")} <= told


def _carried_out(change: Change) -> tuple[str, ...]:
    """The rules and entries that carry a change out, after it was found to be as it is said."""
    document, steps = change.legacy, parse(change.at)
    for step in reversed(steps):
        held = {} if document is MISSING else {step: document}
        document = [document] if step == "*" else held
    route = ROUTES[change.route]
    assert route.legacy is not None
    for key in reversed(route.legacy.envelope):
        document = {key: document}
    entries, rules = REGISTRY.of_route(route.name), REGISTRY.rules(route.name)
    done = normalise(document, Asked(route, route.new.method), entries, rules=rules)
    [after] = values(done.document, steps)
    assert identical(_like(after, change.new), change.new), change
    return done.hits


def _like(document: object, shown: object) -> object:
    """A document without the keys that the schema adds to what a statement shows."""
    if isinstance(document, dict) and isinstance(shown, dict):
        return {key: _like(document[key], shown[key]) for key in shown.keys() & document.keys()}
    if isinstance(document, list) and isinstance(shown, list):
        return [_like(*pair) for pair in zip(document, shown, strict=True)]
    return document


def _expected(refusal: Refusal) -> str:
    """The rule or entry that says what is expected, after it was found to be what is said."""
    route = ROUTES[refusal.route]
    asked = Asked(route, route.new.method, refusal.parameters)
    fitting = (
        entry
        for entry in REGISTRY.of_route(route.name)
        if entry.kind is not Kind.LEGACY_DEFECT
        and entry.legacy is not None
        and entry.legacy.fits(*refusal.legacy)
        and entry.premise is None
        and entry.when.why_not(asked, {}) is None
    )
    entry = next(fitting)
    assert entry.new is not None
    assert (entry.new.status, entry.new.type) == refusal.new, refusal
    return entry.id
