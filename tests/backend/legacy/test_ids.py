"""Ids as PHP's database compares them."""

from backend.legacy.ids import canonical
from config.dispatch import dispatcher
from config.location import config_directory
from config.routes import load_routes


def test_only_ids_of_the_path_change() -> None:
    """Other segments stay."""
    match = dispatcher(load_routes(config_directory())).legacy("GET", ("task", "3.0"), {})
    assert match is not None
    assert canonical(match).values == {"task_id": "3"}
