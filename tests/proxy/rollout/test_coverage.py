"""What is known of a route, and how much of it was compared."""

from pathlib import Path

from config.routes import load_routes
from proxy.recordings.recording import read_recordings
from proxy.rollout.coverage import Coverage, coverage, known_of_recordings, known_of_routes, together


def test_the_share_is_of_what_is_known() -> None:
    """What was seen beside it does not count."""
    found = coverage({("parameter", "a"), ("parameter", "b")}, {("parameter", "a"), ("parameter", "x")})
    assert (found.share, found.missing) == (0.5, ("parameter b",))


def test_where_nothing_is_known_nothing_is_missing() -> None:
    """A list without filters."""
    assert Coverage(frozenset(), frozenset()).share == 1.0


def test_the_route_map_knows_segments_and_filters(config: Path) -> None:
    """Not those that both sides ignore."""
    known = known_of_routes(load_routes(config))
    assert known["dataset.get"] == {("parameter", "dataset_id")}
    assert ("parameter", "tag") in known["dataset.list"]
    assert known["badge.get"] == {("parameter", "user_id"), ("parameter", "badge_id")}


def test_recordings_show_status_classes_and_roles(config: Path) -> None:
    """Beside parameters and forms."""
    files = [Path("tests/recordings/read/tasktype.jsonl.gz")]
    known = known_of_recordings(read_recordings(files), load_routes(config))
    assert {("status", "2xx"), ("status", "4xx"), ("role", "none"), ("format", "json")} <= known[
        "tasktype.get"
    ]


def test_sources_are_joined() -> None:
    """Each knows something."""
    one, other = frozenset({("role", "none")}), frozenset({("role", "admin")})
    assert together({"a": one}, {"a": other, "b": one}) == {"a": one | other, "b": one}
