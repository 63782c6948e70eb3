"""The table of all operations."""

from config.routes import LegacyTemplate, NewTemplate, Route, RouteMap
from diffing.model import Comparison, Outcome
from diffing.registry import Registry
from proxy.compare.tally import Tally
from proxy.reporting.operations_table import operations_table

LEGACY = LegacyTemplate(("GET",), "data/{dataset_id:number}")
GET = Route("dataset.get", "datasets", "", False, True, NewTemplate("GET", "/datasets/{dataset_id}"), LEGACY)
DELETE = Route(
    "dataset.delete", "datasets", "", True, False, NewTemplate("DELETE", "/datasets/{dataset_id}"), LEGACY
)


def table() -> str:
    """The table of two routes after one exchange of the first, which only the new API answers as it should."""
    tally, face = Tally(), Tally()
    tally.add("dataset.get", Comparison(Outcome.MATCH), str, dict)
    face.add("dataset.get", Comparison(Outcome.MISMATCH), str, dict)
    routes = RouteMap({route.name: route for route in (GET, DELETE)})
    return operations_table(routes, Registry(()), tally, face)


def test_a_route_is_told_with_its_counts() -> None:
    """Legacy path, new path, name, deviations, received, compared, verdicts."""
    row = "| `/api/v1/json/data/{dataset_id}` | `GET /datasets/{dataset_id}` | dataset.get | 0 | 1 | 1 | 1 |"
    face = "1 | 0 | 0 | 1 | 0 | 0.00% |"
    assert f"{row} 0 | 0 | 0 | 100.00% | {face}" in table().splitlines()


def test_both_parities_are_summed_up() -> None:
    """The last two lines."""
    new, _, face = table().splitlines()[-3:]
    assert new.startswith("**All, new API**: 1 received, 1 compared, 1 match,")
    assert face.endswith("1 mismatch, 0 legacy error; parity 0.00%.")


def test_what_is_not_implemented_is_said() -> None:
    """Nobody takes a route for moved that the backend does not answer."""
    assert "`DELETE /datasets/{dataset_id}` (not yet)" in table()
