"""A sample as a test that runs."""

from typing import Any

import pytest

from config.location import config_directory
from config.routes import load_routes
from diffing.model import Asked, Comparison, Observation, Outcome
from proxy.exchange.sample import SampleSide, sample
from proxy.message.redact import Redactor
from proxy.message.translation import Request
from proxy.reporting.pytest_case import pytest_case
from tests.proxy.logs import FIRST

JSON = (("Content-Type", "application/json"),)
LEGACY = b'{"data_qualities_list":{"quality":["a \\"quoted\\" one"]}}'


def written(new: bytes) -> str:
    """The test of an exchange of dataset.quality_names."""

    route = load_routes(config_directory(None))["dataset.quality_names"]
    made = sample(
        Asked(route, "GET"),
        FIRST,
        SampleSide(Request("GET", b'/api/v1/json/data/qualities/list?"""'), Observation(200, JSON, LEGACY)),
        SampleSide(Request("GET", b"/datasets/qualities/list"), Observation(200, JSON, new)),
        Comparison(Outcome.MISMATCH),
        Redactor(),
    )
    return pytest_case("0123456789ab", 'dataset.quality_names 200→200 $[*] """', made)


def run(source: str) -> None:
    """Run the test that a source holds."""
    names: dict[str, Any] = {}
    exec(compile(source, "case", "exec"), names)
    names["test_dataset_quality_names_0123456789"]()


def test_the_difference_is_red() -> None:
    """As long as the new side answers like that."""
    with pytest.raises(AssertionError):
        run(written(b'["another"]'))


def test_the_right_answer_is_green() -> None:
    """Whatever quotes are in signature and request."""
    run(written(LEGACY))
