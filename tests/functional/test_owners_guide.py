"""Each statement of the owner's migration guide is carried by entries of the registry, and told in ours.

A statement is named by its section and a keyword; what it says is in the entries' own words in docs/migration-guide.md.
"""

from pathlib import Path

import pytest

from diffing.deviations import load_registry

REGISTRY = load_registry(Path("config"))
GUIDE = Path("docs/migration-guide.md").read_text(encoding="utf-8")

STATEMENTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("general", "typed JSON"): (
        "dataset-integers",
        "flow-integers",
        "setup-integers",
        "study-numbers",
        "dataset-features-booleans",
    ),
    ("general", "lists when multiple values are possible"): (
        "dataset-lists",
        "flow-lists",
        "study-members-are-lists",
    ),
    ("general", "restriction of input types"): (
        "id-not-an-integer",
        "dataset-list-one-number",
        "flow-list-one-number",
    ),
    ("general", "expansion of input types"): ("read-by-post", "head-of-a-read", "cors-preflight"),
    ("general", "authentication and access messages"): (
        "authentication-required",
        "authentication-failed",
        "account-read-only",
    ),
    ("general", "checks before fetching data"): ("unknown-path-before-key", "administrator-before-input"),
    ("general", "unnecessary nesting"): ("dataset-envelope", "dataset-list-inner-envelope", "study-envelope"),
    ("RFC 9457", "dataset not found"): ("dataset-not-found",),
    ("RFC 9457", "always JSON, also where PHP answered XML"): (
        "authentication-failed",
        "authentication-required",
    ),
    ("status codes", "no such identifier is 404"): (
        "dataset-not-found",
        "flow-not-found",
        "setup-not-found",
        "study-unknown",
    ),
    ("status codes", "authentication is 401"): ("authentication-required", "authentication-failed"),
    ("status codes", "incorrect input is 422"): ("id-not-a-number", "dataset-list-illegal-value"),
    ("input validation", "stricter constraints"): (
        "dataset-list-no-such-value",
        "dataset-list-unknown-filter",
    ),
    ("datasets get", "format"): ("dataset-format-lower-case",),
    ("datasets get", "parquet_url"): ("dataset-no-parquet",),
    ("datasets get", "creator"): ("dataset-creators-separated",),
    ("datasets get", "ignore_attribute"): ("dataset-lists",),
    ("datasets get", "processing date"): ("dataset-processing-date",),
    ("datasets get", "lists, also empty or of one"): ("dataset-lists",),
    ("datasets get", "fields without a value"): ("dataset-null", "dataset-empty-text"),
    ("datasets list", "filters in the body of a POST"): ("read-by-post",),
    ("datasets list", "private data sets for administrators"): ("dataset-list-administrators-see-all",),
    ("datasets list", "limit and offset independently"): ("dataset-list-offset-alone",),
    ("datasets tag", "tag is a list"): ("dataset-tag-list",),
    ("setups get", "integers"): ("setup-integers",),
    ("setups get", "list of parameters"): ("setup-parameters-list",),
    ("setups tag and untag", "tag is a list"): ("setup-tag-list", "setup-untag-list"),
    ("studies get", "legacy studies"): ("study-legacy", "study-legacy-without-tags"),
    ("flows exists", "found"): ("flow-exists-envelope", "flow-exists-id-renamed", "flow-exists-integer"),
    ("flows exists", "not found"): ("flow-exists-not",),
    ("estimation procedures list", "task_type_id"): ("estimationprocedure-task-type-id",),
    ("estimation procedures list", "typed"): (
        "estimationprocedure-integers",
        "estimationprocedure-stratified",
    ),
    ("estimation procedures list", "nesting"): ("estimationprocedure-list-envelope",),
    ("evaluation measures list", "nesting"): (
        "evaluationmeasure-outer-envelope",
        "evaluationmeasure-inner-envelope",
    ),
}


@pytest.mark.parametrize("statement", STATEMENTS, ids=" / ".join)
def test_a_statement_has_its_entries(statement: tuple[str, str]) -> None:
    """Each is there, and told in the published guide."""
    for name in STATEMENTS[statement]:
        assert REGISTRY.by_id[name].title in GUIDE


def test_the_status_of_not_found_is_404() -> None:
    """The entries do what the statement says."""
    for name in STATEMENTS["status codes", "no such identifier is 404"]:
        new = REGISTRY.by_id[name].new
        assert new is not None
        assert new.status == 404
