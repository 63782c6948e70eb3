"""Ids as PHP's database compares them."""

import pytest

from backend.legacy.ids import canonical, digits_of
from config.dispatch import dispatcher
from config.location import config_directory
from config.routes import load_routes


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1", "1"),
        ("01", "01"),
        ("0", "0"),
        ("0.0", "00"),
        ("1.0", "1"),
        ("1e2", "100"),
        ("1.5", "-1"),
        ("-1", "-1"),
        ("1e400", "-1"),
        ("9" * 30, "9" * 30),
    ],
)
def test_numbers_become_digits(text: str, digits: str) -> None:
    """What no row can have is -1."""
    assert digits_of(text) == digits


def test_only_ids_of_the_path_change() -> None:
    """Other segments stay."""
    match = dispatcher(load_routes(config_directory())).legacy("GET", ("task", "3.0"), {})
    assert match is not None
    assert canonical(match).values == {"task_id": "3"}
