"""The rules of real routes: in which order they count, and what they expect."""

from pathlib import Path

import pytest

from config.routes import load_routes
from diffing.deviations import load_registry
from diffing.model import Asked
from diffing.registry import Deviation, Kind
from diffing.rules.book import RULES

CONFIG = Path("config")
ROUTES = load_routes(CONFIG)
REGISTRY = load_registry(CONFIG)


def first(route: str, status: int, code: str | None, **parameters: str) -> Deviation | None:
    """The entry or rule that says what is expected where PHP answered so."""
    asked = Asked(ROUTES[route], ROUTES[route].new.method, parameters)
    return next(
        (
            entry
            for entry in REGISTRY.of_route(route)
            if entry.new is not None
            and entry.legacy is not None
            and entry.kind is not Kind.LEGACY_DEFECT
            and entry.premise is None
            and entry.legacy.fits(status, code)
            and entry.when.why_not(asked, {}) is None
        ),
        None,
    )


@pytest.mark.parametrize(
    ("route", "status", "code", "parameters", "expected"),
    [
        ("dataset.get", 412, "111", {"dataset_id": "9999"}, ("rule-error", 404, "dataset-not-found", None)),
        ("dataset.get", 200, None, {"dataset_id": "1.0"}, ("rule-id", 422, "validation-error", "")),
        ("dataset.get", 412, "111", {"dataset_id": "1e1"}, ("rule-id", 422, "validation-error", "")),
        ("dataset.get", 412, "100", {"dataset_id": "abc"}, ("rule-id", 422, "validation-error", "100")),
        ("dataset.list", 200, None, {"limit": "5,2"}, ("rule-filter", 422, "validation-error", "371")),
        ("dataset.list", 412, "372", {"limit": "0"}, ("rule-filter", 422, "validation-error", "372")),
        ("dataset.list", 412, "370", {"limit": "0"}, ("rule-error", 422, "validation-error", None)),
        ("dataset.list", 412, "373", {"offset": "5"}, ("rule-offset", 200, None, None)),
        ("task.tag", 412, "472", {"task_id": "x", "tag": "t"}, ("rule-id", 422, "validation-error", "472")),
        ("task.tag", 412, "105", {"task_id": "1", "tag": "t"}, ("rule-index", 200, None, None)),
    ],
)
def test_what_a_rule_expects(
    route: str,
    status: int,
    code: str | None,
    parameters: dict[str, str],
    expected: tuple[str, int, str | None, str | None],
) -> None:
    """Rule, status, problem type and code (None: PHP's own)."""
    entry = first(route, status, code, **parameters)
    assert entry is not None
    assert entry.new is not None
    assert (entry.id, entry.new.status, entry.new.type, entry.new.code) == expected


@pytest.mark.parametrize(
    ("route", "parameters"),
    [
        ("dataset.get", {"dataset_id": "061"}),
        ("dataset.list", {"limit": "5", "offset": "2"}),
        ("download.item", {"user_id": "any", "type": "d", "id": "1"}),
        ("study.get", {"study_id": "an-alias"}),
        ("task.tag", {"task_id": " 27 ", "tag": "t"}),
    ],
)
def test_usual_input_is_no_rules_concern(route: str, parameters: dict[str, str]) -> None:
    """An answer of PHP to it is compared."""
    assert first(route, 200, None, **parameters) is None


def test_special_entries_count_before_rules_about_the_rest() -> None:
    """And what all routes share before everything else."""
    ids = [entry.id for entry in REGISTRY.of_route("dataset.list")]
    shared, special, rest = ids.index("authentication-failed"), ids.index("dataset-list-huge-limit"), len(ids)
    assert shared < ids.index("rule-id") < special < rest - ids[::-1].index("rule-error")


@pytest.mark.parametrize(
    ("entity", "key"),
    [
        ("datasets", "data_set_description"),
        ("datasets", "data_tag"),
        ("tasktypes", "task_types"),
        ("votes", "like"),
    ],
)
def test_the_outermost_keys_of_an_entity(entity: str, key: str) -> None:
    """Its envelopes, and the keys of documents that have none."""
    assert REGISTRY.book is not None
    assert key in REGISTRY.book.roots(entity)
    assert "study" not in REGISTRY.book.roots(entity)


def test_every_rule_tells_its_reason() -> None:
    """As an entry does."""
    assert all(
        rule.id.startswith("rule-") and rule.why and rule.examples and rule.near_misses for rule in RULES
    )
    assert len({rule.id for rule in RULES}) == len(RULES)
