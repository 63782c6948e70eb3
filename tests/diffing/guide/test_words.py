"""Paths, anchors, sentences, and what stood before and stands now."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.routes import LegacyTemplate, NewTemplate
from diffing.deviations import load_registry
from diffing.guide.words import Once, anchor, answer, before_and_after, code, legacy_path, new_path
from diffing.paths import MISSING
from tests.diffing.registry import GET


def test_paths_are_shown_without_kinds_and_without_what_php_ignores() -> None:
    """As a client writes them."""
    legacy = LegacyTemplate(("GET",), "thing/{id:number}/{ignored:rest}")
    route = replace(GET, legacy=legacy, new=NewTemplate("GET", "/things/{id:number}"))
    assert (legacy_path(route), new_path(route)) == ("/api/v1/json/thing/{id}", "/things/{id}")


def test_a_path_outside_of_the_api_is_shown_as_it_is() -> None:
    """Files have such paths."""
    route = replace(GET, legacy=LegacyTemplate(("GET",), "/data/download/{id}"))
    assert legacy_path(route) == "/data/download/{id}"


def test_an_anchor_is_that_of_the_heading() -> None:
    """As GitHub makes it."""
    assert anchor("GET /datasets/{dataset_id}") == "get-datasetsdataset_id"


def test_a_sentence_is_told_once() -> None:
    """The others of the text stay."""
    once = Once()
    assert once("One. Two! Three?") == "One. Two! Three?"
    assert once("Two! Four `a.b` five.") == "Four `a.b` five."
    assert once("One.") == ""


@pytest.mark.parametrize(
    ("side", "told"),
    [
        ({"status": 412, "code": "111"}, "412, code 111"),
        ({"status": 404, "code": "111", "type": "dataset-not-found"}, "404 dataset-not-found, code 111"),
        ({"defect": "empty_500"}, "500 without a body"),
        ({"task_id": "1"}, '{"task_id": "1"}'),
        ("7", '"7"'),
        (MISSING, "(absent)"),
    ],
)
def test_an_answer_is_told_in_few_words(side: object, told: str) -> None:
    """Status, type, code; what is no answer is JSON."""
    assert answer(side) == told


@pytest.mark.parametrize(
    ("name", "route", "told"),
    [
        (
            "dataset-no-parquet",
            "dataset.get",
            (
                '$.parquet_url: "https://minio.openml.test/datasets/0000/0054/dataset_54.pq"',
                "$.parquet_url: null",
            ),
        ),
        (
            "dataset-features-values-renamed",
            "dataset.features",
            ('$[*]: {"nominal_value": ["no", "yes"]}', '$[*]: {"nominal_values": ["no", "yes"]}'),
        ),
        (
            "administrators-see-all",
            "dataset.list",
            ('[{"did": 61}]', '[{"did": 61}, {"did": 130}]'),
        ),
        (
            "dataset-descriptions-pasted",
            "dataset.descriptions",
            (
                '[{"description": "a < b"}]',
                '[{"description": "a <![CDATA[< b]]><!-- c -->"}]',
            ),
        ),
        (
            "administrator-before-input",
            "evaluation.request",
            ("with a key: 412, code 100", "with a key: 403 administrator-only, code 106"),
        ),
    ],
)
def test_what_stands_now_is_what_the_endpoint_answers(name: str, route: str, told: tuple[str, str]) -> None:
    """The rules go on where an entry ends; only the keys of the example are shown."""
    registry = load_registry(Path("config"))
    assert before_and_after(registry.by_id[name], registry.rules(route)) == told


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a``b`", "``` a``b` ```")],
)
def test_code_may_hold_backticks(text: str, expected: str) -> None:
    """Between more of them than it holds together."""
    assert code(text) == expected
