"""The table of all operations."""

from config.routes import LegacyTemplate, NewTemplate, Route, RouteMap
from diffing.model import Comparison, Outcome
from diffing.registry import Registry
from proxy.reporting.operations_table import operations_table
from proxy.tally import Tally

LEGACY = LegacyTemplate(("GET",), "data/{dataset_id:number}")
GET = Route("dataset.get", "datasets", "", False, True, NewTemplate("GET", "/datasets/{dataset_id}"), LEGACY)
DELETE = Route(
    "dataset.delete", "datasets", "", True, False, NewTemplate("DELETE", "/datasets/{dataset_id}"), LEGACY
)


def table() -> str:
    """The table of two routes after one exchange of the first."""
    tally = Tally()
    tally.add("dataset.get", Comparison(Outcome.MATCH), str, dict)
    return operations_table(RouteMap({route.name: route for route in (GET, DELETE)}), Registry(()), tally)


def test_a_route_is_told_with_its_counts() -> None:
    """Legacy path, new path, name, deviations, received, compared, verdicts."""
    row = "| `/api/v1/json/data/{dataset_id}` | `GET /datasets/{dataset_id}` | dataset.get | 0 | 1 | 1 | 1 |"
    assert f"{row} 0 | 0 | 0 |" in table().splitlines()


def test_what_is_not_implemented_is_said() -> None:
    """Nobody takes a route for moved that the backend does not answer."""
    assert "`DELETE /datasets/{dataset_id}` (not yet)" in table()
