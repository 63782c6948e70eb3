"""The filters of data set lists."""

from backend.datasets.filters import DatasetFilters
from config.location import config_directory
from config.routes import load_routes


def test_filters_are_those_of_php_in_its_order() -> None:
    """The route map names the legal filters as PHP declares them; none is renamed here."""
    legacy = load_routes(config_directory())["dataset.list"].legacy
    assert legacy is not None
    assert tuple(DatasetFilters.model_fields) == legacy.filters


def test_only_active_data_sets_are_listed_unless_asked() -> None:
    """An absent status is a restriction, all is none."""
    assert DatasetFilters().status == "active"
    assert DatasetFilters.model_validate({"status": "all"}).status is None
